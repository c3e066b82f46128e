"""Accounts, for administrators: made, given roles, locked, given a new password, tokens.

What is shown once - a password, a token - comes with the answer to the form itself and is
nowhere else: it is in no address and no cookie, and answers are never kept by a browser.
"""

from __future__ import annotations

from http import HTTPStatus
from typing import Annotated, Any
from urllib.parse import quote

from fastapi import APIRouter, Form, Request
from fastapi.responses import Response
from pydantic import BaseModel, Field

from qa.access import Grant, Principal, Right, UserRole, grants_of
from qa.api import people, people_words
from qa.api.deps import StoreDep
from qa.api.i18n import gettext
from qa.api.identity import requires
from qa.api.pages import going
from qa.api.pages.token_lines import rights_to_choose, token_lines
from qa.api.pages.tokens import NewToken
from qa.api.schemas import Number
from qa.api.templating import page
from qa.errors import QaError
from qa.store import Store
from qa.store.accounts import Account

router = APIRouter(include_in_schema=False)

Keeper = Annotated[Principal, requires(Right.USERS)]
_REFUSED = HTTPStatus.UNPROCESSABLE_ENTITY


class _Role(BaseModel):
    """A role and where it is held; names are separated by commas."""

    role: str = ""
    teams: str = Field(default="", max_length=1000)
    projects: str = Field(default="", max_length=1000)
    everywhere: bool = False
    agent_id: str = Field(default="", max_length=200)

    def grants(self) -> tuple[Grant, ...]:
        """Return the grants that are meant."""
        return grants_of(
            [self.role],
            teams=_names(self.teams),
            projects=_names(self.projects),
            everywhere=self.everywhere,
        )


class _New(_Role):
    """A new account."""

    name: str = Field(default="", max_length=200)
    #: How they log in: by a password that is made up, or by single sign-on alone.
    by: str = "password"


class _Dropped(BaseModel):
    """A role that is taken away: its place in the list, and how it read there."""

    place: Number
    grant: str


@router.get("/people", dependencies=[requires(Right.USERS)])
def show_people(request: Request, store: StoreDep) -> Response:
    """Show the accounts, and the form for another."""
    return _people(request, store, _New())


@router.post("/people")
def add_account(
    request: Request, form: Annotated[_New, Form()], store: StoreDep, who: Keeper
) -> Response:
    """Make an account; its first password is shown with the answer, and never again."""
    try:
        made, password = people.add_account(
            store,
            request.app.state.passwords,
            form.name,
            form.grants(),
            who=who,
            agent_id=form.agent_id.strip() or None,
            by_password=form.by == "password",
        )
    except QaError as err:
        return _people(request, store, form, message=str(err), status=_REFUSED)
    return _account(request, store, made.name, password=password, new=True)


@router.get("/people/accounts/{account}", dependencies=[requires(Right.USERS)])
def show_account(request: Request, account: str, store: StoreDep) -> Response:
    """Show an account."""
    return _account(request, store, account)


@router.post("/people/accounts/{account}/roles")
def add_role(
    request: Request,
    account: str,
    form: Annotated[_Role, Form()],
    store: StoreDep,
    who: Keeper,
) -> Response:
    """Give an account one more role."""
    try:
        before = store.accounts.get(account).grants
        agent = form.agent_id.strip() or None
        given = [*before, *form.grants()]
        store.accounts.set_grants(account, given, who=who.name, agent_id=agent)
    except QaError as err:
        return _account(request, store, account, form=form, message=str(err), status=_REFUSED)
    return _back(account)


@router.post("/people/accounts/{account}/roles/remove")
def remove_role(
    request: Request,
    account: str,
    form: Annotated[_Dropped, Form()],
    store: StoreDep,
    who: Keeper,
) -> Response:
    """Take a role away, if it still stands where it stood on the page."""
    held = list(store.accounts.get(account).grants)
    if form.place < len(held) and str(held[form.place]) == form.grant:
        del held[form.place]
        try:
            store.accounts.set_grants(account, held, who=who.name)
        except QaError as err:
            return _account(request, store, account, message=str(err), status=_REFUSED)
    return _back(account)


@router.post("/people/accounts/{account}/password")
def renew_password(request: Request, account: str, store: StoreDep, who: Keeper) -> Response:
    """Make up another password; shown with the answer, and never again."""
    passwords = request.app.state.passwords
    try:
        made = people.renew_password(store, passwords, account, who=who)
    except QaError as err:
        return _account(request, store, account, message=str(err), status=_REFUSED)
    return _account(request, store, account, password=made)


@router.post("/people/accounts/{account}/lock")
def lock(request: Request, account: str, store: StoreDep, who: Keeper) -> Response:
    """Close an account."""
    try:
        store.accounts.disable(account, who=who.name)
    except QaError as err:
        return _account(request, store, account, message=str(err), status=_REFUSED)
    return _back(account)


@router.post("/people/accounts/{account}/unlock")
def unlock(account: str, store: StoreDep, who: Keeper) -> Response:
    """Open a closed account again."""
    store.accounts.enable(account, who=who.name)
    return _back(account)


@router.post("/people/accounts/{account}/tokens")
def make_token(
    request: Request,
    account: str,
    form: Annotated[NewToken, Form()],
    store: StoreDep,
    who: Keeper,
) -> Response:
    """Make a token for somebody, or for a program; shown with the answer, and never again."""
    try:
        secret, _ = people.make_token(
            store, form.rights(), who=who, account=account, days=form.days, label=form.label
        )
    except QaError as err:
        return _account(request, store, account, message=str(err), status=_REFUSED)
    return _account(request, store, account, secret=secret)


@router.post("/people/accounts/{account}/tokens/{token}/revoke")
def revoke_token(account: str, token: str, store: StoreDep, who: Keeper) -> Response:
    """Take a token back."""
    people.revoke_token(store, token, who=who)
    return _back(account)


def _people(
    request: Request, store: Store, form: _New, *, message: str = "", status: int = HTTPStatus.OK
) -> Response:
    found = store.accounts.all()
    context = {
        "title": gettext("People"),
        "here": "people",
        "tab": "accounts",
        "accounts": found,
        # The first account is an administrator's: without one nobody could make the second.
        "form": form if found or form.role else form.model_copy(update={"role": "administrator"}),
        "message": message,
        **_choices(store),
    }
    return page(request, "people/accounts.html", context, status=status)


def _account(
    request: Request,
    store: Store,
    name: str,
    *,
    form: _Role | None = None,
    message: str = "",
    password: str = "",
    secret: str = "",
    new: bool = False,
    status: int = HTTPStatus.OK,
) -> Response:
    found = store.accounts.get(name)
    context = {
        "title": found.name,
        "here": "people",
        "tab": "accounts",
        "account": found,
        "program": {grant.role for grant in found.grants} == {UserRole.SERVICE},
        "form": form or _Role(agent_id=found.agent_id or ""),
        "tokens": token_lines(store.sessions.tokens(found.id)),
        "scopes": rights_to_choose(_rights(found)),
        "message": message,
        "password": password,
        "secret": secret,
        "new": new,
        **_choices(store),
    }
    return page(request, "people/account.html", context, status=status)


def _choices(store: Store) -> dict[str, Any]:
    roster = store.roster.all()
    return {
        "people_words": people_words,
        "teams": sorted({agent.team for agent in roster if agent.team}),
        "projects": sorted({agent.project for agent in roster if agent.project}),
    }


def _rights(account: Account) -> frozenset[Right]:
    return Principal(
        id=account.id, name=account.name, grants=account.grants, agent_id=account.agent_id
    ).rights


def _names(text: str) -> list[str]:
    return [name for part in text.split(",") if (name := part.strip())]


def _back(account: str) -> Response:
    return going.to(f"/people/accounts/{quote(account, safe='')}")
