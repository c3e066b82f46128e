"""Draws on both databases: what fits, what is left out, what is kept of it."""

from datetime import UTC, datetime, timedelta

import pytest
from stores import open_at

from qa.access import Grant, Principal, Right, UserRole
from qa.errors import NotFound
from qa.records import Heard, Metadata
from qa.store import database
from qa.store.desk.draws import Occasion, Rule
from qa.store.joining import Agent
from qa.store.tables import ConversationRow
from qa.testing import make_call, make_safe, make_turns

AT = datetime(2026, 11, 20, 12, tzinfo=UTC)
LINES = [("agent", "Hello."), ("customer", "Hello, thank you.")]
BY_HAND = Occasion(who="root", reason="because")


@pytest.fixture
def store(ready_database):
    with open_at(ready_database, lambda: AT) as opened:
        yield opened


def call(store, id, agent_id="7", *, day=0, seconds=100.0, **more):
    """Take in a call that was heard and has nothing left to wait for."""
    meta = Metadata(started_at=AT + timedelta(days=day), agent_id=agent_id, **more)
    store.register(make_call(id=id, metadata=meta), [])
    job = store.claim("w", lease_s=60, only=[id])
    safe = make_safe(LINES, id=id, metadata=meta).model_copy(update={"duration": seconds})
    store.save_heard(id, Heard(turns=make_turns(LINES), safe=safe, provenance=()))
    store.finish(job)


def drawn(made):
    return {p.conversation for p in made.picked}


def test_what_does_not_fit_the_rule_is_not_drawn(store):
    call(store, "fits", team="north", project="retail")
    call(store, "short", team="north", project="retail", seconds=30.0)
    call(store, "early", team="north", project="retail", day=-9)
    call(store, "south", team="south", project="retail")
    call(store, "travel", team="north", project="travel")
    call(store, "ours", team="north", project="retail", tags=("Mystery",))
    store.register(make_call(id="unheard", metadata=Metadata(started_at=AT, agent_id="7")), [])
    rule = Rule(
        per_agent=9, since=AT - timedelta(days=7), min_seconds=60, team="north", project="retail",
        channel="call",
    )  # fmt: skip
    assert drawn(store.draws.plan(rule, seed=1)) == {"fits"}
    assert drawn(store.draws.plan(rule.model_copy(update={"card": "desk"}), seed=1)) == set()


def test_nothing_is_drawn_twice_nor_once_it_was_reviewed(store):
    for n in range(6):
        call(store, f"c{n}")
    with database.writing(store._engine) as session:
        session.get(ConversationRow, "c5").reviewed_at = AT
    first = store.draws.draw(Rule(per_agent=2), BY_HAND, seed=1)
    second = store.draws.draw(Rule(per_agent=9), BY_HAND, seed=1)
    assert len(drawn(first)) == 2
    assert drawn(first) | drawn(second) == {"c0", "c1", "c2", "c3", "c4"}
    assert not drawn(first) & drawn(second)
    assert [(s.agent, s.drawn, s.of) for s in second.shares] == [("7", 3, 3)]


def test_whose_agent_is_not_known_is_left_out_and_counted(store):
    call(store, "hers")
    call(store, "nobodys", agent_id=None)
    call(store, "strangers", agent_id="99")
    assert store.draws.plan(Rule(per_agent=9), seed=1).unjoined == 1
    store.roster.replace([Agent(id="dana", name="Dana", extension="7")], who="root")
    store.roster.join()
    made = store.draws.plan(Rule(per_agent=9), seed=1)
    assert ([(s.agent, s.name) for s in made.shares], made.unjoined) == ([("dana", "Dana")], 2)


def test_the_same_seed_draws_the_same_and_a_dry_run_keeps_nothing(store):
    for n in range(8):
        call(store, f"c{n}")
    tried = store.draws.plan(Rule(per_agent=3), seed=42)
    assert tried.number is None
    assert store.draws.all().items == ()
    assert drawn(store.draws.draw(Rule(per_agent=3), BY_HAND, seed=42)) == drawn(tried)


def test_a_schedule_draws_once_for_each_of_its_times(store):
    for n in range(6):
        call(store, f"c{n}")
    monday = Occasion(who="root", reason="r", schedule="weekly", period="2026-11-16T06:00")
    later = monday.model_copy(update={"period": "2026-11-23T06:00"})
    assert len(drawn(store.draws.draw(Rule(per_agent=2), monday, seed=1))) == 2
    assert store.draws.draw(Rule(per_agent=2), monday, seed=2) is None
    assert len(drawn(store.draws.draw(Rule(per_agent=2), later, seed=3))) == 2
    assert [d.period for d in store.draws.all().items] == [later.period, monday.period]


def test_each_sees_of_a_draw_what_they_may_see_and_how_far_it_is(store):
    for n, team in enumerate(["north", "north", "south"]):
        call(store, f"c{n}", team=team)
    made = store.draws.draw(Rule(per_agent=9), BY_HAND, seed=1)
    with database.writing(store._engine) as session:
        session.get(ConversationRow, "c0").reviewed_at = AT
    grants = {t: (Grant(UserRole.SUPERVISOR, team=t),) for t in ("north", "west")}
    north, west = (Principal("1", "x", grants[t]).scope(Right.SAMPLE) for t in ("north", "west"))
    assert [(d.drawn, d.reviewed) for d in store.draws.all().items] == [(3, 1)]
    (seen,) = store.draws.all(scope=north).items
    assert (seen.drawn, seen.reviewed, seen.reason, seen.who) == (2, 1, "because", "root")
    assert store.draws.all(scope=west).items == ()
    with pytest.raises(NotFound):
        store.draws.get(made.number, scope=west)


def test_a_list_of_draws_goes_on_where_it_ended(store):
    call(store, "c")
    for _ in range(5):
        store.draws.draw(Rule(per_agent=1), BY_HAND, seed=1)
    first = store.draws.all(limit=2)
    rest = store.draws.all(limit=9, after=first.next)
    assert [d.number for d in (*first.items, *rest.items)] == [5, 4, 3, 2, 1]
    assert rest.next is None
