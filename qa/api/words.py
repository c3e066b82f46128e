"""How figures, verdicts and states are worded for people; pages and command line share it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import TYPE_CHECKING, Protocol

from qa.api.i18n import N_, Texts, decimal, gettext
from qa.api.i18n import moment as moment_in_language
from qa.records import (
    Channel,
    Critical,
    Direction,
    ItemKind,
    Provenance,
    Role,
    ScoreStatus,
    Triage,
    Verdict,
)

if TYPE_CHECKING:
    from qa.store.views import ConversationSummary

#: Between the ends of a range, and where there is nothing to say.
DASH = "\N{EN DASH}"

VERDICTS: Mapping[Verdict, str] = Texts(
    {
        Verdict.PASS: N_("Pass"),
        Verdict.PARTIAL: N_("Partly"),
        Verdict.FAIL: N_("Fail"),
        Verdict.NOT_APPLICABLE: N_("Not applicable"),
        Verdict.REVIEW: N_("To review"),
    }
)

#: As short as a label can be.
PILLS: Mapping[Verdict, str] = Texts(
    {
        Verdict.PASS: N_("Pass"),
        Verdict.PARTIAL: N_("Partly"),
        Verdict.FAIL: N_("Fail"),
        Verdict.NOT_APPLICABLE: N_("N/A"),
        Verdict.REVIEW: N_("Review"),
    }
)

#: One character each, so that a verdict is never told by colour alone.
SIGNS: Mapping[Verdict, str] = {
    Verdict.PASS: "✓",
    Verdict.PARTIAL: "◐",
    Verdict.FAIL: "✗",
    Verdict.NOT_APPLICABLE: DASH,
    Verdict.REVIEW: "?",
}


def choices() -> tuple[tuple[int, Verdict, str, str], ...]:
    """Return the verdicts that people give: number, name, sign, wording."""
    given = (Verdict.PASS, Verdict.PARTIAL, Verdict.FAIL, Verdict.NOT_APPLICABLE)
    return tuple((n, v, SIGNS[v], VERDICTS[v]) for n, v in enumerate(given, 1))


ROLES: Mapping[Role, str] = Texts(
    {
        Role.AGENT: N_("Agent"),
        Role.CUSTOMER: N_("Customer"),
        Role.BOT: N_("Bot"),
        Role.SYSTEM: N_("System"),
        Role.UNKNOWN: N_("Speaker"),
    }
)

CHANNELS: Mapping[Channel, str] = Texts(
    {
        Channel.CALL: N_("Call"),
        Channel.CHAT: N_("Chat"),
        Channel.MAIL: N_("Mail"),
    }
)

STATUSES: Mapping[ScoreStatus, str] = Texts(
    {
        ScoreStatus.FINAL: N_("Final"),
        ScoreStatus.PROVISIONAL: N_("Provisional"),
        ScoreStatus.CRITICAL_SUSPECTED: N_("Critical suspected"),
        ScoreStatus.CRITICAL_CONFIRMED: N_("Critical confirmed"),
        ScoreStatus.NOT_SCORABLE: N_("Not scorable"),
    }
)

TRIAGES: Mapping[Triage, str] = Texts(
    {
        Triage.VOICEMAIL: N_("Voicemail"),
        Triage.IVR_ONLY: N_("Announcements only"),
        Triage.TOO_SHORT: N_("Too short"),
        Triage.NO_CUSTOMER: N_("No customer"),
        Triage.NO_AGENT: N_("No agent"),
        Triage.DROPPED: N_("Dropped"),
        Triage.SILENT: N_("Silent"),
        Triage.UNANSWERED: N_("Unanswered"),
        Triage.TEST: N_("Test"),
        Triage.INTERNAL: N_("Internal"),
    }
)

KINDS: Mapping[ItemKind, str] = Texts(
    {
        ItemKind.EARNS: "",
        ItemKind.DEDUCTS: N_("deducts"),
        ItemKind.BONUS: N_("bonus"),
        ItemKind.ADVICE: N_("advice only"),
    }
)

CRITICALS: Mapping[Critical, str] = Texts(
    {
        Critical.WHOLE: N_("critical: zeroes the total"),
        Critical.SECTION: N_("critical: zeroes the section"),
        Critical.OUTCOME: N_("critical: fails the outcome"),
    }
)

DIRECTIONS: Mapping[Direction, str] = Texts(
    {
        Direction.INBOUND: N_("inbound"),
        Direction.OUTBOUND: N_("outbound"),
        Direction.INTERNAL: N_("internal"),
        Direction.UNKNOWN: "",
    }
)

#: Where a conversation stands in the queue, by the value of `qa.store`'s state.
STATES: Mapping[str, str] = Texts(
    {
        "waiting": N_("Waiting"),
        "working": N_("In work"),
        "done": N_("Done"),
        "failed": N_("Failed"),
        "triaged": N_("Not scored"),
        "erased": N_("Erased"),
    }
)

#: How a card adds up, as printed beside every score.
MODES: Mapping[str, str] = Texts(
    {
        "sections": N_("weighted by section"),
        "items": N_("weighted by item"),
        "points": N_("raw points"),
    }
)


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
        parts = [gettext("%d h") % hours, gettext("%d min") % minutes if minutes else ""]
    else:
        parts = [
            gettext("%d min") % minutes if minutes else "",
            gettext("%d s") % rest if rest or not minutes else "",
        ]
    return " ".join(part for part in parts if part)


def moment(at: datetime) -> str:
    """Word a moment, in the zone of this machine: ``2026-03-04 09:30``, pages as people do."""
    return moment_in_language(at)


def day(at: datetime) -> str:
    """Word a day, in the zone of this machine, as it is written everywhere: ``2026-03-04``."""
    return at.astimezone().date().isoformat()


def number(value: float | None) -> str:
    """Word a score: one decimal, none when it is whole."""
    if value is None:
        return DASH
    return decimal(round(value, 1) + 0.0)  # no "-0"


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
        return gettext("not scorable")
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
        return gettext("open")
    return gettext("passed") if score.passed else gettext("failed")


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
        return gettext("Not scored: %s") % TRIAGES[summary.triage].lower()
    if summary.state != "done" and not (summary.state == "erased" and summary.scores):
        return STATES[summary.state]
    found = {line.status for line in summary.scores}
    settled = (ScoreStatus.CRITICAL_SUSPECTED, ScoreStatus.CRITICAL_CONFIRMED)
    for status in (*settled, ScoreStatus.PROVISIONAL, ScoreStatus.NOT_SCORABLE):
        if status in found:
            return STATUSES[status]
    return gettext("Scored") if found else STATES[summary.state]


def heard_with(stages: Iterable[Provenance]) -> str:
    """Word which engines heard a conversation: "transcribed by ..., speakers by ..."."""
    by = {p.stage: p.model or p.engine for p in stages}
    doing = {"transcribe": gettext("transcribed by %s"), "diarize": gettext("speakers by %s")}
    return ", ".join(words % by[stage] for stage, words in doing.items() if stage in by)


#: Parts of the scoring that have a version of their own, as people would call them.
_PARTS = {
    "check": "kind of check",
    "hearing": "table of what is misheard",
    "lemmas": "forms of words",
    "likeness": "likeness of words",
    "pack": "phrases",
    "parser": "sentences",
    "politeness": "table of politeness",
    "politeness_": "words of politeness",
}


def judged_with(made: Provenance) -> str:
    """Word what judged: card by its hash, engine, packs, parser: "judged by qa.scoring 3, ..."."""
    parts = {k: v for k, v in made.options.items() if k != "card"}
    versions = [f"{_part(k)} {v}" for k, v in sorted(parts.items())]
    card = made.options.get("card", "")[:19]
    return ", ".join(p for p in (f"judged by {made.engine} {made.version}", card, *versions) if p)


def _part(key: str) -> str:
    """Word what a part of the scoring is called: "pack_en" -> "phrases en"."""
    name, _, language = key.partition("_")
    meant = _PARTS.get(f"{name}_") if language else None
    return " ".join(w for w in (meant or _PARTS.get(name, name), language.replace("_", " ")) if w)


def count(n: int, one: str, many: str = "") -> str:
    """Word a number of things: "1 call", "3 calls"."""
    return f"{n} {one if n == 1 else many or one + 's'}"


def listing(names: Iterable[str], *, most: int = 3) -> str:
    """Join names with commas; beyond `most` only the number is said."""
    names = list(names)
    rest = len(names) - most
    return ", ".join(names) if rest <= 0 else f"{', '.join(names[:most])} +{rest}"
