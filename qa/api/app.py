"""The application: one store, the API, the pages, and what keeps strangers out."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from fastapi import FastAPI
from fastapi.staticfiles import StaticFiles

from qa import __version__
from qa.api import errors
from qa.api.pages import routes as pages
from qa.api.routes import assessments, conversations, exports, health, scorecards
from qa.api.security import Guard
from qa.api.templating import STATIC
from qa.settings import Settings
from qa.store import open_store

#: Bytes that a request may carry: verdicts and comments are small.
_LARGEST_BODY = 1_000_000


def build(settings: Settings) -> FastAPI:
    """Build the application; see `qa.api.create_app`."""
    store = open_store(settings)

    @asynccontextmanager
    async def lifespan(_: FastAPI) -> AsyncIterator[None]:
        yield
        store.close()

    app = FastAPI(
        title="callcenter-qa",
        version=__version__,
        summary="Conversations, their scores, and the evidence for every verdict.",
        openapi_url="/api/v1/openapi.json",
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
        max_body_size=_LARGEST_BODY,
    )
    app.state.settings = settings
    app.state.store = store
    errors.install(app)
    for rooms in (conversations, assessments, scorecards, exports, health):
        app.include_router(rooms.router, prefix="/api/v1", responses=errors.RESPONSES)
    app.include_router(pages.router)
    app.mount("/static", StaticFiles(directory=STATIC), name="static")
    app.add_middleware(errors.LastResort)
    app.add_middleware(Guard)
    return app
