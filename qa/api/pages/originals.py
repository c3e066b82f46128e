"""The page of what was said before redaction: first it asks why."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated

from fastapi import APIRouter, Form, Request
from fastapi.responses import Response
from pydantic import BaseModel, Field

from qa.access import Principal, Right
from qa.api import words
from qa.api.deps import IdDep, StoreDep
from qa.api.i18n import gettext
from qa.api.identity import requires
from qa.api.pages import going
from qa.api.pages.listing import name_of
from qa.api.pages.transcript import party_names
from qa.api.routes.originals import recordings_of
from qa.api.templating import page
from qa.store import Store
from qa.store.originals import LONGEST, SHORTEST

router = APIRouter(include_in_schema=False)


class _Reason(BaseModel):
    reason: str = Field(min_length=SHORTEST, max_length=LONGEST)


@router.get("/conversations/{id}/original")
def show_original(
    request: Request,
    id: IdDep,
    store: StoreDep,
    who: Annotated[Principal, requires(Right.ORIGINAL)],
) -> Response:
    """Show what was said, word for word, where a reason was given lately; else ask for one."""
    until = store.originals.until(id, who=who.name)
    context = {
        "title": gettext("Original"),
        "here": "",
        "id": id,
        "name": name_of(store.summary(id)),
        "longest": LONGEST,
        "until": words.moment(until) if until else "",
        "turns": _turns(store, id, who, until),
        "recordings": recordings_of(store, id) if until else (),
    }
    return page(request, "original.html", context)


@router.post("/conversations/{id}/original")
def open_original(
    id: IdDep,
    form: Annotated[_Reason, Form()],
    store: StoreDep,
    who: Annotated[Principal, requires(Right.ORIGINAL)],
) -> Response:
    """Take the reason, and lead to what was said."""
    store.originals.open(id, who=who.name, reason=form.reason)
    return going.to(f"/conversations/{id}/original")


def _turns(
    store: Store, id: str, who: Principal, until: datetime | None
) -> tuple[dict[str, str], ...]:
    if until is None:
        return ()
    names = party_names(store.safe(id).parties)
    return tuple(
        {
            "at": words.clock(turn.start) if turn.start is not None else "",
            "who": names.get(turn.party, turn.party),
            "text": turn.text,
        }
        for turn in store.originals.turns(id, who=who.name)[0]
    )
