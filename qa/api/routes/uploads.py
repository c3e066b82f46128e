"""Uploads: a recording or a chat, judged before whatever else waits."""

from __future__ import annotations

from http import HTTPStatus
from typing import Annotated

from fastapi import APIRouter, Request
from starlette.concurrency import run_in_threadpool

from qa.access import Principal, Right
from qa.api.auditing import about
from qa.api.deps import SettingsDep, StoreDep
from qa.api.forms import file_form, sent_file
from qa.api.identity import requires
from qa.api.schemas import Accepted, Public
from qa.api.uploading import take_upload
from qa.settings import Settings
from qa.store import Store
from qa.store.acts import Act, Kind

router = APIRouter(tags=["conversations"])

_FORM = file_form(scorecard="Empty = by the routes.", agent="Id; where the file says none.")


class UploadOut(Public):
    """The conversations that a file held; each is judged before whatever else waits."""

    conversations: tuple[Accepted, ...]


@router.post(
    "/conversations",
    status_code=HTTPStatus.ACCEPTED,
    openapi_extra=_FORM,
)
async def upload_conversation(
    request: Request,
    store: StoreDep,
    settings: SettingsDep,
    who: Annotated[Principal, requires(Right.IMPORT, Act.IMPORTED)],
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
    async with sent_file(request, mend="Choose a recording or a chat.") as (file, form):
        card, agent = (str(form.get(name) or "").strip() for name in ("scorecard", "agent"))
        name = file.filename or ""
        taken = await run_in_threadpool(
            take_upload, store, settings, file.file, name, who=who, card=card, agent=agent
        )
        one = taken[0] if len(taken) == 1 else ""
        about(request, Kind.CONVERSATION, one, detail={"number": len(taken)})
        return taken
