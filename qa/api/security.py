"""What keeps other web sites out, as long as nobody signs in.

The server listens on this machine only, but the browser that shows it visits
other sites too: one of them could resolve its own name to this machine (DNS
rebinding) or post a form here. So every request must name this machine as its
host, and whatever changes something must come from our own pages, or from a
program, which carries no browser's headers.
"""

from __future__ import annotations

from http import HTTPStatus
from urllib.parse import urlsplit

from fastapi import Request
from starlette.datastructures import Headers, MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from qa.api.errors import problem_response

HOSTS = frozenset({"127.0.0.1", "localhost", "::1"})
_READS = frozenset({"GET", "HEAD", "OPTIONS"})
#: ``none`` = the person's own doing: an address typed, a bookmark.
_OWN_SITE = frozenset({"same-origin", "none"})

_POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; "
    "media-src 'self'; connect-src 'self'; form-action 'self'; base-uri 'none'; "
    "frame-ancestors 'none'"
)

HEADERS = {
    "content-security-policy": _POLICY,
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-resource-policy": "same-origin",
    "permissions-policy": "camera=(), geolocation=(), microphone=()",
    "referrer-policy": "same-origin",
    "x-content-type-options": "nosniff",
    "x-frame-options": "DENY",
}


class Guard:
    """Refuses foreign hosts and foreign sites, and marks every answer with security headers.

    Parameters
    ----------
    hosts : names by which this server may be called.
    """

    def __init__(self, app: ASGIApp, *, hosts: frozenset[str] = HOSTS) -> None:
        self._app = app
        self._hosts = hosts

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer a request, or refuse it."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return

        async def marked(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                for name, value in HEADERS.items():
                    headers.setdefault(name, value)
                # Pages and answers hold what people said: no shared or lasting copy.
                headers.setdefault("cache-control", "no-store")
            await send(message)

        refusal = self._refusal(Headers(scope=scope), scope["method"])
        if refusal is None:
            await self._app(scope, receive, marked)
            return
        status, detail, mend = refusal
        answer = problem_response(Request(scope), status, detail, mend, kind="refused")
        await answer(scope, receive, marked)

    def _refusal(self, headers: Headers, method: str) -> tuple[int, str, str] | None:
        host = headers.get("host", "")
        if urlsplit(f"//{host}").hostname not in self._hosts:
            return (
                HTTPStatus.MISDIRECTED_REQUEST,
                "This server answers only under this machine's own names.",
                f"Open it as one of: {', '.join(sorted(self._hosts))}.",
            )
        if method in _READS or self._own(headers, host):
            return None
        return (
            HTTPStatus.FORBIDDEN,
            "The request comes from another site.",
            "Use the pages of this server, or call the API from a program.",
        )

    @staticmethod
    def _own(headers: Headers, host: str) -> bool:
        site = headers.get("sec-fetch-site")
        if site is not None:
            return site in _OWN_SITE
        origin = headers.get("origin")
        # Neither: not a browser, so there is no person's session to abuse.
        return origin is None or urlsplit(origin).netloc == host
