"""Many machines: what only workers that share a PostgreSQL server do.

What holds for one machine as well stands in `test_doors.py`.
"""

from __future__ import annotations

import signal
from datetime import UTC, datetime, timedelta

import pytest
from doors import PIPELINE, Workers, register, until
from sqlalchemy import text

from qa.errors import InputError, StoreError
from qa.jobs.cluster import schema, worker
from qa.jobs.local import work
from qa.store import State
from qa.testing import make_call

pytestmark = [pytest.mark.acceptance, pytest.mark.postgres]


@pytest.fixture
def door(ready_postgres, tmp_path, monkeypatch):
    made = Workers(tmp_path / "door", ready_postgres.database_url)
    made.prepare()
    monkeypatch.setenv("PYTHONPATH", made.path)
    monkeypatch.syspath_prepend(str(made.folder / "code"))  # spawned processes take it over
    yield made
    made.end()


def test_what_waits_has_a_job_of_the_same_transaction_and_what_does_not_has_none(store, door):
    register(store, "call-1", "call-2", "chat-1")
    assert sorted(door.jobs()) == [("speech", "call-1"), ("speech", "call-2"), ("text", "chat-1")]
    store.register_all([(make_call(id="call-3", uri="call-3.wav"), ["tiny"])])
    store.hurry(["call-2"])
    store.nights.plan()
    assert [one for queue, one in door.jobs() if queue == "speech"] == [
        "call-2",
        "call-3",
        "call-1",
    ]

    # The local pool does it on the same database; jobs that are left do nothing.
    assert work(door.settings, workers=1, pipeline=PIPELINE).done == 4
    store.want(["call-1"], None)
    assert ("text", "call-1") in door.jobs()  # it was heard before
    store.cluster(lambda s: s.connection().execute(text("DELETE FROM procrastinate_jobs")))
    assert schema.upgrade(door.settings)  # may be run again, and finds what has no job
    assert door.jobs() == [("text", "call-1")]


def test_what_failed_rings_when_it_is_due_again(store, door):
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
    assert door.jobs() == []
    store.retry()
    assert door.jobs() == [("speech", "call-1")]


def test_chats_that_are_claimed_with_another_have_no_job_any_more(store, door):
    register(store, "chat-1", "chat-2", "chat-3", "call-1")
    taken = store.claim_some("me", lease_s=60, most=2, only=["chat-3"], with_others=True)
    assert [job.id for job in taken] == ["chat-3", "chat-1"]
    assert sorted(door.jobs()) == [("speech", "call-1"), ("text", "chat-2")]
    store.give_back(taken)
    assert len(door.jobs()) == 4


def test_of_two_workers_one_is_killed_and_the_other_does_all_of_it_once(store, door):
    victim = door.start("worker", "--queue", "speech=1")
    register(store, "slow-1")
    until(lambda: door.marks("listened") == ["slow-1"])
    other = door.start("worker", "--queue", "speech=1", "--queue", "text=2")
    names = ["call-1", "once-1", "chat-1", "chat-2"]
    register(store, *names, "empty-1")
    until(lambda: store.counts().states.get(State.DONE) == 4)
    # Each worker keeps house besides its queues; the killed one's job is the only one at work.
    until(lambda: (store.standing().engine.alive, store.standing().engine.working) == (5, 1))
    assert len(store.standing().workers) == 1
    victim.send_signal(signal.SIGKILL)
    victim.wait(30)
    door.mark("go")
    until(lambda: store.summary("slow-1").state is State.DONE)

    heard = door.marks("listened")
    assert (heard.count("slow-1"), heard.count("once-1"), heard.count("call-1")) == (2, 2, 1)
    assert {len(store.assessments(name)) for name in [*names, "slow-1"]} == {1}
    assert store.summary("empty-1").state is State.FAILED
    until(lambda: door.jobs() == [])

    other.send_signal(signal.SIGTERM)
    assert other.wait(60) == 0
    assert "empty-1.wav is empty. Record it again." in door.said()
    assert "Traceback" not in door.said()
    # Each wrote its run down; of the killed one nobody knows more than that it began.
    killed, drained = store.nights.runs(since=datetime.now(UTC) - timedelta(hours=1))
    assert (killed.ended, drained.ended) == ("", "done")
    assert (drained.done, drained.failed, drained.texts) == (5, 1, 2)
    assert drained.hearing_s > 0


def test_a_worker_that_is_stopped_finishes_and_gives_back_what_takes_too_long(store, door):
    program = door.start("worker", "--queue", "speech=2", "--grace", "0.5")
    register(store, "slow-1", "slow-2")
    until(lambda: len(door.marks("listened")) == 2)
    program.send_signal(signal.SIGTERM)
    assert program.wait(60) == 0
    assert "Traceback" not in door.said()
    assert store.counts().states == {State.WAITING: 2}
    assert store.summary("slow-1").attempts == 0
    assert sorted(one for _, one in door.jobs()) == ["slow-1", "slow-2"]


def test_a_worker_needs_a_database_that_machines_can_share(door, tmp_path):
    alone = door.settings.model_copy(update={"database_url": "", "data": tmp_path / "alone"})
    with pytest.raises(StoreError, match="cannot share a SQLite file"):
        worker.serve(alone, queues={"text": 1}, grace_s=1)


def test_a_worker_that_ends_already_is_not_ended_before_it_wrote_that_down():
    before = signal.getsignal(signal.SIGTERM)
    with worker._deaf():
        signal.raise_signal(signal.SIGTERM)  # would end this very process
    assert signal.getsignal(signal.SIGTERM) is before


def test_the_claims_of_a_worker_that_the_engine_misses_are_free_again(store, door):
    register(store, "call-1")
    elsewhere = "other-machine/boot/1/77/123/w5"
    store.claim(elsewhere, lease_s=600)
    assert store.recover(gone=worker._vanished(frozenset({5}))) == ()
    assert store.summary("call-1").state is State.WORKING
    store.recover(gone=worker._vanished(frozenset({4, 6})))
    assert store.summary("call-1").state is State.WAITING
    assert door.jobs() == [("speech", "call-1")]
