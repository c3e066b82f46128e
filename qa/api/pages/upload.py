"""Score this now: a file from somebody's desk, judged before whatever else waits."""

from __future__ import annotations

from typing import Annotated
from urllib.parse import urlencode

from fastapi import APIRouter, Query, Request
from fastapi.responses import Response

from qa.access import Principal, Right
from qa.api import words
from qa.api.deps import SettingsDep, StoreDep
from qa.api.i18n import gettext
from qa.api.identity import requires
from qa.api.pages import going, listing
from qa.api.routes.scorecards import public_cards
from qa.api.routes.uploads import received
from qa.api.templating import page
from qa.api.uploading import LARGEST, MOST
from qa.store.acts import Act
from qa.store.tables import State
from qa.store.views import Filter

router = APIRouter(include_in_schema=False)

_OPEN = {State.WAITING, State.WORKING}


@router.get("/upload", dependencies=[requires(Right.IMPORT)])
def show_upload(request: Request, settings: SettingsDep) -> Response:
    """Show the form."""
    context = {
        "title": gettext("Score this now"),
        "here": "upload",
        "cards": public_cards(settings),
        "largest": LARGEST // 1_000_000,
    }
    return page(request, "upload.html", context)


@router.post("/upload")
async def upload(
    request: Request,
    store: StoreDep,
    settings: SettingsDep,
    who: Annotated[Principal, requires(Right.IMPORT, Act.IMPORTED)],
) -> Response:
    """Take a file in, and lead to how far it is."""
    ids = await received(request, store, settings, who)
    query = urlencode([("id", one) for one in ids])
    return going.to(f"/upload/progress?{query}")


@router.get("/upload/progress")
def show_progress(
    request: Request,
    store: StoreDep,
    who: Annotated[Principal, requires(Right.LIST)],
    id: Annotated[list[str], Query(max_length=MOST)],
) -> Response:
    """Show how far uploaded conversations are; the page comes again until all are done."""
    found = store.list(Filter(ids=tuple(id)), limit=MOST, scope=who.scope(Right.LIST)).items
    context = {
        "title": gettext("Score this now"),
        "here": "upload",
        "rows": tuple((listing.row(s), words.standing(s)) for s in found),
        "waiting": sum(s.state in _OPEN for s in found),
        # Nobody is at anything: perhaps nobody works at all.
        "idle": any(s.state is State.WAITING for s in found) and not store.standing().workers,
        "again": f"/upload/progress?{urlencode([('id', one) for one in id])}",
    }
    return page(request, "progress.html", context)
