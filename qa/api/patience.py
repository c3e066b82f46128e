"""How long a body may take: who sends a byte a minute holds no place here for good."""

from __future__ import annotations

import asyncio
import time

from fastapi import Request
from starlette.requests import ClientDisconnect
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from qa.api.errors import answer
from qa.errors import TooSlow

#: Seconds until the next piece of a body must be here.
PIECE_S = 20.0
#: Seconds that a body has besides what its bytes take at the least speed.
START_S = 30.0
#: Bytes a second that the worst of lines still carries.
LEAST_SPEED = 8_000


class Patience:
    """Refuses (408) a body that comes too slowly; one that is whole takes no more time.

    Parameters
    ----------
    piece_s, start_s : seconds; see above.
    """

    def __init__(self, app: ASGIApp, *, piece_s: float = PIECE_S, start_s: float = START_S) -> None:
        self._app = app
        self._piece_s = piece_s
        self._start_s = start_s

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer a request, or refuse it."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        begun = time.monotonic()
        got, whole, late, answered = 0, False, False, False

        async def hurried() -> Message:
            nonlocal got, whole, late
            if whole or answered:  # what still comes is that the other side is gone
                return await receive()
            left = self._start_s + got / LEAST_SPEED - (time.monotonic() - begun)
            try:
                message = await asyncio.wait_for(receive(), min(self._piece_s, max(left, 0.001)))
            except TimeoutError:
                late = whole = True
                return {"type": "http.disconnect"}
            got += len(message.get("body", b""))
            whole = not message.get("more_body", False)
            return message

        async def unless_late(message: Message) -> None:
            nonlocal answered
            if not late or answered:
                answered = True
                await send(message)

        try:
            await self._app(scope, hurried, unless_late)
        except ClientDisconnect:
            if not late:
                raise
        if late and not answered:
            refused = answer(Request(scope), TooSlow("The request came too slowly.", ""))
            refused.headers["connection"] = "close"
            await refused(scope, receive, send)
