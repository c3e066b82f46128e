"""Exports: what the store holds in the formats of others, redacted, as it is read."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Query, Request
from fastapi.responses import StreamingResponse

from qa.access import Principal, Right
from qa.api.auditing import about
from qa.api.deps import StoreDep
from qa.api.exporting import export, extent
from qa.api.identity import requires
from qa.api.schemas import ExportQuery
from qa.exports import into_zip
from qa.store.acts import Kind

router = APIRouter(tags=["exports"])


@router.get(
    "/exports/{format}",
    response_class=StreamingResponse,
    # Which of them there are is for whoever adds a format.
    responses={200: {"content": {"*/*": {}}, "description": "The file."}},
)
def export_conversations(
    request: Request,
    format: str,
    store: StoreDep,
    query: Annotated[ExportQuery, Query()],
    who: Annotated[Principal, requires(Right.EXPORT)],
) -> StreamingResponse:
    """Export conversations or verdicts; formats of many files come as one ZIP file."""
    wanted, scope = query.filter(), who.scope(Right.EXPORT)
    made = export(store, format, wanted, what=query.what, scope=scope)
    many = made.format.many
    detail = extent(store, format, wanted, what=query.what, scope=scope)
    about(request, Kind.NONE, detail=detail)
    return StreamingResponse(
        into_zip(made.chunks) if many else (chunk.data for chunk in made.chunks),
        media_type="application/zip" if many else made.format.media_type,
        headers={"content-disposition": f'attachment; filename="{made.name}"'},
    )
