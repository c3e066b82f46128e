"""Figures as pages show them: every number with what it leaves open and where it leads."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any
from urllib.parse import quote, urlencode

from qa.api import words
from qa.api.i18n import N_, Texts, day_of, gettext
from qa.store.desk.estimates import FEWEST, Mean, Share
from qa.store.desk.figured import Basis, By, Cell, Items, LeftOut, Line, Question, Sheet, Show

BASES: Mapping[Basis, str] = Texts(
    {
        Basis.EVERYTHING: N_("All scored conversations"),
        Basis.SAMPLES: N_("Only conversations drawn by chance"),
    }
)
BYS: Mapping[By, str] = Texts(
    {"team": N_("Teams"), "project": N_("Projects"), "agent": N_("Agents")}
)
ONES: Mapping[By, str] = Texts({"team": N_("Team"), "project": N_("Project"), "agent": N_("Agent")})
SHOWS: Mapping[Show, str] = Texts(
    {
        Show.ALL: N_("All"),
        Show.SCORED: N_("In the average"),
        Show.PASSED: N_("Passed"),
        Show.FAILED: N_("Not passed"),
        Show.CRITICAL: N_("Critical fail confirmed"),
        Show.OPEN: N_("Open: a human has to look"),
        Show.NOT_SCORABLE: N_("Not scorable"),
        Show.ITEM: N_("Item judged"),
        Show.ITEM_FAILED: N_("Item failed"),
    }
)
_FOLDERS = {"agent": "agents", "team": "teams", "project": "projects"}
#: Shades of the heat map, the darkest where everything failed.
_SHADES = 8


@dataclass(frozen=True)
class Number:
    """A number, what stands beside it, and the conversations behind it."""

    text: str
    note: str = ""
    href: str | None = None


@dataclass(frozen=True)
class Row:
    """The figures of an agent, a team, a project or a week."""

    name: str
    href: str | None
    conversations: Number
    score: Number
    passed: Number
    critical: Number
    open: Number
    change: str


@dataclass(frozen=True)
class Heat:
    """How often an item failed in one column."""

    text: str
    note: str
    shade: int | None
    href: str | None


def address(question: Question, *, show: Show, **more: str) -> str:
    """Return where the conversations behind a number are listed."""
    return f"/figures/conversations?{urlencode(_where(question) | {'show': str(show)} | more)}"


def _where(question: Question) -> dict[str, str]:
    given = question.model_dump(mode="json", exclude_none=True)
    return {
        k: str(v).lower() if isinstance(v, bool) else str(v) for k, v in given.items() if v != ""
    }


def mean(found: Mean) -> Number:
    """Word an average with its interval."""
    if found.mean is None:
        return Number(gettext("too few") if found.n else words.DASH)
    return Number(words.number(found.mean), _range(found.low, found.high, 1))


def share(found: Share) -> Number:
    """Word a share in percent with its interval."""
    if found.share is None:
        return Number(gettext("too few") if found.n else words.DASH)
    return Number(f"{100 * found.share:.0f} %", _range(found.low, found.high, 100))


def _range(low: float | None, high: float | None, times: int) -> str:
    return f"{(low or 0) * times:.0f}{words.DASH}{(high or 0) * times:.0f}"


def row(line: Line, cell: Cell, question: Question, *, name: str, href: str | None) -> Row:
    """Word a line of a table, each number leading to what is behind it."""
    at = question.model_copy(update={"since": cell.since, "until": cell.until})

    def number(text: str, show: Show, note: str = "") -> Number:
        return Number(text, note, None if text in {"0", words.DASH} else address(at, show=show))

    score, passed = mean(cell.score), share(cell.passed)
    return Row(
        name=name,
        href=href,
        conversations=number(str(cell.conversations), Show.ALL),
        score=number(score.text, Show.SCORED, score.note),
        passed=number(passed.text, Show.PASSED, passed.note),
        critical=number(str(cell.critical), Show.CRITICAL),
        open=number(str(cell.open), Show.OPEN),
        change=change(line) if cell is line.whole else "",
    )


def change(line: Line) -> str:
    """Word how an average changed since the span before."""
    if line.change is None:
        return words.DASH
    if not line.change.told:
        return gettext("no clear change")
    sign = "+" if line.change.change > 0 else "\N{MINUS SIGN}"
    return f"{sign}{words.number(abs(line.change.change))}"


def lines(sheet: Sheet) -> tuple[Row, ...]:
    """Word the lines of a sheet, by name."""
    found = []
    for line in sheet.lines:
        by = sheet.by or "team"
        about: dict[str, Any] = {by: line.key}
        if line.key is None:
            # A team that is named nothing cannot be asked for; whom the roster does not know can.
            about = {"joined": False} if by == "agent" else {}
        question = sheet.question.model_copy(update=about)
        one = row(
            line,
            line.whole,
            question,
            name=line.name if line.key is not None else nameless(by),
            href=page_of(by, line.key, sheet.question) if line.key is not None else None,
        )
        found.append(one if line.key is not None or by == "agent" else unlinked(one))
    return tuple(found)


def unlinked(one: Row) -> Row:
    """Return a line that leads nowhere."""
    numbers = {
        name: Number(number.text, number.note)
        for name, number in vars(one).items()
        if isinstance(number, Number)
    }
    return Row(**{**vars(one), **numbers})


def nameless(by: By) -> str:
    """Name the line of conversations that name nobody."""
    return gettext("Not joined to the roster") if by == "agent" else gettext("None named")


def weeks(line: Line, question: Question) -> tuple[Row, ...]:
    """Word the weeks of a line, the newest first."""
    rows = [row(line, cell, question, name=day_of(cell.since), href=None) for cell in line.weeks]
    return tuple(reversed(rows))


def page_of(by: By, key: str, question: Question) -> str:
    """Return the page of an agent, a team or a project, over the same conversations."""
    where = {k: v for k, v in _where(question).items() if k in {"card", "basis", "since", "until"}}
    if by != "team" and question.team is not None:
        where["team"] = question.team
    if by != "project" and question.project is not None:
        where["project"] = question.project
    if "/" in key:  # which no part of an address can hold
        kept = where | ({by: key} if by != "agent" else {})
        return f"/figures?{urlencode(kept | {'by': 'agent'})}"
    return f"/figures/{_FOLDERS[by]}/{quote(key, safe='')}?{urlencode(where)}"


def chart(line: Line) -> str:
    """Return what the chart draws, as JSON: begins of weeks, averages, both ends, numbers."""
    cells = line.weeks
    return json.dumps(
        {
            "at": [int(c.since.timestamp()) for c in cells],
            "mean": [_rounded(c.score.mean) for c in cells],
            "low": [_rounded(c.score.low) for c in cells],
            "high": [_rounded(c.score.high) for c in cells],
            "n": [c.score.n for c in cells],
        }
    )


def _rounded(value: float | None) -> float | None:
    return None if value is None else round(value, 1)


def heat(items: Items) -> list[dict[str, Any]]:
    """Word the heat map: a row an item."""

    def cell(item: str, found: Any) -> Heat:
        failed: Share = found.failed
        at = items.question.model_copy(
            update={"since": found.since, "until": found.until}
            | ({"agent": found.agent} if found.agent else {})
        )
        href = address(at, show=Show.ITEM_FAILED, item=item) if failed.k else None
        if failed.n == 0:
            return Heat(words.DASH, "", None, None)
        shade = None if failed.share is None else round(failed.share * _SHADES)
        text = f"{100 * failed.share:.0f} %" if failed.share is not None else str(failed.k)
        return Heat(text, gettext("of %d") % failed.n, shade, href)

    return [
        {
            "ask": item.ask,
            "item": item.item,
            "whole": cell(item.item, item.whole),
            "cells": [cell(item.item, c) for c in item.cells],
        }
        for item in items.items
    ]


def heads(items: Items) -> list[str]:
    """Word the columns of the heat map."""
    if items.by == "agent":
        return list(items.heads)
    return [day_of(datetime.fromisoformat(head)) for head in items.heads]


def left_out(given: LeftOut) -> list[str]:
    """Say which conversations stay outside of the figures, and why."""
    found = []
    if given.mystery:
        found.append(gettext("Test calls of your own (tag mystery): %d.") % given.mystery)
    if given.together:
        found.append(gettext("Outcomes of a team, not of an agent: %d.") % given.together)
    if given.small:
        found.append(gettext("Of too few agents or conversations to be told of: %d.") % given.small)
    return found


def days(question: Question) -> tuple[str, str]:
    """Word the first and the last day of a span."""
    return day_of(question.since), day_of(question.until - timedelta(microseconds=1))


def last_day(question: Question) -> date:
    """Return the last day of a span, in this machine's zone."""
    return (question.until - timedelta(microseconds=1)).astimezone().date()


FEW = FEWEST
