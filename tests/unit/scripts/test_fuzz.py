"""The importers keep to what scripts/fuzz asks of them, for a few inputs of a fixed seed."""

import gc
import json
import os
import sys
from contextlib import suppress
from importlib import import_module
from pathlib import Path
from time import sleep
from types import SimpleNamespace

import pytest

from qa.importers.one_file import JsonFormat

ROOT = Path(__file__).parents[3]


@pytest.fixture(scope="module")
def fuzzing():
    sys.path.insert(0, str(ROOT / "scripts"))
    try:
        parts = ("inputs", "trial", "running")
        yield SimpleNamespace(**{name: import_module(f"fuzzing.{name}") for name in parts})
    finally:
        sys.path.pop(0)


@pytest.fixture
def trial(fuzzing, tmp_path):
    return fuzzing.trial.Trial(tmp_path)


def test_nothing_breaks_them(fuzzing, trial):
    tried = list(fuzzing.inputs.inputs(7, 0, 150))
    assert {"a file", "a folder"} == {"a folder" if one.whole else "a file" for one in tried}
    came = {(one.number, one.name): trial.run(one).what for one in tried}
    assert {one: what for one, what in came.items() if what} == {}


def test_the_same_seed_gives_the_same_inputs(fuzzing):
    first, again = (list(fuzzing.inputs.inputs(3, 1, 40)) for _ in range(2))
    assert first == again
    assert [one.number for one in first] == list(range(500, 540))


BREAKS = [
    ("raises", lambda path: {}["x"], "KeyError"),
    ("reads another file", lambda path: Path("/etc/hostname").open().close(), "open /etc/hostname"),
    ("climbs out", lambda path: (path.parent / ".." / "x").open(), "open"),
    ("follows a link out", lambda path: (path.parent / "link.json").open().close(), "open"),
    ("lists another folder", lambda path: list(Path("/tmp").iterdir()), "os.listdir /tmp"),
    ("asks the network", lambda path: __import__("socket").getaddrinfo("localhost", 9), "socket"),
    ("starts a program", lambda path: os.system("true"), "os.system"),
    ("writes", lambda path: path.with_suffix(".x").write_text(""), "writes"),
    ("waits", lambda path: (path.parent / "pipe.wav").open(), "waits"),
    ("takes memory", lambda path: len(b"x" * (120 << 20)), "MB"),
    ("takes time", lambda path: [sum(range(1_000)) for _ in range(1_000_000)], "hangs"),
]  # fmt: skip


@pytest.mark.parametrize(("why", "act", "told"), BREAKS, ids=[b[0] for b in BREAKS])
def test_what_must_not_be_is_noticed(why, act, told, fuzzing, trial, monkeypatch):
    def items(self, file):
        if file.name == "input.json":
            with suppress(OSError):
                act(file)
        return iter(())

    monkeypatch.setattr(JsonFormat, "items", items)
    monkeypatch.setattr(fuzzing.trial, "SECONDS", 0.2)
    monkeypatch.setattr(fuzzing.trial, "WAITS", 0.2)
    monkeypatch.setattr(fuzzing.trial, "MEMORY", 20 << 20)
    files = {
        "input.json": b'{"messages": [{"party": "agent", "text": "x"}]}',
        "link.json": fuzzing.trial.Link("../outside/chat.json"),
        "pipe.wav": fuzzing.trial.Pipe(),
    }
    gc.collect()  # what other tests left and is freed meanwhile would hide what this one takes
    assert told in trial.run(fuzzing.trial.Input(0, "none", files)).what


def test_what_lies_outside_is_told_of_however_it_was_read(fuzzing, trial):
    told = json.dumps({"messages": [{"party": "agent", "text": "the outside-canary"}]}).encode()
    came = trial.run(fuzzing.trial.Input(0, "json", {"chat.json": told}))
    assert "tells of what lies outside" in came.what


def test_a_process_that_dies_or_hangs_costs_its_input_alone(fuzzing):
    def work(send, after):
        for number in range(after + 1, 5):
            send.send(fuzzing.trial.Input(number, "json", {}))
            if number == 1:
                os._exit(3)
            if number == 3:
                sleep(60)
            send.send(fuzzing.trial.Outcome("", 0.5, number))

    done = fuzzing.running._watched(work, patience_s=0.3)
    assert [(f.number, f.what) for f in done.failures] == [
        (1, "ends the process"),
        (3, "hangs within C"),
    ]
    assert (done.inputs, done.slowest, done.most) == (5, 0.5, 4)


def test_a_file_of_many_conversations_is_no_hang(fuzzing):
    def work(send, after):
        send.send(fuzzing.trial.Input(0, "json", {}))
        for _ in range(8):
            sleep(0.2)
            send.send(fuzzing.running._ALIVE)
        send.send(fuzzing.trial.Outcome("", 0.5, 0))

    done = fuzzing.running._watched(work, patience_s=1.0)
    assert (done.inputs, done.failures) == (1, [])


def test_each_conversation_of_a_file_is_a_sign_of_life(fuzzing, tmp_path):
    said = []
    trial = fuzzing.trial.Trial(tmp_path / "work", alive=lambda: said.append(1))
    chat = b'{"messages": [{"party": "agent", "text": "x"}]}\n'
    trial.run(fuzzing.trial.Input(0, "json", {"a.jsonl": chat * 3}))
    assert len(said) == 6  # read as whatever it is, and as its format


def test_what_is_done_is_not_done_again(fuzzing, tmp_path, monkeypatch):
    state = tmp_path / "state.jsonl"
    first = [done for _, done in fuzzing.running.run(20, 5, state=state)]
    monkeypatch.setattr(fuzzing.running, "_watched", lambda work: pytest.fail("done again"))
    assert [done for _, done in fuzzing.running.run(20, 5, state=state)] == first
    assert first[0].inputs == 20
