"""How fast one may ask: by credential, and by the address it comes from.

Token buckets in this process's memory. A limit that a second server process does not
know of is doubled, not gone; pauses after failed log-ins, which must not be, are kept in
the database (`qa.store.throttle`).
"""

from __future__ import annotations

import time
from collections import OrderedDict
from collections.abc import Callable
from threading import Lock

from fastapi import Request
from starlette.types import ASGIApp, Receive, Scope, Send

from qa.access import secrets
from qa.api.errors import answer
from qa.errors import TooMany

#: Seconds of its rate that a bucket holds: a page with all its parts comes at once.
BURST_S = 10.0
#: An address may be a whole office behind one proxy.
PEOPLE_PER_ADDRESS = 20
#: Buckets that are kept; the one that was used longest ago goes first.
_KEPT = 20_000


class Buckets:
    """Token buckets by key.

    Parameters
    ----------
    rate : tokens a second that each gets back.
    clock : seconds that never run backwards.
    """

    def __init__(
        self, rate: float, *, clock: Callable[[], float] = time.monotonic, kept: int = _KEPT
    ) -> None:
        self._rate = rate
        self._full = rate * BURST_S
        self._clock = clock
        self._kept = kept
        self._lock = Lock()
        #: key -> (tokens, when they were counted)
        self._buckets: OrderedDict[str, tuple[float, float]] = OrderedDict()

    def take(self, key: str) -> float:
        """Take a token; return 0, or the seconds until there is one."""
        now = self._clock()
        with self._lock:
            tokens, at = self._buckets.pop(key, (self._full, now))
            tokens = min(self._full, tokens + (now - at) * self._rate)
            wait = 0.0 if tokens >= 1 else (1 - tokens) / self._rate
            self._buckets[key] = (tokens if wait else tokens - 1, now)
            if len(self._buckets) > self._kept:
                self._buckets.popitem(last=False)
        return wait


class Limits:
    """Refuses (429) who asks faster than one person does.

    Parameters
    ----------
    rate : requests a second, lasting, of one credential.
    """

    def __init__(self, app: ASGIApp, *, rate: float) -> None:
        self._app = app
        self._each = Buckets(rate)
        self._address = Buckets(rate * PEOPLE_PER_ADDRESS)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer a request, or refuse it."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        request = Request(scope)
        # An unknown credential is cheap to invent, so the address counts besides.
        shown = request.headers.get("authorization") or request.headers.get("cookie", "")
        address = request.client.host if request.client else ""
        wait = max(
            self._address.take(address),
            self._each.take(secrets.digest(shown) if shown else address),
        )
        if wait:
            refused = answer(request, TooMany("Too many requests.", seconds=int(wait) + 1))
            await refused(scope, receive, send)
            return
        await self._app(scope, receive, send)
