"""Figures on both databases: known averages, what is left out, and lists that agree with them."""

from datetime import UTC, datetime, timedelta

import pytest
from stores import open_at

from qa.access import EVERYTHING, NOTHING, Part, Scope
from qa.errors import UsageError
from qa.records import Heard, Metadata, Party, Role, Verdict
from qa.scoring import judge, load_scorecard
from qa.store.desk.draws import Occasion, Rule
from qa.store.desk.figured import Basis, Least, Question, Show
from qa.store.joining import Agent
from qa.testing import make_call, make_safe, make_turns

#: A Wednesday.
AT = datetime(2026, 11, 18, 12, tzinfo=UTC)
WORDS = ("alpha", "bravo", "delta", "echo", "golf")
CARD = """\
scorecard: desk
version: 1
languages: [en]
pass_mark: 60
sections:
  - id: all
    items:
      - {id: alpha, ask: Alpha?, any: [alpha]}
      - {id: bravo, ask: Bravo?, any: [bravo]}
      - {id: delta, ask: Delta?, any: [delta]}
      - {id: echo, ask: Echo?, any: [echo]}
      - {id: golf, ask: Golf?, any: [golf]}
      - {id: polite, ask: No insults?, critical: true, none: [idiot]}
"""
DESK = load_scorecard(CARD, name="desk")
PERSON = load_scorecard(
    CARD + "      - {id: tone, ask: Was the tone right?, human: Listen.}\n", name="desk"
)
OTHER = load_scorecard(CARD.replace("scorecard: desk", "scorecard: other"), name="other")
ROSTER = [
    Agent(id="7", name="Dana", team="north"),
    Agent(id="8", name="Ion", team="north"),
    Agent(id="9", name="Ada", team="south"),
]
FIRST, LAST = (datetime.fromisoformat(d).astimezone() for d in ("2026-11-02", "2026-11-23"))
THREE_WEEKS = Question(since=FIRST, until=LAST)


@pytest.fixture
def store(ready_database):
    with open_at(ready_database, lambda: AT) as opened:
        opened.roster.replace(ROSTER, who="root")
        yield opened


def call(store, id, said=5, agent="7", *, day=0, card=DESK, lines=None, parties=None, **more):
    """Take in a call that comes to 20 for every word that is said."""
    meta = Metadata(started_at=AT + timedelta(days=day), agent_id=agent, **more)
    lines = lines or [("agent", " ".join(("Hello.", *WORDS[:said]))), ("customer", "Yes, please.")]
    store.register(make_call(id=id, metadata=meta), [card.ref.id])
    job = store.claim("w", lease_s=60, only=[id])
    safe = make_safe(lines, id=id, metadata=meta, parties=parties)
    store.save_heard(id, Heard(turns=make_turns(lines), safe=safe, provenance=()))
    store.save_assessments(id, card, judge(safe, card))
    store.finish(job)


def calls(store, said, agent="7", *, day=0, name="", **more):
    for n, words in enumerate(said):
        call(store, f"{name}{agent}-{day}-{n}", words, agent, day=day, **more)


def line(sheet, key):
    return next(one for one in sheet.lines if one.key == key)


def listed(store, question, show=Show.ALL, **more):
    return {c.id for c in store.figures.conversations(question, show=show, limit=500, **more).items}


def test_averages_by_agent_by_name_and_by_week(store):
    calls(store, [5, 4, 3, 2, 1], "8")
    calls(store, [5, 5, 5, 5, 4, 4], "7")
    calls(store, [3, 3, 3, 3, 3], "7", day=-7)
    sheet = store.figures.sheet(THREE_WEEKS, by="agent")
    assert [(x.name, x.key) for x in sheet.lines] == [("Dana", "7"), ("Ion", "8")]
    dana, ion = sheet.lines
    assert dana.whole.score.n == 11
    assert dana.whole.score.mean == pytest.approx((4 * 100 + 2 * 80 + 5 * 60) / 11)
    assert [w.score.mean and round(w.score.mean, 1) for w in dana.weeks] == [None, 60.0, 93.3]
    assert [w.conversations for w in dana.weeks] == [0, 5, 6]
    assert (ion.whole.passed.k, ion.whole.passed.n) == (3, 5)
    assert ion.whole.score.mean == pytest.approx(60)
    assert ion.whole.score.low < 60 < ion.whole.score.high
    assert sheet.whole.whole.score.n == 16


def test_too_few_have_no_average(store):
    calls(store, [5, 4, 3, 2])
    (dana,) = store.figures.sheet(THREE_WEEKS, by="agent").lines
    assert (dana.whole.score.n, dana.whole.score.mean, dana.whole.passed.share) == (4, None, None)


def test_weeks_begin_on_monday_and_meet(store):
    weeks = THREE_WEEKS.weeks
    assert (weeks[0][0], weeks[-1][1]) == (THREE_WEEKS.since, THREE_WEEKS.until)
    assert [a.astimezone().weekday() for a, _ in weeks[1:]] == [0] * (len(weeks) - 1)
    assert [b for _, b in weeks[:-1]] == [a for a, _ in weeks[1:]]


@pytest.mark.parametrize("days", [0, -3, 7 * 55])
def test_no_span_or_too_long_a_one_is_refused(days):
    with pytest.raises(UsageError, match="no span"):
        Question(since=AT, until=AT + timedelta(days=days))


def test_the_span_before_is_compared_with(store):
    question = Question(since=AT - timedelta(days=2), until=AT + timedelta(days=5))
    calls(store, [5, 5, 5, 4, 4, 4])
    calls(store, [2, 2, 2, 1, 1, 1], day=-7)
    (dana,) = store.figures.sheet(question, by="agent").lines
    assert dana.before.score.mean == pytest.approx(30)
    assert dana.change.change == pytest.approx(60)
    assert dana.change.told
    assert (dana.before.since, dana.before.until) == (AT - timedelta(days=9), question.since)


def test_only_whom_the_roster_knows_is_an_agent(store):
    calls(store, [5] * 5)
    calls(store, [1] * 5, "66")
    sheet = store.figures.sheet(THREE_WEEKS, by="agent")
    assert [x.key for x in sheet.lines] == ["7", None]
    unjoined = THREE_WEEKS.model_copy(update={"joined": False})
    assert listed(store, unjoined) == {f"66-0-{n}" for n in range(5)}
    # For a project and a team they count: whoever it was works there.
    assert sheet.whole.whole.score.n == 10


def test_mystery_calls_and_team_outcomes_are_nobodys(store):
    calls(store, [5] * 5)
    calls(store, [0] * 3, name="ours-", tags=("Mystery", "new"))
    lines = [("customer", "Hello?"), ("customer", "Anybody?")]
    call(store, "nobody", lines=lines, parties=(Party(id="customer", role=Role.CUSTOMER),))
    sheet = store.figures.sheet(THREE_WEEKS, by="agent")
    assert [(x.key, x.whole.conversations) for x in sheet.lines] == [("7", 5)]
    assert sheet.left_out.mystery == 3
    assert listed(store, THREE_WEEKS) == {f"7-0-{n}" for n in range(5)}


def test_what_waits_for_a_human_is_counted_and_not_averaged(store):
    calls(store, [5] * 5)
    call(store, "asks", 0, card=PERSON)
    insult = [("agent", "Hello, idiot. alpha bravo delta echo golf"), ("customer", "What?")]
    call(store, "suspected", lines=insult)
    (dana,) = store.figures.sheet(THREE_WEEKS, by="agent").lines
    assert (dana.whole.score.n, dana.whole.score.mean, dana.whole.open) == (5, 100, 2)
    assert listed(store, THREE_WEEKS, Show.OPEN) == {"asks", "suspected"}
    store.override("suspected", "desk", "polite", Verdict.FAIL, comment="", who="me")
    (dana,) = store.figures.sheet(THREE_WEEKS, by="agent").lines
    assert (dana.whole.score.n, dana.whole.open, dana.whole.critical) == (6, 1, 1)
    assert dana.whole.score.mean == pytest.approx(500 / 6)
    assert listed(store, THREE_WEEKS, Show.CRITICAL) == {"suspected"}


def test_a_conversation_of_two_agents_counts_once_for_each_and_once_for_the_team(store):
    lines = [
        ("agent-1", "Hello. alpha bravo delta echo golf"),
        ("customer", "Yes."),
        ("agent-2", "Hello again. alpha bravo delta"),
        ("customer", "Thanks."),
    ]
    parties = (
        Party(id="agent-1", role=Role.AGENT, agent_id="7", name="Dana", role_source="metadata"),
        Party(id="customer", role=Role.CUSTOMER, role_source="metadata"),
        Party(id="agent-2", role=Role.AGENT, agent_id="8", name="Ion", role_source="metadata"),
    )
    for n in range(5):
        call(store, f"t{n}", lines=lines, parties=parties)
    agents = store.figures.sheet(THREE_WEEKS, by="agent")
    assert {x.key: x.whole.score.mean for x in agents.lines} == pytest.approx({"7": 100, "8": 60})
    (north,) = store.figures.sheet(THREE_WEEKS, by="team").lines
    assert (north.key, north.whole.score.n, north.whole.score.mean) == (
        "north",
        5,
        pytest.approx(80),
    )


def test_samples_only_looks_at_what_was_drawn_by_chance(store):
    calls(store, [5, 4, 3, 2, 1, 0, 5, 4, 3, 2])
    drawn = store.draws.draw(Rule(per_agent=6), Occasion(who="root", reason="six"), seed=3)
    question = THREE_WEEKS.model_copy(update={"basis": Basis.SAMPLES})
    (dana,) = store.figures.sheet(question, by="agent").lines
    assert dana.whole.score.n == 6
    assert listed(store, question) == {p.conversation for p in drawn.picked}


def test_cards_are_never_mixed(store):
    calls(store, [5] * 5)
    calls(store, [0] * 6, name="o-", card=OTHER)
    sheet = store.figures.sheet(THREE_WEEKS, by="agent")
    assert sheet.question.card == "other"
    assert [(c.card, c.conversations) for c in sheet.cards] == [("other", 6), ("desk", 5)]
    assert sheet.whole.whole.score.n == 6
    desk = THREE_WEEKS.model_copy(update={"card": "desk"})
    assert store.figures.sheet(desk).whole.whole.score.mean == pytest.approx(100)


def test_nobody_is_told_of_what_they_may_not_see(store):
    calls(store, [5] * 5, "7")
    calls(store, [1] * 5, "9")
    south = Scope((Part(team="south"),))
    assert [x.key for x in store.figures.sheet(THREE_WEEKS, by="agent", scope=south).lines] == ["9"]
    assert store.figures.sheet(THREE_WEEKS, scope=south).whole.whole.score.mean == pytest.approx(20)
    assert store.figures.sheet(THREE_WEEKS, scope=NOTHING).whole.whole.conversations == 0
    assert listed(store, THREE_WEEKS, scope=EVERYTHING, listed=south) == {
        f"9-0-{n}" for n in range(5)
    }
    assert len(listed(store, THREE_WEEKS, scope=south)) == 5


def test_items_by_week_and_by_agent(store):
    calls(store, [5, 5, 4, 4, 4, 3], "7")
    calls(store, [1] * 5, "7", day=-7)
    calls(store, [0] * 5, "9")
    by_week = store.figures.items(THREE_WEEKS.model_copy(update={"agent": "7"}))
    golf = next(x for x in by_week.items if x.item == "golf")
    assert (golf.ask, golf.section) == ("Golf?", "all")
    assert [(c.failed.k, c.failed.n) for c in golf.cells] == [(0, 0), (5, 5), (4, 6)]
    assert (golf.whole.failed.k, golf.whole.failed.n) == (9, 11)
    assert [x.item for x in by_week.items] == [*WORDS, "polite"]
    by_agent = store.figures.items(THREE_WEEKS, by_agent=True)
    assert by_agent.heads == ("Ada", "Dana")
    alpha = by_agent.items[0]
    assert [(c.agent, c.failed.k, c.failed.n) for c in alpha.cells] == [("9", 5, 5), ("7", 0, 11)]
    dana = THREE_WEEKS.model_copy(update={"agent": "7"})
    assert len(listed(store, dana, Show.ITEM_FAILED, item="golf")) == 9
    assert len(listed(store, dana, Show.ITEM, item="golf")) == 11


def test_an_unconfirmed_critical_fail_is_no_failed_item(store):
    insult = [("agent", "Hello, idiot. alpha"), ("customer", "What?")]
    for n in range(5):
        call(store, f"c{n}", lines=insult)
    found = {x.item: x.whole.failed for x in store.figures.items(THREE_WEEKS).items}
    assert "polite" not in found
    assert (found["golf"].k, found["alpha"].k) == (5, 0)


def test_every_count_is_its_list(store):
    """Each number of each cell leads to as many conversations."""
    calls(store, [5, 4, 3, 2, 1, 0], "7", project="retail")
    calls(store, [5, 1], "8", day=-8, project="travel")
    call(store, "asks", 0, agent="9", card=PERSON, project="retail")
    call(store, "insult", lines=[("agent", "Hello, idiot."), ("customer", "What?")])
    store.override("insult", "desk", "polite", Verdict.FAIL, comment="", who="me")
    seen = 0
    alone = store.figures.sheet(THREE_WEEKS).whole
    for by in ("agent", "team", "project"):
        sheet = store.figures.sheet(THREE_WEEKS, by=by)
        assert sheet.whole.whole.conversations == alone.whole.conversations
        assert sheet.whole.whole.score.mean == pytest.approx(alone.whole.score.mean)
        for one in sheet.lines:
            for cell in (one.whole, *one.weeks, one.before):
                where = {"since": cell.since, "until": cell.until}
                if one.key is not None:
                    where[by] = one.key
                elif by == "agent":
                    where["joined"] = False
                else:
                    continue
                question = sheet.question.model_copy(update=where)
                numbers = {
                    Show.ALL: cell.conversations,
                    Show.SCORED: cell.score.n,
                    Show.PASSED: cell.passed.k,
                    Show.FAILED: cell.passed.n - cell.passed.k,
                    Show.CRITICAL: cell.critical,
                    Show.OPEN: cell.open,
                    Show.NOT_SCORABLE: cell.not_scorable,
                }
                for show, n in numbers.items():
                    assert len(listed(store, question, show)) == n, (by, one.key, show)
                    seen += n
    assert seen > 50


def test_who_may_know_nobody_is_told_only_of_sums_of_what_is_large(store):
    """Whatever is asked, no two answers differ by a week, a team or an item of one or two agents."""
    least = Least(agents=3, conversations=4)
    many = [Agent(id=str(n), name=f"A{n}", team="north") for n in range(7, 11)]
    store.roster.replace([*many, Agent(id="11", name="B", team="south")], who="root")
    for agent in ("7", "8", "9"):
        calls(store, [5, 4], agent, project="retail")
    calls(store, [1], "7", day=-7, project="retail")
    calls(store, [0, 0, 0, 0], "8", day=-7, project="retail")
    calls(store, [0] * 5, "11", project="retail")

    def told(**about):
        question = THREE_WEEKS.model_copy(update={"least": least} | about)
        return store.figures.sheet(question, by="team")

    sheet = told()
    # Neither the week of two agents nor the team of one is in any sum.
    assert (sheet.whole.whole.score.n, sheet.left_out.small) == (6, 10)
    assert sheet.whole.whole.score.mean == pytest.approx(90)
    assert [w.conversations for w in sheet.whole.weeks] == [0, 0, 6]
    assert [x.key for x in sheet.lines] == ["north"]
    assert told(team="south").whole.whole.conversations == 0
    assert told(since=FIRST, until=LAST - timedelta(days=7)).whole.whole.conversations == 0
    whole_project = told(least=least.model_copy(update={"by_team": False}), project="retail")
    assert whole_project.whole.whole.score.n == 11  # with the south, who are not asked for
    # An item that was judged at two of them alone is no item.
    found = store.figures.items(THREE_WEEKS.model_copy(update={"least": least}))
    assert {i.item: (i.whole.failed.k, i.whole.failed.n) for i in found.items}["golf"] == (3, 6)
    fewer = least.model_copy(update={"agents": 4})
    assert store.figures.items(THREE_WEEKS.model_copy(update={"least": fewer})).items == ()
