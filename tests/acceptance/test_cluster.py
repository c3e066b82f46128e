"""Many machines: worker processes that share a PostgreSQL server, and die."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import text

import qa
from qa.errors import InputError, StoreError
from qa.jobs.cluster import schema, worker
from qa.jobs.local import work
from qa.store import State, Store, open_store
from qa.testing import make_call, make_chat

pytestmark = [pytest.mark.acceptance, pytest.mark.postgres]

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


@pytest.fixture
def settings(ready_postgres, tmp_path, monkeypatch):
    code = tmp_path / "code"
    for folder in (code, tmp_path / "cards", tmp_path / "marks"):
        folder.mkdir()
    made = Path(__file__).with_name("made_pipeline.py").read_text()
    (code / "made_pipeline.py").write_text(made)
    (tmp_path / "cards" / "tiny.yaml").write_text(CARD)
    own = Path(qa.__file__).parents[1]
    monkeypatch.setenv("PYTHONPATH", f"{code}{os.pathsep}{own}")
    monkeypatch.syspath_prepend(str(code))
    made = ready_postgres.model_copy(update={"scorecards": tmp_path / "cards"})
    assert schema.upgrade(made)
    return made


@pytest.fixture
def store(settings) -> Store:
    with open_store(settings) as opened:
        yield opened


@pytest.fixture
def start(settings):
    """Start workers as programs of their own; what is left of them ends with the test."""
    programs = []

    def begin(*options: str) -> subprocess.Popen[str]:
        env = {k: v for k, v in os.environ.items() if not k.startswith("QA_")} | {
            "QA_DATA": str(settings.data),
            "QA_DATABASE_URL": settings.database_url,
            "QA_SCORECARDS": str(settings.scorecards),
        }
        command = [sys.executable, "-m", "qa.cli", "worker", *options]
        program = subprocess.Popen(
            [*command, "--pipeline", "made_pipeline:Pipeline"],
            env=env, text=True, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
        )  # fmt: skip
        programs.append(program)
        return program

    yield begin
    for program in programs:
        program.kill()
        program.communicate()


def register(store: Store, *ids: str) -> None:
    for name in ids:
        made = make_chat([("agent", "Hello."), ("customer", name)], id=name)
        made = made if name.startswith("chat") else make_call(id=name, uri=f"{name}.wav")
        store.register(made, ["tiny"])


def marks(settings, kind: str) -> list[str]:
    file = settings.data / "marks" / kind
    return file.read_text().splitlines() if file.exists() else []


def until(condition, *, seconds: float = 200) -> None:
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end, "it never came to that"
        time.sleep(0.1)


def jobs(store: Store) -> list[tuple[str, str]]:
    """Return queue and id of the jobs that wait, in the order in which they are fetched."""
    query = """SELECT queue_name, queueing_lock FROM procrastinate_jobs
        WHERE status = 'todo' AND queue_name <> 'house' ORDER BY priority DESC, id"""
    return store.cluster(lambda s: [tuple(row) for row in s.connection().execute(text(query))])


def test_what_waits_has_a_job_of_the_same_transaction_and_what_does_not_has_none(store, settings):
    register(store, "call-1", "call-2", "chat-1")
    assert sorted(jobs(store)) == [("speech", "call-1"), ("speech", "call-2"), ("text", "chat-1")]
    store.register_all([(make_call(id="call-3", uri="call-3.wav"), ["tiny"])])
    store.hurry(["call-2"])
    store.nights.plan()
    assert [one for queue, one in jobs(store) if queue == "speech"] == [
        "call-2",
        "call-3",
        "call-1",
    ]

    # The local pool does it on the same database; jobs that are left do nothing.
    assert work(settings, workers=1, pipeline="made_pipeline:Pipeline").done == 4
    store.want(["call-1"], None)
    assert ("text", "call-1") in jobs(store)  # it was heard before
    store.cluster(lambda s: s.connection().execute(text("DELETE FROM procrastinate_jobs")))
    assert schema.upgrade(settings)  # may be run again, and finds what has no job
    assert jobs(store) == [("text", "call-1")]


def test_what_failed_rings_when_it_is_due_again(store):
    register(store, "call-1")
    job = store.claim("me", lease_s=60)
    store.cluster(lambda s: s.connection().execute(text("DELETE FROM procrastinate_jobs")))
    store.fail(job, StoreError("A share is away.", ""))
    query = "SELECT scheduled_at FROM procrastinate_jobs"
    due = store.cluster(lambda s: s.connection().execute(text(query)).scalar())
    assert due == store.next_due()
    assert due > datetime.now(UTC)
    store.cluster(lambda s: s.connection().execute(text("DELETE FROM procrastinate_jobs")))
    with store._engine.begin() as connection:
        connection.execute(text("UPDATE conversation SET retry_at = NULL"))
    store.fail(store.claim("me", lease_s=60), InputError("Empty.", ""))
    store.cluster(lambda s: s.connection().execute(text("DELETE FROM procrastinate_jobs")))
    assert jobs(store) == []
    store.retry()
    assert jobs(store) == [("speech", "call-1")]


def test_chats_that_are_claimed_with_another_have_no_job_any_more(store):
    register(store, "chat-1", "chat-2", "chat-3", "call-1")
    taken = store.claim_some("me", lease_s=60, most=2, only=["chat-3"], with_others=True)
    assert [job.id for job in taken] == ["chat-3", "chat-1"]
    assert sorted(jobs(store)) == [("speech", "call-1"), ("text", "chat-2")]
    store.give_back(taken)
    assert len(jobs(store)) == 4


def test_of_two_workers_one_is_killed_and_the_other_does_all_of_it_once(store, settings, start):
    victim = start("--queue", "speech=1")
    register(store, "slow-1")
    until(lambda: marks(settings, "listened") == ["slow-1"])
    other = start("--queue", "speech=1", "--queue", "text=2")
    names = ["call-1", "once-1", "chat-1", "chat-2"]
    register(store, *names, "empty-1")
    until(lambda: store.counts().states.get(State.DONE) == 4)
    # Each worker keeps house besides its queues; the killed one's job is the only one at work.
    until(lambda: (store.standing().engine.alive, store.standing().engine.working) == (5, 1))
    assert len(store.standing().workers) == 1
    victim.send_signal(signal.SIGKILL)
    victim.communicate(timeout=30)
    (settings.data / "marks" / "go").touch()
    until(lambda: store.summary("slow-1").state is State.DONE)

    heard = marks(settings, "listened")
    assert (heard.count("slow-1"), heard.count("once-1"), heard.count("call-1")) == (2, 2, 1)
    assert {len(store.assessments(name)) for name in [*names, "slow-1"]} == {1}
    assert store.summary("empty-1").state is State.FAILED
    until(lambda: jobs(store) == [])

    other.send_signal(signal.SIGTERM)
    _out, err = other.communicate(timeout=60)
    assert other.returncode == 0
    assert "empty-1.wav is empty. Record it again." in err
    assert "Traceback" not in err
    # Each wrote its run down; of the killed one nobody knows more than that it began.
    killed, drained = store.nights.runs(since=datetime.now(UTC) - timedelta(hours=1))
    assert (killed.ended, drained.ended) == ("", "done")
    assert (drained.done, drained.failed, drained.texts) == (5, 1, 2)
    assert drained.hearing_s > 0


def test_a_worker_that_is_stopped_finishes_and_gives_back_what_takes_too_long(
    store, settings, start
):
    program = start("--queue", "speech=2", "--grace", "0.5")
    register(store, "slow-1", "slow-2")
    until(lambda: len(marks(settings, "listened")) == 2)
    program.send_signal(signal.SIGTERM)
    _out, err = program.communicate(timeout=60)
    assert (program.returncode, "Traceback" in err) == (0, False)
    assert store.counts().states == {State.WAITING: 2}
    assert store.summary("slow-1").attempts == 0
    assert sorted(one for _, one in jobs(store)) == ["slow-1", "slow-2"]


def test_a_worker_needs_a_database_that_machines_can_share(settings, tmp_path):
    alone = settings.model_copy(update={"database_url": "", "data": tmp_path / "alone"})
    with pytest.raises(StoreError, match="cannot share a SQLite file"):
        worker.serve(alone, queues={"text": 1}, grace_s=1)


def test_the_claims_of_a_worker_that_the_engine_misses_are_free_again(store):
    register(store, "call-1")
    elsewhere = "other-machine/boot/1/77/123/w5"
    store.claim(elsewhere, lease_s=600)
    assert store.recover(gone=worker._vanished(frozenset({5}))) == ()
    assert store.summary("call-1").state is State.WORKING
    store.recover(gone=worker._vanished(frozenset({4, 6})))
    assert store.summary("call-1").state is State.WAITING
    assert jobs(store) == [("speech", "call-1")]
