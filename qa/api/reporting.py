"""Reports: the same figures as on the pages, as tables; for a client without agents' names."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import xlsxwriter

from qa.access import EVERYTHING, Scope
from qa.api.figure_schemas import FigureOut
from qa.errors import NotFound
from qa.store import Store
from qa.store.desk.estimates import Mean, Share
from qa.store.desk.figured import Basis, By, Cell, ItemLine, Least, Question

BASES: Mapping[Basis, str] = {
    Basis.EVERYTHING: "Everything that was scored",
    Basis.SAMPLES: "Only what was drawn by chance",
}
#: What an agent's, a team's and a project's report has lines of.
_LINES: Mapping[By, By | None] = {"agent": None, "team": "agent", "project": "team"}
#: Where a number would rest on too few.
TOO_FEW = "too few"

Value = str | float | int | None
#: A table of a workbook: name, head, rows.
Sheet = tuple[str, Sequence[str], Iterable[list[Value]]]


@dataclass(frozen=True)
class Report:
    """What is reported, and for whom."""

    title: str
    figures: FigureOut
    #: For a client: no agent is named, and nothing is shown that one or two stand behind.
    client: bool = False
    #: For a client, of the span and of its weeks: all conversations, those of too few agents
    #: among them. How many there were tells nothing of anybody; how they went might.
    counts: tuple[int, tuple[int, ...]] = (0, ())


def report(
    store: Store,
    question: Question,
    *,
    kind: By,
    name: str,
    client: bool = False,
    scope: Scope = EVERYTHING,
) -> Report:
    """Ask for the figures of an agent, a team or a project.

    Raises
    ------
    NotFound : nothing was scored in the span.
    """
    about = question.model_copy(update={kind: name})
    by = None if client else _LINES[kind]
    sheet = store.figures.sheet(about, by=by, scope=scope)
    if not sheet.whole.whole.conversations:
        raise NotFound(
            f"Nothing of {kind} '{name}' was scored in that time.",
            "Give another span with --since and --until, or see: qa list",
        )
    counts: tuple[int, tuple[int, ...]] = (0, ())
    if client:
        whole = sheet.whole
        counts = (whole.whole.conversations, tuple(w.conversations for w in whole.weeks))
        least = store.figures.least.model_copy(update={"by_team": False})
        about = sheet.question.model_copy(update={"least": least})
        sheet = store.figures.sheet(about, scope=scope)
    items = store.figures.items(sheet.question, by_agent=by == "agent", scope=scope)
    title = store.figures.name(name) if kind == "agent" else name
    return Report(
        title=title, figures=FigureOut(figures=sheet, items=items), client=client, counts=counts
    )


def basis(report: Report) -> str:
    """Say what the figures rest on."""
    question = report.figures.figures.question
    return (
        f"{BASES[question.basis]}, {days_of(question)}, "
        f"scorecard {question.card}. Open ones are counted, not averaged in. Ranges: 95 %."
        f"{_small(question.least)}"
    )


def _small(least: Least | None) -> str:
    if least is None:
        return ""
    return (
        f" Weeks in which fewer than {least.agents} agents or {least.conversations} conversations"
        " were scored are in no average, nor in that of all."
    )


def days_of(question: Question) -> str:
    """Word the first and the last day of a span."""
    return f"{_day(question.since)} to {_day(question.until - timedelta(microseconds=1))}"


HEAD = (
    "From", "Conversations", "Average", "Low", "High", "Averaged", "Passed, %", "Passed low, %",
    "Passed high, %", "Critical fails confirmed", "Open", "Not scorable",
)  # fmt: skip


def weeks(report: Report) -> Iterator[list[Value]]:
    """Yield a row a week, and one of all."""
    line = report.figures.figures.whole
    if report.client:
        whole, by_week = report.counts
        for cell, n in zip(line.weeks, by_week, strict=True):
            yield [_day(cell.since), n, *_told(cell)]
        yield ["All", whole, *_told(line.whole)]
        return
    for cell in line.weeks:
        yield [_day(cell.since), *_cells(cell)]
    yield ["All", *_cells(line.whole)]
    yield ["Before that, as long", *_cells(line.before)]


def lines(report: Report) -> Iterator[list[Value]]:
    """Yield a row an agent of a team, or a team of a project; none for a client."""
    for line in report.figures.figures.lines:
        yield [line.name or "none named", *_cells(line.whole)]


def items(report: Report) -> Iterator[list[Value]]:
    """Yield a row an item: how often it was judged, failed, and the share with its range."""
    for item in report.figures.items.items:
        yield [item.ask, item.item, *_failed(item)]


ITEM_HEAD = ("Item", "Id", "Judged", "Failed", "Failed, %", "Low, %", "High, %")


def _failed(item: ItemLine) -> list[Value]:
    found = item.whole.failed
    if found.share is None:
        return [found.n, None, None, None, None]
    return [found.n, found.k, *_percent(found)]


def _told(cell: Cell) -> list[Value]:
    """Return the cells of what enough agents stand behind; of nothing else how it went."""
    return _cells(cell)[1:] if cell.conversations else [None] * (len(HEAD) - 2)


def _cells(cell: Cell) -> list[Value]:
    return [
        cell.conversations,
        *_mean(cell.score),
        cell.score.n,
        *_percent(cell.passed),
        cell.critical,
        cell.open,
        cell.not_scorable,
    ]


def _mean(found: Mean) -> list[Value]:
    return [None if v is None else round(v, 1) for v in (found.mean, found.low, found.high)]


def _percent(found: Share) -> list[Value]:
    shares = (found.share, found.low, found.high)
    return [None if v is None else round(100 * v, 1) for v in shares]


def _day(at: datetime) -> str:
    return f"{at.astimezone():%Y-%m-%d}"


#: What a terminal has room for.
SHORT = ("From", "Conversations", "Average", "95 %", "Passed", "Critical", "Open")


def short(rows: Iterable[list[Value]]) -> list[list[str]]:
    """Word the rows of weeks or lines for a terminal."""
    found = []
    for first, n, mean, low, high, _, passed, _, _, critical, open_, _ in rows:
        numbers = isinstance(low, float) and isinstance(high, float)
        spread = f"{low:.0f}-{high:.0f}" if numbers else ""
        share = f"{passed:.0f} %" if isinstance(passed, float) else TOO_FEW
        found.append([str(first), str(n), text(mean), spread, share, text(critical), text(open_)])
    return found


def text(value: Value) -> str:
    """Word one value."""
    return TOO_FEW if value is None else str(value)


def as_json(report: Report) -> dict[str, Any]:
    """Return the report as JSON has it; null where there are too few."""
    tables = {
        "weeks": (HEAD, weeks(report)),
        "lines": (("Name", *HEAD[1:]), lines(report)),
        "items": (ITEM_HEAD, items(report)),
    }
    return {
        "title": report.title,
        "basis": basis(report),
        **{
            name: [dict(zip(map(_key, head), row, strict=True)) for row in rows]
            for name, (head, rows) in tables.items()
        },
    }


def _key(title: str) -> str:
    return title.lower().replace(", %", " percent").replace(" ", "_")


def write_workbook(report: Report, path: Path) -> None:
    """Write the report as a workbook: weeks, agents or teams, items."""
    sheets: list[Sheet] = [
        ("Weeks", HEAD, weeks(report)),
        ("Items", ITEM_HEAD, items(report)),
    ]
    if report.figures.figures.lines and not report.client:
        sheets.insert(1, ("Lines", ("Name", *HEAD[1:]), lines(report)))
    write_sheets(path, sheets, title=report.title, basis=basis(report))


def write_sheets(path: Path, sheets: Iterable[Sheet], *, title: str, basis: str) -> None:
    """Write tables as a workbook, each with title and basis above it."""
    with xlsxwriter.Workbook(str(path)) as book:
        bold = book.add_format({"bold": True, "bottom": 1})
        for name, head, rows in sheets:
            sheet = book.add_worksheet(name)
            sheet.set_column(0, 0, 34)
            sheet.set_column(1, len(head) - 1, 13)
            sheet.write_string(0, 0, title)
            sheet.write_string(1, 0, basis)
            for place, column in enumerate(head):
                sheet.write_string(3, place, column, bold)
            for number, row in enumerate(rows, 4):
                for place, value in enumerate(row):
                    # Text is never a formula.
                    if isinstance(value, str | None):
                        sheet.write_string(number, place, text(value))
                    else:
                        sheet.write_number(number, place, value)
            sheet.freeze_panes(4, 1)
