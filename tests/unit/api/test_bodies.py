"""Bodies that are too large, come slowly, or never: refused, and nobody else is held up."""

import asyncio
import tempfile
import tracemalloc
from pathlib import Path

import pytest
from loops import finished
from starlette.applications import Starlette
from starlette.responses import PlainTextResponse, StreamingResponse
from starlette.routing import Route

from qa.api.bodies import LARGEST, Bodies


async def echo(request):
    return PlainTextResponse(await request.body())


async def count(request):
    return PlainTextResponse(str(sum([len(piece) async for piece in request.stream()])))


async def stream(request):
    async def slowly():
        for piece in (b"a", b"b"):
            yield piece
            await asyncio.sleep(0.15)

    return StreamingResponse(slowly())


async def form(request):
    async with request.form() as given:
        return PlainTextResponse(str(given["file"].size))


PLACES = {"/": echo, "/count": count, "/stream": stream, "/form": form}


def ask(pieces, *, path="/", wait_s=0.0, stated=None, larger=1_000_000):
    """Send a body in pieces, so many seconds apart; return status, body, and pieces not read."""
    routes = [Route(p, f, methods=["POST"]) for p, f in PLACES.items()]
    limits = {"piece_s": 0.1, "start_s": 0.2, "larger": dict.fromkeys(("/count", "/form"), larger)}
    app = Bodies(Starlette(routes=routes), **limits)
    sent, left = [], iter(pieces)

    async def receive():
        await asyncio.sleep(wait_s)
        piece = next(left, None)
        if piece is None:
            await asyncio.Event().wait()  # the line stays open, and nothing comes
        return {"type": "http.request", "body": piece, "more_body": piece != b""}

    async def send(message):
        sent.append(message)

    headers = [
        (b"host", b"127.0.0.1"),
        (b"accept", b"application/json"),
        (b"content-type", b"multipart/form-data; boundary=x"),
    ]
    if stated is not None:
        headers.append((b"content-length", str(stated).encode()))
    scope = {
        "type": "http", "method": "POST", "path": path, "raw_path": path.encode(),
        "query_string": b"", "headers": headers, "server": ("127.0.0.1", 80), "scheme": "http",
        "asgi": {"version": "3.0", "spec_version": "2.3"},
    }  # fmt: skip

    async def whole():
        await asyncio.wait_for(app(scope, receive, send), 20)

    finished(whole())
    return sent[0]["status"], b"".join(m.get("body", b"") for m in sent[1:]), len(list(left))


def test_a_body_that_comes_in_time_is_taken():
    assert ask([b"a", b"b", b""], wait_s=0.01) == (200, b"ab", 0)


@pytest.mark.parametrize(
    ("pieces", "wait_s"),
    [
        pytest.param([b"a"], 0.0, id="stops in the middle"),
        pytest.param([], 0.0, id="never begins"),
        pytest.param([b"x"] * 50 + [b""], 0.05, id="a byte now and then, for ever"),
    ],
)
def test_a_body_that_does_not_come_is_refused(pieces, wait_s):
    status, body, _ = ask(pieces, wait_s=wait_s)
    assert status == 408
    assert b"too slowly" in body


def test_an_answer_may_take_longer_than_a_request():
    assert ask([b""], path="/stream")[:2] == (200, b"ab")
    # Also where nobody read the body.
    assert ask([b"a", b"b", b""], path="/stream", wait_s=0.01)[:2] == (200, b"ab")


def test_of_a_body_that_says_it_is_too_large_nothing_is_read():
    status, body, left = ask([b"x", b""], stated=LARGEST + 1)
    assert (status, left) == (413, 2)
    assert b"1,000,000 bytes" in body


def test_a_body_that_says_nothing_or_lies_is_read_no_further_than_it_may_be():
    for stated in (None, 10, "many", "-1", "²"):
        status, _, left = ask([b"x" * 400_000] * 100, stated=stated)
        assert (status, left) == (413, 97)


def test_20_gigabytes_are_refused_while_memory_stays_flat():
    piece = bytes(1 << 20)
    tracemalloc.start()
    try:
        status, _, left = ask([piece] * 20_000, path="/count", larger=500_000_000)
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert (status, left) == (413, 20_000 - 477)
    assert peak < 5_000_000


def test_of_an_upload_without_a_length_nothing_is_left_on_disk(tmp_path, monkeypatch):
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    head = b'--x\r\ncontent-disposition: form-data; name="file"; filename="a.wav"\r\n\r\n'
    pieces = [head, *[bytes(1 << 20)] * 20]
    assert ask([*pieces, b"\r\n--x--\r\n", b""], path="/form", larger=1 << 25)[0] == 200
    status, _, left = ask(pieces, path="/form", larger=5 << 20)
    assert (status, left) == (413, 15)
    assert not list(tmp_path.iterdir())
    opened = [link.resolve() for link in Path("/proc/self/fd").iterdir()]
    assert not [file for file in opened if str(file).startswith(str(tmp_path))]


@pytest.mark.parametrize("digits", [20, 5000])
def test_a_length_of_thousands_of_digits_is_too_large(digits):
    status, _, left = ask([b"x", b""], stated="9" * digits)
    assert (status, left) == (413, 2)


def test_where_more_may_come_more_is_taken():
    assert ask([bytes(600_000)] * 3 + [b""], path="/count", larger=2_000_000)[1] == b"1800000"
