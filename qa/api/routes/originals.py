"""What was said before redaction: for those with that right, with a reason, for a while."""

from __future__ import annotations

from datetime import datetime
from http import HTTPStatus
from typing import Annotated
from urllib.parse import quote

from fastapi import APIRouter, Body, Request
from fastapi.responses import StreamingResponse
from pydantic import BaseModel, ConfigDict, Field

from qa.access import Principal, Right
from qa.api.deps import IdDep, StoreDep
from qa.api.identity import requires
from qa.api.schemas import Public
from qa.api.sound import OriginalResponse
from qa.records import Turn
from qa.store import Store
from qa.store.originals import LONGEST, SHORTEST

router = APIRouter(tags=["originals"])

Reader = Annotated[Principal, requires(Right.ORIGINAL)]


class ReasonIn(BaseModel):
    """Why the original is wanted: goes to the audit log for good."""

    model_config = ConfigDict(extra="forbid")

    reason: str = Field(
        min_length=SHORTEST,
        max_length=LONGEST,
        description="Kept for good: no word about the customer belongs in it.",
        examples=["Complaint 4711, asked for by the legal department"],
    )


class OriginalTurnOut(Public):
    """A turn, unredacted."""

    index: int
    party: str
    start: float | None
    end: float | None
    text: str

    @classmethod
    def of(cls, turn: Turn) -> OriginalTurnOut:
        """Return a turn as it was said."""
        return cls(
            index=turn.index, party=turn.party, start=turn.start, end=turn.end, text=turn.text
        )


class OriginalOut(Public):
    """All that was said, unredacted, and until when it may be read."""

    until: datetime
    turns: tuple[OriginalTurnOut, ...]
    #: Addresses of the recordings as they came.
    recordings: tuple[str, ...] = ()


@router.post("/conversations/{id}/original")
def open_original(
    id: IdDep, given: Annotated[ReasonIn, Body()], store: StoreDep, who: Reader
) -> OriginalOut:
    """Say why you want the original, and read it."""
    store.originals.open(id, who=who.name, reason=given.reason)
    return original_of(store, id, who)


@router.get("/conversations/{id}/original")
def read_original(id: IdDep, store: StoreDep, who: Reader) -> OriginalOut:
    """Read it again, within 15 minutes of a reason; each time is written down."""
    return original_of(store, id, who)


def original_of(store: Store, id: str, who: Principal) -> OriginalOut:
    """Return what was said, for who gave a reason."""
    turns, until = store.originals.turns(id, who=who.name)
    return OriginalOut(
        until=until,
        turns=tuple(map(OriginalTurnOut.of, turns)),
        recordings=recordings_of(store, id),
    )


def recordings_of(store: Store, id: str) -> tuple[str, ...]:
    """Return where the recordings are played as they came."""
    names = store.originals.recordings(id)
    return tuple(f"/api/v1/conversations/{id}/original/{quote(name, safe='')}" for name in names)


@router.get(
    "/conversations/{id}/original/{recording}",
    response_class=StreamingResponse,
    responses={
        HTTPStatus.OK: {"content": {"*/*": {}}, "description": "The whole recording."},
        HTTPStatus.PARTIAL_CONTENT: {"description": "The range that was asked for."},
        HTTPStatus.REQUESTED_RANGE_NOT_SATISFIABLE: {"description": "The range lies outside."},
    },
)
def hear_original(
    request: Request, id: IdDep, recording: str, store: StoreDep, who: Reader
) -> OriginalResponse:
    """Hear a recording as it came, nothing silenced, within 15 minutes of a reason; `Range`."""
    file = store.originals.hear(id, recording, who=who.name)
    return OriginalResponse(file, recording, request.headers.get("range", ""))
