"""How figures, verdicts and states are worded for people; pages and command line share it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import TYPE_CHECKING, Protocol

from qa.records import Channel, Critical, ItemKind, Provenance, Role, ScoreStatus, Triage, Verdict

if TYPE_CHECKING:
    from qa.store.views import ConversationSummary

#: Between the ends of a range, and where there is nothing to say.
DASH = "\N{EN DASH}"

VERDICTS: Mapping[Verdict, str] = {
    Verdict.PASS: "Pass",
    Verdict.PARTIAL: "Partly",
    Verdict.FAIL: "Fail",
    Verdict.NOT_APPLICABLE: "Not applicable",
    Verdict.REVIEW: "To review",
}

#: As short as a label can be.
PILLS: Mapping[Verdict, str] = {
    **VERDICTS,
    Verdict.NOT_APPLICABLE: "N/A",
    Verdict.REVIEW: "Review",
}

#: One character each, so that a verdict is never told by colour alone.
SIGNS: Mapping[Verdict, str] = {
    Verdict.PASS: "✓",
    Verdict.PARTIAL: "◐",
    Verdict.FAIL: "✗",
    Verdict.NOT_APPLICABLE: DASH,
    Verdict.REVIEW: "?",
}

ROLES: Mapping[Role, str] = {
    Role.AGENT: "Agent",
    Role.CUSTOMER: "Customer",
    Role.BOT: "Bot",
    Role.SYSTEM: "System",
    Role.UNKNOWN: "Speaker",
}

CHANNELS: Mapping[Channel, str] = {
    Channel.CALL: "Call",
    Channel.CHAT: "Chat",
    Channel.MAIL: "Mail",
}

STATUSES: Mapping[ScoreStatus, str] = {
    ScoreStatus.FINAL: "Final",
    ScoreStatus.PROVISIONAL: "Provisional",
    ScoreStatus.CRITICAL_SUSPECTED: "Critical suspected",
    ScoreStatus.CRITICAL_CONFIRMED: "Critical confirmed",
    ScoreStatus.NOT_SCORABLE: "Not scorable",
}

TRIAGES: Mapping[Triage, str] = {
    Triage.VOICEMAIL: "Voicemail",
    Triage.IVR_ONLY: "Announcements only",
    Triage.TOO_SHORT: "Too short",
    Triage.NO_CUSTOMER: "No customer",
    Triage.NO_AGENT: "No agent",
    Triage.DROPPED: "Dropped",
    Triage.SILENT: "Silent",
    Triage.UNANSWERED: "Unanswered",
    Triage.TEST: "Test",
    Triage.INTERNAL: "Internal",
}

KINDS: Mapping[ItemKind, str] = {
    ItemKind.EARNS: "",
    ItemKind.DEDUCTS: "deducts",
    ItemKind.BONUS: "bonus",
    ItemKind.ADVICE: "advice only",
}

CRITICALS: Mapping[Critical, str] = {
    Critical.WHOLE: "critical: zeroes the total",
    Critical.SECTION: "critical: zeroes the section",
    Critical.OUTCOME: "critical: fails the outcome",
}

#: Where a conversation stands in the queue, by the value of `qa.store`'s state.
STATES: Mapping[str, str] = {
    "waiting": "Waiting",
    "working": "In work",
    "done": "Done",
    "failed": "Failed",
    "triaged": "Not scored",
}

#: How a card adds up, as printed beside every score.
MODES: Mapping[str, str] = {
    "sections": "weighted by section",
    "items": "weighted by item",
    "points": "raw points",
}


def clock(seconds: float | None) -> str:
    """Word a time or a length: ``01:23``, ``1:02:03``; a dash when there is none."""
    if seconds is None:
        return DASH
    whole = int(max(seconds, 0))
    hours, rest = divmod(whole, 3600)
    minutes, rest = divmod(rest, 60)
    return f"{hours}:{minutes:02}:{rest:02}" if hours else f"{minutes:02}:{rest:02}"


def lasting(seconds: float) -> str:
    """Word how long something takes: "8 s", "2 min 10 s", "1 h 5 min"."""
    whole = round(seconds)
    hours, rest = divmod(whole, 3600)
    minutes, rest = divmod(rest, 60)
    if hours:
        return f"{hours} h {minutes} min" if minutes else f"{hours} h"
    if minutes:
        return f"{minutes} min {rest} s" if rest else f"{minutes} min"
    return f"{rest} s"


def moment(at: datetime) -> str:
    """Word a moment, in the zone of this machine: ``2026-03-04 09:30``."""
    return at.astimezone().strftime("%Y-%m-%d %H:%M")


def number(value: float | None) -> str:
    """Word a score: one decimal, none when it is whole."""
    if value is None:
        return DASH
    shown = round(value, 1) + 0.0  # no "-0"
    return f"{shown:.0f}" if shown.is_integer() else f"{shown:.1f}"


class Scored(Protocol):
    """What both a full `Score` and a list's line of it have."""

    @property
    def status(self) -> ScoreStatus:
        """How far it can be relied on."""
        ...

    @property
    def total(self) -> float | None:
        """The result."""
        ...

    @property
    def raw(self) -> float | None:
        """Before any critical zero."""
        ...

    @property
    def low(self) -> float | None:
        """Lower end of the range."""
        ...

    @property
    def high(self) -> float | None:
        """Upper end of the range."""
        ...

    @property
    def passed(self) -> bool | None:
        """Whether the pass mark was reached."""
        ...


def score(score: Scored) -> str:
    """Word a score: the total, the range while something is open, or that there is none."""
    if score.status is ScoreStatus.NOT_SCORABLE:
        return "not scorable"
    if score.total is not None:
        return number(score.total)
    if score.low is not None and score.high is not None and score.low != score.high:
        return f"{number(score.low)}{DASH}{number(score.high)}"
    return number(score.low if score.low is not None else score.raw)


def outcome(score: Scored) -> str:
    """Word whether the pass mark was reached; "open" while that cannot be said."""
    if score.status is ScoreStatus.NOT_SCORABLE:
        return ""
    if score.passed is None:
        return "open"
    return "passed" if score.passed else "failed"


def tone(score: Scored) -> str:
    """Name the colour family of a score: good, bad, open, alarm or none."""
    if score.status is ScoreStatus.NOT_SCORABLE:
        return "none"
    if score.status in {ScoreStatus.CRITICAL_SUSPECTED, ScoreStatus.CRITICAL_CONFIRMED}:
        return "alarm"
    if score.passed is None:
        return "open"
    return "good" if score.passed else "bad"


def standing(summary: ConversationSummary) -> str:
    """Word where a conversation stands: in the queue, or with its score once it is done."""
    if summary.triage:
        return f"Not scored: {TRIAGES[summary.triage].lower()}"
    if summary.state != "done":
        return STATES[summary.state]
    found = {line.status for line in summary.scores}
    settled = (ScoreStatus.CRITICAL_SUSPECTED, ScoreStatus.CRITICAL_CONFIRMED)
    for status in (*settled, ScoreStatus.PROVISIONAL, ScoreStatus.NOT_SCORABLE):
        if status in found:
            return STATUSES[status]
    return "Scored" if found else STATES[summary.state]


def heard_with(stages: Iterable[Provenance]) -> str:
    """Word which engines heard a conversation: "transcribed by ..., speakers by ..."."""
    by = {p.stage: p.model or p.engine for p in stages}
    doing = {"transcribe": "transcribed by", "diarize": "speakers by"}
    return ", ".join(f"{words} {by[stage]}" for stage, words in doing.items() if stage in by)


def judged_with(made: Provenance) -> str:
    """Word what judged: card by its hash, engine, packs, parser: "judged by qa.scoring 3, ..."."""
    parts = {k: v for k, v in made.options.items() if k != "card"}
    versions = [f"{k.replace('_', ' ')} {v}" for k, v in sorted(parts.items())]
    card = made.options.get("card", "")[:19]
    return ", ".join(p for p in (f"judged by {made.engine} {made.version}", card, *versions) if p)


def count(n: int, one: str, many: str = "") -> str:
    """Word a number of things: "1 call", "3 calls"."""
    return f"{n} {one if n == 1 else many or one + 's'}"


def listing(names: Iterable[str], *, most: int = 3) -> str:
    """Join names with commas; beyond `most` only the number is said."""
    names = list(names)
    rest = len(names) - most
    return ", ".join(names) if rest <= 0 else f"{', '.join(names[:most])} +{rest}"
