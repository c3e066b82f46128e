"""Who asks, and what they may do; and the description of the API."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Request
from fastapi.responses import JSONResponse, Response

from qa.access import Principal
from qa.api import errors
from qa.api.identity import any_account
from qa.api.schemas import MeOut

router = APIRouter(tags=["me"])


@router.get("/me")
def read_me(who: Annotated[Principal, any_account()]) -> MeOut:
    """Say who asks, and which rights they have somewhere."""
    return MeOut(
        name=who.name,
        roles=tuple(str(grant) for grant in who.grants),
        agent_id=who.agent_id,
        rights=tuple(sorted(who.rights)),
    )


@router.get("/openapi.json", include_in_schema=False, dependencies=[any_account()])
def describe(request: Request) -> Response:
    """Describe the API (OpenAPI)."""
    description = request.app.openapi()
    errors.describe(description)
    return JSONResponse(description)
