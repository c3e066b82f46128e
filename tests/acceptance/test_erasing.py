"""Retention in processes of its own: beside a running batch, and killed in the middle."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

import qa
from qa.settings import Settings
from qa.store import open_store
from qa.testing import make_chat

pytestmark = pytest.mark.acceptance

CARD = """\
scorecard: tiny
version: 1
title: Tiny
languages: [en]
sections:
  - id: opening
    title: Opening
    weight: 100
    items:
      - {id: greeting, ask: Greets?, any: [hello]}
"""
RULES = [{"name": "all", "unredacted_days": 0, "text_days": 0, "scores_days": 0}]
DRIVER = """
import sys
from pathlib import Path
from qa.jobs.local import work
from qa.settings import Settings

if __name__ == "__main__":
    folder = Path(sys.argv[1])
    settings = Settings(data=folder, scorecards=folder / "cards")
    report = work(settings, workers=1, pipeline="made_pipeline:Pipeline")
    print(report.model_dump_json())
"""


@pytest.fixture
def settings(tmp_path, monkeypatch):
    code = tmp_path / "code"
    for folder in (code, tmp_path / "cards", tmp_path / "marks"):
        folder.mkdir()
    made = Path(__file__).with_name("made_pipeline.py").read_text()
    (code / "made_pipeline.py").write_text(made)
    (code / "driver.py").write_text(DRIVER)
    (tmp_path / "cards" / "tiny.yaml").write_text(CARD)
    own = Path(qa.__file__).parents[1]
    monkeypatch.setenv("PYTHONPATH", f"{code}{os.pathsep}{own}")
    return Settings(data=tmp_path, scorecards=tmp_path / "cards")


@pytest.fixture
def start(settings):
    """Start programs; what is left of them ends with the test."""
    programs = []

    def begin(*command):
        env = {k: v for k, v in os.environ.items() if not k.startswith("QA_")} | {
            "QA_DATA": str(settings.data),
            "QA_RETENTION": json.dumps(RULES),
        }
        program = subprocess.Popen(
            [sys.executable, *map(str, command)], env=env, text=True,
            stdout=subprocess.PIPE, stderr=subprocess.PIPE,
        )  # fmt: skip
        programs.append(program)
        return program

    yield begin
    for program in programs:
        program.kill()
        program.communicate()


def retain(start):
    program = start("-m", "qa.cli", "retention", "run", "--json")
    out, err = program.communicate(timeout=200)
    assert program.returncode == 0, err
    return json.loads(out)


def until(condition, *, seconds=120):
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end
        time.sleep(0.05)


def test_a_running_batch_is_not_disturbed_and_what_it_is_at_comes_next_time(settings, start):
    with open_store(settings) as store:
        for name in ("chat-1-slow", "chat-2"):
            store.register(make_chat([("agent", "Hello."), ("customer", name)], id=name), ["tiny"])
        working = start(settings.data / "code" / "driver.py", settings.data)
        listened = settings.data / "marks" / "listened"
        until(lambda: listened.exists() and "chat-1-slow" in listened.read_text())
        made = retain(start)
        busy = set(made["busy"])
        assert "chat-1-slow" in busy
        assert made["erased"] == 2 - len(busy)
        (settings.data / "marks" / "go").touch()
        out, err = working.communicate(timeout=200)
        assert working.returncode == 0, err
        ended = json.loads(out)
        assert len(busy) <= ended["done"] <= 2  # what it was through with had gone before
        assert ended["failed"] == []
        assert retain(start)["whole"] == len(busy)
        assert store.counts().total == 0
    assert [p for p in (settings.data / "vault").rglob("*") if p.is_file()] == []


def test_a_run_that_is_killed_leaves_nothing_behind_once_another_one_ends(settings, start):
    many = 600
    with open_store(settings) as store:
        chats = [make_chat([("customer", f"number {n}")], id=f"chat-{n}") for n in range(many)]
        store.register_all([(one, ["tiny"]) for one in chats])
        killed = start("-m", "qa.cli", "retention", "run")
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
    assert [p for p in (settings.data / "vault").rglob("*") if p.is_file()] == []
