"""Accounts and API tokens."""

from __future__ import annotations

from http import HTTPStatus
from typing import Annotated

from fastapi import APIRouter, Body, Query, Request

from qa.access import Principal, Right
from qa.api import people
from qa.api.deps import StoreDep
from qa.api.identity import any_account, requires
from qa.api.people_schemas import (
    AccountIn,
    AccountMadeOut,
    AccountOut,
    AccountsOut,
    PasswordIn,
    PasswordOut,
    RolesChange,
    TokenIn,
    TokenMadeOut,
    TokensOut,
)

router = APIRouter(tags=["people"])

Keeper = Annotated[Principal, requires(Right.USERS)]


@router.get("/accounts", dependencies=[requires(Right.USERS)])
def list_accounts(store: StoreDep) -> AccountsOut:
    """List all accounts by name."""
    return AccountsOut(items=tuple(AccountOut.of(one) for one in store.accounts.all()))


@router.post("/accounts", status_code=HTTPStatus.CREATED)
def add_account(
    request: Request, given: Annotated[AccountIn, Body()], store: StoreDep, who: Keeper
) -> AccountMadeOut:
    """Make an account; with the first, which is an administrator's, everybody has to log in."""
    account, password = people.add_account(
        store,
        request.app.state.passwords,
        given.name,
        given.grants(),
        who=who,
        agent_id=given.agent_id or None,
        password=given.password,
        by_password=given.by_password,
    )
    return AccountMadeOut(account=AccountOut.of(account), password=password or None)


@router.get("/accounts/{account}", dependencies=[requires(Right.USERS)])
def read_account(account: str, store: StoreDep) -> AccountOut:
    """Read an account."""
    return AccountOut.of(store.accounts.get(account))


@router.put("/accounts/{account}/roles")
def change_roles(
    account: str, given: Annotated[RolesChange, Body()], store: StoreDep, who: Keeper
) -> AccountOut:
    """Give an account other roles; they count from its next request."""
    before = store.accounts.get(account).grants if given.more else ()
    changed = store.accounts.set_grants(
        account, [*before, *given.grants()], who=who.name, agent_id=given.agent_id or None
    )
    return AccountOut.of(changed)


@router.put("/accounts/{account}/password")
def change_password(
    request: Request,
    account: str,
    given: Annotated[PasswordIn, Body()],
    store: StoreDep,
    who: Keeper,
) -> PasswordOut:
    """Give an account another password; it is logged out everywhere."""
    passwords = request.app.state.passwords
    made = people.renew_password(store, passwords, account, who=who, password=given.password)
    return PasswordOut(password=made or None)


@router.put("/accounts/{account}/lock", status_code=HTTPStatus.NO_CONTENT)
def lock_account(account: str, store: StoreDep, who: Keeper) -> None:
    """Close an account: it is logged out, and its tokens are taken no more."""
    store.accounts.disable(account, who=who.name)


@router.delete("/accounts/{account}/lock", status_code=HTTPStatus.NO_CONTENT)
def unlock_account(account: str, store: StoreDep, who: Keeper) -> None:
    """Open a closed account again."""
    store.accounts.enable(account, who=who.name)


@router.get("/tokens")
def list_tokens(
    store: StoreDep,
    who: Annotated[Principal, any_account()],
    account: Annotated[str, Query(max_length=100, description="Whose; empty = one's own.")] = "",
) -> TokensOut:
    """List one's own tokens; somebody else's as administrator."""
    return TokensOut(items=people.tokens_of(store, who, account))


@router.post("/tokens", status_code=HTTPStatus.CREATED)
def make_token(
    given: Annotated[TokenIn, Body()],
    store: StoreDep,
    who: Annotated[Principal, requires(Right.TOKENS)],
) -> TokenMadeOut:
    """Make a token, never with more rights than one has; it is told this once."""
    secret, token = people.make_token(
        store, given.scopes, who=who, account=given.account, days=given.days, label=given.label
    )
    return TokenMadeOut(secret=secret, token=token)


@router.delete("/tokens/{token}", status_code=HTTPStatus.NO_CONTENT)
def revoke_token(token: str, store: StoreDep, who: Annotated[Principal, any_account()]) -> None:
    """Take back a token of one's own; anybody's as administrator."""
    people.revoke_token(store, token, who=who)
