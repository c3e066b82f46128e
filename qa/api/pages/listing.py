"""The list of conversations as the page shows it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import PurePath
from typing import Any
from urllib.parse import urlencode

from qa.api import words
from qa.api.i18n import gettext
from qa.api.schemas import ListQuery
from qa.records import ScoreStatus
from qa.store.views import ConversationSummary, Counts, ScoreLine

#: Where the list is.
LIST = "/conversations"
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
    #: None where counting would cost more than it tells.
    count: int | None
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


def tabs(counts: Counts, query: ListQuery) -> tuple[Tab, ...]:
    """Return the numbers above the list; each leads to the conversations it counts."""
    chosen = shown(query)
    suspected = counts.statuses.get(ScoreStatus.CRITICAL_SUSPECTED, 0)
    made: list[tuple[str, int | None, dict[str, str], bool]] = [
        (gettext("all"), counts.total, {}, False)
    ]
    if suspected:
        made.append(
            (gettext("suspected critical"), suspected, {"status": "critical_suspected"}, True)
        )
    made.append((gettext("to review"), None, {"needs_review": "true"}, False))
    made += [
        (words.STATES[state].lower(), counts.states[state], {"state": str(state)}, False)
        for state in counts.states
        if counts.states[state] and state != "done"
    ]
    return tuple(
        Tab(label, n, _href(LIST, where), current=where == chosen, alarm=alarm)
        for label, n, where, alarm in made
    )


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
