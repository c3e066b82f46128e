"""The two tables: a row a conversation, a row a verdict; the same in CSV, Parquet and XLSX."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import Enum
from typing import Generic, TypeAlias, TypeVar

from qa.exports.base import Exported, Scored, What
from qa.records import Evidence, EvidenceKind, Finding

Row = TypeVar("Row")
Value: TypeAlias = str | float | int | bool | datetime | tuple[str, ...] | None


_NO_EVIDENCE = Evidence(kind=EvidenceKind.WINDOW)


class Kind(Enum):
    """What a column holds."""

    TEXT = "text"
    NUMBER = "number"
    COUNT = "whole number"
    MOMENT = "moment, UTC"
    FLAG = "true or false"
    LIST = "list of text"


@dataclass(frozen=True)
class Column(Generic[Row]):
    """One column: its name, what it holds, what it means, and where its value comes from."""

    name: str
    kind: Kind
    meaning: str
    value: Callable[[Row], Value]


@dataclass(frozen=True, slots=True)
class Judged:
    """A verdict with the score and the conversation that it belongs to."""

    conversation: Exported
    score: Scored
    finding: Finding

    @property
    def shown(self) -> Evidence:
        """The evidence that a reader should look at first; empty where there is none."""
        order = (EvidenceKind.HIT, EvidenceKind.METRIC, EvidenceKind.NEAR_MISS, EvidenceKind.WINDOW)
        found = self.finding.evidence
        return min(found, key=lambda e: order.index(e.kind), default=_NO_EVIDENCE)


def _about(of: Callable[[Row], Exported]) -> Iterator[Column[Row]]:
    """Yield the columns that say which conversation a row is about."""

    def column(
        name: str, kind: Kind, meaning: str, value: Callable[[Exported], Value]
    ) -> Column[Row]:
        return Column(name, kind, meaning, lambda row: value(of(row)))

    text = Kind.TEXT
    yield column("conversation", text, "id", lambda e: e.id)
    yield column("external_id", text, "id in your own system", lambda e: e.external_id)
    yield column("started_at", Kind.MOMENT, "registration, where unknown", lambda e: e.at)
    yield column("channel", text, "call, chat or mail", lambda e: str(e.channel))
    yield column("direction", text, "inbound, outbound, ...", lambda e: str(e.metadata.direction))
    yield column("project", text, "", lambda e: e.metadata.project)
    yield column("team", text, "", lambda e: e.metadata.team)
    yield column("queue", text, "", lambda e: e.metadata.queue)
    yield column("language", text, "BCP-47; given, else heard", lambda e: e.language)


def _lowest(scores: Iterable[Scored]) -> float | None:
    return min((s.total for s in scores if s.total is not None), default=None)


def _passed(scores: Sequence[Scored]) -> bool | None:
    """Say whether all scores pass; None while one that could decide is open."""
    if not scores or any(s.passed is False for s in scores):
        return False if scores else None
    return None if any(s.passed is None for s in scores) else True


def _items(scores: Iterable[Scored], attribute: str) -> tuple[str, ...]:
    return tuple(dict.fromkeys(item for s in scores for item in getattr(s, attribute)))


CONVERSATIONS: tuple[Column[Exported], ...] = (
    *_about(lambda e: e),
    Column("agent_id", Kind.TEXT, "of the metadata, else of the first agent", lambda e: e.agent_id),
    Column("agent", Kind.TEXT, "name", lambda e: e.agent_name),
    Column("platform", Kind.TEXT, "", lambda e: e.metadata.platform),
    Column("customer_ref", Kind.TEXT, "", lambda e: e.metadata.customer_ref),
    Column("ticket", Kind.TEXT, "", lambda e: e.metadata.ticket),
    Column("disposition", Kind.TEXT, "", lambda e: e.metadata.disposition),
    Column("ended_by", Kind.TEXT, "", lambda e: str(e.metadata.ended_by)),
    Column("transferred", Kind.FLAG, "", lambda e: e.metadata.transferred),
    Column("topics", Kind.LIST, "", lambda e: e.metadata.topics),
    Column("tags", Kind.LIST, "", lambda e: e.metadata.tags),
    Column("duration", Kind.NUMBER, "seconds", lambda e: e.duration),
    Column("state", Kind.TEXT, "waiting, working, done, failed, triaged", lambda e: e.state),
    Column("triage", Kind.TEXT, "why counted, not scored", lambda e: e.triage and str(e.triage)),
    Column("scores", Kind.COUNT, "how many scores it has", lambda e: len(e.scores)),
    Column("cards", Kind.LIST, "cards of the scores", lambda e: tuple(s.card.id for s in e.scores)),
    Column("score", Kind.NUMBER, "0 to 100; the lowest", lambda e: _lowest(e.scores)),
    Column("passed", Kind.FLAG, "all passed; empty while open", lambda e: _passed(e.scores)),
    Column("failed", Kind.LIST, "items that failed", lambda e: _items(e.scores, "failed")),
    Column("review", Kind.LIST, "items left for a human", lambda e: _items(e.scores, "review")),
    Column("source", Kind.TEXT, "where it came from", lambda e: e.source),
)


def _human(j: Judged) -> str | None:
    over = j.score.overrides.get(j.finding.item)
    return str(over.verdict) if over else None


def _value(j: Judged) -> float | None:
    over = j.score.overrides.get(j.finding.item)
    return over.value if over else j.finding.value


def _critical(j: Judged) -> str | None:
    return str(j.finding.critical) if j.finding.critical else None


FINDINGS: tuple[Column[Judged], ...] = (
    *_about(lambda j: j.conversation),
    Column("card", Kind.TEXT, "id of the scorecard", lambda j: j.score.card.id),
    Column("card_version", Kind.COUNT, "", lambda j: j.score.card.version),
    Column("party", Kind.TEXT, "whose part was judged", lambda j: j.score.party),
    Column("agent", Kind.TEXT, "that party's name, else id", lambda j: j.score.agent),
    Column("status", Kind.TEXT, "how far the score is settled", lambda j: str(j.score.status)),
    Column("score", Kind.NUMBER, "0 to 100, of the whole card", lambda j: j.score.total),
    Column("section", Kind.TEXT, "", lambda j: j.finding.section),
    Column("item", Kind.TEXT, "", lambda j: j.finding.item),
    Column("ask", Kind.TEXT, "the question", lambda j: j.finding.ask),
    Column(
        "verdict",
        Kind.TEXT,
        "that stands: pass, partial, fail, not_applicable, review",
        lambda j: str(j.score.standing(j.finding.item, j.finding.verdict)),
    ),
    Column("machine", Kind.TEXT, "the machine's verdict", lambda j: str(j.finding.verdict)),
    Column("human", Kind.TEXT, "the human's, where there is one", _human),
    Column("value", Kind.NUMBER, "0 to 1, of the verdict that stands", _value),
    Column("weight", Kind.NUMBER, "", lambda j: j.finding.weight),
    Column("kind", Kind.TEXT, "earns, deducts, bonus, advice", lambda j: str(j.finding.kind)),
    Column("critical", Kind.TEXT, "whole, section or outcome", _critical),
    Column("reason", Kind.TEXT, "", lambda j: j.finding.reason),
    Column("turn", Kind.COUNT, "of the evidence; 1 = first", lambda j: _turn(j.shown)),
    Column("evidence_start", Kind.NUMBER, "seconds", lambda j: j.shown.start),
    Column("evidence_end", Kind.NUMBER, "seconds", lambda j: j.shown.end),
    Column("quote", Kind.TEXT, "the words, redacted", lambda j: j.shown.quote),
    Column("rule", Kind.TEXT, "what matched or was looked for", lambda j: j.shown.rule),
)


def _turn(evidence: Evidence) -> int | None:
    return None if evidence.turn is None else evidence.turn + 1


def columns(what: What) -> Sequence[tuple[str, Kind, str]]:
    """Return name, kind and meaning of a table's columns."""
    if what == "conversations":
        return [(c.name, c.kind, c.meaning) for c in CONVERSATIONS]
    return [(c.name, c.kind, c.meaning) for c in FINDINGS]


def cells(found: Iterable[Exported], what: What) -> Iterator[tuple[Exported, list[Value]]]:
    """Yield the rows of a table, each with the conversation it is about.

    Numbers are rounded to 3 decimals and text is made fit for any format, once, here.
    """
    for each in found:
        if what == "conversations":
            yield each, [_clean(c.value(each)) for c in CONVERSATIONS]
            continue
        for score in each.scores:
            for finding in score.assessment.findings if score.assessment else ():
                judged = Judged(each, score, finding)
                yield each, [_clean(c.value(judged)) for c in FINDINGS]


def _clean(value: Value) -> Value:
    """Return a number rounded, and text without what has no place in UTF-8: lone surrogates."""
    match value:
        case float():
            return round(value, 3)
        case str() if not value.isascii():
            return value.encode("utf-8", "replace").decode()
        case tuple():
            return tuple(v.encode("utf-8", "replace").decode() for v in value)
        case _:
            return value
