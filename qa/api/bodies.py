"""How large a body may be, and how long it may take: nobody holds room or a place here for good."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Mapping

from fastapi import Request
from starlette.datastructures import Headers
from starlette.requests import ClientDisconnect
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from qa.api.errors import answer
from qa.errors import QaError, TooLarge, TooSlow

#: Bytes that a request may carry: verdicts and comments are small.
LARGEST = 1_000_000
#: Seconds until the next piece of a body must be here.
PIECE_S = 20.0
#: Seconds that a body has besides what its bytes take at the least speed.
START_S = 30.0
#: Bytes a second that the worst of lines still carries.
LEAST_SPEED = 8_000


class Bodies:
    """Refuses a body that is too large (413) or comes too slowly (408), before it is all here.

    Parameters
    ----------
    larger : bytes that the bodies of some paths may have.
    piece_s, start_s : seconds; see above.
    """

    def __init__(
        self,
        app: ASGIApp,
        *,
        larger: Mapping[str, int],
        piece_s: float = PIECE_S,
        start_s: float = START_S,
    ) -> None:
        self._app = app
        self._larger = larger
        self._piece_s = piece_s
        self._start_s = start_s

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer a request, or refuse it."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        most = self._larger.get(scope["path"], LARGEST)
        stated = Headers(scope=scope).get("content-length", "")
        body = _Body(receive, send, most=most, piece_s=self._piece_s, start_s=self._start_s)
        # Compared by its length first: Python reads no number of thousands of digits.
        if stated.isdecimal() and (len(stated) > len(str(most)) or int(stated) > most):
            body.refusal = _too_large(most)
        else:
            try:
                await self._app(scope, body.receive, body.send)
            except ClientDisconnect:
                if body.refusal is None:
                    raise
        if body.refusal is not None and not body.answered:
            refused = answer(Request(scope), body.refusal)
            # What still comes of the body is not waited for.
            refused.headers["connection"] = "close"
            await refused(scope, receive, send)


class _Body:
    """The body of one request, as it comes."""

    def __init__(
        self, receive: Receive, send: Send, *, most: int, piece_s: float, start_s: float
    ) -> None:
        self._receive, self._send = receive, send
        self._most, self._piece_s, self._start_s = most, piece_s, start_s
        self._begun = time.monotonic()
        self._got = 0
        self._whole = False
        #: Whether an answer has begun.
        self.answered = False
        #: Why the body is not taken.
        self.refusal: QaError | None = None

    async def receive(self) -> Message:
        """Return the next piece; to whoever reads a body that is refused, its sender is gone."""
        if self.refusal is not None:
            return {"type": "http.disconnect"}
        if self._whole or self.answered:  # what still comes is that the other side is gone
            return await self._receive()
        left = self._start_s + self._got / LEAST_SPEED - (time.monotonic() - self._begun)
        try:
            async with asyncio.timeout(min(self._piece_s, max(left, 0.0))):
                message = await self._receive()
        except TimeoutError:
            self.refusal = TooSlow(
                "The request came too slowly.", "Send it again, on a better line."
            )
            return {"type": "http.disconnect"}
        self._got += len(message.get("body", b""))
        self._whole = not message.get("more_body", False)
        if self._got > self._most:
            self.refusal = _too_large(self._most)
            return {"type": "http.disconnect"}
        return message

    async def send(self, message: Message) -> None:
        """Pass an answer on, unless it is about a body that is refused."""
        if self.refusal is None or self.answered:
            self.answered = True
            await self._send(message)


def _too_large(most: int) -> TooLarge:
    return TooLarge(f"The request is larger than {most:,} bytes.", "Send less at once.")
