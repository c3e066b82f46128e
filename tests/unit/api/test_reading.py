"""Requests that read share a session, and take turns."""

import asyncio

import pytest
from loops import finished

from qa.api.reading import AT_ONCE, OneReading
from qa.store import database
from qa.store.sharing import current

GET = {"type": "http", "method": "GET"}
START = {"type": "http.response.start", "status": 200, "headers": []}


async def nothing(*_):
    """Receive or send, and forget."""


class Slow:
    """An application whose requests end when they are told to."""

    def __init__(self, *, answers_first):
        self.answers_first = answers_first
        self.inside = 0
        self.go_on = asyncio.Event()

    async def __call__(self, _scope, _receive, send):
        self.inside += 1
        if self.answers_first:
            await send(START)
        await self.go_on.wait()


async def begun(app, *, method="GET", number):
    """How many of these requests came as far as the application, before one of them ended."""
    door = OneReading(app)
    scope = {"type": "http", "method": method}
    tasks = [asyncio.create_task(door(scope, nothing, nothing)) for _ in range(number)]
    for _ in range(10):
        await asyncio.sleep(0)
    came = app.inside
    app.go_on.set()
    await asyncio.gather(*tasks)
    assert app.inside == number
    return came


@pytest.mark.parametrize(
    ("method", "answers_first", "came"),
    [
        ("GET", False, AT_ONCE),  # the others wait for their turn
        ("GET", True, AT_ONCE + 5),  # whoever takes an answer slowly holds up nobody
        ("POST", False, AT_ONCE + 5),
    ],
)
def test_so_many_are_read_for_at_once(method, answers_first, came):
    async def run():
        app = Slow(answers_first=answers_first)
        return await begun(app, method=method, number=AT_ONCE + 5)

    assert finished(run()) == came


def test_there_are_more_connections_than_turns(tmp_path):
    engine = database.make_engine(database.make_url(f"sqlite:///{tmp_path / 'qa.db'}"))
    most = engine.pool.size() + engine.pool._max_overflow
    engine.dispose()
    # Half of them for what is read beside: by requests that write, and by exports.
    assert most / 2 < AT_ONCE < most


def test_a_request_that_fails_gives_its_turn_back():
    async def fails(*_):
        assert current() is not None
        raise ZeroDivisionError

    async def run():
        door = OneReading(fails)
        for _ in range(AT_ONCE + 1):
            with pytest.raises(ZeroDivisionError):
                await door(GET, nothing, nothing)
        assert current() is None

    finished(run())
