"""What of a conversation that several agents had each of them is shown, on both databases."""

from datetime import UTC, datetime

import pytest
from stores import open_at

from qa.access import EVERYTHING, Grant, Principal, Right, UserRole
from qa.records import Heard, Metadata, Party, Role, ScoreStatus, Verdict
from qa.scoring import judge, load_scorecard
from qa.store import Filter
from qa.store.joining import Agent
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
      - {id: polite, ask: No insults?, critical: true, none: [idiot]}
""",
    name="desk",
)
#: Dana begins well, Ion does not end well.
LINES = [
    ("agent", "Sorry, that is our fault."),
    ("customer", "It was you, then."),
    ("agent-2", "You idiot, it was not."),
    ("customer", "Goodbye."),
]
DANA = Party(id="agent", role=Role.AGENT, name="Dana", agent_id="7", end=4.0)
ION = Party(id="agent-2", role=Role.AGENT, name="Ion", agent_id="8", start=4.0)
CUSTOMER = Party(id="customer", role=Role.CUSTOMER)


@pytest.fixture
def store(ready_database):
    with open_at(ready_database, lambda: AT) as opened:
        yield opened


def transferred(store, *parties, agent_id="7", agent_name="Dana"):
    """Take in a call that went from one agent to another, judge it, and release it."""
    meta = Metadata(started_at=AT, agent_id=agent_id, agent_name=agent_name, team="north")
    store.register(make_call(id="call", metadata=meta), ["desk"])
    safe = make_safe(LINES, id="call", metadata=meta, parties=(*parties, CUSTOMER))
    store.save_heard("call", Heard(turns=make_turns(LINES), safe=safe, provenance=()))
    store.save_assessments("call", CARD, judge(safe, CARD))
    store.release_to_agents("call", who="root")


def seeing(agent, *more):
    who = Principal("1", "x", (Grant(UserRole.AGENT), *more), agent_id=agent)
    return who.scope(Right.READ)


def parties_shown(store, scope):
    """Whose scores are shown, by every way of reading them, which must agree."""
    read = [r.assessment.party for r in store.assessments("call", scope=scope)]
    assert [line.party for line in store.summary("call", scope=scope).scores] == read
    (listed,) = store.list(scope=scope).items
    assert [line.party for line in listed.scores] == read
    (kept,) = store.each(depth="all", scope=scope)
    assert [s.assessment.party for s in kept.assessments] == read
    assert sum(store.counts(scope=scope).statuses.values()) == len(read)
    return read


@pytest.mark.parametrize("roster", [False, True])
@pytest.mark.parametrize(("agent", "own"), [("7", "agent"), ("8", "agent-2")])
def test_an_agent_is_shown_their_own_scores_alone(store, roster, agent, own):
    if roster:
        known = [Agent(id="7", name="Dana"), Agent(id="8", name="Ion")]
        store.roster.replace(known, who="root")
    transferred(store, DANA, ION)
    assert parties_shown(store, seeing(agent)) == [own]


def test_an_agent_is_not_told_who_the_others_were(store):
    transferred(store, DANA, ION)
    for agent, own, other in (("7", "Dana", "Ion"), ("8", "Ion", "Dana")):
        scope = seeing(agent)
        (kept,) = store.each(depth="all", scope=scope)
        for shown in (store.safe("call", scope=scope), store.summary("call", scope=scope), kept):
            text = shown.model_dump_json()
            assert f'"{other}"' not in text
            assert f'"{own}"' in text


def test_a_condition_does_not_tell_what_others_were_scored(store):
    transferred(store, DANA, ION)
    for told in (
        Filter(status=ScoreStatus.CRITICAL_SUSPECTED), Filter(failed_item="polite"),
        Filter(max_score=10), Filter(needs_review=True), Filter(agent="Ion"), Filter(agent="8"),
    ):  # fmt: skip
        assert store.list(told, scope=seeing("7")).items == (), told
        assert len(store.list(told, scope=seeing("8")).items) == 1, told
    assert len(store.list(Filter(agent="Dana"), scope=seeing("7")).items) == 1
    assert store.list(Filter(agent="Dana"), scope=seeing("8")).items == ()


def test_a_human_s_verdict_on_another_is_not_told_either(store):
    transferred(store, DANA, ION)
    store.override("call", "desk", "polite", Verdict.PASS, "", "ann", party="agent-2")
    assert [r.overrides for r in store.assessments("call", scope=seeing("7"))] == [()]


def test_who_answers_for_the_team_sees_all_of_them_though_they_took_part(store):
    transferred(store, DANA, ION)
    both = ["agent", "agent-2"]
    assert parties_shown(store, seeing("7", Grant(UserRole.SUPERVISOR, team="north"))) == both
    assert parties_shown(store, seeing("7", Grant(UserRole.SUPERVISOR, team="south"))) == ["agent"]
    assert parties_shown(store, EVERYTHING) == both


def without(party, **given):
    return party.model_copy(update={"name": None, "agent_id": None} | given)


@pytest.mark.parametrize(
    ("parties", "own"),
    [
        pytest.param((without(DANA), ION), ["agent"], id="the only one that nothing names"),
        pytest.param((without(DANA), without(ION)), [], id="two that nothing names"),
        pytest.param((without(DANA, name="Ana"), ION), [], id="one of another name"),
        pytest.param((without(DANA), DANA.model_copy(update={"id": "agent-2"})), ["agent-2"],
                     id="known by id, and one that nothing names"),
    ],
)  # fmt: skip
def test_a_part_that_may_be_somebody_else_s_is_not_shown(store, parties, own):
    transferred(store, *parties)
    assert parties_shown(store, seeing("7")) == own


def test_who_was_alone_sees_what_holds_for_the_whole_conversation(store):
    transferred(store, without(DANA))
    (made,) = store.assessments("call")
    together = made.assessment.model_copy(update={"party": None})
    store.save_assessments("call", CARD, [together])
    assert parties_shown(store, seeing("7")) == [None]


def test_a_verdict_on_all_together_is_not_told_to_one_of_two(store):
    transferred(store, DANA, ION)
    (made, _) = store.assessments("call")
    together = made.assessment.model_copy(update={"party": None})
    store.save_assessments("call", CARD, [together])
    assert parties_shown(store, seeing("7")) == []
    assert parties_shown(store, EVERYTHING) == [None]
