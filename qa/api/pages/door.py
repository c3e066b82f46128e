"""Logging in and out, and one's own account.

Who is not logged in is asked to, and then led to where they wanted to go. What they
had written in a form meanwhile travels through the log-in page and is sent when they
are back, at the press of a button: their name may be another one by then.
"""

from __future__ import annotations

from http import HTTPStatus
from typing import Annotated
from urllib.parse import parse_qsl, quote, urlencode

from fastapi import APIRouter, FastAPI, Form, Request
from fastapi.responses import Response
from pydantic import BaseModel, Field
from starlette.datastructures import UploadFile

from qa.access import Principal
from qa.access.passwords import LONGEST, Passwords, check_new
from qa.api import people_words
from qa.api.deps import SettingsDep, StoreDep
from qa.api.errors import answer, wants_page
from qa.api.i18n import N_, gettext
from qa.api.identity import any_account, cookie_name, open_to_all, secure
from qa.api.pages import going
from qa.api.pages.token_lines import rights_to_choose, token_lines
from qa.api.templating import page
from qa.errors import NotLoggedIn, QaError, TooMany, UsageError
from qa.settings import Settings
from qa.store import Store
from qa.store.accounts import Account

router = APIRouter(include_in_schema=False)

_WRONG = N_("Name or password is wrong.")
_FORMS = ("application/x-www-form-urlencoded", "multipart/form-data")


class _LogIn(BaseModel):
    name: str = Field(max_length=200)
    password: str = Field(max_length=LONGEST * 4)
    #: Where to go then: a path of this server.
    next: str = "/"
    #: What a form held when the session ended, urlencoded; it belongs to `next`.
    kept: str = ""


class _NewPassword(BaseModel):
    password: str = Field(max_length=LONGEST * 4)
    new: str = Field(max_length=LONGEST * 4)


def install(app: FastAPI) -> None:
    """Let people who are not logged in meet the log-in page, and programs a 401."""

    @app.exception_handler(NotLoggedIn)
    async def not_logged_in(request: Request, err: NotLoggedIn) -> Response:
        if not wants_page(request):
            return answer(request, err)
        wanted = request.url.path
        if request.method in {"GET", "HEAD"}:
            query = f"?{request.url.query}" if request.url.query else ""
            return going.to(f"/login?next={quote(wanted + query, safe='')}")
        return _login_page(
            request,
            next=wanted,
            kept=await _kept(request),
            message=gettext("Your log-in has ended."),
            status=HTTPStatus.UNAUTHORIZED,
        )


async def _kept(request: Request) -> str:
    """Return what a form held, for another try; files cannot be kept."""
    if not request.headers.get("content-type", "").startswith(_FORMS):
        return ""
    form = await request.form()
    return urlencode([(k, v) for k, v in form.multi_items() if not isinstance(v, UploadFile)])


@router.get("/login", dependencies=[open_to_all()])
def ask(request: Request, next: str = "/") -> Response:
    """Show the page to log in on."""
    return _login_page(request, next=next)


@router.post("/login", dependencies=[open_to_all()])
def log_in(
    request: Request, form: Annotated[_LogIn, Form()], store: StoreDep, settings: SettingsDep
) -> Response:
    """Log in, and go on where one was."""
    name, address = form.name.strip().casefold(), address_of(request)
    try:
        store.throttle.attempt(account=name, address=address)
        account = _proven(store, request.app.state.passwords, name, form.password)
    except TooMany as err:
        return _login_page(
            request, next=form.next, kept=form.kept, name=name, message=_wait(err),
            status=HTTPStatus.TOO_MANY_REQUESTS, headers={"retry-after": str(err.seconds)},
        )  # fmt: skip
    if account is None:
        store.accounts.note("log-in refused", who="", detail={"address": address})
        return _login_page(
            request, next=form.next, kept=form.kept, name=name, message=gettext(_WRONG),
            status=HTTPStatus.UNAUTHORIZED,
        )  # fmt: skip
    store.throttle.passed(account=name, address=address)
    return logged_in(request, settings, store, account, next=form.next, kept=form.kept)


def logged_in(
    request: Request,
    settings: Settings,
    store: Store,
    account: Account,
    *,
    next: str,
    kept: str = "",
    by: str = "password",
) -> Response:
    """Begin a session under a new id, and lead on."""
    old = request.cookies.get(cookie_name(settings), "")
    secret = store.sessions.begin(account, instead=old, by=by)
    where = going.local_path(next)
    made = (
        page(
            request,
            "kept.html",
            {
                "title": gettext("Logged in"),
                "action": where,
                "fields": parse_qsl(kept, keep_blank_values=True),
                "name": account.name,
            },
        )
        if kept
        else going.to(where)
    )
    made.set_cookie(
        cookie_name(settings),
        secret,
        max_age=settings.session_hours * 3600,
        path="/",
        secure=secure(settings),
        httponly=True,
        samesite="lax",
    )
    return made


def _proven(store: Store, passwords: Passwords, name: str, password: str) -> Account | None:
    """Return the account that a password belongs to; takes as long when there is none."""
    found = store.accounts.password_of(name)
    account, kept = found or (None, "")
    if not passwords.fits(password, kept) or account is None:
        return None
    if passwords.outdated(kept):
        store.accounts.rehash(account.id, passwords.hash(password))
    return account


@router.post("/logout")
def log_out(
    request: Request,
    store: StoreDep,
    settings: SettingsDep,
    who: Annotated[Principal, any_account()],
) -> Response:
    """Log this browser out."""
    store.sessions.end(request.cookies.get(cookie_name(settings), ""), who=who.name)
    return _forgotten(settings)


@router.post("/logout/everywhere")
def log_out_everywhere(
    store: StoreDep, settings: SettingsDep, who: Annotated[Principal, any_account()]
) -> Response:
    """Log all of one's browsers out."""
    store.sessions.end_all(who.id, who=who.name)
    return _forgotten(settings)


@router.get("/account")
def show_account(
    request: Request, store: StoreDep, who: Annotated[Principal, any_account()]
) -> Response:
    """Show one's own account."""
    return account_page(request, store, who)


@router.post("/account/password")
def change_password(
    request: Request,
    form: Annotated[_NewPassword, Form()],
    store: StoreDep,
    settings: SettingsDep,
    who: Annotated[Principal, any_account()],
) -> Response:
    """Take a new password; all other browsers are logged out."""
    passwords: Passwords = request.app.state.passwords
    try:
        store.throttle.attempt(account=who.name, address=address_of(request))
        account = _proven(store, passwords, who.name, form.password)
        if account is None:
            raise UsageError(
                gettext("Your present password is another one."), gettext("Type it again.")
            )
        store.throttle.passed(account=who.name, address=address_of(request))
        check_new(form.new, about=[who.name])
    except QaError as err:
        message = _wait(err) if isinstance(err, TooMany) else str(err)
        return account_page(
            request, store, who, message=message, status=HTTPStatus.UNPROCESSABLE_ENTITY
        )
    store.accounts.set_password(who.name, passwords.hash(form.new), who=who.name)
    return logged_in(request, settings, store, account, next="/account")


def _wait(err: TooMany) -> str:
    """Word a pause for whoever waits at the door."""
    return gettext("Too many attempts failed. Wait %(seconds)d s, then try again.") % {
        "seconds": err.seconds
    }


def address_of(request: Request) -> str:
    """Return where a request comes from; of IPv6 the network, which one person has whole."""
    host = request.client.host if request.client else ""
    return ":".join(host.split(":")[:4]) if host.count(":") > 1 else host


def account_page(
    request: Request,
    store: Store,
    who: Principal,
    *,
    message: str = "",
    secret: str = "",
    status: int = 200,
) -> Response:
    """Show one's own account.

    Parameters
    ----------
    secret : a token that was just made; it is shown this once.
    """
    own = store.accounts.get(who.name) if who.id else None
    context = {
        "title": gettext("Your account"),
        "has_password": own is not None and own.has_password,
        "sessions": store.sessions.count(who.id),
        "tokens": token_lines(store.sessions.tokens(who.id)) if who.id else (),
        "scopes": rights_to_choose(who.rights),
        "roles": [people_words.grant(grant) for grant in who.grants],
        "message": message,
        "secret": secret,
    }
    return page(request, "account.html", context, status=status)


def _login_page(
    request: Request,
    *,
    next: str,
    kept: str = "",
    name: str = "",
    message: str = "",
    status: int = HTTPStatus.OK,
    headers: dict[str, str] | None = None,
) -> Response:
    settings: Settings = request.app.state.settings
    context = {
        "title": gettext("Log in"),
        "next": going.local_path(next),
        "kept": kept,
        "name": name,
        "message": message,
        "provider": settings.oidc_label if settings.oidc_issuer else "",
    }
    return page(request, "login.html", context, status=status, headers=headers)


def _forgotten(settings: Settings) -> Response:
    made = going.to("/login")
    made.delete_cookie(
        cookie_name(settings), path="/", secure=secure(settings), httponly=True, samesite="lax"
    )
    return made
