"""Second looks on both databases: who may ask, who may answer, and how they are counted."""

from datetime import UTC, datetime, timedelta

import pytest

from qa.errors import Forbidden, NotFound, UsageError
from qa.records import Heard, Metadata, Verdict
from qa.scoring import judge, load_scorecard
from qa.store import Store, database, journal, name_worker
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


@pytest.fixture
def now():
    return [AT]


@pytest.fixture
def store(ready_database, now):
    engine = database.make_engine(database.address(ready_database))
    with Store(engine, settings=ready_database, clock=lambda: now[0]) as opened:
        opened.register(make_call(id="call", metadata=Metadata(started_at=AT)), ["desk"])
        job = opened.claim(name_worker(), lease_s=60, only=["call"])
        safe = make_safe(LINES, id="call", metadata=Metadata(started_at=AT))
        opened.save_heard("call", Heard(turns=make_turns(LINES), safe=safe, provenance=()))
        opened.save_assessments("call", CARD, judge(safe, CARD))
        opened.finish(job)
        yield opened


@pytest.fixture
def released(store):
    store.release_to_agents("call", who="boss")
    return store


def ask(store, item="thanks", *, who="anna", comment="I did say it."):
    return store.looks.ask("call", "desk", None, item, comment=comment, who=who)


def verdict_on(store, item):
    (found,) = store.assessments("call")
    return next(found.standing(f) for f in found.assessment.findings if f.item == item)


def kinds(store):
    with database.reading(store._engine) as session:
        return [entry.kind for entry in journal.read(session, "call")]


def test_only_what_was_released_can_be_asked_about(store):
    assert store.looks.until("call") is None
    with pytest.raises(UsageError, match="within 14 days"):
        ask(store)


def test_the_window_closes(released, now):
    assert released.looks.until("call") == AT + timedelta(days=14)
    now[0] = AT + timedelta(days=14)
    with pytest.raises(UsageError, match="within 14 days"):
        ask(released)
    now[0] -= timedelta(seconds=1)
    assert ask(released).outcome == ""


@pytest.mark.parametrize(
    ("more", "error", "says"),
    [
        ({"comment": "  "}, UsageError, "not said why"),
        ({"item": "nothing"}, NotFound, "no item 'nothing'"),
    ],
)
def test_what_cannot_be_asked_is_refused(released, more, error, says):
    with pytest.raises(error, match=says):
        ask(released, **more)
    assert released.looks.of("call") == ()


def test_an_item_is_asked_about_once(released):
    ask(released)
    with pytest.raises(UsageError, match="asked for before"):
        ask(released)


def test_neither_the_first_reviewer_nor_whoever_asked_answers(released):
    released.override("call", "desk", "thanks", Verdict.FAIL, "Not heard.", "dana")
    look = ask(released)
    assert look.first_reviewer == "dana"
    waiting = {who: len(released.looks.waiting(who=who)) for who in ("dana", "anna", "ion")}
    assert waiting == {"dana": 0, "anna": 0, "ion": 1}
    for who in ("dana", "anna"):
        with pytest.raises(Forbidden, match="somebody else's"):
            released.looks.answer(look.number, who=who, answer="It stays.")
    assert released.looks.tally().open == 1


def test_upheld_leaves_the_verdict_and_changed_puts_another_one(released):
    kept, other = ask(released, "sorry"), ask(released, "thanks")
    assert released.looks.answer(kept.number, who="ion", answer="It was.").outcome == "upheld"
    changed = released.looks.answer(
        other.number, who="ion", answer="You did.", verdict=Verdict.PASS
    )
    assert (changed.outcome, changed.answered_by) == ("changed", "ion")
    assert verdict_on(released, "sorry") is Verdict.PASS
    assert verdict_on(released, "thanks") is Verdict.PASS
    tally = released.looks.tally()
    assert (tally.open, tally.upheld, tally.changed) == (0, 1, 1)
    assert kinds(released).count("second look asked") == 2
    assert kinds(released).count("second look answered") == 2
    with pytest.raises(UsageError, match="ion answered"):
        released.looks.answer(kept.number, who="max", answer="Again.")


def test_a_critical_item_is_answered_by_those_who_may_confirm_it(released):
    look = ask(released, "polite")
    with pytest.raises(Forbidden, match="critical"):
        released.looks.answer(look.number, who="ion", answer="No.", criticals=False)
    assert released.looks.about(look.number).outcome == ""
    assert released.looks.answer(look.number, who="ion", answer="No.").outcome == "upheld"


def test_an_agent_acknowledges_once_and_lets_the_sound_go_and_back(released, now):
    released.looks.acknowledge("call", agent="17", who="anna")
    now[0] += timedelta(days=1)
    released.looks.acknowledge("call", agent="17", who="anna")
    assert released.looks.acknowledged("call", "17") == AT
    assert released.looks.acknowledged("call", "18") is None
    for allowed in (True, True, False):
        released.looks.let_sound("call", agent="17", who="anna", allowed=allowed)
        assert released.looks.sound("call", "17") is allowed
    assert kinds(released).count("acknowledged") == 1
    assert kinds(released)[-2:] == ["sound released", "sound withdrawn"]
