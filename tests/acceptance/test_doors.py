"""What holds however work is done: by a pool of one machine, or by workers over PostgreSQL.

Programs of their own do it; they die, are stopped and go on, and nothing is lost.
"""

from __future__ import annotations

import random

import faults
import pytest
from doors import LocalPool, Server, Workers, register

from qa.store import State

pytestmark = pytest.mark.acceptance

POSTGRES = pytest.param(Workers, marks=pytest.mark.postgres, id="workers")


@pytest.fixture(params=[pytest.param(LocalPool, id="local"), POSTGRES])
def door(request, tmp_path):
    """One door, ready to be given work."""
    shared = request.param is Workers
    address = request.getfixturevalue("ready_postgres").database_url if shared else ""
    made = request.param(tmp_path / "door", address)
    made.prepare()
    yield made
    made.end()


def test_a_batch_is_worked_off_and_no_recording_harms_another(store, door):
    register(store, "deadly-1", "once-1", "call-1", "empty-1", "bug-1", "chat-1")
    door.work_off()
    failed = {name: store.summary(name) for name in ("deadly-1", "empty-1", "bug-1")}
    assert {one.state for one in failed.values()} == {State.FAILED}
    assert store.counts().states == {State.DONE: 3, State.FAILED: 3}
    assert failed["empty-1"].error_reason == "empty-1.wav is empty."
    assert "KeyError" in failed["bug-1"].error_reason
    assert "4111" not in failed["bug-1"].error_reason + door.said()
    assert "SIGKILL" in failed["deadly-1"].error_reason
    assert "fewer workers" in failed["deadly-1"].error_mend
    assert store.summary("call-1").scores[0].total == 100
    assert store.vault.path("playback", "call-1").read_bytes() == b"sound"
    # Bad input is not tried twice; a stumble, or a process that died, is.
    heard = door.marks("listened")
    times = {"empty-1": 1, "bug-1": 2, "deadly-1": 2, "once-1": 2, "call-1": 1, "chat-1": 1}
    assert {name: heard.count(name) for name in times} == times


def test_without_models_chats_are_judged_and_calls_wait(store, door):
    missing = door.mark("no-models")
    register(store, "call-1", "call-2", "call-3", "chat-1")
    door.work_off(left=3)
    assert store.summary("chat-1").state is State.DONE
    assert {store.summary(f"call-{n}").attempts for n in (1, 2, 3)} == {0}
    assert "qa models pull" in "".join(store.summary(f"call-{n}").error_mend for n in (1, 2, 3))
    missing.unlink()
    door.work_off()
    assert store.counts().states == {State.DONE: 4}


def test_scoring_again_listens_to_nothing(store, door):
    register(store, "call-1", "empty-1")
    door.work_off()
    store.want(["call-1"], None)
    store.retry()  # what failed is tried again when it is asked for
    door.work_off()
    assert door.marks("listened").count("call-1") == 1
    assert door.marks("judged") == ["call-1", "call-1"]
    assert door.marks("listened").count("empty-1") == 2


def strike(fault, door, server=None):
    try:
        faults.strike(fault, door, chance=random.Random(), server=server)
    except faults.CannotBeHere as err:
        pytest.skip(str(err))


ALONE = {faults.OF_A_SERVER, faults.OF_A_BUCKET}
STRUCK = [name for name in faults.FAULTS if name not in ALONE]


@pytest.mark.parametrize(
    ("fault", "door"),
    [pytest.param(fault, LocalPool, id=f"local, {fault}") for fault in STRUCK[::2]]
    + [
        pytest.param(fault, Workers, id=f"workers, {fault}", marks=pytest.mark.postgres)
        for fault in STRUCK[1::2]
    ],
    indirect=["door"],
)
def test_whatever_strikes_nothing_is_lost_and_nothing_done_twice(fault, door):
    """Each once, by turns at one door and the other; scripts/bench faults does all at both."""
    strike(fault, door)


def test_a_bucket_that_goes_away_and_comes_back_loses_nothing(tmp_path):
    strike(faults.OF_A_BUCKET, LocalPool(tmp_path / "door"))


@pytest.mark.postgres
def test_a_killed_database_loses_nothing_and_nothing_is_done_twice(tmp_path):
    server = Server(tmp_path)
    try:
        strike(faults.OF_A_SERVER, Workers(tmp_path / "door", server.database()), server)
    finally:
        server.close()
