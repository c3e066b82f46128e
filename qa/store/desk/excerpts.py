"""Moments as they are shown: a stretch of a conversation, redacted, names out.

Whoever looks for examples need not know whose they are. So the names of those who take
part leave the text here, on the way out of the store, and with them the seconds in which
they are said; and what a bad moment sounds like is told only where its agents let it be.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from math import inf
from typing import TYPE_CHECKING, NamedTuple

from sqlmodel import Session, select

from qa.records import (
    Channel,
    Evidence,
    EvidenceKind,
    Metadata,
    Record,
    Role,
    SafeTurn,
    Verdict,
)
from qa.store.desk.material import Material, Spoken, read, turns_of
from qa.store.people_tables import AgentRow
from qa.store.tables import ConversationRow

if TYPE_CHECKING:
    from qa.redact.people import Names

#: Turns that evidence may reach over, and a moment with what stands around it: enough to
#: understand it, never a whole conversation of any length.
LONGEST_CORE = 8
LONGEST = 20
#: Turns of context before and after: usual, and at most.
CONTEXT, MOST_CONTEXT = 2, 5
#: Seconds of a moment with its context, at most.
LONGEST_S = 240.0
#: Evidence so many turns apart is one moment.
_TOGETHER = 2
#: Seconds silenced on each side of a name, since word times are not exact.
_MARGIN_S = 0.15


class Said(Record):
    """What one party says in a moment."""

    role: Role
    #: Which one of that role, where several are heard; 0 = the only one.
    number: int
    text: str
    #: Characters ``[start, end)`` of the text that the verdict rests on.
    marks: tuple[tuple[int, int], ...] = ()
    #: Seconds from the beginning of the moment.
    start: float | None = None
    end: float | None = None
    language: str = ""
    #: Stands there to be understood, and is not meant itself.
    context: bool = False


class Moment(Record):
    """A stretch of a conversation that is an example of something."""

    #: Names it in searches; "" in a collection.
    ref: str = ""
    #: Not for who may only look for examples, no more than the turns ``[first, last]``.
    conversation: str
    first: int
    last: int
    card: str = ""
    item: str = ""
    #: The item's question; "" = none.
    ask: str = ""
    #: The verdict that stands; None = of no item.
    verdict: Verdict | None = None
    #: A human gave it.
    confirmed: bool = False
    starred: bool = False
    channel: Channel
    language: str = ""
    project: str = ""
    #: Seconds of the recording that it takes; None = it has no times.
    start: float | None = None
    end: float | None = None
    said: tuple[Said, ...]
    #: Seconds of the recording in which names are said, ``[start, end)``.
    hush: tuple[tuple[float, float], ...] = ()
    #: It may be heard, where there is a recording.
    sound: bool = False

    @property
    def seconds(self) -> float | None:
        """How long it takes."""
        return None if self.start is None or self.end is None else self.end - self.start


@dataclass(frozen=True)
class Core:
    """Where the evidence of a verdict lies: turns ``[first, last]``, or seconds."""

    first: int
    last: int
    #: Characters of a turn, by turn.
    marks: Mapping[int, tuple[tuple[int, int], ...]]


def core_of(evidence: Iterable[Evidence]) -> Core | None:
    """Return where a verdict can be shown; None where nothing short enough shows it.

    The words found, else what was measured, else the nearest miss, else where was searched.
    """
    by_kind: dict[EvidenceKind, list[Evidence]] = {}
    for one in evidence:
        if one.turn is not None:
            by_kind.setdefault(one.kind, []).append(one)
    for kind in (EvidenceKind.HIT, EvidenceKind.METRIC):
        if kind in by_kind:
            return _joined(sorted(by_kind[kind], key=lambda e: e.turn or 0))
    if near := by_kind.get(EvidenceKind.NEAR_MISS):
        return _joined([max(near, key=lambda e: e.score or 0.0)])
    for window in by_kind.get(EvidenceKind.WINDOW, []):
        first, last = window.turn or 0, window.last_turn or window.turn or 0
        if last - first < LONGEST_CORE:
            return Core(first, last, {})
    return None


def _joined(found: Sequence[Evidence]) -> Core:
    """Take the first piece, and those after it that belong to the same moment."""
    first = last = found[0].turn or 0
    marks: dict[int, list[tuple[int, int]]] = {}
    for one in found:
        turn = one.turn or 0
        until = max(one.last_turn or turn, turn)
        if turn - last > _TOGETHER or until - first >= LONGEST_CORE:
            break
        last = max(last, until)
        if one.char_start is not None and one.char_end is not None:
            marks.setdefault(turn, []).append((one.char_start, one.char_end))
    return Core(first, last, {turn: tuple(sorted(set(some))) for turn, some in marks.items()})


@dataclass(frozen=True)
class Window:
    """The turns of a moment, before they are read with their words and without names."""

    first: int
    last: int
    #: Seconds of the recording; None = it has no times.
    start: float | None
    end: float | None
    #: What is said, names and all: to look through, never to show.
    texts: tuple[str, ...]

    @property
    def seconds(self) -> float | None:
        """How long it takes."""
        return None if self.start is None or self.end is None else self.end - self.start


class Asked(NamedTuple):
    """A moment that is to be made, without what it is an example of."""

    row: ConversationRow
    core: Core
    window: Window
    verdict: Verdict | None


class Excerpts:
    """Makes moments, all that one request asks for; knows the roster's names.

    Parameters
    ----------
    keep : names of the company and its products, which stay.
    """

    def __init__(self, session: Session, *, keep: Sequence[str]) -> None:
        from qa.redact.people import colleagues  # noqa: PLC0415 - a list needs no word tables

        self._session = session
        names = session.exec(select(AgentRow.name).distinct()).all()
        self._everybody: Names = colleagues(names, keep=keep)
        self._names: dict[str, Names] = {}
        self._known: dict[str, Material] = {}
        self._spans: dict[tuple[str, int], list[tuple[int, int]]] = {}

    def read(self, ids: Iterable[str]) -> None:
        """Read at once what `window` and `make` need of conversations; others are forgotten."""
        wanted = set(ids)
        known = {name: about for name, about in self._known.items() if name in wanted}
        self._known = known | read(self._session, wanted - known.keys())

    def window(self, row: ConversationRow, core: Core, *, before: int, after: int) -> Window | None:
        """Return the turns that show something; None where they would be too long."""
        if row.id not in self._known:
            self.read([row.id])
        first, last = core.first - before, core.last + after
        found = [turn for turn in self._known[row.id].turns if first <= turn.place <= last]
        # In writing people wait for hours; what is heard has to be listened to.
        most = LONGEST_S if row.channel == Channel.CALL else inf
        # Too long: what stands around it goes first, evenly from both ends.
        while found and (len(found) > LONGEST or _length(found) > most):
            early, late = core.first - found[0].place, found[-1].place - core.last
            if early <= 0 and late <= 0:
                return None
            found = found[1:] if early >= late else found[:-1]
        if not any(core.first <= one.place <= core.last for one in found):
            return None
        start, end = _times(found)
        texts = tuple(one.text for one in found)
        return Window(found[0].place, found[-1].place, start, end, texts)

    def make(self, asked: Sequence[Asked]) -> list[Moment]:
        """Make moments of windows, without what they are examples of."""
        heard = {
            (one.row.id, turn.place)
            for one in asked
            for turn in self._beside(one.row, one.window)
            if self._named_in(one.row, turn)
        }
        timed = turns_of(self._session, heard)
        return [self._made(one, timed) for one in asked]

    def _made(self, asked: Asked, timed: Mapping[tuple[str, int], SafeTurn]) -> Moment:
        row, core, window, verdict = asked
        first, last = window.first, window.last
        about = self._known[row.id]
        turns = [turn for turn in about.turns if first <= turn.place <= last]
        starred = any(first <= turn <= last for turn in about.stars)
        good = verdict is Verdict.PASS or (verdict is None and starred)
        good = good and not self.bad_within(row.id, first, last)
        return Moment(
            conversation=row.id,
            first=first,
            last=last,
            verdict=verdict,
            starred=starred,
            channel=Channel(row.channel),
            language=row.language or "",
            project=row.project or "",
            start=window.start,
            end=window.end,
            said=self._said(row, turns, core, window.start),
            hush=self._hushed(row, window, timed),
            sound=good or _consented(row, about, turns),
        )

    def bad_within(self, id: str, first: int, last: int) -> bool:
        """Say whether something else went wrong there: a good moment may stand beside a bad one."""
        cores = (core_of(evidence) for evidence in self._known[id].wrong)
        return any(core and core.first <= last and core.last >= first for core in cores)

    # --- names ---------------------------------------------------------------------------

    def _named(self, row: ConversationRow) -> Names:
        from qa.redact.people import of_conversation  # noqa: PLC0415 - see above

        if row.id not in self._names:
            about = self._known[row.id]
            meta = Metadata.model_validate(row.details)
            own = [row.agent_name, row.agent_id, meta.agent_name, meta.agent_id]
            own += [name for p in about.parties for name in (p.name, p.agent_id, p.person)]
            self._names[row.id] = of_conversation(
                self._everybody,
                [turn.text for turn in about.turns],
                own=[name for name in own if name],
            )
        return self._names[row.id]

    def _named_in(self, row: ConversationRow, turn: Spoken) -> list[tuple[int, int]]:
        """Return the characters ``[start, end)`` of each name that is said in a turn."""
        key = row.id, turn.place
        if key not in self._spans:
            self._spans[key] = self._named(row).spans(turn.text)
        return self._spans[key]

    def _beside(self, row: ConversationRow, window: Window) -> list[Spoken]:
        """Return the turns that are heard in a window: those beside it may reach into it."""
        start, end = window.start, window.end
        if start is None or end is None:
            return []
        turns = self._known[row.id].turns
        heard = [
            turn.place
            for turn in turns
            if turn.start is not None
            and turn.end is not None
            and turn.start < end + _MARGIN_S
            and turn.end > start - _MARGIN_S
        ]
        return [turn for turn in turns if heard and heard[0] <= turn.place <= heard[-1]]

    def _hushed(
        self, row: ConversationRow, window: Window, timed: Mapping[tuple[str, int], SafeTurn]
    ) -> tuple[tuple[float, float], ...]:
        """Return when names are said, by whomever."""
        start, end = window.start, window.end
        if start is None or end is None:
            return ()
        spans = [
            _seconds(timed[row.id, turn.place], a, b)
            for turn in self._beside(row, window)
            for a, b in self._named_in(row, turn)
        ]
        return tuple(
            (max(a - _MARGIN_S, start), min(b + _MARGIN_S, end))
            for a, b in sorted(s for s in spans if s)
            if a - _MARGIN_S < end and b + _MARGIN_S > start
        )

    def _said(
        self, row: ConversationRow, turns: Sequence[Spoken], core: Core, start: float | None
    ) -> tuple[Said, ...]:
        from qa.redact.people import masked  # noqa: PLC0415 - see above

        roles: dict[Role, list[str]] = {}
        for turn in turns:
            same = roles.setdefault(turn.role, [])
            if turn.party not in same:
                same.append(turn.party)
        lines = []
        for turn in turns:
            same = roles[turn.role]
            shown = masked(turn.text, self._named_in(row, turn))
            lines.append(
                Said(
                    role=turn.role,
                    number=same.index(turn.party) + 1 if len(same) > 1 else 0,
                    text=shown.text,
                    marks=tuple(shown.moved(a, b) for a, b in core.marks.get(turn.place, ())),
                    start=_after(start, turn.start),
                    end=_after(start, turn.end),
                    language=turn.language,
                    context=not core.first <= turn.place <= core.last,
                )
            )
        return tuple(lines)


# --- who lets it be heard ----------------------------------------------------------------


def _consented(row: ConversationRow, about: Material, around: Sequence[Spoken]) -> bool:
    """Say whether every agent who is heard lets the sound be used; nobody known = no."""
    heard = {turn.party for turn in around}
    agents = [p for p in about.parties if p.role == Role.AGENT]
    speaking = [p for p in agents if p.party in heard]
    if not about.consents or not speaking:
        return False
    alone = {row.agent_id} if len(agents) == 1 else set()
    return all(({p.person, p.agent_id} | alone) & about.consents for p in speaking)


def _seconds(turn: SafeTurn, a: int, b: int) -> tuple[float, float] | None:
    """Return when characters are said; without times of words, the whole turn."""
    if not turn.words and turn.start is not None and turn.end is not None:
        return turn.start, turn.end
    return turn.seconds(a, b)


def _times(found: Sequence[Spoken]) -> tuple[float | None, float | None]:
    starts = [one.start for one in found if one.start is not None]
    ends = [one.end for one in found if one.end is not None]
    return (min(starts), max(ends)) if starts and ends else (None, None)


def _length(found: Sequence[Spoken]) -> float:
    start, end = _times(found)
    return 0.0 if start is None or end is None else end - start


def _after(start: float | None, at: float | None) -> float | None:
    return None if start is None or at is None else round(at - start, 3)
