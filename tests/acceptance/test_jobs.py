"""Work in real processes: they die, are stopped and are resumed, and nothing is lost.

The processes run a pipeline of this file's making: it hears and judges at once, or
does what the recording's name says (waits, dies, stumbles). Everything around it is
the program's own: processes, claims, store, vault.
"""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import threading
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

import qa
from qa.jobs.local import work
from qa.settings import Settings
from qa.store import State, Store, open_store
from qa.testing import make_call, make_chat

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
      - id: greeting
        ask: Did the agent greet the customer?
        any: [hello]
"""

PIPELINE = Path(__file__).with_name("made_pipeline.py").read_text()

DRIVER = """
import json, sys
from pathlib import Path
from qa.jobs.local import work
from qa.records import as_json
from qa.settings import Settings

if __name__ == "__main__":
    folder = Path(sys.argv[1])
    settings = Settings(data=folder, scorecards=folder / "cards")
    try:
        report = work(settings, workers=int(sys.argv[2]), pipeline="made_pipeline:Pipeline")
    except KeyboardInterrupt:
        sys.exit(130)
    print(json.dumps(as_json(report)))
"""


@pytest.fixture
def settings(tmp_path, monkeypatch) -> Settings:
    code = tmp_path / "code"
    for folder in (code, tmp_path / "cards", tmp_path / "marks"):
        folder.mkdir()
    (code / "made_pipeline.py").write_text(PIPELINE)
    (code / "driver.py").write_text(DRIVER)
    (tmp_path / "cards" / "tiny.yaml").write_text(CARD)
    own = Path(qa.__file__).parents[1]  # the program under test, not another that is installed
    monkeypatch.setenv("PYTHONPATH", f"{code}{os.pathsep}{own}")  # for the driver
    monkeypatch.syspath_prepend(str(code))  # spawned processes take it over
    return Settings(data=tmp_path, scorecards=tmp_path / "cards")


@pytest.fixture
def store(settings) -> Store:
    with open_store(settings) as opened:
        yield opened


def run(settings: Settings, **options):
    return work(settings, workers=1, pipeline="made_pipeline:Pipeline", **options)


def start(settings: Settings, workers: int = 1) -> subprocess.Popen[str]:
    """Start the work as a program of its own."""
    driver = str(settings.data / "code" / "driver.py")
    return subprocess.Popen(
        [sys.executable, driver, str(settings.data), str(workers)],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def marks(settings: Settings, kind: str) -> list[str]:
    file = settings.data / "marks" / kind
    return file.read_text().splitlines() if file.exists() else []


def until(condition, *, seconds: float = 120) -> None:
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end, "it never came to that"
        time.sleep(0.05)


def register(store: Store, *ids: str) -> None:
    for name in ids:
        made = make_chat([("agent", "Hello."), ("customer", name)], id=name)
        made = made if name.startswith("chat") else make_call(id=name, uri=f"{name}.wav")
        store.register(made, ["tiny"])


def is_running(pid: int) -> bool:
    try:
        return "\nState:\tZ" not in Path(f"/proc/{pid}/status").read_text()
    except OSError:
        return False


def test_progress_counts_no_conversation_twice(store, settings):
    register(store, "call-1")
    seen = []
    run(settings, progress=seen.append)
    assert {(now.done + now.left, len(now.current)) for now in seen} == {(1, 1), (1, 0)}


def test_a_batch_is_worked_off_and_one_bad_recording_harms_no_other(store, settings):
    register(store, "call-1", "empty-1", "bug-1", "chat-1")
    seen = []
    report = run(settings, progress=seen.append)
    assert (report.done, report.waiting, report.seconds) == (2, 0, 60.0)
    assert not report.ok
    reasons = {f.id: f.reason for f in report.failed}
    assert reasons["empty-1"] == "empty-1.wav is empty."
    assert "KeyError" in reasons["bug-1"]
    assert "4111" not in str(report)
    assert store.summary("call-1").scores[0].total == 100
    assert store.vault.path("playback", "call-1").read_bytes() == b"sound"
    # Bad input is not tried twice, a stumble is; models are loaded once.
    assert marks(settings, "listened").count("empty-1") == 1
    assert marks(settings, "listened").count("bug-1") == 2
    assert len(marks(settings, "built")) == 1
    assert (seen[-1].left, seen[-1].done) == (0, 2)
    assert "2 failed" in str(seen[-1])


def test_a_recording_that_kills_its_process_costs_it_its_attempts_and_no_other(store, settings):
    register(store, "deadly-1", "once-1", "call-1")
    report = run(settings)
    assert report.done == 2
    (failure,) = report.failed
    assert (failure.id, "SIGKILL" in failure.reason) == ("deadly-1", True)
    assert "fewer workers" in failure.mend
    assert store.summary("deadly-1").attempts == settings.attempts
    assert marks(settings, "listened").count("once-1") == 2


def test_a_chat_that_kills_its_process_costs_those_claimed_with_it_one_attempt(store, settings):
    names = [f"chat-{n}" for n in range(6)]
    register(store, *names[:3], "chat-deadly", *names[3:])
    report = run(settings)
    assert (report.done, report.waiting) == (6, 0)
    (failure,) = report.failed
    assert (failure.id, "SIGKILL" in failure.reason) == ("chat-deadly", True)
    assert marks(settings, "listened").count("chat-deadly") == settings.attempts
    # Those beside it were read again once at most, and each was kept once.
    assert all(marks(settings, "listened").count(name) <= 2 for name in names)
    assert {store.summary(name).attempts for name in names} == {0}
    assert {len(store.assessments(name)) for name in names} == {1}


def test_a_kill_amid_several_chats_loses_none_and_keeps_none_twice(store, settings):
    names = [f"chat-{n}" for n in range(4)]
    register(store, *names, "chat-slow")  # the newest is the first
    program = start(settings)
    until(lambda: "chat-slow" in marks(settings, "listened"))
    program.send_signal(signal.SIGKILL)
    program.communicate(timeout=30)
    until(lambda: not any(is_running(int(pid)) for pid in marks(settings, "built")))
    assert store.counts().states[State.WORKING] > 1
    (settings.data / "marks" / "go").touch()
    assert run(settings).done == 5
    assert {len(store.assessments(name)) for name in names} == {1}


def test_failed_recordings_are_tried_again_when_asked_to(store, settings):
    register(store, "empty-1")
    assert len(run(settings).failed) == 1
    assert run(settings).failed == ()
    assert len(run(settings, retry_failed=True).failed) == 1


def test_without_models_chats_are_judged_and_calls_wait(store, settings):
    mark = settings.data / "marks" / "no-models"
    mark.touch()
    register(store, "call-1", "call-2", "call-3", "chat-1")
    report = run(settings)
    assert (report.done, report.failed, report.waiting) == (1, (), 3)
    (held,) = report.held
    assert (held.load, held.count, held.mend) == ("speech", 3, "Run: qa models pull")
    assert not report.ok
    waiting = store.summary("call-1")
    assert (waiting.state, waiting.attempts) == (State.WAITING, 0)
    mark.unlink()
    assert run(settings).done == 3


def test_what_only_some_calls_need_holds_up_no_other(store, settings):
    mark = settings.data / "marks" / "no-voices"
    mark.touch()
    register(store, "mono-1", "call-1", "mono-2", "call-2")
    report = run(settings)
    assert (report.done, report.failed, report.waiting) == (2, (), 2)
    (held,) = report.held
    assert (held.count, held.reason) == (2, "segmentation is damaged.")
    assert marks(settings, "listened").count("mono-1") == 1
    assert store.summary("mono-1").attempts == 0
    mark.unlink()
    assert run(settings).done == 2


def test_scoring_again_listens_to_nothing(store, settings):
    register(store, "call-1")
    run(settings)
    store.want(["call-1"], None)
    assert run(settings).done == 1
    assert marks(settings, "listened") == ["call-1"]
    assert marks(settings, "judged") == ["call-1", "call-1"]


def test_work_keeps_to_the_ids_it_was_given(store, settings):
    register(store, "call-1", "call-2")
    report = run(settings, only=["call-2"])
    assert (report.done, report.waiting) == (1, 0)
    assert store.summary("call-1").state is State.WAITING


def test_ctrl_c_ends_all_processes_and_gives_the_recordings_back(store, settings):
    register(store, "slow-1", "slow-2", "slow-3")
    program = start(settings, workers=2)
    until(lambda: len(marks(settings, "listened")) == 2)
    program.send_signal(signal.SIGINT)
    _out, err = program.communicate(timeout=30)
    assert program.returncode == 130
    assert "Traceback" not in err
    assert store.counts().states == {State.WAITING: 3}
    assert store.summary("slow-1").attempts == 0
    until(lambda: not any(is_running(int(pid)) for pid in marks(settings, "built")))
    (settings.data / "marks" / "go").touch()
    assert run(settings).done == 3


@pytest.mark.parametrize("kill", [signal.SIGKILL, signal.SIGTERM], ids=["kill", "terminate"])
def test_after_a_kill_the_next_run_goes_on_at_once(store, settings, kill):
    register(store, "slow-1", "call-1")  # the newest is the first
    program = start(settings)
    until(lambda: "slow-1" in marks(settings, "listened"))
    program.send_signal(kill)
    program.communicate(timeout=30)
    # Its process notices, and does not go on behind the next run's back.
    until(lambda: not any(is_running(int(pid)) for pid in marks(settings, "built")))
    (settings.data / "marks" / "go").touch()
    # The lease has long to go; but its owner can be seen to be gone.
    assert run(settings).done == 1
    assert store.counts().states == {State.DONE: 2}
    assert marks(settings, "listened").count("call-1") == 1


def test_two_programs_share_the_work(store, settings):
    ids = [f"call-{n}" for n in range(10)]
    register(store, *ids)
    programs = [start(settings) for _ in range(2)]
    reports = [json.loads(p.communicate(timeout=120)[0]) for p in programs]
    assert sum(r["done"] for r in reports) == 10
    assert sorted(marks(settings, "listened")) == sorted(ids)


def test_a_process_that_hangs_costs_its_recording_an_attempt_and_no_other(
    store, settings, monkeypatch
):
    monkeypatch.setattr("qa.jobs.pace.HANGS_AFTER_S", 3.0)
    monkeypatch.setattr("qa.jobs.pace.HANGS", 0.001)
    monkeypatch.setattr("qa.jobs.pace.UNKNOWN_LIMIT_S", 3.0)
    register(store, "slow-1", "call-1", "call-2")  # the newest is the first
    report = run(settings.model_copy(update={"attempts": 1}))
    assert report.done == 2
    (failure,) = report.failed
    assert (failure.id, "without an end" in failure.reason) == ("slow-1", True)
    assert marks(settings, "listened") == ["call-2", "call-1", "slow-1"]
    assert not any(is_running(int(pid)) for pid in marks(settings, "built"))


def test_by_the_deadline_only_what_fits_is_begun_and_the_rest_comes_first_the_next_night(
    store, settings
):
    register(store, "call-long", "call-short", "chat-1")
    # Nothing was measured here yet, so half a recording's length is assumed.
    store.nights.set_lengths({"call-long": 3600.0, "call-short": 60.0})
    report = run(settings, until=datetime.now(UTC) + timedelta(minutes=5))
    assert (report.done, report.waiting, report.passed_over) == (2, 1, 1)
    assert marks(settings, "listened") == ["chat-1", "call-short"]
    estimate = report.estimate
    assert (estimate.calls, estimate.seconds, estimate.runs) == (2, 3660.0, 0)

    register(store, "call-new")
    store.nights.set_lengths({"call-new": 60.0})
    report = run(settings)
    assert (report.done, report.passed_over) == (2, 0)
    assert marks(settings, "listened")[2:] == ["call-long", "call-new"]
    # By now it is measured: these calls take no time at all.
    assert report.estimate.runs == 1
    assert report.estimate.factor < 0.5
    past = store.nights.runs(since=datetime.now(UTC) - timedelta(hours=1))
    assert [(one.done, one.waiting, one.ended) for one in past] == [
        (2, 1, "deadline"),
        (2, 0, "done"),
    ]


def test_what_goes_on_after_the_deadline_is_given_back(store, settings, monkeypatch):
    monkeypatch.setattr("qa.jobs.night.GRACE_S", 0.2)
    register(store, "slow-1")
    store.nights.set_lengths({"slow-1": 1.0})
    began = time.monotonic()
    report = run(settings, until=datetime.now(UTC) + timedelta(seconds=20))  # time to begin it
    assert time.monotonic() - began < 60
    assert marks(settings, "listened") == ["slow-1"]
    assert (report.done, report.failed, report.waiting, report.passed_over) == (0, (), 1, 1)
    assert store.summary("slow-1").attempts == 0


def test_nothing_is_begun_on_a_disk_without_room(store, settings):
    register(store, "call-1", "chat-1")
    full = settings.model_copy(update={"least_free_mb": 10**9})
    report = run(full)
    assert (report.done, report.waiting, marks(settings, "listened")) == (0, 2, [])
    assert {held.load for held in report.held} == {"speech", "text"}
    assert "MB left" in report.held[0].reason
    assert run(settings).done == 2


def test_a_second_program_says_who_holds_what(store, settings):
    register(store, "slow-1")
    program = start(settings)
    until(lambda: "slow-1" in marks(settings, "listened"))
    report = run(settings)
    (settings.data / "marks" / "go").touch()
    program.communicate(timeout=60)
    assert report.done == 0
    (other,) = report.others
    assert (other.jobs, other.pid) == (1, str(program.pid))


def test_a_server_follows_and_is_stopped_from_another_thread(store, settings):
    stop = threading.Event()
    reports = []
    worker = threading.Thread(target=lambda: reports.append(run(settings, follow=True, stop=stop)))
    worker.start()
    try:
        register(store, "call-1")
        until(lambda: store.summary("call-1").state is State.DONE)
        register(store, "slow-1")
        until(lambda: "slow-1" in marks(settings, "listened"))
    finally:
        stop.set()
        worker.join(30)
    assert (reports[0].done, reports[0].interrupted) == (1, True)
    assert store.summary("slow-1").state is State.WAITING
    (pid,) = marks(settings, "built")
    assert not is_running(int(pid))
    assert os.getpid() != int(pid)
