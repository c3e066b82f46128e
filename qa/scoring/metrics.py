"""Timing figures, measured fairly.

Silence after the agent's question belongs to the customer, an announced hold is no dead
air, a backchannel is no interruption, and who cannot be heard apart does not overlap.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Callable, Iterator, Sequence
from functools import lru_cache
from itertools import accumulate
from math import inf, nan

from qa.language import load_pack, tokenise
from qa.records import (
    EventKind,
    Evidence,
    EvidenceKind,
    Layout,
    Role,
    SafeTurn,
    SpeechSpan,
)
from qa.scoring import waiting
from qa.scoring.measured import Measured, NotMeasurable, Result, Stretch
from qa.scoring.parts import Part
from qa.scoring.phrasebook import Phrasebook
from qa.scoring.phrases import compile_phrase
from qa.scoring.tolerant import find_tolerantly

#: A silence shorter than this is a pause for breath.
_PAUSE = 2.0
#: An interruption begins this long after the other began and before they end, and lasts.
_INTO, _LASTS = 0.5, 1.0
#: Fewer words give no rate of speech, less speech no share of talk.
_FEW_WORDS, _LITTLE_SPEECH = 20, 5.0
#: Words of a backchannel at most.
_BACKCHANNEL_WORDS = 3
#: Stretches shown as evidence, the longest first.
_SHOWN = 5


_NO_SPEECH = NotMeasurable("No times of speech are known.")


# --- silence -----------------------------------------------------------------------


def _silences(part: Part) -> Iterator[Stretch]:
    """Yield the silences that the agent is answerable for."""
    speech = part.speech
    holds = [
        (e.start, e.end)
        for e in part.document.safe.events
        if e.kind is EventKind.HOLD and e.start is not None and e.end is not None
    ]
    reached: SpeechSpan | None = None
    for span in speech:
        if reached is not None and span.start - reached.end >= _PAUSE:
            before = _turn_before(part, reached.end)
            if not _excused(part, before, reached.end, span.start, holds):
                yield Stretch(reached.end, span.start, before.index if before else None)
        if reached is None or span.end > reached.end:
            reached = span


def _turn_before(part: Part, at: float) -> SafeTurn | None:
    begun = [t for t in part.turns if t.start is not None and t.start < at]
    return begun[-1] if begun else None


def _excused(
    part: Part,
    before: SafeTurn | None,
    start: float,
    end: float,
    holds: Sequence[tuple[float, float]],
) -> bool:
    """Tell whether a silence is a hold, an announced one, or the customer's to break."""
    if any(a < end and start < b for a, b in holds):
        return True
    if before is None or before.party != part.agent.id:
        return False
    return _asks(before) or _announces_hold(part, before)


def _asks(turn: SafeTurn) -> bool:
    """Tell whether a turn ends in a question, with or without its mark."""
    return turn.text.rstrip().endswith("?")


def _announces_hold(part: Part, turn: SafeTurn) -> bool:
    window = {turn.index: (0, len(turn.text))}
    return any(
        find_tolerantly(part.document.view(language), _hold_phrases(language), window)
        for language in part.document.languages
    )


@lru_cache(maxsize=16)
def _hold_phrases(language: str) -> Phrasebook:
    family = load_pack(language).families.get("hold_notice")
    phrases = family.phrases if family else ()
    return Phrasebook((v for p in phrases for v in compile_phrase(p, language, {})), language)


def _dead_air_max(part: Part) -> Result:
    if not part.speech:
        return _NO_SPEECH
    silences = sorted(_silences(part), key=lambda w: -w.seconds)
    longest = round(silences[0].seconds, 3) if silences else 0.0
    return Measured(longest, " s", tuple(w.evidence("dead_air") for w in silences[:_SHOWN]))


def _dead_air_share(part: Part) -> Result:
    if not part.speech:
        return _NO_SPEECH
    whole = max(s.end for s in part.speech) - part.speech[0].start
    if whole <= 0:
        return _NO_SPEECH
    silences = sorted(_silences(part), key=lambda w: -w.seconds)
    share = sum(w.seconds for w in silences) / whole
    return Measured(round(share, 4), "", tuple(w.evidence("dead_air") for w in silences[:_SHOWN]))


# --- talk --------------------------------------------------------------------------


def _by(part: Part, role: Role) -> list[SpeechSpan]:
    ids = {p.id for p in part.document.safe.parties if p.role is role}
    if role is Role.AGENT:
        ids = {part.agent.id}
    return [s for s in part.speech if s.speaker in ids]


def _interruptions(part: Part) -> Result:
    audio = part.document.safe.audio
    if part.is_call and (audio is None or not any(turn.words for turn in part.turns)):
        return NotMeasurable("Times of a transcript are too coarse for who talks over whom.")
    if audio is not None and audio.layout in {Layout.MONO, Layout.FAKE_STEREO}:
        return NotMeasurable("Both sides lie in one channel; who talks over whom cannot be told.")
    customer = _by(part, Role.CUSTOMER)
    if not part.speech or not customer:
        return _NO_SPEECH
    starts = [c.start for c in customer]
    reach = list(accumulate((c.end for c in customer), max))
    found = [
        span
        for span in _by(part, Role.AGENT)
        if span.duration >= _LASTS
        and _within(span.start, starts, reach)
        and not _is_backchannel(part, span)
    ]
    evidence = tuple(
        Evidence(kind=EvidenceKind.METRIC, start=s.start, end=s.end, rule="interruptions")
        for s in found[:_SHOWN]
    )
    return Measured(float(len(found)), "", evidence)


def _within(moment: float, starts: Sequence[float], reach: Sequence[float]) -> bool:
    """Tell whether somebody has been speaking for a while at a moment, and goes on.

    Parameters
    ----------
    starts, reach : when each span begins, in order, and when the last of it and all before ends.
    """
    begun = bisect_right(starts, moment - _INTO)
    return begun > 0 and moment < reach[begun - 1] - _INTO


def _is_backchannel(part: Part, span: SpeechSpan) -> bool:
    for turn in part.spoken_by("agent"):
        said = [w.text for w in turn.words if w.start < span.end and span.start < w.end]
        if not said:
            continue
        for language in part.document.languages:
            words = [t.text for t in tokenise(" ".join(said), language)]
            known = load_pack(language).backchannels
            if len(words) <= _BACKCHANNEL_WORDS and all(w in known for w in words):
                return True
    return False


def _talk_ratio(part: Part) -> Result:
    agent = sum(s.duration for s in _by(part, Role.AGENT))
    customer = sum(s.duration for s in _by(part, Role.CUSTOMER))
    if agent + customer < _LITTLE_SPEECH:
        return _NO_SPEECH
    return Measured(round(agent / (agent + customer), 4), "")


def _agent_wpm(part: Part) -> Result:
    seconds = sum(s.duration for s in _by(part, Role.AGENT))
    words = sum(len(t.words) for t in part.spoken_by("agent"))
    if words < _FEW_WORDS or seconds <= 0:
        return NotMeasurable("Too few spoken words for a rate of speech.")
    return Measured(round(60 * words / seconds, 1), " words a minute")


def _words_per_turn(part: Part) -> Result:
    turns = part.spoken_by("agent")
    if not turns:
        return NotMeasurable("The agent said nothing.")
    words = sum(len(t.text.split()) for t in turns)
    return Measured(round(words / len(turns), 2), " words a turn")


def _ring_seconds(part: Part) -> Result:
    """Take what the telephone system counted; who takes a call over let nobody wait."""
    told = part.document.fact("ring_seconds")
    if not part.is_call or not told:
        return NotMeasurable("The telephone system does not say how long it rang.")
    if not part.first:
        return NotMeasurable("Another agent picked up.")
    try:
        seconds = float(told)
    except ValueError:
        seconds = nan
    if not 0 <= seconds < inf:
        return NotMeasurable("ring_seconds is no number of seconds.")
    return Measured(seconds, " s")


#: Name in the card -> how it is measured.
METRICS: dict[str, Callable[[Part], Result]] = {
    "reply_seconds_first": waiting.reply(lambda values: values[0]),
    "reply_seconds_p50": waiting.reply(waiting.percentile(0.5)),
    "reply_seconds_p90": waiting.reply(waiting.percentile(0.9)),
    "reply_seconds_max": waiting.reply(max),
    "wait_seconds_max": waiting.longest_wait,
    "queue_seconds": waiting.queue_seconds,
    "handle_seconds": waiting.handle_seconds,
    "turns_agent": waiting.turns_of("agent"),
    "turns_customer": waiting.turns_of("customer"),
    "after_hours": waiting.after_hours,
    "reopened": waiting.reopened,
    "dead_air_max": _dead_air_max,
    "dead_air_share": _dead_air_share,
    "interruptions": _interruptions,
    "talk_ratio": _talk_ratio,
    "agent_wpm": _agent_wpm,
    "words_per_turn": _words_per_turn,
    "ring_seconds": _ring_seconds,
}
#: What no agent can help: shown, never scored.
TEAM = frozenset(["queue_seconds"])
#: Name in the card -> what it is, for people.
MEANINGS = {
    "reply_seconds_first": "seconds the customer waited for the first reply, from when the agent"
    " was assigned",
    "reply_seconds_p50": "seconds the customer waited for a reply, half of the times at most",
    "reply_seconds_p90": "the same, nine times of ten at most",
    "reply_seconds_max": "seconds of the longest wait for a reply",
    "wait_seconds_max": "the same, also where it was closed or handed on without one",
    "queue_seconds": "seconds until an agent was assigned: the team's, shown, never scored",
    "handle_seconds": "seconds from then to the agent's last words, or until it was closed",
    "turns_agent": "messages of the agent; of a call, turns",
    "turns_customer": "the customer's",
    "after_hours": "1 where the customer began outside the settings' `business_hours`, else 0",
    "reopened": "times it was opened again",
    "dead_air_max": "seconds of the longest silence that nobody announced",
    "dead_air_share": "such silence as a share of the talk, 0 to 1",
    "interruptions": "times the agent talked over the customer",
    "talk_ratio": "the agent's share of the talk, 0 to 1",
    "agent_wpm": "words that the agent speaks a minute",
    "words_per_turn": "words that the agent says or writes in a turn",
    "ring_seconds": "seconds it rang, where the source says so (`ring_seconds` in `extra`)",
}
