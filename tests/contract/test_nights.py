"""The order of a night, how much waits, and what earlier runs took; on both databases."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from stores import Clock, open_at

from qa.records import Heard, Metadata
from qa.store import Fit, Run, database, name_worker
from qa.store.desk.draw_tables import DrawnRow, DrawRow
from qa.store.tables import ConversationRow
from qa.testing import make_call, make_chat, make_safe, make_turns

LINES = [("agent", "Hello."), ("customer", "Hi.")]


@pytest.fixture
def clock() -> Clock:
    return Clock(datetime(2026, 3, 1, 9, 0, tzinfo=UTC))


@pytest.fixture
def store(ready_database, clock):
    with open_at(ready_database, clock) as opened:
        yield opened


def _heard(id: str) -> Heard:
    return Heard(turns=make_turns(LINES), safe=make_safe(LINES, id=id), provenance=())


def call(store, clock, id: str, agent: str, **given) -> None:
    meta = Metadata(agent_id=agent, started_at=clock())
    clock.pass_time(seconds=60)
    store.register(make_call(id=id, uri=f"{id}.wav", metadata=meta, **given), ["support"])


def order(store) -> list[str]:
    worker, ids = name_worker(), []
    while job := store.claim(worker, lease_s=60):
        ids.append(job.id)
    store.release(worker)
    return ids


def test_in_a_night_agents_take_turns_and_of_each_the_newest_comes_first(store, clock):
    for name, agent in (("a1", "ann"), ("a2", "ann"), ("a3", "ann"), ("b1", "ben"), ("a4", "ann")):
        call(store, clock, name, agent)
    assert store.nights.plan() == 5
    assert order(store) == ["a4", "b1", "a3", "a2", "a1"]
    assert store.nights.plan() == 0
    call(store, clock, "late", "ann")
    assert order(store)[0] == "late"


def test_a_night_begins_with_what_people_asked_for_then_samples_then_what_was_left(store, clock):
    for name in ("asked", "left", "drawn", "new"):
        call(store, clock, name, "ann")
    store.nights.pass_over(["left"])
    _draw(store, "drawn")
    store.hurry(["asked"])
    store.nights.plan()
    assert order(store) == ["asked", "drawn", "left", "new"]


def _draw(store, id: str) -> None:
    with database.writing(store._engine) as session:
        draw = DrawRow(made_at=store._now(), who="me", seed=1, rule={}, reason="")
        session.add(draw)
        session.flush()
        session.add(DrawnRow(draw=draw.id, conversation=id, of=1))


def test_what_was_done_late_is_no_longer_late(store, clock):
    call(store, clock, "late", "ann")
    store.nights.pass_over()
    store.nights.plan()
    store.save_heard("late", _heard("late"))
    store.finish(store.claim(name_worker(), lease_s=60))
    store.want(["late"], None)
    call(store, clock, "new", "ann")
    store.nights.plan()
    assert order(store) == ["late", "new"]  # judging costs little
    with database.reading(store._engine) as session:
        assert session.get(ConversationRow, "late").nights == 0


def test_before_a_deadline_only_calls_that_can_end_in_time_are_given_out(store, clock):
    for name in ("long", "mute", "short", "brief"):
        call(store, clock, name, "ann")
    store.register(make_chat([("agent", "Hello.")], id="chat"), ["support"])
    store.nights.set_lengths({"long": 900.0, "short": 300.0, "brief": 30.0, "mute": 0.0})
    assert store.nights.unmeasured(9) == []
    ahead = store.nights.ahead()
    assert (ahead.calls, ahead.seconds, ahead.unmeasured, ahead.texts) == (4, 1230.0, 1, 1)

    def given(**fit) -> list[str]:
        worker, ids = name_worker(), []
        options = {"lease_s": 60, "most": 1, "fit": Fit(**fit)}
        while jobs := store.claim_some(worker, **options):
            ids += [job.id for job in jobs]
        store.release(worker)
        return ids

    assert given(longest_s=400, unknown_s=500) == ["chat", "short", "brief"]
    assert given(longest_s=10, unknown_s=500) == ["chat"]
    everything = given(longest_s=1000, unknown_s=500, longest_first=True)
    assert everything == ["chat", "long", "short", "brief", "mute"]
    short = Fit(longest_s=10, unknown_s=500)
    assert store.next_due(loads=["speech"], fit=short) is None
    assert store.next_due(loads=["speech", "text"], fit=short) is not None


def test_the_pace_is_that_of_earlier_runs_of_the_same_kind(store, clock):
    def ran(host: str, recipe: str, **counts) -> None:
        number = store.nights.begin(host, recipe, until=None)
        store.nights.note(number, Run(**counts), ended="done")

    assert store.nights.pace("here", "base") is None
    ran("here", "base", heard_s=5.0, hearing_s=50.0)  # too little to say anything
    ran("there", "base", heard_s=1000.0, hearing_s=900.0)
    ran("here", "large", heard_s=1000.0, hearing_s=800.0)
    ran("here", "base", heard_s=1000.0, hearing_s=100.0)
    ran("here", "base", heard_s=3000.0, hearing_s=500.0, texts=10, reading_s=1.0)
    pace = store.nights.pace("here", "base")
    assert (pace.runs, pace.heard_s, pace.hearing_s, pace.texts) == (2, 4000.0, 600.0, 10)
    died = store.nights.begin("here", "base", until=clock())
    assert store.nights.runs(since=clock())[-1].id == died
    assert store.nights.runs(since=clock())[-1].ended == ""


def test_a_run_that_goes_on_is_told_with_its_pace_until_it_ends_or_is_long_silent(store, clock):
    number = store.nights.begin("here", "base", until=None)
    clock.pass_time(seconds=1800)
    store.nights.note(number, Run(done=20, triaged=4, heard_s=600.0, hearing_s=60.0))
    (run,) = store.standing().runs
    assert (run.host, run.done, run.an_hour, run.silent) == ("here", 24, 48.0, False)
    assert (run.factor, run.text_s) == (0.1, None)

    clock.pass_time(seconds=130)
    assert [run.silent for run in store.standing().runs] == [True]
    clock.pass_time(seconds=86_400)
    assert store.standing().runs == ()  # the morning's report told of it
    store.nights.note(number, Run(), ended="done")
    assert store.standing().runs == ()
