"""Reviews on both databases: versions, presence, being through, and blind verdicts."""

from datetime import UTC, datetime, timedelta

import pytest
from sqlmodel import select
from stores import open_at

from qa.access import EVERYTHING, Grant, Principal, Right, UserRole
from qa.errors import NotFound, Stale, UsageError
from qa.records import Heard, Metadata, Verdict
from qa.scoring import judge, load_scorecard
from qa.store import Filter, database, name_worker
from qa.store.desk.blind import Given
from qa.store.desk.draw_tables import DrawnRow, DrawRow
from qa.store.desk.keeping import hidden_from
from qa.store.desk.tables import BlindRow
from qa.testing import make_call, make_safe, make_turns

AT = datetime(2026, 3, 1, 12, tzinfo=UTC)
CARD = load_scorecard(
    """\
scorecard: desk
version: 1
languages: [en]
sections:
  - id: all
    items:
      - {id: sorry, ask: Sorry?, any: [sorry]}
      - {id: thanks, ask: Thanks?, any: [thank you]}
      - {id: polite, ask: No insults?, critical: true, none: [idiot]}
""",
    name="desk",
)
LINES = [("agent", "Sorry, that is our fault."), ("customer", "It was you, then.")]
MACHINE = {"sorry": Verdict.PASS, "thanks": Verdict.FAIL, "polite": Verdict.PASS}
DANA = Principal("1", "dana", (Grant(UserRole.REVIEWER),))
ION = Principal("2", "ion", (Grant(UserRole.REVIEWER),))
BOSS = Principal("3", "boss", (Grant(UserRole.SUPERVISOR),))
AUDITOR = Principal("4", "audit", (Grant(UserRole.AUDITOR),))


@pytest.fixture
def now():
    return [AT]


@pytest.fixture
def store(ready_database, now):
    with open_at(ready_database, lambda: now[0]) as opened:
        for n in range(3):
            take_in(opened, f"call-{n}", n)
        yield opened


def take_in(store, id, n):
    meta = Metadata(started_at=AT + timedelta(hours=n), team="north" if n else "south")
    store.register(make_call(id=id, metadata=meta), ["desk"])
    job = store.claim(name_worker(), lease_s=60, only=[id])
    safe = make_safe(LINES, id=id, metadata=meta)
    store.save_heard(id, Heard(turns=make_turns(LINES), safe=safe, provenance=()))
    score(store, id, safe)
    store.finish(job)


def score(store, id, safe=None):
    store.save_assessments(id, CARD, judge(safe or store.safe(id), CARD))


def draw(store, *ids, blind=True):
    with database.writing(store._engine) as session:
        row = DrawRow(made_at=AT, who="boss", seed=1, rule={}, reason="2 of 9", blind=blind)
        session.add(row)
        session.flush()
        session.add_all(DrawnRow(draw=row.id, conversation=one, of=9) for one in ids)


def decide(store, item="thanks", verdict=Verdict.PASS, who="dana", **more):
    return store.override("call-1", "desk", item, verdict, "Heard it.", who, **more)


def given(**verdicts):
    whole = MACHINE | verdicts
    return [Given(card="desk", party="agent", item=i, verdict=v) for i, v in whole.items()]


# --- versions -------------------------------------------------------------------------------


CHANGES = {
    "a verdict": lambda s, seen: decide(s, seen=seen),
    "taking it back": lambda s, seen: s.undo_override("call-1", "desk", "sorry", "x", seen=seen),
    "agreeing": lambda s, seen: s.reviewing.agree(
        "call-1", "desk", who="x", party=None, criticals=True, seen=seen
    ),
    "swapping roles": lambda s, seen: s.swap_roles("call-1", who="x", seen=seen),
    "releasing": lambda s, seen: s.release_to_agents("call-1", who="x", seen=seen),
    "being through": lambda s, seen: s.reviewing.finish("call-1", who="x", seen=seen),
    "reopening": lambda s, seen: s.reviewing.reopen("call-1", who="x", seen=seen),
}


@pytest.mark.parametrize("change", CHANGES.values(), ids=CHANGES)
def test_what_was_changed_meanwhile_is_not_overwritten(store, change):
    read = store.reviewing.version("call-1")
    decide(store, "sorry", Verdict.FAIL, "ion")
    before = store.reviewing.version("call-1")
    assert before != read
    with pytest.raises(Stale, match=r"ion changed conversation call-1 meanwhile \(override\)"):
        change(store, read)
    assert store.reviewing.version("call-1") == before
    change(store, before)
    assert store.reviewing.version("call-1") != before
    # Others are not touched by it.
    assert store.reviewing.version("call-2").startswith("0.")


def test_another_score_is_another_version_too(store):
    read = store.reviewing.version("call-1")
    score(store, "call-1")
    with pytest.raises(Stale, match="The machine changed"):
        decide(store, seen=read)


def test_what_changed_since_is_told_with_who(store):
    decide(store, "sorry", Verdict.FAIL, "ion")
    read = store.reviewing.version("call-1")
    assert store.reviewing.since("call-1", read) == ()
    store.release_to_agents("call-1", who="boss")
    decide(store, who="dana")
    told = [(e.who, e.kind) for e in store.reviewing.since("call-1", read)]
    assert told == [("boss", "released"), ("dana", "override")]


def test_a_version_of_what_is_not_there_is_not_found(store):
    with pytest.raises(NotFound):
        store.reviewing.version("nothing")
    with pytest.raises(NotFound):
        store.reviewing.here("nothing", who="dana")


# --- presence -------------------------------------------------------------------------------


def test_two_reviewers_on_one_conversation_see_each_other_for_a_minute(store, now):
    assert store.reviewing.here("call-1", who="dana") == ()
    assert store.reviewing.here("call-1", who="ion") == ("dana",)
    assert store.reviewing.here("call-2", who="boss") == ()
    now[0] += timedelta(seconds=45)
    assert store.reviewing.here("call-1", who="dana") == ("ion",)
    now[0] += timedelta(seconds=20)
    assert store.reviewing.present("call-1", who="ion") == ("dana",)
    assert store.reviewing.here("call-1", who="dana") == ()


# --- being through --------------------------------------------------------------------------


def test_who_is_through_is_kept_and_the_next_is_the_next_of_the_list(store):
    assert store.reviewing.next("call-2") == "call-1"
    store.reviewing.finish("call-2", who="dana")
    (review,) = store.reviewing.of("call-2")
    assert (review.reviewer, review.party, review.blind) == ("dana", "agent", False)
    assert review.saved_at == AT
    assert store.reviewing.next("call-0") == "call-1"
    assert store.reviewing.next("call-1", scope=DANA.scope(Right.OVERRIDE)) == "call-0"
    store.reviewing.finish("call-1", who="dana")
    store.reviewing.finish("call-0", who="dana")
    assert store.reviewing.next("call-0") is None
    store.reviewing.reopen("call-2", who="dana")
    assert store.reviewing.next("call-0") == "call-2"


def test_the_next_one_lies_where_somebody_may_decide(store):
    north = Principal("5", "x", (Grant(UserRole.REVIEWER, team="north"),))
    assert store.reviewing.next("call-1", scope=north.scope(Right.OVERRIDE)) == "call-2"


def test_agreeing_leaves_what_a_human_said_and_critical_ones_where_one_may_not(store):
    decide(store, "thanks", Verdict.PARTIAL, value=0.5)
    confirmed = store.reviewing.agree("call-1", "desk", who="x", party=None, criticals=False)
    assert confirmed == ("sorry",)
    (reviewed,) = store.assessments("call-1")
    assert {o.item: o.verdict for o in reviewed.overrides} == {
        "sorry": Verdict.PASS, "thanks": Verdict.PARTIAL,
    }  # fmt: skip


# --- blind ----------------------------------------------------------------------------------


def scores_shown(store, who, right=Right.READ):
    """Of how many conversations somebody sees scores; every way of reading must agree."""
    scope = who.scope(right)
    ids = [f"call-{n}" for n in range(3)]
    found = {one for one in ids if store.assessments(one, scope=scope)}
    assert {s.id for s in store.list(scope=scope).items if s.scores} == found
    assert {one for one in ids if store.summary(one, scope=scope).scores} == found
    assert {k.summary.id for k in store.each(depth="all", scope=scope) if k.assessments} == found
    assert sum(store.counts(scope=scope).statuses.values()) == len(found)
    failed = store.list(Filter(failed_item="thanks"), scope=scope)
    assert {s.id for s in failed.items} == found
    return found


def test_what_is_drawn_blind_is_hidden_from_reviewers_until_their_own_verdict(store):
    draw(store, "call-1")
    assert scores_shown(store, DANA) == {"call-0", "call-2"}
    assert scores_shown(store, BOSS, Right.EXPORT) == {"call-0", "call-2"}
    assert len(scores_shown(store, AUDITOR)) == 3
    assert len(store.list(scope=DANA.scope(Right.READ)).items) == 3
    with database.reading(store._engine) as session:
        assert hidden_from(session, ["call-0", "call-1"], "dana") == {"call-1"}
    store.blind.save("call-1", given(), who="dana")
    assert len(scores_shown(store, DANA)) == 3
    # The second one is blind to the machine and to the first.
    assert scores_shown(store, ION) == {"call-0", "call-2"}
    assert store.reviewing.of("call-1", scope=ION.scope(Right.READ)) == ()
    assert len(store.reviewing.of("call-1", scope=EVERYTHING)) == 1


def test_sums_are_the_same_for_everybody(store):
    draw(store, "call-1")
    assert BOSS.scope(Right.FIGURES) == AUDITOR.scope(Right.FIGURES) == EVERYTHING


def test_a_draw_that_is_not_blind_hides_nothing_and_blindness_ends_where_one_decides(store):
    draw(store, "call-0", blind=False)
    draw(store, "call-1", "call-0")
    both = Principal("6", "both", (Grant(UserRole.AUDITOR), Grant(UserRole.REVIEWER, team="north")))
    # call-0 is of team south, where this person only looks.
    assert scores_shown(store, both) == {"call-0", "call-2"}
    token = Principal("1", "dana", DANA.grants, scopes=frozenset({Right.READ}))
    assert scores_shown(store, token) == {"call-2"}


def test_blind_verdicts_are_kept_with_what_the_machine_had_said(store):
    draw(store, "call-1")
    (sheet,) = store.blind.sheets("call-1")
    assert next((a.item, a.ask) for a in sheet.items) == ("sorry", "Sorry?")
    store.blind.save("call-1", given(thanks=Verdict.NOT_APPLICABLE), who="dana")
    with database.reading(store._engine) as session:
        kept = {r.item: (r.verdict, r.machine) for r in session.exec(select(BlindRow))}
    assert kept == {
        "sorry": ("pass", "pass"), "thanks": ("not_applicable", "fail"), "polite": ("pass", "pass"),
    }  # fmt: skip
    (reviewed,) = store.assessments("call-1", scope=DANA.scope(Right.READ))
    assert {o.item: o.verdict for o in reviewed.overrides}["thanks"] == Verdict.NOT_APPLICABLE
    assert store.reviewing.of("call-1")[0].blind
    assert store.reviewing.next("call-2") == "call-0"


def test_the_second_reviewer_s_verdicts_are_kept_and_the_first_one_s_stand(store):
    draw(store, "call-1")
    store.blind.save("call-1", given(thanks=Verdict.PASS), who="dana")
    store.blind.save("call-1", given(thanks=Verdict.NOT_APPLICABLE), who="ion")
    (reviewed,) = store.assessments("call-1")
    assert {(o.item, o.who) for o in reviewed.overrides} == {(i, "dana") for i in MACHINE}
    assert len(store.reviewing.of("call-1")) == 2


@pytest.mark.parametrize(
    ("verdicts", "words"),
    [
        (given()[:2], "missing on: polite"),
        ([*given(), Given(card="desk", party="agent", item="x", verdict="pass")], "asks for: x"),
        (given(sorry=Verdict.REVIEW), "no verdict of a human"),
        (given(sorry=Verdict.PARTIAL), "needs a value"),
    ],
)
def test_blind_verdicts_that_cannot_be_used_change_nothing(store, verdicts, words):
    draw(store, "call-1")
    before = store.reviewing.version("call-1")
    with pytest.raises(UsageError, match=words):
        store.blind.save("call-1", verdicts, who="dana")
    assert store.reviewing.version("call-1") == before
    assert store.reviewing.of("call-1") == ()


def test_one_is_not_through_with_what_is_to_be_judged_blind_nor_blind_twice(store):
    draw(store, "call-1")
    with pytest.raises(UsageError, match="to be judged blind"):
        store.reviewing.finish("call-1", who="dana")
    store.blind.save("call-1", given(), who="dana")
    with pytest.raises(UsageError, match="not to be judged blind"):
        store.blind.save("call-1", given(), who="dana")
