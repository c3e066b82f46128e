"""The importers keep to what scripts/fuzz asks of them, for a few inputs of a fixed seed."""

import sys
from contextlib import suppress
from importlib import import_module
from pathlib import Path

import pytest

from qa.importers.one_file import JsonFormat

ROOT = Path(__file__).parents[3]


@pytest.fixture(scope="module")
def fuzzing():
    sys.path.insert(0, str(ROOT / "scripts"))
    try:
        yield import_module("fuzzing")
    finally:
        sys.path.pop(0)


def test_nothing_breaks_them(fuzzing):
    failures, _ = fuzzing.fuzz(150, 7)
    assert [f"{f.name}: {f.what}" for f in failures] == []


BREAKS = [
    ("raises", lambda path: {}["x"], "KeyError"),
    ("reads another file", lambda path: Path("/etc/hostname").open().close(), "opened /etc/hostname"),
    ("climbs out", lambda path: (path.parent / "../nothing.json").exists() or (path.parent / ".." / "x").open(), "opened"),
    ("asks the network", lambda path: __import__("socket").getaddrinfo("localhost", 9), "socket"),
]  # fmt: skip


@pytest.mark.parametrize(("why", "act", "told"), BREAKS, ids=[b[0] for b in BREAKS])
def test_what_must_not_be_is_noticed(why, act, told, fuzzing, monkeypatch):
    def items(self, file):
        with suppress(OSError):
            act(file)
        return iter(())

    monkeypatch.setattr(JsonFormat, "items", items)
    fuzzing.fuzz(0, 1)  # listens from now on
    trial = fuzzing._Trial()
    trial.run("json", ".json", b'{"messages": [{"party": "agent", "text": "x"}]}')
    assert told in trial.failures[0].what
