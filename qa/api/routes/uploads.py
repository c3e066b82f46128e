"""Uploads: a recording or a chat, judged before whatever else waits."""

from __future__ import annotations

from http import HTTPStatus
from typing import Annotated, Any

from fastapi import APIRouter, Request
from starlette.concurrency import run_in_threadpool
from starlette.datastructures import UploadFile

from qa.access import Principal, Right
from qa.api.deps import SettingsDep, StoreDep
from qa.api.identity import requires
from qa.api.schemas import Accepted, Public
from qa.api.uploading import LARGEST, take_upload
from qa.errors import UsageError
from qa.settings import Settings
from qa.store import Store

router = APIRouter(tags=["conversations"])

_FORM: dict[str, Any] = {
    "requestBody": {
        "required": True,
        "content": {
            "multipart/form-data": {
                "schema": {
                    "type": "object",
                    "required": ["file"],
                    "properties": {
                        "file": {"type": "string", "format": "binary"},
                        "scorecard": {"type": "string", "description": "Empty = by the routes."},
                        "agent": {"type": "string", "description": "Id; where the file says none."},
                    },
                }
            }
        },
    }
}


class UploadOut(Public):
    """The conversations that a file held; each is judged before whatever else waits."""

    conversations: tuple[Accepted, ...]


@router.post(
    "/conversations",
    status_code=HTTPStatus.ACCEPTED,
    openapi_extra=_FORM,
    max_body_size=LARGEST + 100_000,
)
async def upload_conversation(
    request: Request,
    store: StoreDep,
    settings: SettingsDep,
    who: Annotated[Principal, requires(Right.IMPORT)],
) -> UploadOut:
    """Take in a recording or a chat, in any known format; look at `status` until it is done."""
    ids = await received(request, store, settings, who)
    return UploadOut(
        conversations=tuple(
            Accepted(conversation=one, scorecards=(), status=f"/api/v1/conversations/{one}")
            for one in ids
        )
    )


async def received(
    request: Request, store: Store, settings: Settings, who: Principal
) -> tuple[str, ...]:
    """Read the form of a request, onto the disk and not before its right is known.

    Raises
    ------
    UsageError : no file came with it.
    """
    async with request.form(max_files=1, max_fields=8) as form:
        file = form.get("file")
        if not isinstance(file, UploadFile) or not file.filename:
            raise UsageError("No file was sent.", "Choose a recording or a chat.")
        card, agent = (str(form.get(name) or "").strip() for name in ("scorecard", "agent"))
        return await run_in_threadpool(
            take_upload, store, settings, file.file, file.filename, who=who, card=card, agent=agent
        )
