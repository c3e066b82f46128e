"""What stands out in the timing of a conversation: marks on its time line.

They are facts of who spoke when, not verdicts: they stand there before any card was judged,
and while one is judged blind. What a card scores may be less: it leaves out silences that
somebody announced (`qa.scoring.metrics`).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

from qa.api import words
from qa.api.i18n import N_, Texts
from qa.records import EventKind, Role, SafeConversation

Span = tuple[float, float]

#: Seconds from which a wait for an answer is a long one: in a call, and in a chat.
_LONG_CALL_S, _LONG_CHAT_S = 10.0, 60.0
#: Shorter than this both at once are no more than a breath.
_TOGETHER_S = 0.5


class Kind(StrEnum):
    """What stands out."""

    FIRST_REPLY = "first_reply"
    LONGEST_SILENCE = "longest_silence"
    LONGEST_OVERLAP = "longest_overlap"
    LONGEST_WAIT = "longest_wait"


NAMES: Mapping[Kind, str] = Texts(
    {
        Kind.FIRST_REPLY: N_("First reply after"),
        Kind.LONGEST_SILENCE: N_("Longest silence"),
        Kind.LONGEST_OVERLAP: N_("Longest both at once"),
        Kind.LONGEST_WAIT: N_("Longest wait for a reply"),
    }
)


@dataclass(frozen=True)
class Landmark:
    """A stretch that stands out."""

    kind: Kind
    #: Seconds.
    start: float
    end: float
    #: Percent of the length.
    x: float
    width: float
    #: How long it lasts, in words.
    lasts: str
    #: The turn that begins with its end or within it; None where there is none.
    turn: int | None

    @property
    def name(self) -> str:
        """What it is."""
        return NAMES[self.kind]


def landmarks(
    safe: SafeConversation, *, silences: Sequence[Span], overlaps: Sequence[Span]
) -> tuple[Landmark, ...]:
    """Return what stands out, in the order of time."""
    if not safe.duration:
        return ()
    waits = list(_waits(safe))
    longest = _longest(waits)
    long_s = _LONG_CALL_S if safe.speech else _LONG_CHAT_S
    found = {
        Kind.FIRST_REPLY: waits[0] if waits else None,
        Kind.LONGEST_SILENCE: _longest(silences),
        Kind.LONGEST_OVERLAP: _longest(s for s in overlaps if s[1] - s[0] >= _TOGETHER_S),
        Kind.LONGEST_WAIT: longest
        if longest and longest != waits[0] and longest[1] - longest[0] >= long_s
        else None,
    }
    made = (_mark(kind, span, safe, safe.duration) for kind, span in found.items() if span)
    return tuple(sorted(made, key=lambda mark: mark.start))


def _waits(safe: SafeConversation) -> Iterator[Span]:
    """Yield how long the customer waited for each answer of an agent.

    In a call from the end of their last words, in a chat from their first message that had no
    answer; never from before an agent was given the conversation.
    """
    given = [e.start for e in safe.events if e.kind is EventKind.ASSIGNED and e.start is not None]
    since: float | None = None
    for turn in safe.turns:
        if turn.start is None:
            continue
        if turn.role is Role.CUSTOMER:
            said = turn.end if safe.speech and turn.end is not None else turn.start
            since = said if since is None or safe.speech else since
        elif turn.role is Role.AGENT and since is not None:
            start = max([since, *(t for t in given if t <= turn.start)])
            yield (min(start, turn.start), turn.start)
            since = None


def _longest(spans: Iterable[Span]) -> Span | None:
    return max(spans, key=lambda span: span[1] - span[0], default=None)


def _mark(kind: Kind, span: Span, safe: SafeConversation, duration: float) -> Landmark:
    start, end = (min(max(t, 0.0), duration) for t in span)
    after = (t.index for t in safe.turns if t.start is not None and t.start >= span[0])
    last = safe.turns[-1].index if safe.turns else None
    return Landmark(
        kind=kind,
        start=start,
        end=end,
        x=round(100 * start / duration, 2),
        width=round(max(100 * (end - start) / duration, 0.3), 2),
        lasts=words.lasting(end - start),
        turn=next(after, last),
    )
