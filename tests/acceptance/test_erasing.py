"""Retention in processes of its own: beside a running batch, and killed in the middle."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor

import pytest
from doors import LocalPool, register, until

from qa.testing import make_chat

pytestmark = pytest.mark.acceptance

RULES = [{"name": "all", "unredacted_days": 0, "text_days": 0, "scores_days": 0}]


@pytest.fixture
def door(tmp_path):
    made = LocalPool(tmp_path)
    made.prepare()
    made.env["QA_RETENTION"] = json.dumps(RULES)
    yield made
    made.end()


@pytest.fixture
def start(door):
    """Start runs of retention; what is left of them ends with the test."""
    programs = []

    def begin(*options):
        program = subprocess.Popen(
            [sys.executable, "-m", "qa.cli", "retention", "run", *options],
            env=door.env, text=True, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
        )  # fmt: skip
        programs.append(program)
        return program

    yield begin
    for program in programs:
        program.kill()
        program.communicate()


def retain(start):
    program = start("--json")
    out, err = program.communicate(timeout=200)
    assert program.returncode == 0, err
    return json.loads(out)


def nothing_is_kept(door):
    return [p for p in (door.settings.data / "vault").rglob("*") if p.is_file()] == []


def test_a_running_batch_is_not_disturbed_and_what_it_is_at_comes_next_time(store, door, start):
    register(store, "chat-1-slow", "chat-2")
    with ThreadPoolExecutor(1) as thread:
        working = thread.submit(door.run)
        until(lambda: "chat-1-slow" in door.marks("listened"))
        made = retain(start)
        door.mark("go")
        ended = working.result(timeout=200)
    busy = set(made["busy"])
    assert "chat-1-slow" in busy
    assert made["erased"] == 2 - len(busy)
    assert len(busy) <= ended.done <= 2  # what it was through with had gone before
    assert not ended.failed
    assert retain(start)["whole"] == len(busy)
    assert store.counts().total == 0
    assert nothing_is_kept(door)


def test_a_run_that_is_killed_leaves_nothing_behind_once_another_one_ends(store, door, start):
    many = 600
    chats = [make_chat([("customer", f"number {n}")], id=f"chat-{n}") for n in range(many)]
    store.register_all([(one, ["tiny"]) for one in chats])
    killed = start()
    until(lambda: store.counts().total < many)
    killed.send_signal(signal.SIGKILL)
    killed.wait()
    left = store.counts().total
    assert 0 < left < many, "it was killed in the middle"
    made = retain(start)
    assert made["failed"] == {}
    assert left <= made["whole"] <= many
    assert store.counts().total == 0
    assert list(store.erasing.planned()) == []
    assert nothing_is_kept(door)
