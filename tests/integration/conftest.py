import shutil
from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path

import pytest
from starlette.testclient import TestClient

from qa.api import create_app


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
