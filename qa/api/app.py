"""The application: one store, the API, the pages, and what keeps strangers out."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from http import HTTPStatus

from fastapi import FastAPI
from fastapi.responses import Response
from fastapi.staticfiles import StaticFiles
from starlette.middleware.gzip import GZipMiddleware
from starlette.types import Scope

from qa import __version__
from qa.access.passwords import Passwords
from qa.api import errors, safety
from qa.api.bodies import Bodies
from qa.api.clips import Clips
from qa.api.identity import check_routes, secure
from qa.api.language import Language
from qa.api.limits import Limits
from qa.api.pages import agreement as agreement_pages
from qa.api.pages import audit as audit_pages
from qa.api.pages import door, inbox, reviewing, samples, search, sso, tokens, upload
from qa.api.pages import examples as example_pages
from qa.api.pages import fairness as fairness_pages
from qa.api.pages import figures as figure_pages
from qa.api.pages import looks as look_pages
from qa.api.pages import mine as mine_pages
from qa.api.pages import originals as original_pages
from qa.api.pages import people as people_pages
from qa.api.pages import retention as retention_pages
from qa.api.pages import roster as roster_pages
from qa.api.pages import routes as pages
from qa.api.pages import scorecards as scorecard_pages
from qa.api.people import LARGEST_ROSTER
from qa.api.reading import OneReading
from qa.api.routes import (
    agents,
    agreement,
    assessments,
    audit,
    collections,
    conversations,
    desk,
    drafts,
    examples,
    exports,
    figures,
    health,
    looks,
    me,
    metrics,
    originals,
    people,
    remarks,
    retention,
    reviews,
    roster,
    scorecards,
    uploads,
)
from qa.api.security import HEADERS, WITH_TLS, Guard
from qa.api.single_sign_on import Provider
from qa.api.templating import STATIC
from qa.api.uploading import LARGEST
from qa.settings import Settings
from qa.store import open_store

#: What a form has besides its file.
_FORM = 100_000
#: Bytes that the bodies of these paths may have; those of all others are small.
_LARGER = {
    "/upload": LARGEST + _FORM,
    "/api/v1/conversations": LARGEST + _FORM,
    "/people/roster": LARGEST_ROSTER + _FORM,
    "/api/v1/roster": LARGEST_ROSTER + _FORM,
}
_API = (
    conversations.router,
    assessments.router,
    desk.router,
    reviews.router,
    remarks.router,
    looks.router,
    uploads.router,
    scorecards.router,
    exports.router,
    figures.router,
    drafts.router,
    agents.router,
    agreement.router,
    examples.router,
    collections.router,
    me.router,
    people.router,
    roster.router,
    audit.router,
    originals.router,
    retention.router,
    health.router,
    metrics.router,
)

_PAGES = (
    door.router,
    sso.router,
    tokens.router,
    people_pages.router,
    roster_pages.router,
    inbox.router,
    samples.router,
    search.router,
    upload.router,
    pages.router,
    reviewing.router,
    look_pages.router,
    mine_pages.router,
    example_pages.router,
    fairness_pages.router,
    figure_pages.router,
    scorecard_pages.router,
    agreement_pages.router,
    audit_pages.router,
    original_pages.router,
    retention_pages.router,
)


class _Static(StaticFiles):
    """Files of the pages; what was built has its content in its name and is kept for good."""

    async def get_response(self, path: str, scope: Scope) -> Response:
        """Answer with a file."""
        answer = await super().get_response(path, scope)
        built = path.startswith("built/") and answer.status_code < HTTPStatus.BAD_REQUEST
        kept = "public, max-age=31536000, immutable" if built else "no-cache"
        answer.headers["cache-control"] = kept
        return answer


def build(settings: Settings) -> FastAPI:
    """Build the application; see `qa.api.create_app`."""
    store = open_store(settings)
    try:
        safety.refuse_unsafe(settings, accounts=store.accounts.any())
    except BaseException:
        store.close()
        raise

    @asynccontextmanager
    async def lifespan(_: FastAPI) -> AsyncIterator[None]:
        yield
        store.close()

    app = FastAPI(
        title="callcenter-qa",
        version=__version__,
        summary="Conversations, their scores, and the evidence for every verdict.",
        # Served by a route of our own, which asks for a right like all others.
        openapi_url=None,
        # Both pages load scripts from elsewhere, which works neither offline nor under our policy.
        docs_url=None,
        redoc_url=None,
        lifespan=lifespan,
        # Nothing is reported to anybody, whatever the environment asks for.
        telemetry={
            "tracing": False,
            "metrics": False,
            "logs": False,
            "operation_spans": False,
            "auto_configure": False,
        },
    )
    app.state.settings = settings
    app.state.store = store
    app.state.passwords = Passwords()
    app.state.clips = Clips()
    app.state.provider = Provider(settings) if settings.oidc_issuer else None
    # Whether an account is known to exist; see `qa.api.identity.is_open`.
    app.state.closed = False
    errors.install(app)
    door.install(app)
    for router in _API:
        app.include_router(router, prefix="/api/v1", responses=errors.RESPONSES)
    for router in _PAGES:
        app.include_router(router)
    app.mount("/static", _Static(directory=STATIC), name="static")
    app.add_middleware(OneReading)
    # Sound is compressed as it is, and ranges of it must stay ranges: neither is touched.
    app.add_middleware(GZipMiddleware, minimum_size=1000, compresslevel=3)
    app.add_middleware(Bodies, larger=_LARGER)
    app.add_middleware(errors.LastResort)
    if settings.requests_per_second:
        app.add_middleware(Limits, rate=settings.requests_per_second)
    app.add_middleware(Language)
    app.add_middleware(
        Guard,
        hosts=safety.hosts(settings),
        headers=HEADERS | (WITH_TLS if secure(settings) else {}),
    )
    check_routes(app)
    return app
