"""The agents' roster: uploaded, and what it could not say of recordings."""

from __future__ import annotations

from http import HTTPStatus
from typing import Annotated

from fastapi import APIRouter, Query, Request
from fastapi.responses import Response
from starlette.concurrency import run_in_threadpool

from qa.access import Principal, Right
from qa.api import people_words
from qa.api.deps import StoreDep
from qa.api.i18n import day_of, gettext
from qa.api.identity import requires
from qa.api.people import Taken
from qa.api.routes.roster import received_roster
from qa.api.templating import page
from qa.errors import QaError
from qa.store import Store
from qa.store.joining import name_key, overlaps

router = APIRouter(include_in_schema=False)

#: Lines of each list that a page shows.
_MOST = 200


@router.get("/people/roster", dependencies=[requires(Right.USERS)])
def show_roster(
    request: Request, store: StoreDep, q: Annotated[str, Query(max_length=100)] = ""
) -> Response:
    """Show what could not be joined, what overlaps, and the roster."""
    return _roster(request, store, q=q.strip())


@router.post("/people/roster")
async def take_roster(
    request: Request, store: StoreDep, who: Annotated[Principal, requires(Right.USERS)]
) -> Response:
    """Take a roster in place of the one before; show what came of it."""
    refused = HTTPStatus.UNPROCESSABLE_ENTITY
    try:
        taken = await received_roster(request, store, who)
    except QaError as err:
        said = str(err)
        return await run_in_threadpool(_roster, request, store, message=said, status=refused)
    return await run_in_threadpool(_roster, request, store, taken=taken)


def _roster(
    request: Request,
    store: Store,
    *,
    q: str = "",
    taken: Taken | None = None,
    message: str = "",
    status: int = HTTPStatus.OK,
) -> Response:
    everybody, unjoined = store.roster.all(), store.roster.unjoined()
    wanted = name_key(q)
    found = [a for a in everybody if wanted in name_key(f"{a.id} {a.name} {a.extension} {a.team}")]
    overlapping = overlaps(everybody)
    context = {
        "title": gettext("Agents' roster"),
        "here": "people",
        "tab": "roster",
        "q": q,
        "taken": taken,
        "message": message,
        "agents": found[:_MOST],
        "more": len(found) - len(found[:_MOST]),
        "known": len(everybody),
        "overlapping": overlapping[:_MOST],
        "more_overlapping": len(overlapping) - len(overlapping[:_MOST]),
        "unjoined": unjoined[:_MOST],
        "more_unjoined": len(unjoined) - len(unjoined[:_MOST]),
        "unjoined_calls": sum(one.conversations for one in unjoined),
        "reasons": people_words.JOINED,
        "day": day_of,
    }
    return page(request, "people/roster.html", context, status=status)
