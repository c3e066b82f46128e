"""What keeps other web sites out.

The browser that shows our pages visits other sites too: one of them could resolve its
own name to this server (DNS rebinding) or post a form here (CSRF). So every request
must name this server as its host, and whatever changes something must come from our own
pages, or from a program, which carries neither a browser's headers nor its cookies.

Browsers say themselves where a request comes from: ``Sec-Fetch-Site``, else ``Origin``.
No page can forge either, so a token in every form would add nothing
(docs/decisions/0021-origin-against-csrf.md). The session's cookie is SameSite=Lax besides.
"""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from http import HTTPStatus
from urllib.parse import urlsplit

from fastapi import Request
from starlette.datastructures import Headers, MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from qa.api.errors import problem_response

_READS = frozenset({"GET", "HEAD", "OPTIONS"})
#: ``none`` = the person's own doing: an address typed, a bookmark.
_OWN_SITE = frozenset({"same-origin", "none"})

#: The waveform draws in a shadow tree with a style of its own, for which it takes a nonce.
_POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self' 'nonce-{nonce}'; img-src 'self'; "
    "media-src 'self'; connect-src 'self'; form-action 'self'; base-uri 'none'; "
    "frame-ancestors 'none'"
)

HEADERS = {
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-resource-policy": "same-origin",
    "permissions-policy": "camera=(), geolocation=(), microphone=()",
    "referrer-policy": "same-origin",
    "x-content-type-options": "nosniff",
    "x-frame-options": "DENY",
}

#: With TLS: browsers come back by TLS alone, for a year.
WITH_TLS = {"strict-transport-security": "max-age=31536000"}


class Guard:
    """Refuses foreign hosts and foreign sites, and marks every answer with security headers.

    Parameters
    ----------
    hosts : names by which this server may be called; None = any.
    headers : what every answer carries, unless it says something else itself.
    """

    def __init__(
        self, app: ASGIApp, *, hosts: frozenset[str] | None, headers: Mapping[str, str] = HEADERS
    ) -> None:
        self._app = app
        self._hosts = hosts
        self._headers = headers

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer a request, or refuse it."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return

        nonce = secrets.token_urlsafe(18)
        scope.setdefault("state", {})["nonce"] = nonce

        async def marked(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                headers["content-security-policy"] = _POLICY.format(nonce=nonce)
                for name, value in self._headers.items():
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
        if self._hosts is not None and _hostname(host) not in self._hosts:
            return (
                HTTPStatus.MISDIRECTED_REQUEST,
                "This server answers only under its own names.",
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
        if origin is None:
            # Neither: no browser of today. A program has no cookie that could be abused.
            return "cookie" not in headers
        return urlsplit(origin).netloc == host


def _hostname(host: str) -> str | None:
    try:
        return urlsplit(f"//{host}").hostname
    except ValueError:  # brackets without an address in them
        return None
