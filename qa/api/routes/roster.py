"""The agents' roster: who the recordings' agents are."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Request
from starlette.concurrency import run_in_threadpool

from qa.access import Principal, Right
from qa.api.deps import StoreDep
from qa.api.forms import file_form, sent_file
from qa.api.identity import requires
from qa.api.people import Taken, take_roster
from qa.api.people_schemas import RosterCheckOut, RosterOut, RosterTakenOut
from qa.store import Store
from qa.store.joining import overlaps

router = APIRouter(tags=["people"])

_FORM = file_form("CSV: id, name, extension, team, project, from, to.")


@router.get("/roster", dependencies=[requires(Right.USERS)])
def read_roster(store: StoreDep) -> RosterOut:
    """Read the roster, by id and day."""
    return RosterOut(items=store.roster.all())


@router.put("/roster", openapi_extra=_FORM)
async def replace_roster(
    request: Request, store: StoreDep, who: Annotated[Principal, requires(Right.USERS)]
) -> RosterTakenOut:
    """Take a roster in place of the one before, and join all recordings to its people."""
    taken = await received_roster(request, store, who)
    return RosterTakenOut(
        entries=taken.entries,
        joined=taken.joined,
        unjoined=taken.left,
        overlapping=taken.overlapping,
    )


@router.get("/roster/check", dependencies=[requires(Right.USERS)])
def check_roster(store: StoreDep) -> RosterCheckOut:
    """List what could not be joined, and entries of the roster that overlap."""
    return RosterCheckOut(
        unjoined=store.roster.unjoined(), overlapping=overlaps(store.roster.all())
    )


async def received_roster(request: Request, store: Store, who: Principal) -> Taken:
    """Read the form of a request, not before its right is known, and take the roster.

    Raises
    ------
    UsageError : no file came with it.
    FormatError : names every line that cannot be used; nothing was taken.
    """
    async with sent_file(request, mend="Choose a roster: agents.csv.") as (file, _):
        content, name = await file.read(), file.filename or ""
    return await run_in_threadpool(take_roster, store, content, name, who=who)
