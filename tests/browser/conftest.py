"""A real Chromium before a real server over a real database."""

import shutil
import socket
import subprocess
import sys
import threading
import time
from contextlib import contextmanager
from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path

import pytest
from seeing import visitor

_ROOT = Path(__file__).parents[2]
_SEEDING = _ROOT / "tests" / "integration" / "seeding.py"
_NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")


@pytest.fixture(scope="session", autouse=True)
def built():
    """What the pages run in the browser, made anew where its sources have changed."""
    from qa.api import templating

    subprocess.run([sys.executable, _ROOT / "scripts" / "build-pages"], check=True)
    # Other tests of this process may have asked before there were any.
    templating.built.cache_clear()


@pytest.fixture(scope="session")
def chromium():
    """A browser; tests that need one are skipped where there is none."""
    playwright = pytest.importorskip("playwright.sync_api")
    path = next((p for p in map(shutil.which, _NAMES) if p), None)
    if path is None:
        pytest.skip(f"no browser on the PATH: {', '.join(_NAMES)}")
    with playwright.sync_playwright() as p:
        browser = p.chromium.launch(
            executable_path=path,
            args=["--no-sandbox", "--autoplay-policy=no-user-gesture-required"],
        )
        yield browser
        browser.close()


@pytest.fixture(scope="session")
def filled(tmp_path_factory):
    """The seeding module, and a folder that it has filled; not to be changed."""
    spec = spec_from_file_location("seeding", _SEEDING)
    seeding = module_from_spec(spec)
    spec.loader.exec_module(seeding)
    folder = tmp_path_factory.mktemp("filled")
    seeding.seed(seeding.settings_for(folder))
    return seeding, folder


@contextmanager
def served(settings):
    """Serve the pages of these settings; gives their address."""
    import uvicorn

    from qa.api import create_app

    server = uvicorn.Server(uvicorn.Config(create_app(settings), log_level="warning"))
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        thread = threading.Thread(target=server.run, kwargs={"sockets": [taken]})
        thread.start()
        while not server.started:
            time.sleep(0.02)
        yield f"http://127.0.0.1:{taken.getsockname()[1]}"
        server.should_exit = True
        thread.join(10)


@pytest.fixture
def serving():
    """What serves the pages of other settings than those of the small call centre."""
    return served


@pytest.fixture
def settings(filled, tmp_path):
    """Settings of a small call centre with a filled database of its own."""
    seeding, folder = filled
    shutil.copytree(folder, tmp_path / "desk")
    return seeding.settings_for(tmp_path / "desk")


@pytest.fixture
def address(settings):
    """Where its pages are served."""
    with served(settings) as found:
        yield found


@pytest.fixture
def page(chromium, address):
    """A page of that browser; whatever it complains about fails the test."""
    with visitor(chromium, address) as made:
        yield made
