"""What a night brought, on both databases: counts, low scores, alarms; nothing that was said."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from stores import Clock, open_at

from qa.errors import InputError
from qa.records import (
    Assessment,
    CardRef,
    Heard,
    Metadata,
    Score,
    ScoreStatus,
)
from qa.store import Run, Store, name_worker
from qa.store.recorded import Recorded
from qa.testing import fake_provenance, make_call, make_chat, make_safe, make_turns

LINES = [("agent", "Hello."), ("customer", "The secret word is lamp.")]
DAY = timedelta(days=1)


class Card:
    ref = CardRef(id="tiny", version=1, hash="h")
    source = "scorecard: tiny"


@pytest.fixture
def clock() -> Clock:
    return Clock(datetime(2026, 3, 10, 6, 30, tzinfo=UTC))


@pytest.fixture
def store(ready_database, clock):
    with open_at(ready_database, clock, total=lambda *_: _score(50)) as opened:
        yield opened


def _score(total: float) -> Score:
    return Score(status=ScoreStatus.FINAL, mode="sections", total=total)


def came(store: Store, id: str, *, team: str = "north", tags: tuple[str, ...] = ()) -> None:
    meta = Metadata(agent_id="dana", team=team, tags=tags)
    store.register(make_call(id=id, uri=f"{id}.wav", metadata=meta), ["tiny"])


def scored(store: Store, id: str, total: float, **given) -> None:
    came(store, id, **given)
    job = store.claim(name_worker(), lease_s=60, only=[id])
    known = store.conversation(id).metadata
    safe = make_safe(LINES, id=id, duration=1800.0).model_copy(update={"metadata": known})
    store.save_heard(id, Heard(turns=make_turns(LINES), safe=safe, provenance=()))
    made = Assessment(
        conversation=id, card=Card.ref, party="agent", findings=(),
        score=_score(total), provenance=fake_provenance(),
    )  # fmt: skip
    store.save_assessments(id, Card(), [made])
    store.finish(job)


def last_night(store: Store, clock: Clock, team: str = ""):
    clock.now += timedelta(minutes=1)
    return store.morning(since=clock.now - DAY, until=clock.now, team=team)


def test_it_counts_what_came_in_what_was_scored_and_why_others_failed(store, clock):
    scored(store, "call-1", 90)
    scored(store, "call-2", 20)
    scored(store, "call-south", 10, team="south")
    scored(store, "call-test", 0, tags=("mystery",))
    store.register(make_chat([("agent", "Hello.")], id="chat-1"), ["tiny"])
    came(store, "call-bad")
    error = InputError("call-bad.wav: the file is empty (0 bytes).", "Copy it again.")
    store.fail(store.claim(name_worker(), lease_s=60, only=["call-bad"]), error)

    found = last_night(store, clock)
    assert (found.calls, found.texts, found.scored, found.seconds) == (4, 1, 3, 5400.0)
    assert (found.failed, found.waiting, found.alarms) == (1, 1, ())
    assert [(r.reason, r.count) for r in found.reasons] == [("the file is empty (0 bytes).", 1)]
    assert [(low.conversation, low.total) for low in found.lowest] == [
        ("call-south", 10.0),
        ("call-2", 20.0),
        ("call-1", 90.0),
    ]
    assert found.lowest[0].agent == "dana"
    assert "lamp" not in found.model_dump_json()
    north = last_night(store, clock, "north")
    assert (north.scored, [low.conversation for low in north.lowest]) == (2, ["call-2", "call-1"])


def test_alarms_say_that_nothing_came_or_much_less_than_lately(store, clock):
    for day in range(3):
        for n in range(10):
            came(store, f"call-{day}-{n}")
        assert last_night(store, clock).alarms == ()
        clock.now += DAY
    assert [a.kind for a in last_night(store, clock).alarms] == ["nothing-came-in"]
    came(store, "call-few")
    (alarm,) = last_night(store, clock).alarms
    assert (alarm.kind, alarm.text) == ("volume", "1 came in; lately it was about 10.")


def test_a_run_that_failed_or_died_is_an_alarm_and_one_at_work_is_none(store, clock):
    came(store, "call-1")
    nights = store.nights
    nights.note(nights.begin("one", "", until=None), Run(), ended="failed")
    nights.begin("two", "", until=None)
    nights.note(nights.begin("three", "", until=None), Run(), ended="deadline")
    assert [a.kind for a in last_night(store, clock).alarms] == ["run-failed"]
    clock.now += timedelta(hours=1)
    hosts = [a.text.split()[3] for a in last_night(store, clock).alarms]
    assert hosts == ["one", "two"]


TABLES = [
    # calls without a recording of all that the table tells of -> is it an alarm
    (0, 0, False),
    (0, 100, False),
    (5, 100, False),
    (6, 100, True),
    (1, 1, True),
]


@pytest.mark.parametrize(("missing", "calls", "alarms"), TABLES)
def test_calls_without_a_recording_are_an_alarm(store, clock, missing, calls, alarms):
    came(store, "one")
    store.note_recorded([Recorded(table="cdr.csv", calls=calls, missing=missing)])
    found = [a for a in last_night(store, clock).alarms if a.kind == "recordings-missing"]
    assert bool(found) is alarms
    if alarms:
        assert f"{missing} of {calls} calls in cdr.csv" in found[0].text


def test_what_the_last_import_found_counts_by_table(store, clock):
    """Recordings that came late are no alarm; nor is what an earlier night lacked."""
    bad = {"calls": 10, "missing": 9}
    store.note_recorded([Recorded(table="old.csv", **bad)])
    clock.now += 2 * DAY
    store.note_recorded([Recorded(table="late.csv", **bad), Recorded(table="dead.csv", **bad)])
    clock.now += timedelta(minutes=15)
    store.note_recorded([Recorded(table="late.csv", calls=10, missing=0)])
    found = [a for a in last_night(store, clock).alarms if a.kind == "recordings-missing"]
    assert [a.text.split()[5] for a in found] == ["dead.csv"]
