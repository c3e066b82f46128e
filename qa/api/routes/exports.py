"""Exports: what the store holds in the formats of others, redacted, as it is read."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Query
from fastapi.responses import StreamingResponse

from qa.access import Principal, Right
from qa.api.deps import StoreDep
from qa.api.exporting import export
from qa.api.identity import requires
from qa.api.schemas import ExportQuery
from qa.exports import into_zip

router = APIRouter(tags=["exports"])


@router.get(
    "/exports/{format}",
    response_class=StreamingResponse,
    responses={200: {"content": {"application/octet-stream": {}}, "description": "The file."}},
)
def export_conversations(
    format: str,
    store: StoreDep,
    query: Annotated[ExportQuery, Query()],
    who: Annotated[Principal, requires(Right.EXPORT)],
) -> StreamingResponse:
    """Export conversations or verdicts; formats of many files come as one ZIP file."""
    made = export(store, format, query.filter(), what=query.what, scope=who.scope(Right.EXPORT))
    many = made.format.many
    return StreamingResponse(
        into_zip(made.chunks) if many else (chunk.data for chunk in made.chunks),
        media_type="application/zip" if many else made.format.media_type,
        headers={"content-disposition": f'attachment; filename="{made.name}"'},
    )
