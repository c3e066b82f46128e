"""Work in real processes of one machine: what only a pool over one database file does.

What holds for other machines as well stands in `test_doors.py`.
"""

from __future__ import annotations

import json
import os
import signal
import threading
import time
from datetime import UTC, datetime, timedelta

import pytest
from doors import LocalPool, register, until

from qa.store import State

pytestmark = pytest.mark.acceptance


@pytest.fixture
def door(tmp_path):
    made = LocalPool(tmp_path)
    made.prepare()
    yield made
    made.end()


def start(door, *options):
    return door.start("work", "--workers", "1", *options)


def test_progress_counts_no_conversation_twice(store, door):
    register(store, "call-1")
    seen = []
    door.run(progress=seen.append)
    assert {(now.done + now.left, len(now.current)) for now in seen} == {(1, 1), (1, 0)}


def test_a_batch_ends_with_a_report(store, door):
    register(store, "call-1", "empty-1", "bug-1", "chat-1")
    seen = []
    report = door.run(progress=seen.append)
    assert (report.done, report.waiting, report.seconds) == (2, 0, 60.0)
    assert not report.ok
    assert {f.id for f in report.failed} == {"empty-1", "bug-1"}
    assert "4111" not in str(report)
    assert len(door.marks("built")) == 1  # models are loaded once
    assert (seen[-1].left, seen[-1].done) == (0, 2)
    assert "2 failed" in str(seen[-1])


def test_calls_that_cannot_be_heard_here_are_told_of_once(store, door):
    missing = door.mark("no-models")
    register(store, "call-1", "call-2", "call-3", "chat-1")
    report = door.run()
    assert (report.done, report.failed, report.waiting) == (1, (), 3)
    (held,) = report.held
    assert (held.load, held.count, held.mend) == ("speech", 3, "Run: qa models pull")
    assert not report.ok
    assert len([one for one in door.marks("listened") if one.startswith("call")]) == 1
    missing.unlink()


def test_a_chat_that_kills_its_process_costs_those_claimed_with_it_one_attempt(store, door):
    names = [f"chat-{n}" for n in range(6)]
    register(store, *names[:3], "chat-deadly", *names[3:])
    report = door.run()
    assert (report.done, report.waiting) == (6, 0)
    (failure,) = report.failed
    assert (failure.id, "SIGKILL" in failure.reason) == ("chat-deadly", True)
    assert door.marks("listened").count("chat-deadly") == door.settings.attempts
    # Those beside it were read again once at most, and each was kept once.
    assert all(door.marks("listened").count(name) <= 2 for name in names)
    assert {store.summary(name).attempts for name in names} == {0}
    assert {len(store.assessments(name)) for name in names} == {1}


def test_a_kill_amid_several_chats_loses_none_and_keeps_none_twice(store, door):
    names = [f"chat-{n}" for n in range(4)]
    register(store, *names, "chat-slow")  # the newest is the first
    program = start(door)
    until(lambda: "chat-slow" in door.marks("listened"))
    program.send_signal(signal.SIGKILL)
    program.wait(30)
    until(lambda: not door.processes())
    assert store.counts().states[State.WORKING] > 1
    door.mark("go")
    assert door.run().done == 5
    assert {len(store.assessments(name)) for name in names} == {1}


def test_what_only_some_calls_need_holds_up_no_other(store, door):
    mark = door.mark("no-voices")
    register(store, "mono-1", "call-1", "mono-2", "call-2")
    report = door.run()
    assert (report.done, report.failed, report.waiting) == (2, (), 2)
    (held,) = report.held
    assert (held.count, held.reason) == (2, "segmentation is damaged.")
    assert door.marks("listened").count("mono-1") == 1
    assert store.summary("mono-1").attempts == 0
    mark.unlink()
    assert door.run().done == 2


def test_work_keeps_to_the_ids_it_was_given(store, door):
    register(store, "call-1", "call-2")
    report = door.run(only=["call-2"])
    assert (report.done, report.waiting) == (1, 0)
    assert store.summary("call-1").state is State.WAITING


def test_ctrl_c_ends_all_processes_and_gives_the_recordings_back(store, door):
    register(store, "slow-1", "slow-2", "slow-3")
    program = door.start()
    until(lambda: len(door.marks("listened")) == 2)
    program.send_signal(signal.SIGINT)
    assert program.wait(30) == 130
    assert "Traceback" not in door.said()
    assert store.counts().states == {State.WAITING: 3}
    assert store.summary("slow-1").attempts == 0
    until(lambda: not door.processes())
    door.mark("go")
    assert door.run().done == 3


def test_two_programs_share_the_work(store, door):
    ids = [f"call-{n}" for n in range(10)]
    register(store, *ids)
    reports = [door.folder / f"report-{n}.json" for n in range(2)]
    for program in [start(door, "--report", str(file)) for file in reports]:
        program.wait(120)
    assert sum(json.loads(file.read_text())["done"] for file in reports) == 10
    assert sorted(door.marks("listened")) == sorted(ids)


def test_a_process_that_hangs_costs_its_recording_an_attempt_and_no_other(store, door, monkeypatch):
    monkeypatch.setattr("qa.jobs.pace.HANGS_AFTER_S", 3.0)
    monkeypatch.setattr("qa.jobs.pace.HANGS", 0.001)
    monkeypatch.setattr("qa.jobs.pace.UNKNOWN_LIMIT_S", 3.0)
    register(store, "slow-1", "call-1", "call-2")  # the newest is the first
    report = door.run(settings=door.settings.model_copy(update={"attempts": 1}))
    assert report.done == 2
    (failure,) = report.failed
    assert (failure.id, "without an end" in failure.reason) == ("slow-1", True)
    assert door.marks("listened") == ["call-2", "call-1", "slow-1"]
    assert not door.processes()


def test_by_the_deadline_only_what_fits_is_begun_and_the_rest_comes_first_the_next_night(
    store, door
):
    register(store, "call-long", "call-short", "chat-1")
    # Nothing was measured here yet, so half a recording's length is assumed.
    store.nights.set_lengths({"call-long": 3600.0, "call-short": 60.0})
    report = door.run(until=datetime.now(UTC) + timedelta(minutes=5))
    assert (report.done, report.waiting, report.passed_over) == (2, 1, 1)
    assert door.marks("listened") == ["chat-1", "call-short"]
    estimate = report.estimate
    assert (estimate.calls, estimate.seconds, estimate.runs) == (2, 3660.0, 0)

    register(store, "call-new")
    store.nights.set_lengths({"call-new": 60.0})
    report = door.run()
    assert (report.done, report.passed_over) == (2, 0)
    assert door.marks("listened")[2:] == ["call-long", "call-new"]
    # By now it is measured: these calls take no time at all.
    assert report.estimate.runs == 1
    assert report.estimate.factor < 0.5
    past = store.nights.runs(since=datetime.now(UTC) - timedelta(hours=1))
    assert [(one.done, one.waiting, one.ended) for one in past] == [
        (2, 1, "deadline"),
        (2, 0, "done"),
    ]


def test_what_goes_on_after_the_deadline_is_given_back(store, door, monkeypatch):
    monkeypatch.setattr("qa.jobs.night.GRACE_S", 0.2)
    register(store, "slow-1")
    store.nights.set_lengths({"slow-1": 1.0})
    began = time.monotonic()
    report = door.run(until=datetime.now(UTC) + timedelta(seconds=20))  # time to begin it
    assert time.monotonic() - began < 60
    assert door.marks("listened") == ["slow-1"]
    assert (report.done, report.failed, report.waiting, report.passed_over) == (0, (), 1, 1)
    assert store.summary("slow-1").attempts == 0


def test_nothing_is_begun_on_a_disk_without_room(store, door):
    register(store, "call-1", "chat-1")
    full = door.settings.model_copy(update={"least_free_mb": 10**9})
    report = door.run(settings=full)
    assert (report.done, report.waiting, door.marks("listened")) == (0, 2, [])
    assert {held.load for held in report.held} == {"speech", "text"}
    assert "MB left" in report.held[0].reason
    assert door.run().done == 2


def test_a_second_program_says_who_holds_what(store, door):
    register(store, "slow-1")
    program = start(door)
    until(lambda: "slow-1" in door.marks("listened"))
    report = door.run()
    door.mark("go")
    program.wait(60)
    assert report.done == 0
    (other,) = report.others
    assert (other.jobs, other.pid) == (1, str(program.pid))


def test_a_server_follows_and_is_stopped_from_another_thread(store, door):
    stop = threading.Event()
    reports = []
    worker = threading.Thread(target=lambda: reports.append(door.run(follow=True, stop=stop)))
    worker.start()
    try:
        register(store, "call-1")
        until(lambda: store.summary("call-1").state is State.DONE)
        register(store, "slow-1")
        until(lambda: "slow-1" in door.marks("listened"))
    finally:
        stop.set()
        worker.join(30)
    assert (reports[0].done, reports[0].interrupted) == (1, True)
    assert store.summary("slow-1").state is State.WAITING
    (pid,) = door.marks("built")
    assert door.processes() == []
    assert os.getpid() != int(pid)
