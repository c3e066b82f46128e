"""The list of conversations as the page shows it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import PurePath
from typing import Any
from urllib.parse import urlencode

from qa.api import words
from qa.api.i18n import gettext
from qa.api.schemas import ListQuery
from qa.records import ScoreStatus
from qa.store import State
from qa.store.views import ConversationSummary, Filter, Number, ScoreLine

#: Where the list is.
LIST = "/conversations"
#: How far the numbers above a list are counted: what is more takes time to count and tells little.
MOST_COUNTED = 1_000
#: Failed items that a row names; the rest is a number.
_NAMED = 3


@dataclass(frozen=True)
class Badge:
    """One score in a row."""

    text: str
    tone: str


@dataclass(frozen=True)
class Row:
    """One conversation in the list."""

    id: str
    name: str
    detail: str
    channel: str
    length: str
    agent: str
    at: str
    scores: tuple[Badge, ...]
    failed: tuple[str, ...]
    more_failed: int
    review: int
    state: str
    error: str


@dataclass(frozen=True)
class Tab:
    """A number of conversations, and the list of them."""

    label: str
    #: "" where counting would cost more than it tells.
    count: str
    href: str
    current: bool
    alarm: bool = False


def row(summary: ConversationSummary) -> Row:
    """Word one conversation."""
    failed = tuple(dict.fromkeys(i for line in summary.scores for i in line.failed))
    detail = [summary.external_id, summary.project, summary.queue, summary.language]
    return Row(
        id=summary.id,
        name=name_of(summary),
        detail=" · ".join(d for d in detail if d),
        channel=words.CHANNELS[summary.channel],
        length=words.clock(summary.duration),
        agent=summary.agent_name or summary.agent_id or "",
        at=words.moment(summary.at),
        scores=badges(summary),
        failed=failed[:_NAMED],
        more_failed=max(len(failed) - _NAMED, 0),
        review=len({i for line in summary.scores for i in line.review}),
        state=words.standing(summary),
        error=summary.error_reason,
    )


def name_of(summary: ConversationSummary) -> str:
    """Return what people call a conversation: its file's name."""
    return PurePath(summary.source).name or summary.external_id or summary.id


def badges(summary: ConversationSummary) -> tuple[Badge, ...]:
    """Word all scores of a conversation, or that they are hidden."""
    if summary.blind:
        return (Badge(gettext("blind"), "none"),)
    return tuple(badge(line) for line in summary.scores)


def badge(line: ScoreLine) -> Badge:
    """Word one score of a list."""
    return Badge(text=words.score(line), tone=words.tone(line))


#: What is counted above a list: all, what may be critical, and what is not done.
COUNTED = (
    Filter(),
    Filter(status=ScoreStatus.CRITICAL_SUSPECTED),
    *(Filter(state=state) for state in State if state is not State.DONE),
)


def tabs(counted: Sequence[Number], query: ListQuery) -> tuple[Tab, ...]:
    """Return the numbers above the list; each leads to the conversations it counts.

    Parameters
    ----------
    counted : of each of `COUNTED`.
    """
    chosen = shown(query)
    numbers = list(zip(COUNTED, counted, strict=True))
    (_, every), (_, suspected), *states = numbers
    made: list[tuple[str, str, dict[str, str], bool]] = [
        (gettext("all"), _number(every), {}, False)
    ]
    if suspected.n:
        where = {"status": "critical_suspected"}
        made.append((gettext("suspected critical"), _number(suspected), where, True))
    made.append((gettext("to review"), "", {"needs_review": "true"}, False))
    made += [
        (words.STATES[f.state].lower(), _number(number), {"state": str(f.state)}, False)
        for f, number in states
        if f.state and number.n
    ]
    return tuple(
        Tab(label, n, _href(LIST, where), current=where == chosen, alarm=alarm)
        for label, n, where, alarm in made
    )


def _number(number: Number) -> str:
    return f"{number.n}+" if number.more else str(number.n)


def shown(query: ListQuery) -> dict[str, str]:
    """Return the conditions of a list as its address has them."""
    given = query.model_dump(mode="json", exclude={"after", "limit"}, exclude_none=True)
    return {k: str(v).lower() if isinstance(v, bool) else str(v) for k, v in given.items()}


def addresses(
    query: ListQuery, after: str | None, *, path: str = LIST, twin: str = f"/api/v1{LIST}"
) -> Mapping[str, Any]:
    """Return where the list goes on, where it begins, and where programs read it."""
    where = shown(query)
    if query.limit != type(query)().limit:
        where["limit"] = str(query.limit)
    here = where | ({"after": query.after} if query.after else {})
    return {
        "next": _href(path, where | {"after": after}) if after else None,
        "first": _href(path, where) if query.after else None,
        "twin": _href(twin, here),
    }


def _href(path: str, where: Mapping[str, str]) -> str:
    return f"{path}?{urlencode(where)}" if where else path


def day(value: date | None) -> str:
    """Return a moment or a day as a date field has it."""
    return value.isoformat()[:10] if value else ""
