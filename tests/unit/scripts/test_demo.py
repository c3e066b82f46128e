"""The demonstration: weights come in beside the rest without getting in its way."""

from __future__ import annotations

import importlib.util
import io
import socket
import sys
from importlib.machinery import SourceFileLoader
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[3]


@pytest.fixture
def demo(monkeypatch):
    monkeypatch.syspath_prepend(str(ROOT / "scripts"))
    monkeypatch.setattr(sys, "dont_write_bytecode", True)
    path = str(ROOT / "scripts" / "demo")
    spec = importlib.util.spec_from_loader("demo_script", SourceFileLoader("demo_script", path))
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


class Screen(io.StringIO):
    def __init__(self, *, terminal):
        super().__init__()
        self.terminal = terminal

    def isatty(self):
        return self.terminal


PULL = """
import sys
if sys.stderr.isatty():
    sys.stderr.write("\\x1b[1mbase\\x1b[0m 10 MB\\r\\x1b[2Kbase 20 MB\\r\\n")
else:
    sys.stderr.write("base: 10 MB\\nbase: 20 MB\\n")
sys.stderr.flush()
sys.exit(int(sys.argv[1]))
"""


@pytest.mark.parametrize("code", [0, 1])
@pytest.mark.parametrize("terminal", [True, False])
def test_the_pull_speaks_only_when_it_is_followed(demo, monkeypatch, terminal, code):
    screen = Screen(terminal=terminal)
    monkeypatch.setattr(sys, "stderr", screen)
    weights = demo.Weights([sys.executable, "-c", PULL, str(code)], {})
    weights._reader.join(10)
    assert screen.getvalue() == ""
    assert weights.follow() is (code == 0)
    if terminal:
        assert screen.getvalue() == "\r\x1b[2Kbase 20 MB\n"
    else:
        assert screen.getvalue() == "base: 10 MB\nbase: 20 MB\n"


def test_the_samples_that_show_the_engines_are_there(demo):
    for _, name in demo.SHOWN:
        assert (ROOT / "samples" / "calls" / name).is_file()


def test_says_which_engines_heard_a_call(demo, monkeypatch):
    here = demo.Demo(Path(sys.executable))
    answer = {
        "provenance": [
            {"stage": "diarize", "engine": "pyannote"},
            {"stage": "transcribe", "engine": "whisper"},
        ]
    }
    monkeypatch.setattr(here, "ask", lambda *_: answer)
    found = [
        {"id": "a", "source": "x/a.wav", "state": "done", "layout": "mono"},
        {"id": "b", "source": "x/b.wav", "state": "failed", "layout": None},
    ]
    assert demo.served(here, "a.wav", found) == (
        "a.wav (mono): transcriber whisper, diarizer pyannote"
    )
    assert demo.served(here, "b.wav", found) == "b.wav: not heard"


def test_the_conversation_with_most_failed_items_is_shown(demo):
    found = [
        {"id": "chat", "channel": "chat", "scores": [{"failed": ["x"] * 9}]},
        {"id": "good", "channel": "call", "scores": [{"failed": []}]},
        {"id": "bad", "channel": "call", "scores": [{"failed": ["x", "y"]}]},
    ]
    assert demo.worst(found) == "bad"
    assert demo.worst(found[:1]) == "chat"
    assert demo.worst([]) is None


def test_a_taken_port_is_left_alone(demo, monkeypatch):
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        monkeypatch.setattr(demo, "PORT", taken.getsockname()[1])
        assert demo.free_port() == 0
    assert demo.free_port() == demo.PORT
