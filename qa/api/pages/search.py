"""Search in what was said, and lookup of what is known by a caller's number."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Form, Query, Request
from fastapi.responses import Response
from pydantic import BaseModel, Field

from qa.access import Principal, Right
from qa.api.actions import of_caller
from qa.api.auditing import about
from qa.api.deps import StoreDep
from qa.api.desk_schemas import SearchQuery
from qa.api.i18n import gettext
from qa.api.identity import requires
from qa.api.pages import listing
from qa.api.templating import page
from qa.store.acts import Act, Kind
from qa.store.desk.searching import Found

router = APIRouter(include_in_schema=False)

#: Conversations of one caller that are shown.
_MOST = 50


@router.get("/search")
def show_search(
    request: Request,
    store: StoreDep,
    query: Annotated[SearchQuery, Query()],
    who: Annotated[Principal, requires(Right.READ, Act.SEARCHED)],
) -> Response:
    """Show where all of it was said, newest first."""
    context = _context(query)
    if query.q:
        found = store.searching.search(
            query.q,
            query.filter(),
            after=query.after,
            limit=query.limit,
            scope=who.scope(Right.READ),
        )
        context |= {
            "found": tuple(_shown(one) for one in found.items),
            **listing.addresses(query, found.next, path="/search", twin="/api/v1/search"),
        }
    return page(request, "search.html", context)


class _Caller(BaseModel):
    """Whose conversations are looked for: the number stands in no address and no log."""

    caller: str = Field(max_length=200)


@router.post("/search/caller")
def look_up(
    request: Request,
    store: StoreDep,
    form: Annotated[_Caller, Form()],
    who: Annotated[Principal, requires(Right.LIST, Act.SEARCHED)],
) -> Response:
    """Show the conversations of a caller; the number itself is not shown again."""
    wanted = of_caller(store, form.caller)
    about(request, Kind.CALLER, wanted.caller_key or "")
    found = store.list(wanted, limit=_MOST, scope=who.scope(Right.LIST))
    context = _context(SearchQuery()) | {"rows": tuple(listing.row(s) for s in found.items)}
    return page(request, "search.html", context)


def _context(query: SearchQuery) -> dict[str, Any]:
    return {
        "title": gettext("Search"),
        "here": "search",
        "q": query,
        "days": {"since": listing.day(query.since), "until": listing.day(query.until)},
        "found": None,
        "rows": None,
        "next": None,
        "first": None,
        "twin": None,
    }


def _shown(found: Found) -> dict[str, Any]:
    return {"row": listing.row(found.summary), "hits": found.hits, "more": found.more}
