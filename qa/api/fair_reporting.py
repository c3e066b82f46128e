"""The report on fairness as tables: for a terminal, as JSON, as a workbook."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from qa.api import fair_words
from qa.api.reporting import BASES, Value, days_of, write_sheets
from qa.store.desk.estimates import Share
from qa.store.desk.fair import Fairness, Rates
from qa.store.desk.rates import Gap

GROUP_HEAD = (
    "Group", "Agents", "Conversations", "Confidence", "Judged", "Failed", "Failed, %", "Low, %",
    "High, %", "By the machine, %", "Waits for a human, %", "Did not apply, %",
    "Above all others, points", "Low, points", "High, points", "Clear",
)  # fmt: skip
ITEM_HEAD = (
    "Item", "Id", "Group", "Judged", "Failed", "Failed, %", "Low, %", "High, %",
    "By the machine, %", "Waits for a human, %", "Did not apply, %",
)  # fmt: skip


def title(found: Fairness) -> str:
    """Return what the report is called."""
    return f"Fairness: {fair_words.TRAITS[found.by].lower()}"


def basis(found: Fairness) -> str:
    """Say what the figures rest on."""
    question = found.question
    return (
        f"{BASES[question.basis]}, {days_of(question)}, scorecard {question.card or 'none'}:"
        f" {found.n} conversations. People's verdicts stand in place of the machine's."
        " Ranges: 95 %."
    )


def groups(found: Fairness) -> Iterator[list[Value]]:
    """Yield a row a group."""
    for group in found.groups:
        sure = None if group.confidence is None else round(group.confidence, 3)
        yield [
            fair_words.name(found.by, group), group.agents, group.rates.conversations, sure,
            *_rates(group.rates), *_gap(group.gap),
        ]  # fmt: skip


def items(found: Fairness) -> Iterator[list[Value]]:
    """Yield a row an item and group."""
    names = {group.key: fair_words.name(found.by, group) for group in found.groups}
    for item in found.items:
        for cell in item.cells:
            yield [item.ask, item.item, names[cell.key], *_rates(cell.rates)]


def _rates(rates: Rates) -> list[Value]:
    ends = [_percent(value) for value in (rates.failed.low, rates.failed.high)]
    shares = [_share(one) for one in (rates.machine, rates.open, rates.skipped)]
    return [rates.failed.n, rates.failed.k, _share(rates.failed), *ends, *shares]


def _gap(gap: Gap | None) -> list[Value]:
    if gap is None:
        return [None, None, None, None]
    ends = [_percent(value) for value in (gap.difference, gap.low, gap.high)]
    return [*ends, "yes" if gap.clear else "no"]


def _share(found: Share) -> float | None:
    return _percent(found.share)


def _percent(value: float | None) -> float | None:
    return None if value is None else round(100 * value, 1)


#: What a terminal has room for.
SHORT_GROUPS = (
    "Group", "Agents", "Conversations", "Confidence", "Failed", "By the machine", "Waits",
    "Above others",
)  # fmt: skip


def short_groups(found: Fairness) -> list[list[str]]:
    """Word the groups for a terminal."""
    return [
        [
            fair_words.name(found.by, g), str(g.agents), str(g.rates.conversations),
            fair_words.confidence(g)[0], _both(fair_words.share(g.rates.failed)),
            _both(fair_words.share(g.rates.machine)), fair_words.share(g.rates.open)[0],
            _both(fair_words.points(g.gap)),
        ]
        for g in found.groups
    ]  # fmt: skip


def short_items(found: Fairness) -> list[list[str]]:
    """Word the items for a terminal: a column a group."""
    return [
        [item.ask, *(_both(fair_words.share(cell.rates.failed)) for cell in item.cells)]
        for item in found.items
    ]


def _both(worded: tuple[str, str]) -> str:
    text, note = worded
    return f"{text} ({note})" if note else text


def write_workbook(found: Fairness, path: Path) -> None:
    """Write the report as a workbook: groups, items."""
    sheets = [("Groups", GROUP_HEAD, groups(found)), ("Items", ITEM_HEAD, items(found))]
    write_sheets(path, sheets, title=title(found), basis=basis(found))
