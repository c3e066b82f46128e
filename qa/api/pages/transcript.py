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

#: A part holds so many characters, each turn counting as some besides: a call of ten
#: minutes is one part, one of three hours some fifteen.
_PART_WEIGHT = 14_000
_TURN_WEIGHT = 40

#: Seconds from which a pause is told: in a call a silence, in a chat any wait.
_SILENCE_S = 3.0
_WAIT_S = 30.0
#: The longest wait of a chat is drawn so high, in pixels; the others to scale.
_HIGHEST = 140


@dataclass(frozen=True)
class Piece:
    """A stretch of a turn's text that is shown in one way."""

    text: str
    #: Ids of the evidence that covers it, separated by spaces.
    marks: str = ""
    #: It stands for something that was hidden.
    placeholder: bool = False


@dataclass(frozen=True)
class Pause:
    """How long nobody said or wrote anything before a turn."""

    seconds: float
    text: str
    #: Who let the others wait: whoever spoke next.
    role: Role
    #: Pixels, to the scale of the conversation's longest; 0 where it is not drawn.
    height: int


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
    #: See `word_times`.
    times: str
    pieces: tuple[Piece, ...]
    pause: Pause | None
    overlap: bool
    unsure: bool


@dataclass(frozen=True)
class Part:
    """Turns that are loaded together, so that a long call does not have to be at once."""

    number: int
    #: Indexes of its first and its last turn.
    first: int
    last: int
    at: str
    start: float | None
    end: float | None
    #: Empty while it is not loaded.
    turns: tuple[TurnView, ...] = ()


def parts(safe: SafeConversation) -> tuple[Part, ...]:
    """Cut a conversation into parts of some minutes, none of them loaded."""
    edges, weight = [0], 0
    for n, turn in enumerate(safe.turns):
        weight += len(turn.text) + _TURN_WEIGHT
        if weight > _PART_WEIGHT and n > edges[-1]:
            edges.append(n)
            weight = len(turn.text) + _TURN_WEIGHT
    edges.append(len(safe.turns))
    return tuple(
        _part(number, safe.turns[a:b]) for number, (a, b) in enumerate(pairwise(edges)) if a < b
    )


def _part(number: int, turns: Sequence[SafeTurn]) -> Part:
    first, last = turns[0], turns[-1]
    return Part(
        number=number,
        first=first.index,
        last=last.index,
        at=_at(first),
        start=first.start,
        end=last.start if last.end is None else last.end,
    )


def turn_views(
    safe: SafeConversation,
    evidence: Mapping[str, Evidence],
    turns: Sequence[SafeTurn] | None = None,
) -> tuple[TurnView, ...]:
    """Return turns (None = all) with every piece of evidence marked under its id."""
    names = party_names(safe.parties)
    by_turn: dict[int, list[tuple[str, int, int]]] = {}
    for name, e in evidence.items():
        if e.turn is not None and e.char_start is not None and e.char_end is not None:
            by_turn.setdefault(e.turn, []).append((name, e.char_start, e.char_end))
    stops = pauses(safe)
    return tuple(
        _view(turn, names, by_turn.get(turn.index, ()), stops.get(turn.index))
        for turn in (safe.turns if turns is None else turns)
    )


def _view(
    turn: SafeTurn,
    names: Mapping[str, str],
    marks: Sequence[tuple[str, int, int]],
    pause: Pause | None,
) -> TurnView:
    return TurnView(
        index=turn.index,
        role=turn.role,
        who=names.get(turn.party, turn.party),
        language=turn.language,
        at=_at(turn),
        start=turn.start,
        end=turn.end,
        times=word_times(turn),
        pieces=pieces(turn.text, marks),
        pause=pause,
        overlap=turn.overlap > 0,
        unsure=turn.confidence < _UNSURE,
    )


def _at(turn: SafeTurn) -> str:
    return words.clock(turn.start) if turn.start is not None else f"#{turn.index + 1}"


def word_times(turn: SafeTurn) -> str:
    """Return when each word begins, in hundredths of a second after the one before.

    Empty where that is not known, or where words cannot be told by the spaces between them.
    """
    if turn.start is None or len(turn.text.split(" ")) != len(turn.words):
        return ""
    at = [round(turn.start * 100), *(round(w.start * 100) for w in turn.words)]
    return " ".join(str(max(b - a, 0)) for a, b in pairwise(at))


def pauses(safe: SafeConversation) -> dict[int, Pause]:
    """Return the pauses worth telling by the turn they end with; of a chat, to scale."""
    call = bool(safe.speech)
    found: dict[int, tuple[float, Role]] = {}
    heard_until: float | None = None
    for turn in safe.turns:
        if turn.start is None:
            continue
        if heard_until is not None:
            gap = turn.start - heard_until
            if gap >= (_SILENCE_S if call else _WAIT_S):
                found[turn.index] = (gap, turn.role)
        end = turn.start if turn.end is None else turn.end
        heard_until = max(heard_until or 0.0, end)
    longest = max((gap for gap, _ in found.values()), default=1.0)
    return {
        index: Pause(
            seconds=gap,
            text=words.lasting(gap),
            role=role,
            height=0 if call else round(_HIGHEST * gap / longest),
        )
        for index, (gap, role) in found.items()
    }


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
