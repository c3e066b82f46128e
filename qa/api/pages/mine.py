"""An agent's own results: what was released to them, and how they are over time."""

from __future__ import annotations

from typing import Annotated, Any
from urllib.parse import urlencode

from fastapi import APIRouter, Query, Request
from fastapi.responses import Response
from pydantic import Field

from qa.access import Principal, Right
from qa.api import looking, words
from qa.api.deps import StoreDep
from qa.api.i18n import gettext
from qa.api.identity import requires
from qa.api.look_schemas import MineFiguresQuery, MineItem, MineQuery
from qa.api.pages import figure_views as views
from qa.api.pages import listing
from qa.api.pages.looks import OUTCOMES
from qa.api.routes.looks import mine_of
from qa.api.templating import page
from qa.records import Channel
from qa.store.desk.figured import Sheet

router = APIRouter(include_in_schema=False)


class PageQuery(MineFiguresQuery):
    """Over which time, by which card, and which page of the list."""

    after: str | None = Field(default=None)


@router.get("/mine")
def show_mine(
    request: Request,
    store: StoreDep,
    query: Annotated[PageQuery, Query()],
    who: Annotated[Principal, requires(Right.SECOND_LOOK)],
) -> Response:
    """Show somebody their own results, what was said of them, and their own trend."""
    found = mine_of(store, MineQuery(after=query.after), who)
    sheet = looking.own_figures(store, query.question(), who)
    where = {k: v for k, v in request.query_params.items() if v and k != "after"}
    context = {
        "title": gettext("My results"),
        "here": "mine",
        "items": [_item(one) for one in found.items],
        "outcomes": OUTCOMES,
        "next": f"/mine?{urlencode(where | {'after': found.next})}" if found.next else None,
        "first": f"/mine?{urlencode(where)}" if query.after else None,
        "twin": "/api/v1/mine" + (f"?{urlencode({'after': query.after})}" if query.after else ""),
        "figures_twin": "/api/v1/mine/figures" + (f"?{urlencode(where)}" if where else ""),
        **_trend(sheet),
    }
    return page(request, "mine.html", context)


def _item(one: MineItem) -> dict[str, Any]:
    own = one.own
    return {
        "row": listing.row(one.conversation),
        "call": one.conversation.channel is Channel.CALL,
        "own": own,
        "stars": [(star, gettext("turn %d") % (star.turn + 1)) for star in own.stars],
        # An answer that changed a verdict is its comment: said once.
        "said": {change.comment for change in own.changed},
        "news": one.news,
        "read": words.moment(own.acknowledged_at) if own.acknowledged_at else "",
        "until": words.moment(own.until),
    }


def _trend(sheet: Sheet) -> dict[str, Any]:
    question = sheet.question
    whole = views.row(sheet.whole, sheet.whole.whole, question, name="", href=None)
    return {
        "sheet": sheet,
        "cards": sheet.cards,
        "question": question,
        "whole": views.unlinked(whole),
        "before": views.mean(sheet.whole.before.score),
        "change": views.change(sheet.whole),
        "chart": views.chart(sheet.whole),
        "weeks": [views.unlinked(week) for week in views.weeks(sheet.whole, question)],
        "days": views.days(question),
        "last_day": views.last_day(question),
        "few": views.FEW,
    }
