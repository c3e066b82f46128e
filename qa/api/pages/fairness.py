"""The page that says whether accents, headsets or languages cost points."""

from __future__ import annotations

from dataclasses import dataclass
from math import ceil
from typing import Annotated
from urllib.parse import urlencode

from fastapi import APIRouter, Query, Request
from fastapi.responses import Response

from qa.api import fair_words, words
from qa.api.deps import StoreDep
from qa.api.fair_words import TRAITS, points
from qa.api.figure_schemas import FairQuery
from qa.api.i18n import gettext
from qa.api.pages import figure_views as views
from qa.api.pages.figures import Reader
from qa.api.routes.figures import fairness
from qa.api.templating import page
from qa.store.desk.estimates import Share
from qa.store.desk.fair import FairItem, Fairness, Group, Rates

router = APIRouter(include_in_schema=False)


@dataclass(frozen=True)
class Worded:
    """A number and its range."""

    text: str
    note: str = ""


@dataclass(frozen=True)
class Line:
    """A group as the table and the picture show it."""

    name: str
    href: str | None
    agents: int
    conversations: int
    confidence: Worded
    failed: Worded
    machine: Worded
    open: Worded
    skipped: Worded
    gap: Worded
    clear: bool
    #: Of the picture: (low, share, high) in hundredths of its width; None = too few.
    stands: tuple[float, float, float] | None
    before: tuple[float, float, float] | None


@router.get("/figures/fairness")
def show_fairness(
    request: Request, store: StoreDep, query: Annotated[FairQuery, Query()], who: Reader
) -> Response:
    """Show fail rates by how well agents were understood, by language, or by agent."""
    found = fairness(store, query, who)
    given = {k: v for k, v in request.query_params.items() if v}
    most = _most(found)
    context = {
        "title": gettext("Fairness"),
        "here": "figures",
        "q": query,
        "by": query.by,
        "action": request.url.path,
        "question": found.question,
        "cards": found.cards,
        "bases": views.BASES,
        "days": views.days(found.question),
        "last_day": views.last_day(found.question),
        "left_out": views.left_out(found.left_out),
        "tabs": [
            (label, f"/figures/fairness?{urlencode(given | {'by': by})}", by == query.by)
            for by, label in TRAITS.items()
        ],
        "n": found.n,
        "said": fair_words.said(found),
        "machine_gap": Worded(*points(found.machine_gap)) if found.machine_gap else None,
        "lines": [_line(group, found, most) for group in found.groups],
        "most": f"{100 * most:.0f} %",
        "items": [_item(item, found) for item in found.items],
        "twin": f"/api/v1/figures/fairness?{urlencode(given)}",
    }
    return page(request, "figures/fairness.html", context)


def _most(found: Fairness) -> float:
    """Return where the scale of the picture ends: the next tenth, so that differences show."""
    shares = (s for g in found.groups for s in (g.rates.failed, g.rates.machine))
    highest = max((share.high or 0.0 for share in shares), default=0.0)
    return min(max(ceil(highest * 10), 1) / 10, 1.0)


def _line(group: Group, found: Fairness, most: float) -> Line:
    known = found.by == "agent" and group.key
    rates = group.rates
    return Line(
        name=fair_words.name(found.by, group),
        href=views.page_of("agent", group.key, found.question) if known else None,
        agents=group.agents,
        conversations=rates.conversations,
        confidence=Worded(*fair_words.confidence(group)),
        **_rates(rates),
        gap=Worded(*points(group.gap)),
        clear=group.gap is not None and group.gap.clear,
        stands=_placed(rates.failed, most),
        before=_placed(rates.machine, most),
    )


def _rates(rates: Rates) -> dict[str, Worded]:
    shares = {
        "failed": rates.failed, "machine": rates.machine, "open": rates.open,
        "skipped": rates.skipped,
    }  # fmt: skip
    return {name: Worded(*fair_words.share(share)) for name, share in shares.items()}


def _placed(found: Share, most: float) -> tuple[float, float, float] | None:
    if found.share is None or found.low is None or found.high is None:
        return None
    low, middle, high = (
        round(100 * value / most, 1) for value in (found.low, found.share, found.high)
    )
    return low, middle, high


def _item(item: FairItem, found: Fairness) -> dict[str, object]:
    names = {group.key: fair_words.name(found.by, group) for group in found.groups}
    clear = item.gap is not None and item.gap.clear
    return {
        "ask": item.ask,
        "whole": Worded(*fair_words.share(item.whole.failed)),
        "cells": [
            (Worded(*fair_words.share(c.rates.failed)), clear and c.key == item.widest)
            for c in item.cells
        ],
        "gap": Worded(*points(item.gap)) if clear else Worded(words.DASH),
        "widest": names[item.widest] if clear else "",
    }
