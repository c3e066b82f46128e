"""Who asks, and whether they may: every route declares the right that it needs.

    @router.get("/conversations")
    def list_conversations(store: StoreDep, who: Annotated[Principal, requires(Right.LIST)]): ...

A route without a declaration is refused when the application is built (`check_routes`).
What somebody does who calls it is written down (`qa.api.auditing`): it follows from the right,
or is declared beside it: ``requires(Right.READ, Act.SEARCHED)``.
Where an address names a conversation, `qa.api.deps.IdDep` holds the right against that
conversation; where a route answers with several, it passes ``who.scope(right)`` on.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterable, Iterator
from dataclasses import dataclass
from typing import Annotated, Any

from fastapi import Depends, FastAPI, Request
from fastapi.routing import APIRoute
from starlette.concurrency import run_in_threadpool
from starlette.routing import BaseRoute, Mount
from starlette.staticfiles import StaticFiles

from qa.access import Principal, Right, machine_user
from qa.access.secrets import TOKEN_PREFIX
from qa.api import auditing
from qa.api.safety import is_local
from qa.errors import Forbidden, NotLoggedIn
from qa.settings import Settings
from qa.store import Store
from qa.store.acts import Act

_LOG_IN = "Log in at /login, or send an API token: 'Authorization: Bearer qa_...'."
#: What a proxy adds: whoever is behind one does not sit at this machine.
_FORWARDED = frozenset({"forwarded", "x-forwarded-for", "x-real-ip", "via"})


def who_asks(request: Request) -> Principal:
    """Return who asks, by token, session, or because this machine has no accounts yet.

    Raises
    ------
    NotLoggedIn : nobody that is known.
    """
    known: Principal | None = getattr(request.state, "me", None)
    if known is None:
        known = _found(request)
        request.state.me = known
    return known


def _found(request: Request) -> Principal:
    store: Store = request.app.state.store
    settings: Settings = request.app.state.settings
    kind, _, secret = request.headers.get("authorization", "").partition(" ")
    if kind:
        # A program that says who it is never passes for whoever else might be there.
        bearer = kind.lower() == "bearer" and secret.startswith(TOKEN_PREFIX)
        found = store.sessions.bearer(secret) if bearer else None
        if found is None:
            raise NotLoggedIn("This token is not taken: unknown, expired or revoked.", _LOG_IN)
        return found
    session = request.cookies.get(cookie_name(settings), "")
    found = store.sessions.who(session) if session else None
    if found is not None:
        return found
    if is_open(request):
        return machine_user()
    raise NotLoggedIn("You are not logged in, or were not here for too long.", _LOG_IN)


def is_open(request: Request) -> bool:
    """Say whether whoever sits at this machine is its administrator: nobody has an account."""
    state = request.app.state
    if state.closed or not is_local(state.settings) or _FORWARDED.intersection(request.headers):
        return False
    # Accounts are disabled, never deleted: once there is one, there always is.
    state.closed = state.store.accounts.any()
    return not state.closed


def cookie_name(settings: Settings) -> str:
    """Return the name of the session's cookie; browsers bind the prefixed one to this host."""
    return "__Host-qa" if secure(settings) else "qa_session"


def secure(settings: Settings) -> bool:
    """Say whether browsers reach this server by TLS."""
    return settings.public_url.startswith("https:") or settings.tls_certificate is not None


# --- what routes declare -----------------------------------------------------------------


@dataclass(frozen=True)
class Requires:
    """The declaration of a route: the right that it needs, and what is done by it."""

    right: Right
    #: None = what follows from the right, where it is a route that only reads.
    act: Act | None = None

    async def __call__(
        self, request: Request, who: Annotated[Principal, Depends(who_asks)]
    ) -> AsyncIterator[Principal]:
        """Give who asks; when the route has answered, write down what they did.

        Raises
        ------
        NotLoggedIn, Forbidden : nobody that is known, or nobody who may do this anywhere.
        StoreError : it could not be written down.
        """
        who.check(self.right)
        yield who
        if (done := auditing.done(request, self.right, self.act)) is not None:
            await run_in_threadpool(auditing.write, request, who, done)


@dataclass(frozen=True)
class AnyAccount:
    """The declaration of a route that is about whoever asks, whatever their roles."""

    async def __call__(self, who: Annotated[Principal, Depends(who_asks)]) -> Principal:
        """Return who asks."""
        return who


@dataclass(frozen=True)
class Open:
    """The declaration of a route that everybody may call, known or not."""

    async def __call__(self) -> None:
        """Let everybody pass."""


Declaration = Requires | AnyAccount | Open


def requires(right: Right, act: Act | None = None) -> Any:
    """Declare the right that a route needs; gives it the `Principal`.

    Parameters
    ----------
    act : what is done by it, where that does not follow from the right.
    """
    # Ends before the answer is sent: what cannot be written down is not answered.
    return Depends(Requires(right, act), scope="function")


def any_account() -> Any:
    """Declare that a route is about whoever asks; gives it the `Principal`."""
    return Depends(AnyAccount())


def open_to_all() -> Any:
    """Declare that everybody may call a route: ``dependencies=[open_to_all()]``."""
    return Depends(Open())


def declared(route: APIRoute) -> tuple[Declaration, ...]:
    """Return what a route declares: exactly one thing, where all is well."""
    return tuple(dict.fromkeys(_declared(route.dependant)))


def _declared(dependant: Any) -> Iterator[Declaration]:
    if isinstance(dependant.call, Declaration):
        yield dependant.call
    for each in dependant.dependencies:
        yield from _declared(each)


def check_routes(app: FastAPI) -> None:
    """Refuse an application with a route that does not declare who may call it.

    Raises
    ------
    RuntimeError : names each such route.
    """
    bare = [
        f"{getattr(route, 'path', '')} ({getattr(route, 'name', route)})"
        for route in _as_written(app.routes)
        if not _is_declared(route)
    ]
    if bare:
        raise RuntimeError(f"No right is declared for: {', '.join(bare)}.")


def _as_written(routes: Iterable[BaseRoute]) -> Iterator[BaseRoute]:
    """Return each route as its router has it: what it becomes in the application, takes long."""
    for route in routes:
        included = getattr(route, "original_router", None)
        if included is None:
            yield route
        else:
            yield from _as_written(included.routes)


def _is_declared(route: BaseRoute) -> bool:
    if isinstance(route, Mount):
        # Style sheets and scripts: the same for everybody.
        return isinstance(route.app, StaticFiles)
    return isinstance(route, APIRoute) and len(declared(route)) == 1


def right_of(request: Request) -> Right:
    """Return the right that the route of a request declares.

    Raises
    ------
    Forbidden : it declares none, so it can show no conversation.
    """
    for one in declared(request.scope["route"]):
        if isinstance(one, Requires):
            return one.right
    raise Forbidden("This address declares no right.", "Please report it.")
