"""Fail rates by how well words were recognised, by language and agent, on both databases."""

from datetime import UTC, datetime

import pytest
from sqlalchemy import text
from stores import open_at

from qa.access import NOTHING, Part, Scope
from qa.records import Channel, Heard, Metadata, Verdict
from qa.scoring import judge, load_scorecard
from qa.store.database import writing
from qa.store.desk.draws import Occasion, Rule
from qa.store.desk.figured import Basis, Question
from qa.store.joining import Agent
from qa.store.migrations.versions import m0015_pre_fairness
from qa.store.views import Judged
from qa.testing import make_call, make_safe, make_turns

#: A Wednesday.
AT = datetime(2026, 11, 18, 12, tzinfo=UTC)
WEEK = Question(
    since=datetime.fromisoformat("2026-11-16").astimezone(),
    until=datetime.fromisoformat("2026-11-23").astimezone(),
)
DESK = load_scorecard(
    """\
scorecard: desk
version: 1
languages: [en]
sections:
  - id: all
    items:
      - {id: alpha, ask: Alpha?, any: [alpha]}
      - {id: bravo, ask: Bravo?, any: [bravo]}
      - {id: polite, ask: No insults?, critical: true, none: [idiot]}
      - {id: tone, ask: Was the tone right?, human: Listen.}
      - {id: hint, ask: Golf?, advice_only: true, any: [golf]}
""",
    name="desk",
)
ROSTER = [Agent(id="7", name="Dana", team="north"), Agent(id="8", name="Ion", team="south")]


@pytest.fixture
def store(ready_database):
    with open_at(ready_database, lambda: AT) as opened:
        opened.roster.replace(ROSTER, who="root")
        yield opened


def take(store, *given):
    """Take in calls and chats: (id, words of the agent, and what else is known)."""
    made = {name: _made(name, said, **more) for name, said, more in given}
    store.register_all([(make_call(id=i, metadata=m), [DESK.ref.id]) for i, (m, _) in made.items()])
    judged = []
    for name, (_, heard) in made.items():
        job = store.claim("w", lease_s=60, only=[name])
        judged.append(Judged(job=job, heard=heard, made=[(DESK, judge(heard.safe, DESK))]))
    store.finish_all(judged)


def _made(id, said, *, sure=0.95, agent="7", language="en", channel=Channel.CALL):
    meta = Metadata(started_at=AT, agent_id=agent, language=language)
    timed = channel is Channel.CALL
    lines = [("agent", f"Hello. {said}"), ("customer", "Yes, please.")]
    safe = make_safe(lines, id=id, metadata=meta, channel=channel, confidence=sure, timed=timed)
    return meta, Heard(turns=make_turns(lines), safe=safe, provenance=())


@pytest.fixture
def heard(store):
    """Whom the machine hears worst fails bravo in nearly all, whom it hears best in none."""
    calls = []
    for n in range(6):
        said = ("alpha", "alpha bravo")
        calls += [
            (f"bad-{n}", said[n == 0], {"sure": 0.91 + n / 1000, "agent": "8"}),
            (f"fair-{n}", said[n % 2], {"sure": 0.95 + n / 1000}),
            (f"good-{n}", said[1], {"sure": 0.98 + n / 1000, "language": "ro"}),
        ]
    take(store, *calls)
    return store


def group(found, key):
    return next(one for one in found.groups if one.key == key)


def item(found, name):
    return next(one for one in found.items if one.item == name)


def test_thirds_by_how_sure_the_words_are(heard):
    found = heard.fairness.report(WEEK)
    assert [g.key for g in found.groups] == ["low", "middle", "high"]
    low, _, high = found.groups
    assert [g.rates.conversations for g in found.groups] == [6, 6, 6]
    assert (low.least, low.most) == (pytest.approx(0.91), pytest.approx(0.915))
    assert low.confidence == pytest.approx(0.9125)
    assert (low.agents, high.agents) == (1, 1)
    # Of alpha, bravo and polite; a human's item is open, advice costs nothing.
    assert [(g.rates.failed.k, g.rates.failed.n) for g in found.groups] == [
        (5, 18), (3, 18), (0, 18)
    ]  # fmt: skip
    assert [(g.rates.open.k, g.rates.open.n) for g in found.groups] == [(6, 24)] * 3
    assert found.gap.difference == pytest.approx(5 / 18)
    assert (found.n, found.whole.failed.k) == (18, 8)
    bravo = item(found, "bravo")
    assert [(c.key, c.rates.failed.k, c.rates.failed.n) for c in bravo.cells] == [
        ("low", 5, 6), ("middle", 3, 6), ("high", 0, 6)
    ]  # fmt: skip
    assert (bravo.widest, bravo.gap.clear) == ("high", True)
    assert not item(found, "alpha").gap.clear
    assert [i.item for i in found.items] == ["alpha", "bravo", "polite", "tone"]


def test_by_language_and_by_agent_each_beside_all_others(heard):
    languages = heard.fairness.report(WEEK, by="language")
    assert [g.key for g in languages.groups] == ["en", "ro"]
    assert group(languages, "en").gap.difference == pytest.approx(8 / 36)
    assert languages.gap is None
    agents = heard.fairness.report(WEEK, by="agent")
    assert [(g.key, g.name, g.rates.conversations) for g in agents.groups] == [
        ("7", "Dana", 12), ("8", "Ion", 6)
    ]  # fmt: skip
    assert group(agents, "8").gap.difference == pytest.approx(5 / 18 - 3 / 36)
    assert group(agents, "8").confidence == pytest.approx(0.9125)
    south = Scope((Part(team="south"),))
    seen = heard.fairness.report(WEEK, by="agent", scope=south)
    assert [g.key for g in seen.groups] == ["8"]
    assert heard.fairness.report(WEEK, scope=NOTHING).groups == ()
    drawn = heard.draws.draw(Rule(per_agent=4), Occasion(who="root", reason="four"), seed=3)
    samples = WEEK.model_copy(update={"basis": Basis.SAMPLES})
    assert heard.fairness.report(samples).n == len(drawn.picked) == 8


def test_what_a_human_put_right_stands_and_the_machines_is_beside(heard):
    for n in range(1, 6):  # whoever listened heard it said
        heard.override(f"bad-{n}", "desk", "bravo", Verdict.PASS, comment="", who="me")
    found = heard.fairness.report(WEEK)
    low = group(found, "low").rates
    assert (low.failed.k, low.machine.k) == (0, 5)
    assert found.gap.difference == 0
    assert found.machine_gap.difference == pytest.approx(5 / 18)
    assert (item(found, "bravo").widest, item(found, "bravo").gap.clear) == ("middle", True)


def test_what_no_machine_recognised_and_what_it_was_unsure_of(heard):
    chats = [(f"chat-{n}", "alpha", {"channel": Channel.CHAT}) for n in range(5)]
    # What was not heard clearly does not fail for its absence: it waits for a human.
    unsure = [(f"noisy-{n}", "alpha", {"sure": 0.4, "agent": "8"}) for n in range(5)]
    insults = [(f"rude-{n}", "alpha bravo idiot", {"sure": 0.99}) for n in range(5)]
    take(heard, *chats, *unsure, *insults)
    found = heard.fairness.report(WEEK)
    assert [g.key for g in found.groups] == ["low", "middle", "high", ""]
    assert (group(found, "").confidence, group(found, "").rates.failed.k) == (None, 5)
    low = group(found, "low").rates
    assert (low.failed.k, low.machine.k, low.open.k) == (3, 3, 14)
    # A suspected critical fail is the machine's alone until a human confirms it.
    polite = next(c for c in item(found, "polite").cells if c.key == "high").rates
    assert (polite.failed.k, polite.open.k, polite.machine.k) == (0, 5, 5)


def test_words_of_equal_confidence_are_one_group(store):
    take(store, *[(f"same-{n}", "alpha", {}) for n in range(6)])
    found = store.fairness.report(WEEK)
    assert [g.key for g in found.groups] == ["middle"]
    assert (found.gap, found.groups[0].gap) == (None, None)


def test_the_migration_finds_the_confidence_of_words_that_are_there(store):
    """What was heard before the column was there is in the report as well."""
    take(store, *[(f"old-{n}", "alpha bravo", {"sure": 0.9 + n / 100}) for n in range(6)])
    before = store.fairness.report(WEEK)
    with writing(store._engine) as session:
        session.execute(text("UPDATE party SET word_confidence = NULL"))
        session.execute(text(m0015_pre_fairness.filling(session.connection().dialect.name)))
    found = store.fairness.report(WEEK)
    assert [g.rates for g in found.groups] == [g.rates for g in before.groups]
    assert found.groups[0].confidence == pytest.approx(before.groups[0].confidence)
