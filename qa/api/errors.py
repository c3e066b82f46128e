"""The one place where this door turns errors into answers.

The API answers with problem details (RFC 9457) that hold reason and mend; pages
answer with a page that says the same. An error that nobody foresaw is logged as
its type and its place in the program: its message may hold what somebody said.
"""

from __future__ import annotations

import logging
from http import HTTPStatus
from typing import Any

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse, Response
from pydantic import BaseModel, Field
from starlette.exceptions import HTTPException
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from qa.api.templating import page
from qa.errors import (
    DatabaseRefuses,
    DiskFull,
    Forbidden,
    NotFound,
    NotLoggedIn,
    ProviderDown,
    QaError,
    Stale,
    StoreError,
    TooLarge,
    TooMany,
    TooSlow,
    UsageError,
    trace,
)

_LOG = logging.getLogger("qa.api")

#: Most particular first; what is not listed is the fault of the input (422).
_STATUS: tuple[tuple[type[QaError], int], ...] = (
    (NotFound, HTTPStatus.NOT_FOUND),
    (NotLoggedIn, HTTPStatus.UNAUTHORIZED),
    (Forbidden, HTTPStatus.FORBIDDEN),
    (Stale, HTTPStatus.PRECONDITION_FAILED),
    (TooMany, HTTPStatus.TOO_MANY_REQUESTS),
    (TooLarge, HTTPStatus.REQUEST_ENTITY_TOO_LARGE),
    (TooSlow, HTTPStatus.REQUEST_TIMEOUT),
    (ProviderDown, HTTPStatus.SERVICE_UNAVAILABLE),
    (DiskFull, HTTPStatus.INSUFFICIENT_STORAGE),
    (StoreError, HTTPStatus.SERVICE_UNAVAILABLE),
    (UsageError, HTTPStatus.UNPROCESSABLE_ENTITY),
)


class Wrong(BaseModel):
    """One field of a request that cannot be used."""

    field: str
    message: str


class Problem(BaseModel):
    """Why a request was not fulfilled (RFC 9457), and what to do about it."""

    type: str = Field(default="about:blank", examples=["urn:qa:problem:not-found"])
    title: str = Field(examples=["Not Found"])
    status: int = Field(examples=[404])
    #: What is wrong.
    detail: str = Field(examples=["No conversation '7f3a'."])
    #: What to do about it.
    mend: str = Field(default="", examples=["'qa list' names those that are known."])
    errors: list[Wrong] = Field(default_factory=list)


#: How problems are sent to programs.
PROBLEM_TYPE = "application/problem+json"
_DESCRIBED = "#/components/schemas/{model}"
#: What every route of the API may answer besides its result. Named, not given as a model: of a
#: model each route would build its own checks, which took most of the time of a start.
RESPONSES: dict[int | str, dict[str, Any]] = {
    code: {"content": {PROBLEM_TYPE: {"schema": {"$ref": _DESCRIBED.format(model="Problem")}}}}
    for code in (
        HTTPStatus.BAD_REQUEST,
        HTTPStatus.UNAUTHORIZED,
        HTTPStatus.FORBIDDEN,
        HTTPStatus.NOT_FOUND,
        HTTPStatus.REQUEST_TIMEOUT,
        HTTPStatus.PRECONDITION_FAILED,
        HTTPStatus.REQUEST_ENTITY_TOO_LARGE,
        HTTPStatus.UNPROCESSABLE_ENTITY,
        HTTPStatus.TOO_MANY_REQUESTS,
    )
}


def describe(description: dict[str, Any]) -> None:
    """Add what `RESPONSES` name to a description of the API (OpenAPI)."""
    made = Problem.model_json_schema(ref_template=_DESCRIBED)
    named = made.pop("$defs", {}) | {Problem.__name__: made}
    description.setdefault("components", {}).setdefault("schemas", {}).update(named)


def status_of(err: QaError) -> int:
    """Return the HTTP status that an error stands for."""
    return next(
        (code for kind, code in _STATUS if isinstance(err, kind)), HTTPStatus.UNPROCESSABLE_ENTITY
    )


def problem_response(
    request: Request,
    status: int,
    detail: str,
    mend: str = "",
    *,
    kind: str = "",
    errors: list[Wrong] | None = None,
    headers: dict[str, str] | None = None,
) -> Response:
    """Answer with a problem: JSON to programs, a page to people."""
    problem = Problem(
        type=f"urn:qa:problem:{kind}" if kind else "about:blank",
        title=HTTPStatus(status).phrase,
        status=status,
        detail=detail,
        mend=mend,
        errors=errors or [],
    )
    if wants_page(request):
        return page(
            request,
            "error.html",
            {"problem": problem, "title": problem.title},
            status=status,
            headers=headers,
        )
    return JSONResponse(
        problem.model_dump(exclude_defaults=True) | {"type": problem.type},
        status_code=status,
        media_type=PROBLEM_TYPE,
        headers=headers,
    )


def answer(request: Request, err: QaError) -> Response:
    """Answer with an error that has a reason and a mend."""
    headers = {}
    if isinstance(err, TooMany):
        headers["retry-after"] = str(err.seconds)
    if isinstance(err, NotLoggedIn):
        headers["www-authenticate"] = "Bearer"
    # Where the database is, is no business of whoever asks.
    reason = err.bare if isinstance(err, DatabaseRefuses) else err.reason
    return problem_response(
        request,
        status_of(err),
        reason,
        err.mend,
        kind=_kebab(type(err).__name__),
        headers=headers,
    )


def wants_page(request: Request) -> bool:
    """Whether a person's browser asked, outside the API."""
    return not request.url.path.startswith("/api/") and "text/html" in request.headers.get(
        "accept", ""
    )


def install(app: FastAPI) -> None:
    """Let the application answer errors in this way, and describe it so."""
    describe = app.openapi
    app.openapi = lambda: _described(describe())  # type: ignore[method-assign]  # its own way

    @app.exception_handler(QaError)
    def known(request: Request, err: QaError) -> Response:
        return answer(request, err)

    @app.exception_handler(RequestValidationError)
    def invalid(request: Request, err: RequestValidationError) -> Response:
        # Only place and message: the value itself may be what somebody wrote.
        errors = [
            Wrong(field=".".join(str(p) for p in e["loc"]), message=e["msg"]) for e in err.errors()
        ]
        said = "; ".join(f"{e.field}: {e.message}" for e in errors)
        return problem_response(
            request,
            HTTPStatus.UNPROCESSABLE_ENTITY,
            f"The request cannot be used: {said}.",
            "See /api/v1/openapi.json for what is expected.",
            kind="invalid-request",
            errors=errors,
        )

    @app.exception_handler(HTTPException)
    def plain(request: Request, err: HTTPException) -> Response:
        return problem_response(
            request, err.status_code, f"{err.detail}.", headers=dict(err.headers or {})
        )


def _described(found: dict[str, Any]) -> dict[str, Any]:
    for verbs in found["paths"].values():
        for what in verbs.values():
            for answer in what["responses"].values():
                _as_problem(answer.get("content", {}))
    return found


def _as_problem(content: dict[str, Any]) -> None:
    """Describe a problem under its own media type; the framework knows only JSON's."""
    schema = content.get("application/json", {}).get("schema", {})
    if schema.get("$ref", "").endswith("/Problem"):
        content["application/problem+json"] = content.pop("application/json")


class LastResort:
    """Answers errors that nobody foresaw.

    A middleware, since the framework raises such an error again after a handler has
    answered it, and the server would print its message.
    """

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer a request, whatever happens."""
        begun = False

        async def noticed(message: Message) -> None:
            nonlocal begun
            begun = begun or message["type"] == "http.response.start"
            await send(message)

        try:
            await self._app(scope, receive, noticed)
        except Exception as err:  # noqa: BLE001 - the last resort; logged by type and place
            _LOG.error("unforeseen %s", trace(err))
            if scope["type"] != "http" or begun:
                return
            answer = problem_response(
                Request(scope),
                HTTPStatus.INTERNAL_SERVER_ERROR,
                "The program met an error it did not expect.",
                "Its place is in the server's log; please report it.",
                kind="unforeseen",
            )
            await answer(scope, receive, send)


def _kebab(name: str) -> str:
    return "".join(f"-{c.lower()}" if c.isupper() else c for c in name).lstrip("-")
