"""Draws for review: made with a form, listed with their reason and how far they are."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Form, Query, Request
from fastapi.responses import Response

from qa.access import Principal, Right
from qa.api.deps import SettingsDep, StoreDep
from qa.api.desk_schemas import SampleIn
from qa.api.i18n import gettext
from qa.api.identity import requires
from qa.api.pages import going
from qa.api.routes.desk import drawn_by
from qa.api.routes.scorecards import public_cards
from qa.api.schemas import Number
from qa.api.templating import page
from qa.settings import Settings
from qa.store import Store
from qa.store.desk.draws import Drawing

router = APIRouter(include_in_schema=False)


class _Draw(SampleIn):
    """A form says nothing of a box that is not ticked."""

    blind: bool = False


@router.get("/samples")
def show_samples(
    request: Request,
    store: StoreDep,
    settings: SettingsDep,
    who: Annotated[Principal, requires(Right.SAMPLE)],
    after: Annotated[int | None, Query()] = None,
) -> Response:
    """Show the draws, and the form for another."""
    return page(request, "samples.html", _context(store, settings, who, after=after))


@router.post("/samples")
def draw(
    request: Request,
    form: Annotated[_Draw, Form()],
    store: StoreDep,
    settings: SettingsDep,
    who: Annotated[Principal, requires(Right.SAMPLE)],
) -> Response:
    """Draw; what was only tried, or found nothing, is shown at once."""
    made = drawn_by(store, form, who)
    if made.number is not None:
        return going.to(f"/samples#d{made.number}")
    return page(request, "samples.html", _context(store, settings, who, tried=made, form=form))


def _context(
    store: Store,
    settings: Settings,
    who: Principal,
    *,
    after: Number | None = None,
    tried: Drawing | None = None,
    form: SampleIn | None = None,
) -> dict[str, Any]:
    found = store.draws.all(after=after, scope=who.scope(Right.SAMPLE))
    place = f"?after={after}" if after is not None else ""
    return {
        "title": gettext("Samples"),
        "here": "samples",
        "draws": found.items,
        "next": f"/samples?after={found.next}" if found.next is not None else None,
        "first": "/samples" if after is not None else None,
        "tried": tried,
        "q": form or SampleIn(per_agent=4, min_seconds=60),
        "cards": public_cards(settings),
        "twin": f"/api/v1/samples{place}",
    }
