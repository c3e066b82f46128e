import json
import os
import shutil
import time
from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path

import pytest
from starlette.testclient import TestClient
from typer.testing import CliRunner

from qa.api import create_app
from qa.cli.app import app


def load_seeding():
    spec = spec_from_file_location("seeding", Path(__file__).with_name("seeding.py"))
    module = module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.fixture(scope="session")
def seeding():
    return load_seeding()


@pytest.fixture(scope="session")
def filled(seeding, tmp_path_factory):
    """The folder of a small call centre whose database is filled; not to be changed."""
    folder = tmp_path_factory.mktemp("filled")
    seeding.seed(seeding.settings_for(folder))
    return folder


@pytest.fixture
def settings(seeding, filled, tmp_path):
    """Settings of a copy of that call centre."""
    shutil.copytree(filled, tmp_path / "desk")
    return seeding.settings_for(tmp_path / "desk")


@pytest.fixture
def client(settings):
    """A program on this machine that calls the server."""
    with TestClient(create_app(settings), base_url="http://127.0.0.1") as made:
        yield made


@pytest.fixture
def browser_like(client):
    """The same, asking as a person's browser does."""
    client.headers["accept"] = "text/html,application/xhtml+xml"
    return client


@pytest.fixture
def env(settings, monkeypatch):
    """The environment in which `qa` finds the small call centre."""
    given = {
        "QA_DATA": str(settings.data),
        "QA_SCORECARDS": str(settings.scorecards),
        "QA_DEFAULT_SCORECARDS": '["front-desk"]',
        "QA_MODELS": str(settings.data / "models"),
        "TZ": "UTC",
    }
    for name, value in given.items():
        monkeypatch.setenv(name, value)
    time.tzset()
    yield os.environ | given
    monkeypatch.undo()
    time.tzset()


@pytest.fixture
def qa(env):
    """Call a command; returns its result."""

    def call(*args, code=0):
        result = CliRunner().invoke(app, [str(a) for a in args])
        assert result.exit_code == code, result.output
        return result

    return call


CHAT = {
    "parties": [{"id": "agent", "role": "agent"}, {"id": "customer", "role": "customer"}],
    "messages": [
        {"party": "agent", "text": "Hello, how can I help?", "at": 0},
        {"party": "customer", "text": "Where is my order?", "at": 20},
        {"party": "agent", "text": "On its way. Anything else? Goodbye.", "at": 40},
    ],
}


@pytest.fixture
def folder(tmp_path):
    """A folder of somebody's own: a chat, the same chat again, and text that says it is sound."""
    made = tmp_path / "mine"
    made.mkdir()
    for name in ("a-chat.json", "b-same.json"):
        (made / name).write_text(json.dumps(CHAT), encoding="utf-8")
    (made / "notes.wav").write_text("This is not sound.", encoding="utf-8")
    return made
