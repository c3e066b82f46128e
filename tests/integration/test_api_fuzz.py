"""The whole API asked by schemathesis what its description allows, and what it does not.

A short run over every operation; `scripts/bench api-fuzz` is the long one.
"""

import sys
import time
from contextlib import contextmanager
from datetime import timedelta
from importlib import import_module
from pathlib import Path
from threading import Thread

import pytest
import uvicorn
from fastapi import FastAPI
from fastapi.responses import JSONResponse

from qa.access import Grant, Right, UserRole
from qa.api import create_app
from qa.store import open_store

ROOT = Path(__file__).parents[2]
#: Names that exist, so that requests get beyond "not found".
KNOWN = {
    "/api/v1/": {"id": "refund", "scorecard": "front-desk", "item": "anything_else",
                 "format": "jsonl", "number": "1", "turn": "1", "agent": "dana",
                 "project": "retail", "ref": "1-0"},
    "/api/v1/scorecards/": {"id": "front-desk"},
}  # fmt: skip


@pytest.fixture(scope="module")
def asking():
    sys.path.insert(0, str(ROOT / "scripts"))
    try:
        yield import_module("benches._asking")
    finally:
        sys.path.pop(0)


@contextmanager
def serving(app):
    server = uvicorn.Server(uvicorn.Config(app, port=0, log_level="critical"))
    thread = Thread(target=server.run)
    thread.start()
    try:
        while not server.started:
            assert thread.is_alive()
            time.sleep(0.02)
        yield f"http://127.0.0.1:{server.servers[0].sockets[0].getsockname()[1]}"
    finally:
        server.should_exit = True
        thread.join()


def test_no_request_makes_the_server_fail_or_answer_otherwise_than_described(asking, settings):
    settings = settings.model_copy(update={"requests_per_second": 0})
    with open_store(settings) as store:
        root = store.accounts.add("root", grants=[Grant(UserRole.ADMINISTRATOR)], who="test")
        rights = {r for r in Right if store.sessions.who(store.sessions.begin(root)).may(r)}
        token, _ = store.sessions.add_token(
            root, label="", scopes=rights, lasts=timedelta(days=1), who="test"
        )
    with serving(create_app(settings)) as address:
        told = asking.ask(address, token, each=2, known=KNOWN)
        count = asking.operations(address, token)
    assert told.wrong == []
    assert told.requests > 1.5 * count
    # Not all of it may end at the door, or nothing was tried.
    assert told.statuses[200] + told.statuses[201] + told.statuses[204] > 30


def test_what_fails_or_is_not_as_described_is_noticed(asking):
    app = FastAPI(openapi_url="/api/v1/openapi.json")

    @app.get("/api/v1/good")
    def good() -> int:
        return 1

    @app.get("/api/v1/bad")
    def bad() -> int:
        return JSONResponse({"detail": "broken"}, 500)

    @app.get("/api/v1/other")
    def other() -> int:
        return JSONResponse("no number")

    with serving(app) as address:
        told = asking.ask(address, "", each=1, known={})
    assert {w.operation for w in told.wrong} == {"GET /api/v1/bad", "GET /api/v1/other"}
