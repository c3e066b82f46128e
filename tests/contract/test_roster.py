"""The roster and what it makes of recordings, on both databases."""

from datetime import UTC, date, datetime

import pytest
from stores import open_at

from qa.access import Grant, Principal, Right, UserRole
from qa.records import Heard, Metadata, Party, Role
from qa.store.joining import Agent, Joined
from qa.testing import make_call, make_safe, make_turns

AT = datetime(2026, 3, 1, 12, tzinfo=UTC)
DANA = Agent(id="7", name="Dana Ionescu", extension="600", team="north", project="travel")
ION = Agent(id="8", name="Ion Rusu", extension="601", team="south")
LINES = [("agent", "Hello"), ("agent-2", "Hello"), ("customer", "Hi")]


@pytest.fixture
def store(ready_database):
    with open_at(ready_database, lambda: AT) as opened:
        yield opened


def register(store, name, **meta):
    meta = Metadata(started_at=AT, **meta)
    store.register(make_call(id=name, metadata=meta), ["support"])
    return meta


def hear(store, name, meta, *parties):
    safe = make_safe(LINES, id=name)
    safe = safe.model_copy(update={"metadata": meta, "parties": parties})
    store.save_heard(name, Heard(turns=make_turns(LINES), safe=safe, provenance=()))


def own(store, agent):
    who = Principal("1", "x", (Grant(UserRole.AGENT),), agent_id=agent)
    shown = {s.id for s in store.list(scope=who.scope(Right.LIST)).items}
    assert shown == {
        s.id for s in store.list().items if who.may(Right.LIST, store.facts(s.id))
    }  # fmt: skip
    return shown


def release_all(store):
    for summary in store.list().items:
        store.release_to_agents(summary.id, who="root")


def test_recordings_are_joined_as_they_come_in_and_the_roster_s_team_counts(store):
    store.roster.replace([DANA, ION], who="root")
    register(store, "by-extension", agent_id="600", team="as the recorder says", project="retail")
    found = store.summary("by-extension")
    assert (found.agent_id, found.agent_name) == ("7", "Dana Ionescu")
    assert (found.team, found.project) == ("north", "retail")


def test_many_that_come_in_at_once_are_joined_too(store):
    store.roster.replace([DANA, ION], who="root")
    calls = [
        make_call(id=agent, metadata=Metadata(started_at=AT, agent_id=agent))
        for agent in ("600", "601", "99")
    ]
    assert store.register_all([(call, ["support"]) for call in calls]) == [True] * 3
    assert {s.id: s.agent_id for s in store.list().items} == {"600": "7", "601": "8", "99": "99"}
    assert [u.agent_id for u in store.roster.unjoined()] == ["99"]


def test_a_roster_that_comes_later_joins_what_is_here_and_can_be_mended(store):
    for name, agent in (("a", "600"), ("b", "601"), ("c", "99")):
        register(store, name, agent_id=agent)
    assert store.roster.join() == {}
    store.roster.replace([DANA, ION], who="root")
    assert store.roster.join() == {Joined.EXTENSION: 2, Joined.UNKNOWN: 1}
    (left,) = store.roster.unjoined()
    assert (left.agent_id, left.why, left.conversations) == ("99", Joined.UNKNOWN, 1)
    mended = [DANA, ION.model_copy(update={"extension": "99"})]
    store.roster.replace(mended, who="root")
    assert store.roster.join() == {Joined.EXTENSION: 2, Joined.UNKNOWN: 1}
    assert store.summary("b").agent_id == "601"
    assert store.summary("c").agent_id == "8"
    assert store.roster.all() == tuple(mended)


def test_with_a_roster_a_number_that_it_does_not_know_is_nobody_s(store):
    register(store, "call", agent_id="600")
    release_all(store)
    assert own(store, "600") == {"call"}
    store.roster.replace([DANA], who="root")
    store.roster.join()
    assert own(store, "600") == set()
    assert own(store, "7") == {"call"}
    store.roster.replace([DANA, Agent(id="600", name="Vera Popa")], who="root")
    assert store.roster.join() == {Joined.AMBIGUOUS: 1}
    assert own(store, "600") == own(store, "7") == set()


def test_each_agent_of_a_conversation_is_joined(store):
    store.roster.replace([DANA, ION], who="root")
    meta = register(store, "two", agent_id="600")
    first = Party(id="agent", role=Role.AGENT, agent_id="600")
    second = Party(id="agent-2", role=Role.AGENT, name="Ion Rusu")
    hear(store, "two", meta, first, second, Party(id="customer", role=Role.CUSTOMER))
    release_all(store)
    assert own(store, "7") == own(store, "8") == {"two"}
    assert own(store, "600") == own(store, "601") == set()


def test_an_agent_who_is_known_only_by_what_was_heard_is_joined_then(store):
    store.roster.replace([DANA.model_copy(update={"valid_from": date(2026, 1, 1)})], who="root")
    meta = register(store, "chat")
    assert [u.why for u in store.roster.unjoined()] == [Joined.UNNAMED]
    hear(store, "chat", meta, Party(id="agent", role=Role.AGENT, name="dana ionescu"))
    assert store.roster.unjoined() == ()
    assert store.summary("chat").agent_id == "7"
