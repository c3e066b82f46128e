"""What exports have in common: what they are given, and what they give.

An export sees redacted records only, and of the metadata not `extra`: what a source
carried there was never looked through. Reviewers' comments stay behind for the same reason.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Literal, NamedTuple, Protocol, runtime_checkable

from qa import plugins
from qa.errors import UsageError
from qa.records import (
    Assessment,
    CardRef,
    Channel,
    Metadata,
    Override,
    SafeConversation,
    ScoreStatus,
    Triage,
    Verdict,
)

#: name -> "module:class"; built without arguments.
FORMATS = {
    "csv": "qa.exports.csv_table:CsvExport",
    "jsonl": "qa.exports.json_lines:JsonlExport",
    "parquet": "qa.exports.parquet:ParquetExport",
    "xlsx": "qa.exports.xlsx:XlsxExport",
    "vtt": "qa.exports.subtitles:VttExport",
    "srt": "qa.exports.subtitles:SrtExport",
    "vcon": "qa.exports.vcon:VconExport",
}
GROUP = "qa.exports"

#: A row a conversation, or a row a verdict.
What = Literal["conversations", "findings"]
#: How much of a conversation an export reads: its line in a list, its verdicts besides, or all.
Depth = Literal["summary", "findings", "all"]


class Chunk(NamedTuple):
    """Some bytes of a file; the pieces of a file follow one another."""

    #: Path below the export's folder, parts joined by "/".
    name: str
    data: bytes


@dataclass(frozen=True, slots=True)
class Scored:
    """One score of a conversation as it stands, humans' verdicts applied."""

    card: CardRef
    #: Id and name of the agent; None for a team outcome.
    party: str | None
    agent: str | None
    status: ScoreStatus
    #: 0..100; the range where the total is open.
    total: float | None
    low: float | None
    high: float | None
    passed: bool | None
    #: Items whose standing verdict is a fail that costs points, and those left for a human.
    failed: tuple[str, ...]
    review: tuple[str, ...]
    made_at: datetime | None = None
    #: The machine's verdicts; None where only summaries were read.
    assessment: Assessment | None = None
    #: Humans' verdicts by item.
    overrides: Mapping[str, Override] = field(default_factory=dict)

    def standing(self, item: str, machine: Verdict) -> Verdict:
        """Return the verdict that stands: the human's, else the machine's."""
        over = self.overrides.get(item)
        return over.verdict if over else machine


@dataclass(frozen=True, slots=True)
class Exported:
    """A conversation as exports are given it."""

    id: str
    external_id: str | None
    source: str
    channel: Channel
    #: Begin of the conversation, else its registration: exports are ordered by it.
    at: datetime
    registered_at: datetime
    updated_at: datetime
    #: Where it stands: "waiting", "working", "done", "failed", "triaged".
    state: str
    #: Seconds; None until heard.
    duration: float | None
    #: As it was heard, where the metadata do not say it.
    language: str | None
    agent_id: str | None
    agent_name: str | None
    triage: Triage | None
    triage_reason: str
    #: Without `extra`.
    metadata: Metadata
    scores: tuple[Scored, ...]
    #: None until heard, and where only summaries were read.
    conversation: SafeConversation | None = None


@runtime_checkable
class Exporter(Protocol):
    """Knows one format."""

    #: File name ending of the format, and its media type.
    suffix: str
    media_type: str
    #: Makes several files.
    many: bool
    #: How much is read for each thing that the format can hold.
    reads: Mapping[What, Depth]

    def chunks(self, found: Iterable[Exported], *, what: What) -> Iterator[Chunk]:
        """Yield the files' pieces; holds no more than a few conversations at a time."""
        ...


def month(each: Exported) -> str:
    """Return the month that a conversation belongs to, in UTC: "2026-03"."""
    return f"{each.at.astimezone(UTC):%Y-%m}"


def formats() -> list[str]:
    """Return the names of all formats."""
    return plugins.names(FORMATS, GROUP)


def exporter(name: str, *, what: str = "conversations") -> Exporter:
    """Return the export of that name.

    Raises
    ------
    UnknownName : no such format.
    UsageError : it cannot hold what is asked for.
    MissingExtra : a package that it needs is not installed.
    """
    made: Exporter = plugins.load("export", name, FORMATS, GROUP, extra="parquet")()
    if what not in made.reads:
        known: Sequence[str] = tuple(made.reads)
        raise UsageError(f"'{name}' holds no {what}.", f"It holds: {', '.join(known)}.")
    return made
