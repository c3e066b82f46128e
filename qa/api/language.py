"""Which language a request is answered in: its cookie's, else the one its browser prefers."""

from __future__ import annotations

from http.cookies import CookieError, SimpleCookie

from starlette.datastructures import Headers
from starlette.types import ASGIApp, Receive, Scope, Send

from qa.api.i18n import ENGLISH, OFFERED, speaking

COOKIE = "qa_language"


def chosen(headers: Headers) -> str:
    """Return the language that a request asks for: by its cookie, else its browser's wish."""
    try:
        cookie = SimpleCookie(headers.get("cookie", "")).get(COOKIE)
    except CookieError:
        cookie = None
    if cookie is not None and cookie.value in OFFERED:
        return cookie.value
    for wish in _wishes(headers.get("accept-language", "")):
        if wish in OFFERED:
            return wish
    return ENGLISH


def _wishes(accepted: str) -> list[str]:
    """Return languages in the order in which a browser prefers them, without their regions."""
    weighed = []
    for part in accepted.split(","):
        name, _, weight = part.strip().partition(";q=")
        try:
            weighed.append((float(weight or 1), name.split("-")[0].lower()))
        except ValueError:
            continue
    return [name for weight, name in sorted(weighed, key=lambda w: -w[0]) if weight > 0]


class Language:
    """Lets every answer speak the language that its request asks for."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer a request in its language."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        with speaking(chosen(Headers(scope=scope))):
            await self._app(scope, receive, send)
