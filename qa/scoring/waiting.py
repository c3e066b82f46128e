"""Figures of who waited for whom, fair to the agent.

An agent's clock starts when they were given the conversation: waiting in the queue is the
team's figure. Bots and the system start no clock and answer for nobody; where nothing says
when an agent was assigned, the wait for a person begins with the bot's last answer.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from datetime import timedelta
from math import inf

from qa.records import Event, EventKind, Evidence, Role
from qa.scoring.measured import NO_TIMES, Measured, NotMeasurable, Result, Stretch
from qa.scoring.parts import Part

_NOBODY_WAITED = NotMeasurable("Nobody waited for a reply.")


def _times(
    part: Part, kind: EventKind, *, of: Callable[[Event], bool] | None = None
) -> list[float]:
    """Return when events of a kind began, in order."""
    return sorted(
        e.start
        for e in part.document.safe.events
        if e.kind is kind and e.start is not None and (of is None or of(e))
    )


def _first(part: Part) -> float:
    """Return when the agent first says something; infinite where it has no time."""
    return next((t.start for t in part.spoken_by("agent") if t.start is not None), inf)


def _assigned(part: Part) -> float | None:
    """Return when the agent was given the conversation, as far as events say."""
    first = _first(part)

    def mine(event: Event) -> bool:
        return event.party == part.agent.id or (
            event.party is None and event.start is not None and event.start <= first
        )

    times = _times(part, EventKind.ASSIGNED, of=mine)
    return max((t for t in times if t <= first), default=min(times, default=None))


def _begin(part: Part) -> float | None:
    """Return when the agent's clock starts at the earliest: assigned, else come in."""
    assigned, joined = _assigned(part), part.agent.start
    if assigned is not None or joined is None:
        return assigned
    # Who comes in with their first words was there before, nobody knows since when.
    return joined if joined < _first(part) else None


# --- replies -----------------------------------------------------------------------


def _waits(part: Part, *, begun: float | None) -> Iterator[Stretch]:
    """Yield how long the customer waited, from the first unanswered turn to the reply."""
    since: float | None = None
    if not part.first:  # who takes over owes an answer from when they were given it
        since = _assigned(part)
    spoke = False
    for turn in part.turns:
        if turn.start is None:
            continue
        if turn.role is Role.CUSTOMER:
            ended = turn.end if part.is_call and turn.end is not None else turn.start
            since = ended if since is None or part.is_call else since
        elif turn.role is Role.BOT and not spoke and begun is None and since is not None:
            since = turn.start
        elif turn.party == part.agent.id:
            spoke = True
            if since is not None:
                start = max(since, begun or 0.0)
                yield Stretch(start, max(start, turn.start), turn.index)
            since = None
    if since is not None and (end := _given_up(part, since)) is not None:
        asked = [t.index for t in part.turns if t.role is Role.CUSTOMER]
        yield Stretch(max(since, begun or 0.0), end, asked[-1] if asked else None)


def _given_up(part: Part, since: float) -> float | None:
    """Return when a wait ended without a reply: closed, or given to somebody else."""

    def other(event: Event) -> bool:
        return event.party != part.agent.id

    ends = _times(part, EventKind.CLOSED) + _times(part, EventKind.TRANSFER)
    ends += _times(part, EventKind.ASSIGNED, of=other) if not part.last else []
    return min((t for t in ends if t > since), default=None)


def _replies(part: Part) -> list[Stretch]:
    own = {t.index for t in part.spoken_by("agent")}
    return [w for w in _waits(part, begun=_begin(part)) if w.turn in own]


def reply(choose: Callable[[list[float]], float]) -> Callable[[Part], Result]:
    """Return the measurement of one of the waits for a reply."""

    def measure(part: Part) -> Result:
        if part.speech_limits is None:
            return NO_TIMES
        waits = _replies(part)
        if not waits:
            return _NOBODY_WAITED
        value = choose([w.seconds for w in waits])
        slowest = min(waits, key=lambda w: (abs(w.seconds - value), w.start))
        return Measured(round(value, 3), " s", (slowest.evidence("reply"),))

    return measure


def percentile(share: float) -> Callable[[list[float]], float]:
    """Return a chooser of the nearest-rank percentile."""

    def choose(values: list[float]) -> float:
        ordered = sorted(values)
        return ordered[min(len(ordered) - 1, int(share * len(ordered)))]

    return choose


def longest_wait(part: Part) -> Result:
    """Measure the longest wait, one that was never answered included."""
    if part.speech_limits is None:
        return NO_TIMES
    longest = max(_waits(part, begun=_begin(part)), key=lambda w: w.seconds, default=None)
    if longest is None:
        return _NOBODY_WAITED
    return Measured(round(longest.seconds, 3), " s", (longest.evidence("wait_seconds_max"),))


def queue_seconds(part: Part) -> Result:
    """Measure how long nobody had the conversation: from its queue or begin to the agent."""
    if not part.first:
        return NotMeasurable("Another agent took it from the queue.")
    assigned = _assigned(part)
    if assigned is None:
        return NotMeasurable("Nothing says when an agent was assigned.")
    asked = [t for t in part.document.safe.turns if t.role is Role.CUSTOMER and t.start is not None]
    begins = _times(part, EventKind.QUEUED) or [t.start for t in asked[:1] if t.start is not None]
    if not begins:
        return NO_TIMES
    start = min(begins[0], assigned)
    turn = asked[0].index if asked else None
    wait = Stretch(start, assigned, turn)
    return Measured(round(wait.seconds, 3), " s", (wait.evidence("queue_seconds"),))


# --- how much, and when -----------------------------------------------------------------


def handle_seconds(part: Part) -> Result:
    """Measure from when the agent was given it to their last word, or until it was closed."""
    own = [t for t in part.spoken_by("agent") if t.start is not None]
    if not own or own[0].start is None:
        return NO_TIMES
    begin = _begin(part)
    start = own[0].start if begin is None else min(begin, own[0].start)
    last = max(t.end if t.end is not None else t.start or 0.0 for t in own)
    closed = [t for t in _times(part, EventKind.CLOSED) if t >= last] if part.last else []
    held = Stretch(start, min(closed, default=last), own[0].index)
    return Measured(round(held.seconds, 3), " s", (held.evidence("handle_seconds"),))


def turns_of(who: str) -> Callable[[Part], Result]:
    """Return the count of a side's messages, or turns of a call."""

    def measure(part: Part) -> Result:
        found = part.spoken_by(who)
        times = [t.start for t in found if t.start is not None]
        evidence = (
            (Stretch(times[0], times[-1], found[0].index).evidence(f"turns_{who}"),)
            if times
            else ()
        )
        return Measured(float(len(found)), "", evidence)

    return measure


def after_hours(part: Part) -> Result:
    """Tell whether the customer first spoke outside business hours: 1, else 0."""
    safe, hours = part.document.safe, part.document.hours
    if hours is None:
        return NotMeasurable("The settings name no business hours.")
    if safe.metadata.started_at is None:
        return NotMeasurable("It is not known when the conversation began.")
    asked = next((t for t in safe.turns if t.role is Role.CUSTOMER and t.start is not None), None)
    at = asked.start if asked is not None and asked.start is not None else 0.0
    moment = safe.metadata.started_at + timedelta(seconds=at)
    shown = Stretch(at, at, asked.index if asked else None)
    return Measured(float(not hours.open_at(moment)), "", (shown.evidence("after_hours"),))


def reopened(part: Part) -> Result:
    """Count how often it was opened again, in the part of whoever had it then."""
    limits = part.speech_limits
    low = -inf if part.first or limits is None else limits[0]
    high = inf if part.last or limits is None else limits[1]
    times = [t for t in _times(part, EventKind.REOPENED) if low <= t <= high]
    return Measured(float(len(times)), "", tuple(_shown(part, times)))


def _shown(part: Part, times: Iterable[float]) -> Iterator[Evidence]:
    for time in times:
        after = (t.index for t in part.turns if t.start is not None and t.start >= time)
        yield Stretch(time, time, next(after, None)).evidence("reopened")
