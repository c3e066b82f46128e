"""Second looks on both databases: who may ask, who may answer, and how they are counted.

Also what agents do with their own results besides.
"""

from datetime import UTC, datetime, timedelta

import pytest
from stores import open_at

from qa.access import EVERYTHING, Grant, Principal, Right, UserRole
from qa.errors import Forbidden, NotFound, UnknownName, UsageError
from qa.records import Heard, Metadata, Party, Role, Verdict
from qa.scoring import judge, load_scorecard
from qa.store import database, journal, name_worker
from qa.store.desk.asked import Asked
from qa.store.desk.blind import Given
from qa.store.desk.draws import Occasion, Rule
from qa.store.desk.figured import Question, Show
from qa.store.desk.inbox import Group, Looking
from qa.testing import make_call, make_safe, make_turns

AT = datetime(2026, 3, 1, 12, tzinfo=UTC)
CARD_TEXT = """\
scorecard: desk
version: 1
languages: [en]
sections:
  - id: all
    items:
      - {id: sorry, ask: Sorry?, any: [sorry]}
      - {id: thanks, ask: Thanks?, any: [thank you]}
      - {id: polite, ask: No insults?, critical: true, none: [idiot]}
      - {id: tone, ask: A warm tone?, human: true}
"""
CARD = load_scorecard(CARD_TEXT, name="desk")
LINES = [("agent", "Sorry, that is our fault."), ("customer", "It was you, then.")]


#: Anna's call, which went on to Bela.
ANNA = Party(id="agent", role=Role.AGENT, name="Anna", agent_id="7", end=4.0)
BELA = Party(id="agent-2", role=Role.AGENT, name="Bela", agent_id="8", start=4.0)
BOTH = [*LINES, ("agent-2", "Goodbye.")]


@pytest.fixture
def now():
    return [AT]


@pytest.fixture
def store(ready_database, now):
    with open_at(ready_database, lambda: now[0]) as opened:
        yield opened


def call(store, lines=LINES, *, id="call", card=CARD, parties=None):
    """Take in a call of agent 7, of team north, and judge it."""
    meta = Metadata(started_at=AT, agent_id="7", agent_name="Anna", team="north")
    store.register(make_call(id=id, metadata=meta), ["desk"])
    job = store.claim(name_worker(), lease_s=60, only=[id])
    safe = make_safe(lines, id=id, metadata=meta, parties=parties)
    store.save_heard(id, Heard(turns=make_turns(lines), safe=safe, provenance=()))
    store.save_assessments(id, card, judge(safe, card))
    store.finish(job)


@pytest.fixture
def released(store):
    call(store)
    store.release_to_agents("call", who="boss")
    return store


def who(name, role=UserRole.REVIEWER, *, agent=None, **where):
    return Principal(name, name, (Grant(role, **where),), agent_id=agent)


def own(agent="7", **where):
    return who("anna", UserRole.AGENT, agent=agent, **where).scope(Right.SECOND_LOOK)


def ask(store, item="thanks", *, asks="anna", scope=None, party=None, comment="I did say it."):
    scope = own() if scope is None else scope
    return store.looks.ask("call", "desk", party, item, comment=comment, who=asks, scope=scope)


def answer(store, look, *, who="ion", says="I listened again.", **given):
    given = {"criticals": True, "scope": EVERYTHING} | given
    return store.looks.answer(look.number, who=who, answer=says, **given)


def judge_blind(store, name):
    given = [
        Given(
            card=s.card.id, party=s.party, item=i.item, verdict=Verdict.PASS, value=None, comment=""
        )
        for s in store.blind.sheets("call")
        for i in s.items
    ]
    store.blind.save("call", given, who=name)


def verdict_on(store, item):
    (found,) = store.assessments("call")
    return next(found.standing(f) for f in found.assessment.findings if f.item == item)


def kinds(store):
    with database.reading(store._engine) as session:
        return [entry.kind for entry in journal.read(session, "call")]


# --- who may ask, about what, and for how long --------------------------------------------


def test_only_what_was_released_can_be_asked_about(store):
    call(store)
    assert store.looks.until("call") is None
    with pytest.raises(NotFound, match="of yours was released"):
        ask(store)


@pytest.mark.parametrize(
    "scope",
    [own("8"), own(team="south"), who("ion").scope(Right.OVERRIDE), EVERYTHING],
    ids=["another agent", "of another team", "a reviewer", "the machine's user"],
)
def test_nobody_asks_acknowledges_or_releases_the_sound_of_another_s(released, scope):
    for do in (
        lambda: ask(released, scope=scope),
        lambda: released.own.acknowledge("call", who="x", scope=scope),
        lambda: released.own.let_sound("call", allowed=True, who="x", scope=scope),
    ):
        with pytest.raises(NotFound, match="of yours was released"):
            do()
    assert "acknowledged" not in kinds(released)
    assert released.own.beside(["call"], scope=scope) == {}


def test_an_agent_asks_about_their_own_part_alone(store):
    call(store, BOTH, parties=(ANNA, BELA, Party(id="customer", role=Role.CUSTOMER)))
    store.release_to_agents("call", who="boss")
    with pytest.raises(NotFound, match="no score by 'desk' of agent-2"):
        ask(store, party="agent-2")
    # Without a name it is the only part that they see.
    assert ask(store).party == "agent"
    assert ask(store, scope=own("8"), asks="bela").party == "agent-2"
    for agent, sees in (("7", ["anna"]), ("8", ["bela"])):
        assert [look.asked_by for look in store.looks.of("call", scope=own(agent))] == sees
        assert [look.asked_by for look in store.looks.all(scope=own(agent)).items] == sees
    assert len(store.looks.all().items) == 2


def test_the_window_closes(released, now):
    assert released.looks.until("call") == AT + timedelta(days=14)
    now[0] = AT + timedelta(days=14)
    with pytest.raises(UsageError, match="within 14 days"):
        ask(released)
    assert not released.own.beside(["call"], scope=own())["call"].open
    now[0] -= timedelta(seconds=1)
    assert released.own.beside(["call"], scope=own())["call"].open
    assert ask(released).outcome == ""


@pytest.mark.parametrize(
    ("more", "error", "says"),
    [
        ({"comment": "  "}, UsageError, "not said why"),
        ({"item": "nothing"}, NotFound, "no item 'nothing'"),
        ({"item": "tone"}, UsageError, "no verdict yet"),
    ],
)
def test_what_cannot_be_asked_is_refused(released, more, error, says):
    with pytest.raises(error, match=says):
        ask(released, **more)
    assert released.looks.of("call") == ()


def test_an_item_is_asked_about_once(released):
    answer(released, ask(released))
    with pytest.raises(UsageError, match="asked for before"):
        ask(released)


# --- who may answer --------------------------------------------------------------------------


def test_neither_the_first_reviewer_nor_whoever_asked_answers(released):
    released.override("call", "desk", "thanks", Verdict.FAIL, "Not heard.", "dana")
    look = ask(released)
    assert look.first_reviewer == "dana"
    waiting = {w: len(released.looks.waiting(who=w).items) for w in ("dana", "anna", "ion")}
    assert waiting == {"dana": 0, "anna": 0, "ion": 1}
    for name in ("dana", "anna"):
        with pytest.raises(Forbidden, match="somebody else's"):
            answer(released, look, who=name)
    assert released.looks.tally().open == 1


def test_whoever_was_through_with_it_gave_the_verdicts_that_they_left(released):
    released.reviewing.finish("call", who="dana")
    assert ask(released).first_reviewer == "dana"


def test_another_s_conversation_is_answered_by_nobody(released):
    look = ask(released)
    for team, finds in (("north", True), ("south", False)):
        scope = who("ion", team=team).scope(Right.ANSWER)
        assert bool(released.looks.waiting(who="ion", scope=scope).items) is finds
    with pytest.raises(NotFound, match="no second look"):
        answer(released, look, scope=scope)
    with pytest.raises(NotFound, match="no second look"):
        released.looks.about(look.number, scope=scope)


def test_what_somebody_judges_blind_is_answered_once_they_have(released):
    """A draw hides the item from them, and its question with it; then it is their turn."""
    released.draws.draw(Rule(per_agent=1), Occasion(who="boss", reason="one each"), seed=1)
    judge_blind(released, "dana")
    released.reviewing.finish("call", who="dana")
    look, ion = ask(released), who("ion")
    assert look.first_reviewer == "dana"
    me = Looking("ion", ion.scope(Right.OVERRIDE), ion.scope(Right.CONFIRM_CRITICAL))

    def inbox():
        counts, found = released.inbox.counts(me), {}
        for group in Group:
            tasks = released.inbox.page(group, me).items
            assert len(tasks) == counts[group]
            found |= {str(group): [str(w.reason) for t in tasks for w in t.why]} if tasks else {}
        return found

    scope = ion.scope(Right.ANSWER)
    assert released.looks.waiting(who="ion", scope=scope).items == ()
    assert released.looks.all(scope=scope).items == ()
    assert released.looks.of("call", scope=scope) == ()
    with pytest.raises(NotFound):
        answer(released, look, scope=scope)
    assert inbox() == {"sample": []}
    judge_blind(released, "ion")
    assert "second_look" in inbox()["human"]
    assert answer(released, look, scope=scope).outcome in {"upheld", "changed"}
    assert "human" not in inbox()


def test_a_critical_item_is_answered_by_those_who_may_confirm_it(released):
    look = ask(released, "polite")
    with pytest.raises(Forbidden, match="critical"):
        answer(released, look, criticals=False)
    assert released.looks.about(look.number).outcome == ""
    assert answer(released, look).outcome == "upheld"


# --- how it ends --------------------------------------------------------------------------------


def test_upheld_leaves_the_verdict_and_changed_puts_another_one(released):
    kept, other = ask(released, "sorry"), ask(released, "thanks")
    assert answer(released, kept, says="It was.").outcome == "upheld"
    changed = answer(released, other, says="You did.", verdict=Verdict.PASS)
    assert (changed.outcome, changed.answered_by) == ("changed", "ion")
    assert verdict_on(released, "sorry") is Verdict.PASS
    assert verdict_on(released, "thanks") is Verdict.PASS
    tally = released.looks.tally()
    assert (tally.open, tally.upheld, tally.changed) == (0, 1, 1)
    assert kinds(released).count("second look asked") == 2
    assert kinds(released).count("second look answered") == 2
    with pytest.raises(UsageError, match="ion answered"):
        answer(released, kept, who="max")


@pytest.mark.parametrize(
    ("stood", "meanwhile", "given", "stands", "outcome"),
    [
        # The machine said fail; a human's verdict before the question is the one asked about.
        (None, None, None, Verdict.FAIL, "upheld"),
        (None, None, Verdict.FAIL, Verdict.FAIL, "upheld"),
        (Verdict.PASS, None, Verdict.FAIL, Verdict.FAIL, "changed"),
        (Verdict.PASS, None, Verdict.PASS, Verdict.PASS, "upheld"),
        (Verdict.PARTIAL, None, Verdict.FAIL, Verdict.FAIL, "changed"),
        # Somebody decided otherwise in between.
        (None, Verdict.PASS, Verdict.FAIL, Verdict.FAIL, "upheld"),
        (None, Verdict.PASS, Verdict.PASS, Verdict.PASS, "changed"),
        (None, Verdict.PASS, None, Verdict.PASS, "changed"),
    ],
)
def test_what_stands_decides_whoever_said_it(released, stood, meanwhile, given, stands, outcome):
    half = {"value": 0.5}
    for at, verdict in (("before", stood), ("after", meanwhile)):
        if verdict is not None:
            more = half if verdict is Verdict.PARTIAL else {}
            released.override("call", "desk", "thanks", verdict, "", "dana", **more)
        if at == "before":
            look = ask(released)
    assert look.verdict is (stood or Verdict.FAIL)
    assert answer(released, look, verdict=given).outcome == outcome
    assert verdict_on(released, "thanks") is stands


@pytest.mark.parametrize(("share", "outcome"), [(0.5, "upheld"), (0.8, "changed")])
def test_another_share_is_another_verdict(released, share, outcome):
    released.override("call", "desk", "thanks", Verdict.PARTIAL, "", "dana", value=0.5)
    look = ask(released)
    assert answer(released, look, verdict=Verdict.PARTIAL, value=share).outcome == outcome


def test_what_the_card_asks_no_more_can_only_be_upheld(released):
    look = ask(released)
    shorter = load_scorecard(
        CARD_TEXT.replace("      - {id: thanks, ask: Thanks?, any: [thank you]}\n", ""), name="desk"
    )
    released.save_assessments("call", shorter, judge(released.safe("call"), shorter))
    with pytest.raises(UnknownName):
        answer(released, look, verdict=Verdict.PASS)
    assert answer(released, look, says="The question is gone.").outcome == "upheld"


def test_they_are_counted_by_card_team_and_day(released, now):
    ask(released)
    fits = [Asked(), Asked(card="desk"), Asked(team="north"), Asked(since=AT)]
    left_out = [
        Asked(card="other"), Asked(team="south"), Asked(project="x"), Asked(until=AT),
        Asked(since=AT + timedelta(seconds=1)),
    ]  # fmt: skip
    assert [released.looks.tally(asked).open for asked in fits] == [1, 1, 1, 1]
    assert [released.looks.tally(asked).open for asked in left_out] == [0] * 5
    assert released.looks.tally(scope=who("x", team="south").scope(Right.ANSWER)).open == 0


def test_lists_go_on_where_a_page_ended(released):
    looks = [ask(released, item) for item in ("sorry", "thanks", "polite")]
    numbers = [look.number for look in looks]
    answer(released, looks[0])
    first = released.looks.all(limit=2)
    assert [look.number for look in first.items] == numbers[:0:-1]
    assert [look.number for look in released.looks.all(after=first.next).items] == numbers[:1]
    waiting = released.looks.waiting(who="ion", limit=1)
    assert [look.number for look in waiting.items] == numbers[1:2]
    rest = released.looks.waiting(who="ion", after=waiting.next)
    assert [look.number for look in rest.items] == numbers[2:]
    assert rest.next is None
    for state, count in (("", 3), ("open", 2), ("answered", 1)):
        assert len(released.looks.all(state=state).items) == count
    with pytest.raises(UsageError, match="1 to 200"):
        released.looks.all(limit=0)


# --- one's own ----------------------------------------------------------------------------------


def test_an_agent_acknowledges_and_is_told_what_is_said_afterwards(released, now):
    def mine():
        return released.own.beside(["call"], scope=own())["call"]

    assert mine().acknowledged_at is None
    released.own.acknowledge("call", who="anna", scope=own())
    assert (mine().acknowledged_at, mine().news) == (AT, False)
    now[0] += timedelta(days=1)
    released.override("call", "desk", "thanks", Verdict.PASS, "Softly.", "dana")
    released.remarks.star("call", 0, who="dana", thanks="Well said.")
    assert mine().news
    (change,) = mine().changed
    assert (change.ask, change.machine, change.verdict, change.comment) == (
        "Thanks?", Verdict.FAIL, Verdict.PASS, "Softly.",
    )  # fmt: skip
    assert [star.thanks for star in mine().stars] == ["Well said."]
    released.own.acknowledge("call", who="anna", scope=own())
    assert not mine().news
    assert kinds(released).count("acknowledged") == 1


def test_of_a_call_that_two_had_each_is_told_what_is_theirs(store):
    call(store, BOTH, parties=(ANNA, BELA, Party(id="customer", role=Role.CUSTOMER)))
    store.release_to_agents("call", who="boss")
    store.override("call", "desk", "thanks", Verdict.PASS, "", "dana", party="agent-2")
    for turn, thanks in ((0, "Anna's"), (1, "both"), (2, "Bela's")):
        store.remarks.star("call", turn, who="dana", thanks=thanks)
    shown = {agent: store.own.beside(["call"], scope=own(agent))["call"] for agent in ("7", "8")}
    assert [s.thanks for s in shown["7"].stars] == ["Anna's", "both"]
    assert [s.thanks for s in shown["8"].stars] == ["both", "Bela's"]
    assert (len(shown["7"].changed), len(shown["8"].changed)) == (0, 1)


def test_one_s_own_figures_are_of_one_s_own_part(store):
    """Anna said sorry, and Bela did not; both are of one released call."""
    call(store, BOTH, parties=(ANNA, BELA, Party(id="customer", role=Role.CUSTOMER)))
    store.release_to_agents("call", who="boss")
    for party in ("agent", "agent-2"):
        store.override("call", "desk", "tone", Verdict.PASS, "", "dana", party=party)
    question = Question(since=AT - timedelta(days=7), until=AT + timedelta(days=1))

    def passed(scope):
        sheet = store.figures.sheet(question, scope=scope)
        cell = sheet.whole.whole
        return [c.conversations for c in sheet.cards], cell.conversations, cell.score.n

    assert [passed(own("7")), passed(own("8"))] == [([1], 1, 1)] * 2
    listed = [
        store.figures.conversations(
            question, show=Show.ITEM_FAILED, item="sorry", scope=own(a), listed=own(a)
        ).items
        for a in ("7", "8")
    ]
    assert [len(items) for items in listed] == [0, 1]
    assert passed(own("9")) == ([], 0, 0)


def test_the_sound_is_let_go_and_taken_back(released):
    for allowed in (True, True, False):
        released.own.let_sound("call", who="anna", allowed=allowed, scope=own())
        assert released.own.beside(["call"], scope=own())["call"].sound is allowed
    assert kinds(released)[-2:] == ["sound released", "sound withdrawn"]
