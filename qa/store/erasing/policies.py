"""How long what of a conversation is kept: the first rule that fits, kind by kind. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from enum import StrEnum

from pydantic import AwareDatetime

from qa.records import Channel, Record, ScoreStatus
from qa.setting_parts import Days, Retention


class What(StrEnum):
    """A kind of content that is kept, and erased, by itself."""

    #: Copies of the recording, what is played and drawn, clips; the recording, where it is ours.
    AUDIO = "audio"
    #: What was said or written before redaction, with all that the source told.
    UNREDACTED = "unredacted"
    #: The redacted turns, quotes, search, and what people wrote on them.
    TEXT = "text"
    #: Verdicts, scores and reviews.
    SCORES = "scores"


class Aged(Record):
    """What rules ask of a conversation."""

    id: str
    channel: Channel
    queue: str | None = None
    project: str | None = None
    language: str | None = None
    tags: frozenset[str] = frozenset()
    #: Its disposition, and why it is not scored.
    outcomes: frozenset[str] = frozenset()
    #: Of its scores as they stand.
    statuses: frozenset[ScoreStatus] = frozenset()
    passed: frozenset[bool] = frozenset()
    totals: tuple[float, ...] = ()
    began_at: AwareDatetime
    scored_at: AwareDatetime | None = None
    reviewed_at: AwareDatetime | None = None

    @property
    def result(self) -> str:
        """What the worst of its scores came to; "" = not scored."""
        if self.statuses & {ScoreStatus.CRITICAL_SUSPECTED, ScoreStatus.CRITICAL_CONFIRMED}:
            return "critical"
        if False in self.passed:
            return "failed"
        return "passed" if True in self.passed else ""


class Due(Record):
    """Until when something is kept, and by which rule."""

    rule: str
    #: None = for ever.
    at: AwareDatetime | None


def kinds_of(channel: Channel) -> frozenset[What]:
    """Return what there can be of a conversation of that channel."""
    return frozenset(What) if channel is Channel.CALL else frozenset(What) - {What.AUDIO}


def due(facts: Aged, rules: Sequence[Retention]) -> Mapping[What, Due]:
    """Return until when each kind of content is kept; what no rule speaks of is left out.

    Of each kind the first rule counts that fits, says something of it, and whose count has
    begun: one that counts from a review is passed over until there was one.
    """
    fitting = [(rule, _begin(facts, rule)) for rule in rules if fits(facts, rule)]
    found: dict[What, Due] = {}
    for rule, begin in fitting:
        if begin is None:
            continue
        for what in kinds_of(facts.channel) - set(found):
            days = _days(rule)[what]
            if days is not None:
                until = None if days == "forever" else begin + timedelta(days=days)
                found[what] = Due(rule=rule.name, at=until)
    return found


def past(facts: Aged, rules: Sequence[Retention], now: datetime) -> dict[What, str]:
    """Return what is kept no longer, and by which rule."""
    return {
        what: one.rule
        for what, one in due(facts, rules).items()
        if one.at is not None and one.at <= now
    }


def fits(facts: Aged, rule: Retention) -> bool:
    """Say whether a rule speaks of a conversation."""
    plain = (
        (rule.channel, {facts.channel.value}),
        (rule.queue, {facts.queue}),
        (rule.project, {facts.project}),
        (rule.language, {facts.language}),
        (rule.tag, facts.tags),
        (rule.outcome, facts.outcomes),
        (rule.result, {facts.result}),
    )
    low, high = rule.min_score, rule.max_score
    return all(not wanted or wanted in found for wanted, found in plain) and (
        (low is None and high is None) or _within(facts.totals, low, high)
    )


def asks_scores(rules: Iterable[Retention]) -> bool:
    """Say whether any of the rules asks for scores, which are dear to look up."""
    return any(
        rule.result
        or rule.min_score is not None
        or rule.max_score is not None
        or rule.counted_from == "scored"
        for rule in rules
    )


def _within(totals: Iterable[float], low: float | None, high: float | None) -> bool:
    return any((low is None or one >= low) and (high is None or one <= high) for one in totals)


def _begin(facts: Aged, rule: Retention) -> datetime | None:
    begins = {
        "begin": facts.began_at,
        "scored": facts.scored_at,
        "reviewed": facts.reviewed_at,
    }
    return begins[rule.counted_from]


def _days(rule: Retention) -> Mapping[What, Days | None]:
    return {
        What.AUDIO: rule.audio_days,
        What.UNREDACTED: rule.unredacted_days,
        What.TEXT: rule.text_days,
        What.SCORES: rule.scores_days,
    }
