"""Logging in by the company's own provider (OpenID Connect)."""

from __future__ import annotations

import hmac
import json
from base64 import urlsafe_b64decode, urlsafe_b64encode
from dataclasses import asdict

from fastapi import APIRouter, Request
from fastapi.responses import Response

from qa.api.deps import SettingsDep, StoreDep
from qa.api.identity import open_to_all, secure
from qa.api.pages import going
from qa.api.pages.door import address_of, logged_in
from qa.api.single_sign_on import Begun, Provider, Vouched, begin
from qa.errors import Forbidden, NotFound, UnknownName
from qa.settings import Settings
from qa.store import Store
from qa.store.accounts import Account

router = APIRouter(include_in_schema=False)

#: Seconds that somebody may take at the provider.
_LONGEST_S = 600


@router.get("/login/sso", dependencies=[open_to_all()])
def leave(request: Request, settings: SettingsDep, next: str = "/") -> Response:
    """Send the browser to the provider."""
    provider = _provider(request)
    begun = begin(going.local_path(next))
    made = going.to(provider.address(begun, _back(request, settings)))
    # Lax: it comes with the browser that the provider sends back, and with no form of others.
    made.set_cookie(
        _cookie(settings),
        urlsafe_b64encode(json.dumps(asdict(begun)).encode()).decode(),
        max_age=_LONGEST_S,
        path="/",
        secure=secure(settings),
        httponly=True,
        samesite="lax",
    )
    return made


@router.get("/login/sso/back", dependencies=[open_to_all()])
def arrive(
    request: Request,
    store: StoreDep,
    settings: SettingsDep,
    code: str = "",
    state: str = "",
) -> Response:
    """Take the browser that the provider sends back."""
    provider = _provider(request)
    begun = _begun(request.cookies.get(_cookie(settings), ""))
    if begun is None or not code or not hmac.compare_digest(begun.state, state):
        raise Forbidden(
            "This log-in was not begun in this browser, took too long, or was declined.",
            "Begin again at /login.",
        )
    vouched = provider.vouches(begun, code, _back(request, settings))
    try:
        account = _account(store, vouched)
    except Forbidden:
        store.accounts.note("log-in refused", who="", detail={"address": address_of(request)})
        raise
    made = logged_in(request, settings, store, account, next=begun.next, by="single sign-on")
    made.delete_cookie(
        _cookie(settings), path="/", secure=secure(settings), httponly=True, samesite="lax"
    )
    return made


def _account(store: Store, vouched: Vouched) -> Account:
    """Return the account of whom the provider vouches for.

    By its name for them; the first time by an e-mail address that it has verified and
    that an account is named by.

    Raises
    ------
    Forbidden : there is none, or it is closed.
    """
    found = store.accounts.by_subject(vouched.issuer, vouched.subject)
    if found is None and vouched.email:
        try:
            named = store.accounts.get(vouched.email)
        except (UnknownName, NotFound):
            named = None
        if named is not None and named.issuer is None:
            store.accounts.link(
                named.name, issuer=vouched.issuer, subject=vouched.subject, who=named.name
            )
            found = named
    if found is None or found.disabled_at is not None:
        raise Forbidden(
            f"You are known to the provider as '{vouched.subject}', and have no account here.",
            "Ask an administrator: qa user add, then qa user link.",
        )
    return found


def _provider(request: Request) -> Provider:
    found: Provider | None = request.app.state.provider
    if found is None:
        raise NotFound("There is no single sign-on here.", "Set QA_OIDC_ISSUER.")
    return found


def _back(request: Request, settings: Settings) -> str:
    here = settings.public_url or str(request.base_url)
    return f"{here.rstrip('/')}/login/sso/back"


def _cookie(settings: Settings) -> str:
    return "__Host-qa-sso" if secure(settings) else "qa_sso"


def _begun(kept: str) -> Begun | None:
    try:
        return Begun(**json.loads(urlsafe_b64decode(kept)))
    except (ValueError, TypeError):
        return None
