"""How many processes a machine gets, and what work says of itself."""

from __future__ import annotations

import threading
from datetime import UTC, datetime, timedelta

import pytest

from qa.errors import StoreError
from qa.jobs import local, machine
from qa.jobs.report import Current, Failure, Progress, WorkReport
from qa.settings import Settings
from qa.store import open_store
from qa.testing import make_call


@pytest.mark.parametrize(
    ("cores", "memory", "expected"),
    [(1, 16.0, 1), (2, 16.0, 2), (8, 64.0, 8), (64, 10.0, 4), (16, 1.0, 1)],
)
def test_a_core_and_room_for_the_models_a_process(monkeypatch, cores, memory, expected):
    monkeypatch.setattr(machine, "cores", lambda: cores)
    monkeypatch.setattr(machine, "free_gb", lambda: memory)
    count, why = machine.choose_workers(Settings(device="cpu"))
    assert count == expected
    assert f"{cores} cores" in why


@pytest.mark.parametrize(("jobs", "expected"), [(0, 1), (1, 1), (3, 3), (9, 4)])
def test_a_few_recordings_have_a_process_each(monkeypatch, jobs, expected):
    monkeypatch.setattr(machine, "cores", lambda: 4)
    monkeypatch.setattr(machine, "free_gb", lambda: 64.0)
    count, why = machine.choose_workers(Settings(device="cpu"), jobs=jobs)
    assert count == expected
    assert (f"; {jobs} to do" in why) == (jobs < 4)


def test_what_was_asked_for_wins_over_settings_and_machine():
    assert machine.choose_workers(Settings(workers=3), asked=5)[0] == 5
    assert machine.choose_workers(Settings(workers=3))[0] == 3
    assert machine.choose_workers(Settings(device="cuda"))[0] == 1


def test_this_machines_memory_is_read():
    assert 0 < machine.free_gb() < 100_000
    assert machine.cores() >= 1


def test_with_nothing_to_do_no_process_is_started(tmp_path):
    settings = Settings(data=tmp_path)
    report = local.work(settings, pipeline="no_such_module:Pipeline")
    assert (report.done, report.waiting, report.ok) == (0, 0, True)


def test_after_the_hour_nothing_more_is_begun(tmp_path):
    settings = Settings(data=tmp_path)
    with open_store(settings) as store:
        store.register(make_call(), [])
    past = datetime.now(UTC) - timedelta(minutes=1)
    report = local.work(settings, until=past, follow=True, pipeline="no_such_module:Pipeline")
    assert (report.waiting, report.interrupted) == (1, False)


def test_a_database_that_goes_away_ends_a_batch_but_not_a_server(tmp_path, monkeypatch):
    settings = Settings(data=tmp_path)
    stop = threading.Event()
    looks = []

    def refuse(self, *_args, **_options):
        looks.append(1)
        if len(looks) > 2:
            stop.set()
        error = StoreError("It restarts.", "Wait.")
        error.passing = True
        raise error

    monkeypatch.setattr(local, "POLL_S", 0.01)
    monkeypatch.setattr("qa.store.claims.Claims.claim_some", refuse)
    with pytest.raises(StoreError):
        local.work(settings)
    assert local.work(settings, follow=True, stop=stop).interrupted
    assert len(looks) == 3


def test_progress_reads_as_a_line():
    now = Progress(
        workers=2,
        done=3,
        triaged=1,
        failed=1,
        left=5,
        seconds=90.0,
        wall=12.0,
        current=(Current(id="c1", source="calls/one.wav", seconds=2.0),),
    )
    assert str(now) == "5 of 10 done; 1 failed; 1.5 min of calls heard; now: one.wav"


def test_a_report_is_ok_only_when_all_was_done():
    report = WorkReport(
        done=1, triaged=0, failed=(), held=(), retried=0, waiting=0,
        seconds=1.0, wall=1.0, workers=1, note="",
    )  # fmt: skip
    failure = Failure(id="c", source="c.wav", reason="Empty.", mend="")
    assert report.ok
    assert not report.model_copy(update={"failed": (failure,)}).ok
    assert not report.model_copy(update={"interrupted": True}).ok
