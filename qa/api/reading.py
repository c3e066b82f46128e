"""All that a request reads, it reads in one session (`qa.store.sharing`)."""

from __future__ import annotations

import asyncio
from contextlib import ExitStack

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from qa.store.sharing import shared

_READS = frozenset({"GET", "HEAD"})
#: Requests that are read for at once. Each holds a connection while others of its parts wait
#: for a thread, so there must be fewer than connections (15) and threads (40): the next in
#: line wait for their turn and hold nothing. More of them would answer nobody sooner, since
#: one process computes one thing at a time.
AT_ONCE = 8


class OneReading:
    """Lets the reads of a request that only reads share a session, until it is answered."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app
        self._turns = asyncio.Semaphore(AT_ONCE)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer a request."""
        if scope["type"] != "http" or scope["method"] not in _READS:
            await self._app(scope, receive, send)
            return
        await self._turns.acquire()
        with ExitStack() as turn, shared() as reads:
            turn.callback(self._turns.release)

            async def sent(message: Message) -> None:
                # Whoever takes an answer slowly holds up nobody, and no connection.
                reads.end()
                turn.close()
                await send(message)

            await self._app(scope, receive, sent)
