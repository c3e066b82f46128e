"""Examples: search for moments worth hearing, and hear them."""

from __future__ import annotations

from http import HTTPStatus
from typing import Annotated, Any

from fastapi import APIRouter, Query, Request
from fastapi.responses import Response

from qa.access import Principal, Right
from qa.api.auditing import about
from qa.api.clips import played
from qa.api.deps import ClipsDep, StoreDep
from qa.api.example_schemas import ExamplesOut, ExamplesQuery, MomentOut, readable_by
from qa.api.identity import requires
from qa.store.acts import Act, Kind
from qa.store.desk.excerpts import CONTEXT, MOST_CONTEXT

router = APIRouter(tags=["examples"])

#: What an address that gives the sound of a moment may answer.
SOUND: dict[int | str, dict[str, Any]] = {
    HTTPStatus.OK: {"content": {"audio/mpeg": {}}, "description": "All of the clip."},
    HTTPStatus.PARTIAL_CONTENT: {"description": "The range that was asked for."},
    HTTPStatus.REQUESTED_RANGE_NOT_SATISFIABLE: {"description": "The range lies outside."},
}


@router.get("/examples")
def search_examples(
    store: StoreDep,
    query: Annotated[ExamplesQuery, Query()],
    who: Annotated[Principal, requires(Right.EXAMPLES)],
) -> ExamplesOut:
    """Search for moments; a page may hold few, and still say where to go on."""
    found = store.moments.search(
        query.wanted(), after=query.place, limit=query.limit, scope=who.scope(Right.EXAMPLES)
    )
    readable = readable_by(store, who, found.items)
    return ExamplesOut(
        items=tuple(
            MomentOut.of(store, m, readable, audio=sound_address(m.ref, query.before, query.after))
            for m in found.items
        ),
        next=found.next,
    )


@router.get("/examples/{ref}/audio", response_class=Response, responses=SOUND)
def hear_example(
    request: Request,
    ref: str,
    store: StoreDep,
    clips: ClipsDep,
    who: Annotated[Principal, requires(Right.EXAMPLES, Act.HEARD)],
    before: Annotated[int, Query(ge=0, le=MOST_CONTEXT)] = CONTEXT,
    after: Annotated[int, Query(ge=0, le=MOST_CONTEXT)] = CONTEXT,
) -> Response:
    """Hear a moment, what was redacted and all names silent; takes `Range`."""
    scope = who.scope(Right.EXAMPLES)
    moment = store.moments.one(ref, before=before, after=after, scope=scope)
    about(request, Kind.CONVERSATION, moment.conversation)
    return played(request, clips.of(store, moment))


def sound_address(ref: str, before: int, after: int) -> str:
    """Return where an example can be heard."""
    return f"/api/v1/examples/{ref}/audio?before={before}&after={after}"
