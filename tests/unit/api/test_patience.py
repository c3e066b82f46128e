"""Bodies that come slowly, or never: refused, and nobody else is held up."""

import asyncio

import pytest
from starlette.applications import Starlette
from starlette.responses import PlainTextResponse, StreamingResponse
from starlette.routing import Route

from qa.api.patience import Patience


async def echo(request):
    return PlainTextResponse(await request.body())


async def stream(request):
    async def slowly():
        for piece in (b"a", b"b"):
            yield piece
            await asyncio.sleep(0.15)

    return StreamingResponse(slowly())


def ask(pieces, *, path="/", wait_s=0.0, piece_s=0.1, start_s=0.2):
    """Send a body in pieces, so many seconds apart; return status and body of the answer."""
    routes = [Route(p, f, methods=["GET", "POST"]) for p, f in (("/", echo), ("/stream", stream))]
    app = Patience(Starlette(routes=routes), piece_s=piece_s, start_s=start_s)
    sent, left = [], list(pieces)

    async def receive():
        if not left:
            await asyncio.Event().wait()  # the line stays open, and nothing comes
        if left[0]:
            await asyncio.sleep(wait_s)
        piece = left.pop(0)
        return {"type": "http.request", "body": piece, "more_body": piece != b""}

    async def send(message):
        sent.append(message)

    headers = [(b"host", b"127.0.0.1"), (b"accept", b"application/json")]
    scope = {
        "type": "http", "method": "POST", "path": path, "raw_path": path.encode(),
        "query_string": b"", "headers": headers, "server": ("127.0.0.1", 80), "scheme": "http",
        "asgi": {"version": "3.0", "spec_version": "2.3"},
    }  # fmt: skip

    async def whole():
        await asyncio.wait_for(app(scope, receive, send), 5)

    asyncio.run(whole())
    body = b"".join(m.get("body", b"") for m in sent[1:])
    return sent[0]["status"], body


def test_a_body_that_comes_in_time_is_taken():
    assert ask([b"a", b"b", b""], wait_s=0.01) == (200, b"ab")


@pytest.mark.parametrize(
    ("pieces", "wait_s"),
    [
        pytest.param([b"a"], 0.0, id="stops in the middle"),
        pytest.param([], 0.0, id="never begins"),
        pytest.param([b"x"] * 50 + [b""], 0.05, id="a byte now and then, for ever"),
    ],
)
def test_a_body_that_does_not_come_is_refused(pieces, wait_s):
    status, body = ask(pieces, wait_s=wait_s)
    assert status == 408
    assert b"too slowly" in body


def test_an_answer_may_take_longer_than_a_request():
    assert ask([b""], path="/stream") == (200, b"ab")
    # Also where nobody read the body.
    assert ask([b"a", b"b", b""], path="/stream", wait_s=0.01) == (200, b"ab")
