"""One's own API tokens, on the page of one's account."""

from __future__ import annotations

from http import HTTPStatus
from typing import Annotated

from fastapi import APIRouter, Form, Request
from fastapi.responses import Response
from pydantic import BaseModel, Field

from qa.access import Principal, Right
from qa.api import people
from qa.api.deps import StoreDep
from qa.api.identity import any_account, requires
from qa.api.pages import going
from qa.api.pages.door import account_page
from qa.errors import QaError

router = APIRouter(include_in_schema=False)


class NewToken(BaseModel):
    """What a form says of a token."""

    scope: list[str] = []
    days: int = Field(default=90, ge=1, le=people.LONGEST_DAYS)
    label: str = Field(default="", max_length=200)

    def rights(self) -> frozenset[Right]:
        """Return the rights that are ticked."""
        return frozenset(Right(one) for one in self.scope if one in {*Right})


@router.post("/account/tokens")
def make_token(
    request: Request,
    form: Annotated[NewToken, Form()],
    store: StoreDep,
    who: Annotated[Principal, requires(Right.TOKENS)],
) -> Response:
    """Make a token; shown with the answer, and never again."""
    try:
        secret, _ = people.make_token(
            store, form.rights(), who=who, days=form.days, label=form.label
        )
    except QaError as err:
        refused = HTTPStatus.UNPROCESSABLE_ENTITY
        return account_page(request, store, who, message=str(err), status=refused)
    return account_page(request, store, who, secret=secret)


@router.post("/account/tokens/{token}/revoke")
def revoke_token(token: str, store: StoreDep, who: Annotated[Principal, any_account()]) -> Response:
    """Take a token of one's own back."""
    store.sessions.revoke(token, who=who.name, account=who.id)
    return going.to("/account#tokens")
