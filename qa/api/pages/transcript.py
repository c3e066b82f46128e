"""A transcript as the page shows it: turns cut into pieces that evidence can light up."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise

from qa.api import words
from qa.records import Evidence, Party, Role, SafeConversation, SafeTurn

_PLACEHOLDER = re.compile(r"\[[A-Z][A-Z0-9_]*\]")

#: Below this confidence in the speaker a turn says so.
_UNSURE = 0.6


@dataclass(frozen=True)
class Piece:
    """A stretch of a turn's text that is shown in one way."""

    text: str
    #: Ids of the evidence that covers it, separated by spaces.
    marks: str = ""
    #: It stands for something that was hidden.
    placeholder: bool = False


@dataclass(frozen=True)
class TurnView:
    """One turn as it is shown."""

    index: int
    role: Role
    who: str
    language: str
    at: str
    start: float | None
    end: float | None
    pieces: tuple[Piece, ...]
    overlap: bool
    unsure: bool


@dataclass(frozen=True)
class Bar:
    """One stretch of talking on the picture of the call."""

    role: Role
    x: float
    width: float
    lane: int


def turn_views(safe: SafeConversation, evidence: Mapping[str, Evidence]) -> tuple[TurnView, ...]:
    """Return the turns with every piece of evidence marked under its id."""
    names = party_names(safe.parties)
    by_turn: dict[int, list[tuple[str, int, int]]] = {}
    for name, e in evidence.items():
        if e.turn is not None and e.char_start is not None and e.char_end is not None:
            by_turn.setdefault(e.turn, []).append((name, e.char_start, e.char_end))
    return tuple(_view(turn, names, by_turn.get(turn.index, ())) for turn in safe.turns)


def _view(
    turn: SafeTurn, names: Mapping[str, str], marks: Sequence[tuple[str, int, int]]
) -> TurnView:
    return TurnView(
        index=turn.index,
        role=turn.role,
        who=names.get(turn.party, turn.party),
        language=turn.language,
        at=words.clock(turn.start) if turn.start is not None else f"#{turn.index + 1}",
        start=turn.start,
        end=turn.end,
        pieces=pieces(turn.text, marks),
        overlap=turn.overlap > 0,
        unsure=turn.confidence < _UNSURE,
    )


def party_names(parties: Iterable[Party]) -> dict[str, str]:
    """Word each party: its role, numbered where several have it, with the agent's name."""
    parties = tuple(parties)
    shown = {}
    for party in parties:
        alike = [p.id for p in parties if p.role is party.role]
        name = words.ROLES[party.role]
        if len(alike) > 1:
            name += f" {alike.index(party.id) + 1}"
        # Customers stay unnamed: only who is judged is named.
        if party.name and party.role in {Role.AGENT, Role.BOT}:
            name += f" · {party.name}"
        shown[party.id] = name
    return shown


def pieces(text: str, marks: Sequence[tuple[str, int, int]]) -> tuple[Piece, ...]:
    """Cut a text where marks or placeholders begin or end; joined, the pieces are the text.

    Parameters
    ----------
    marks : (id, char_start, char_end); may overlap, and are cut to the text.
    """
    hidden = [m.span() for m in _PLACEHOLDER.finditer(text)]
    cuts = {0, len(text)}
    for a, b in [*hidden, *((a, b) for _, a, b in marks)]:
        cuts |= {min(max(a, 0), len(text)), min(max(b, 0), len(text))}
    edges = sorted(cuts)
    return tuple(
        Piece(
            text=text[a:b],
            marks=" ".join(name for name, x, y in marks if x <= a and b <= y),
            placeholder=any(x <= a and b <= y for x, y in hidden),
        )
        for a, b in pairwise(edges)
    )


def bars(safe: SafeConversation) -> tuple[Bar, ...]:
    """Draw who talks when, in a picture 1000 wide: agents above, everybody else below."""
    if not safe.duration:
        return ()
    scale = 1000 / safe.duration
    return tuple(
        Bar(
            role=turn.role,
            x=round(turn.start * scale, 1),
            width=round(max((turn.end - turn.start) * scale, 1.5), 1),
            lane=0 if turn.role is Role.AGENT else 1,
        )
        for turn in safe.turns
        if turn.start is not None and turn.end is not None
    )
