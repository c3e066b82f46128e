"""The inbox on both databases: what stands where and why, and that its counts are its lists."""

import random
from datetime import UTC, datetime, timedelta

import pytest
from stores import open_at

from qa.access import EVERYTHING, Grant, Principal, Right, UserRole
from qa.errors import NotFound
from qa.records import Heard, Metadata, Party, Role, Verdict
from qa.scoring import judge, load_scorecard
from qa.store import database
from qa.store.desk.draw_tables import ReviewRow
from qa.store.desk.draws import Occasion, Rule
from qa.store.desk.inbox import Group, Looking, Wish
from qa.store.desk.tables import SecondLookRow
from qa.store.tables import ConversationRow
from qa.testing import make_call, make_safe, make_turns

AT = datetime(2026, 11, 20, 12, tzinfo=UTC)
CARD = """\
scorecard: {name}
version: 1
languages: [en]
sections:
  - id: all
    items:
      - {{id: greeting, ask: Greeting?, any: [hello]}}
      - {{id: polite, ask: No insults?, critical: true, none: [idiot]}}
{more}"""
PERSON = "      - {id: tone, ask: Was the tone right?, human: Listen to the end.}\n"
DESK = load_scorecard(CARD.format(name="desk", more=""), name="desk")
ASKING = load_scorecard(CARD.format(name="asking", more=PERSON), name="asking")
GOOD = [("agent", "Hello."), ("customer", "Hello, thank you.")]
BAD = [("agent", "Hello, idiot."), ("customer", "What?")]


def everything(name):
    """All conversations, as whoever reviews all of them sees them."""
    return Principal("1", name, (Grant(UserRole.ADMINISTRATOR),)).scope(Right.OVERRIDE)


def reviewer(name):
    return Looking(name, everything(name), everything(name))


ME = reviewer("me")


@pytest.fixture
def store(ready_database):
    with open_at(ready_database, lambda: AT) as opened:
        yield opened


def call(store, id, lines=GOOD, *, card=DESK, day=0, parties=None, **more):
    """Take in a call, and let a card judge it."""
    meta = Metadata(started_at=AT + timedelta(days=day), agent_id="7", **more)
    store.register(make_call(id=id, metadata=meta), [card.ref.id])
    job = store.claim("w", lease_s=60, only=[id])
    safe = make_safe(lines, id=id, metadata=meta, parties=parties)
    store.save_heard(id, Heard(turns=make_turns(lines), safe=safe, provenance=()))
    store.save_assessments(id, card, judge(safe, card))
    store.finish(job)


def draw(store, *, blind=True):
    occasion = Occasion(who="root", reason="four of each", blind=blind)
    return {p.conversation for p in store.draws.draw(Rule(per_agent=99), occasion, seed=1).picked}


def change(store, *made, id=None, **values):
    with database.writing(store._engine) as session:
        session.add_all(made)
        for name, value in values.items():
            setattr(session.get(ConversationRow, id), name, value)


def look(id, first="dana", item="greeting"):
    return SecondLookRow(
        conversation=id, card="desk", party="agent", item=item, asked_by="ion",
        comment="I did greet.", asked_at=AT, first_reviewer=first, verdict="fail",
    )  # fmt: skip


def review(id, who, saved=AT, card="desk"):
    return ReviewRow(
        conversation=id, card=card, reviewer=who, blind=True, started_at=AT, saved_at=saved
    )


def told(store, who=ME, wish=None):
    """Return what the inbox holds: group -> conversation -> reasons."""
    return {
        group.value: {
            t.summary.id: [f"{w.reason}: {', '.join(w.items)}".rstrip(": ") for w in t.why]
            for t in store.inbox.page(group, who, wish, limit=500).items
        }
        for group in Group
    }


def test_each_stands_in_one_group_with_what_it_needs(store):
    call(store, "fine")
    call(store, "insulted", BAD)
    call(store, "asked", card=ASKING)
    both = Party(id="agent", role=Role.UNKNOWN), Party(id="customer", role=Role.UNKNOWN)
    call(store, "who", [("agent", "Hello."), ("customer", "Hello.")], parties=both)
    assert told(store) == {
        "critical": {"insulted": ["suspected: polite"]},
        "human": {"asked": ["person: tone"], "who": ["roles"]},
        "sample": {},
    }


def test_what_humans_settle_leaves_and_what_they_take_back_returns(store):
    call(store, "insulted", BAD)
    store.override("insulted", "desk", "polite", Verdict.PASS, "", "dana")
    assert told(store)["critical"] == {}
    store.undo_override("insulted", "desk", "polite", "dana")
    assert told(store)["critical"] == {"insulted": ["suspected: polite"]}


def test_a_verdict_that_rests_on_something_else_now_is_asked_about_again(store):
    call(store, "fine")
    store.override("fine", "desk", "polite", Verdict.FAIL, "", "dana")
    safe = make_safe(BAD, id="fine", metadata=Metadata(started_at=AT))
    store.save_assessments("fine", DESK, judge(safe, DESK))
    assert "again: polite" in told(store)["human"]["fine"]


def test_once_reviewed_only_criticals_and_second_looks_stay(store):
    for one, lines, card in (("bad", BAD, DESK), ("open", GOOD, ASKING), ("looked", GOOD, DESK)):
        call(store, one, lines, card=card)
        change(store, id=one, reviewed_at=AT, reviewed_by="dana")
    change(store, look("looked"))
    assert told(store) == {
        "critical": {"bad": ["suspected: polite"]},
        "human": {"looked": ["second_look: greeting"]},
        "sample": {},
    }


def test_a_second_look_is_for_somebody_else_than_who_decided(store):
    call(store, "looked")
    change(store, look("looked", first="me"))
    assert told(store)["human"] == {}
    assert told(store, reviewer("you"))["human"] != {}


def test_what_was_drawn_blind_tells_nothing_until_that_person_has_saved(store):
    call(store, "bad", BAD)
    call(store, "open", card=ASKING)
    assert draw(store) == {"bad", "open"}
    assert told(store) == {"critical": {}, "human": {}, "sample": {"bad": [], "open": []}}
    tasks = store.inbox.page(Group.SAMPLE, ME).items
    assert all(t.summary.blind and t.summary.scores == () for t in tasks)
    assert {t.drawn for t in tasks} == {"four of each"}
    change(store, review("bad", "me"), review("open", "me", saved=None))
    assert told(store)["critical"] == {"bad": ["suspected: polite"]}
    assert told(store)["sample"] == {"open": []}
    assert told(store, reviewer("you"))["critical"] == {}


def test_an_open_draw_hides_nothing(store):
    call(store, "bad", BAD)
    call(store, "fine")
    draw(store, blind=False)
    assert told(store) == {
        "critical": {"bad": ["suspected: polite"]}, "human": {}, "sample": {"fine": []},
    }  # fmt: skip


def test_lists_tell_no_score_of_what_is_blind_nor_let_one_guess_it(store):
    from qa.records import ScoreStatus
    from qa.store import Filter

    call(store, "bad", BAD)
    call(store, "open", card=ASKING)
    suspected = Filter(status=ScoreStatus.CRITICAL_SUSPECTED)
    assert len(store.list(suspected, scope=everything("me")).items) == 1
    draw(store)
    assert [(s.id, s.blind, s.scores) for s in store.list(scope=everything("me")).items] == [
        ("open", True, ()), ("bad", True, ()),
    ]  # fmt: skip
    for guess in (
        suspected, Filter(failed_item="polite"), Filter(max_score=99), Filter(min_score=1),
        Filter(needs_review=True),
    ):  # fmt: skip
        assert store.list(guess, scope=everything("me")).items == ()
        assert store.list(guess).items != ()
    counted = store.counts(scope=everything("me"))
    assert (counted.total, counted.statuses) == (2, {})


def test_it_is_narrowed_by_team_project_card_and_whose_turn_it_is(store):
    call(store, "a", BAD, team="north", project="retail")
    call(store, "b", BAD, team="south", project="retail")
    call(store, "c", BAD, card=ASKING, team="north", project="travel")
    store.assignments.give(["a"], "me", by="root")
    store.assignments.give(["b"], "you", by="root")
    for wish, there in (
        (Wish(team="north"), {"a", "c"}), (Wish(project="retail"), {"a", "b"}),
        (Wish(card="asking"), {"c"}), (Wish(given="mine"), {"a"}), (Wish(given="nobody"), {"c"}),
        (Wish(team="north", given="nobody"), {"c"}),
    ):  # fmt: skip
        assert set(told(store, wish=wish)["critical"]) == there
    given = {t.summary.id: t.reviewer for t in store.inbox.page(Group.CRITICAL, ME).items}
    assert given == {"a": "me", "b": "you", "c": None}


def test_it_holds_only_what_one_may_review_and_criticals_one_may_confirm(store):
    call(store, "a", BAD, team="north")
    call(store, "b", BAD, team="south")
    grant = Grant(UserRole.REVIEWER, team="north")
    north = Principal("1", "x", (grant,)).scope(Right.OVERRIDE)
    assert set(told(store, Looking("x", north, north))["critical"]) == {"a"}
    program = Looking("x", EVERYTHING, Principal("1", "x", ()).scope(Right.CONFIRM_CRITICAL))
    assert told(store, program)["critical"] == {}


def test_giving_several_at_once_is_all_or_nothing_and_twice_is_once(store):
    for one in ("a", "b"):
        call(store, one, BAD)
    with pytest.raises(NotFound):
        store.assignments.give(["a", "nowhere"], "me", by="root")
    assert store.assignments.of(["a"]) == {}
    assert store.assignments.give(["a", "b", "a"], "me", by="root") == 2
    assert store.assignments.give(["a", "b"], "me", by="root") == 0
    assert store.assignments.give(["a"], "you", by="root") == 1
    assert store.assignments.take_back(["a", "b"], by="root") == 2
    kinds = [e.kind for e in store.log("a") if e.kind in {"assigned", "unassigned"}]
    assert kinds == ["assigned", "assigned", "unassigned"]


def test_counts_are_lists_whatever_happens(store):
    """A random day of work: every group's count is its list's length, and none overlap."""
    chance = random.Random(4)
    for n in range(10):
        card, team = chance.choice([DESK, ASKING]), chance.choice(["north", "south"])
        call(store, f"c{n}", chance.choice([GOOD, BAD]), card=card, day=-n, team=team)
    for n in range(24):
        _happens(store, f"c{chance.randrange(10)}", n, chance)
        if n % 6 == 5:
            for wish in (Wish(), Wish(team="north"), Wish(given="mine"), Wish(given="nobody")):
                _agree(store, ME, wish)
            _agree(store, reviewer("you"), Wish())


def _happens(store, one, n, chance):
    def drawn():
        occasion = Occasion(who="root", reason="r", blind=chance.random() < 0.7)
        store.draws.draw(Rule(per_agent=2), occasion, seed=n)

    def overridden():
        card = store.assessments(one)[0].assessment.card.id
        store.override(one, card, "polite", Verdict.PASS, "", "dana")

    chance.choice(
        [
            drawn,
            overridden,
            lambda: change(store, id=one, reviewed_at=AT),
            lambda: change(store, id=one, state=chance.choice(["failed", "done"])),
            lambda: store.assignments.give([one], chance.choice(["me", "you"]), by="root"),
            lambda: change(store, look(one, item=f"i{n}")),
            lambda: change(store, review(one, "me", card=f"c{n}")),
        ]
    )()


def _agree(store, who, wish):
    counted = store.inbox.counts(who, wish)
    listed = {group: _walk(store, group, who, wish) for group in Group}
    assert {group: len(ids) for group, ids in listed.items()} == counted
    together = [one for ids in listed.values() for one in ids]
    assert len(together) == len(set(together))


def _walk(store, group, who, wish):
    ids, after = [], None
    while True:
        page = store.inbox.page(group, who, wish, after=after, limit=5)
        ids += [t.summary.id for t in page.items]
        after = page.next
        if after is None:
            return ids
