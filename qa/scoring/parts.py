"""Each agent's part of a conversation: what they are answerable for."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

from qa.records import Channel, EndedBy, Event, EventKind, Party, Role, SafeTurn, SpeechSpan
from qa.scoring.document import Document

_HUMAN = frozenset([Role.AGENT, Role.CUSTOMER, Role.UNKNOWN])
#: Why the last words of a customer may stay unanswered.
LEFT_ALONE = "The agent had no turn after it: the call was over, or somebody else took it."
#: How a call ends under an agent who might have had more to say.
_CUT_OFF = frozenset([EndedBy.CUSTOMER, EndedBy.RECORDING_CUT])


@dataclass(frozen=True)
class Part:
    """The stretch of a conversation that one agent held.

    From their first turn (the first agent: from the beginning) to the next agent's
    first turn or their own last, whichever is later (the last agent: to the end).
    """

    document: Document
    agent: Party
    turns: tuple[SafeTurn, ...]
    #: No other agent came before (comes after) this one.
    first: bool
    last: bool

    @property
    def is_call(self) -> bool:
        """Whether it was spoken."""
        return self.document.safe.channel is Channel.CALL

    @property
    def was_left(self) -> bool:
        """Whether somebody else ended it: a caller hung up, another agent took over."""
        ended = self.document.safe.metadata.ended_by
        return not self.last or (self.is_call and ended in _CUT_OFF)

    def speaks_after(self, turn: int) -> bool:
        """Tell whether the agent has a turn after one."""
        return any(t.index > turn for t in self.spoken_by("agent"))

    def spoken_by(self, who: str) -> tuple[SafeTurn, ...]:
        """Return the turns of "agent" (this one), "customer" or "any"."""
        return self._by_who[who]

    def all_of(self, who: str) -> dict[int, tuple[int, int]]:
        """Return the turns of `who`, and of each all its characters; not to be changed."""
        if who not in self._whole:
            turns = self.spoken_by(who)
            self._whole[who] = {t.index: (0, max(len(t.text), 1)) for t in turns}
        return self._whole[who]

    @cached_property
    def _whole(self) -> dict[str, dict[int, tuple[int, int]]]:
        return {}

    @cached_property
    def _by_who(self) -> dict[str, tuple[SafeTurn, ...]]:
        return {
            "agent": tuple(t for t in self.turns if t.party == self.agent.id),
            "customer": tuple(t for t in self.turns if t.role is Role.CUSTOMER),
            "any": self.turns,
            "unknown": tuple(t for t in self.turns if t.role is Role.UNKNOWN),
        }

    @cached_property
    def speech_limits(self) -> tuple[float, float] | None:
        """When people first and last speak, by word times; None without times."""
        human = [t for t in self.turns if t.role in _HUMAN and t.start is not None]
        if not human:
            return None
        starts = [t.words[0].start if t.words else t.start for t in human]
        ends = [t.words[-1].end if t.words else t.end for t in human]
        return (
            min(s for s in starts if s is not None),
            max([e for e in ends if e is not None] or [s for s in starts if s is not None]),
        )

    @cached_property
    def heard_share(self) -> float:
        """The share of the agent's speech that gave words; 1 where there is hardly any."""
        spoken = sum(s.duration for s in self.speech if s.speaker == self.agent.id)
        turns = self.spoken_by("agent")
        heard = sum(t.end - t.start for t in turns if t.end is not None and t.start is not None)
        return heard / spoken if spoken >= 1 else 1.0

    @cached_property
    def actions(self) -> tuple[Event, ...]:
        """What the system did during the part, and all that it says no time of."""
        limits = self.speech_limits
        low = None if self.first or limits is None else limits[0]
        high = None if self.last or limits is None else limits[1]
        return tuple(
            e
            for e in self.document.safe.events
            if e.kind is EventKind.ACTION
            and (low is None or e.start is None or e.start >= low)
            and (high is None or e.start is None or e.start <= high)
        )

    @cached_property
    def speech(self) -> tuple[SpeechSpan, ...]:
        """Speech within the part, in order of start."""
        limits = self.speech_limits
        if limits is None:
            return ()
        low = None if self.first else limits[0]
        high = None if self.last else limits[1]
        return tuple(
            sorted(
                (
                    s
                    for s in self.document.safe.speech
                    if (low is None or s.end > low) and (high is None or s.start < high)
                ),
                key=lambda s: (s.start, s.end, s.speaker),
            )
        )


def parts(document: Document) -> tuple[Part, ...]:
    """Return the part of every agent who said something, in order of their first turn.

    An agent who never did gets the whole conversation when there is no other.
    """
    safe = document.safe
    agents = [p for p in safe.parties if p.role is Role.AGENT]
    spoke = {p.id: [t for t in safe.turns if t.party == p.id] for p in agents}
    present = sorted((p for p in agents if spoke[p.id]), key=lambda p: spoke[p.id][0].index)
    if not present:
        return tuple(Part(document, p, safe.turns, first=True, last=True) for p in agents[:1])
    found = []
    for i, agent in enumerate(present):
        first, last = i == 0, i == len(present) - 1
        begin = 0 if first else spoke[agent.id][0].index
        end = spoke[agent.id][-1].index + 1
        if not last:
            end = max(end, spoke[present[i + 1].id][0].index)
        turns = tuple(t for t in safe.turns if t.index >= begin and (last or t.index < end))
        found.append(Part(document, agent, turns, first=first, last=last))
    return tuple(found)
