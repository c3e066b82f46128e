"""All that is stored about one agent, for that agent."""

from __future__ import annotations

import re
from typing import Annotated

from fastapi import APIRouter
from fastapi.responses import StreamingResponse

from qa.access import Principal, Right
from qa.api.agent_export import files
from qa.api.deps import StoreDep
from qa.api.identity import requires
from qa.exports import into_zip
from qa.store.acts import Act

router = APIRouter(tags=["agents"])


@router.get(
    "/agents/{agent}/file",
    response_class=StreamingResponse,
    responses={200: {"content": {"application/zip": {}}, "description": "The files, zipped."}},
)
def read_agent_file(
    agent: str,
    store: StoreDep,
    who: Annotated[Principal, requires(Right.AGENT_FILE, Act.EXPORTED)],  # noqa: ARG001 - declared
) -> StreamingResponse:
    """Take out all that is stored about an agent, by the roster's id: a ZIP file to hand over."""
    found = store.agents.of(agent)
    name = re.sub(r"[^A-Za-z0-9_-]", "-", agent)[:60]
    return StreamingResponse(
        into_zip(files(found)),
        media_type="application/zip",
        headers={"content-disposition": f'attachment; filename="agent-{name}.zip"'},
    )
