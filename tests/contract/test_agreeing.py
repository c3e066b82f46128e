"""Agreement on both databases: of people with the machine and each other, from blind rows alone."""

from datetime import UTC, datetime, timedelta

import pytest
from sqlmodel import select
from stores import open_at

from qa.access import Grant, Principal, Right, UserRole
from qa.errors import UsageError
from qa.records import Heard, Metadata, Verdict
from qa.scoring import judge, load_scorecard
from qa.store import database, name_worker
from qa.store.desk.agreeing import Between, Compared
from qa.store.desk.blind import Given
from qa.store.desk.draw_tables import DrawnRow, DrawRow
from qa.store.desk.tables import BlindRow
from qa.testing import make_call, make_safe, make_turns

AT = datetime(2026, 3, 1, 12, tzinfo=UTC)
#: As many as figures need.
MANY = 22
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
""",
    name="desk",
)
LINES = [("agent", "Sorry, that is our fault."), ("customer", "It was you, then.")]
#: Of the machine, on every call: sorry pass, thanks fail.
BOSS = Principal("3", "boss", (Grant(UserRole.SUPERVISOR),))
NORTH = Principal("4", "lead", (Grant(UserRole.SUPERVISOR, team="north"),))
AUDITOR = Principal("5", "audit", (Grant(UserRole.AUDITOR),))


@pytest.fixture
def now():
    return [AT]


@pytest.fixture
def store(ready_database, now):
    with open_at(ready_database, lambda: now[0]) as opened:
        fill(opened, range(3))
        yield opened


def fill(store, numbers):
    for n in numbers:
        take_in(store, n)
    draw(store, numbers)


def take_in(store, n):
    name, meta = f"call-{n:02}", Metadata(started_at=AT, team="south" if n == 0 else "north")
    store.register(make_call(id=name, metadata=meta), ["desk"])
    job = store.claim(name_worker(), lease_s=60, only=[name])
    safe = make_safe(LINES, id=name, metadata=meta)
    store.save_heard(name, Heard(turns=make_turns(LINES), safe=safe, provenance=()))
    store.save_assessments(name, CARD, judge(safe, CARD))
    store.finish(job)


def draw(store, numbers):
    with database.writing(store._engine) as session:
        row = DrawRow(made_at=AT, who="boss", seed=1, rule={}, reason="all", blind=True)
        session.add(row)
        session.flush()
        session.add_all(DrawnRow(draw=row.id, conversation=f"call-{n:02}", of=99) for n in numbers)


def blind(store, n, who, sorry=Verdict.PASS, thanks=Verdict.FAIL):
    said = {"sorry": sorry, "thanks": thanks}
    given = [Given(card="desk", party="agent", item=i, verdict=v) for i, v in said.items()]
    store.blind.save(f"call-{n:02}", given, who=who)


def of(sheet, item):
    return next(i for i in sheet.items if i.item == item)


def test_a_person_s_blind_verdicts_are_compared_with_the_machine_s(store):
    fill(store, range(3, MANY))
    for n in range(MANY):
        blind(store, n, "dana", sorry=Verdict.FAIL if n < 4 else Verdict.PASS)
    sheet = store.agreeing.sheet(Compared())
    assert sheet.compared.card == "desk"
    assert [(c.card, c.conversations) for c in sheet.cards] == [("desk", MANY)]
    assert (sheet.conversations, sheet.reviewers) == (MANY, 1)
    assert [(i.item, i.ask) for i in sheet.items] == [("sorry", "Sorry?"), ("thanks", "Thanks?")]
    sorry = of(sheet, "sorry")
    assert (sorry.machine.n, sorry.machine.agreed.k) == (MANY, MANY - 4)
    assert sorry.machine.positive.value == pytest.approx(2 * 18 / (2 * 18 + 4))
    assert sorry.humans.n == 0
    assert of(sheet, "thanks").machine.agreed.share == 1


def test_what_somebody_said_who_had_seen_the_machine_s_verdict_is_no_agreement(store):
    store.override("call-01", "desk", "sorry", Verdict.PASS, "Heard it.", "mara")
    blind(store, 1, "dana")
    store.override("call-01", "desk", "thanks", Verdict.PASS, "On second thoughts.", "dana")
    sheet = store.agreeing.sheet(Compared())
    assert (of(sheet, "sorry").machine.n, sheet.reviewers) == (1, 1)
    # What was said later does not reach back.
    assert of(sheet, "thanks").machine.agreed.k == 1


def test_two_people_are_a_pair_on_the_same_side_whoever_came_first(store):
    fill(store, range(3, MANY))
    for n in range(MANY):
        first, second = ("dana", "ion") if n % 2 else ("ion", "dana")
        for who in (first, second):
            blind(store, n, who, thanks=Verdict.PASS if who == "ion" else Verdict.FAIL)
    humans = of(store.agreeing.sheet(Compared()), "thanks").humans
    assert (humans.n, humans.agreed.k) == (MANY, 0)
    # Dana always fails it and Ion never does: chance gives nothing, on fixed sides only.
    assert humans.kappa.value == 0


def test_what_the_machine_had_left_to_a_human_is_no_verdict_of_it(store):
    blind(store, 1, "dana")
    with database.writing(store._engine) as session:
        row = session.exec(select(BlindRow).where(BlindRow.item == "sorry")).one()
        row.machine = Verdict.REVIEW
    sorry = of(store.agreeing.sheet(Compared()), "sorry")
    assert (sorry.machine.n, sorry.left) == (0, 1)
    assert store.agreeing.disagreements(Compared()).items == ()


def test_two_people_who_were_asked_different_things_are_no_pair(store):
    blind(store, 1, "dana")
    with database.writing(store._engine) as session:
        for row in session.exec(select(BlindRow)):
            row.card_hash = "sha256:older"
    blind(store, 1, "ion")
    sheet = store.agreeing.sheet(Compared())
    assert (of(sheet, "sorry").humans.n, of(sheet, "sorry").machine.n) == (0, 2)


def test_pairs_lie_in_a_scope_a_team_and_a_span(store, now):
    for n in range(3):
        blind(store, n, "dana")
        now[0] += timedelta(days=1)

    def n(scope=BOSS, **about):
        sheet = store.agreeing.sheet(Compared(**about), scope=scope.scope(Right.FIGURES))
        return sheet.conversations

    assert n() == 3
    assert n(NORTH) == n(team="north") == 2
    assert n(since=AT + timedelta(hours=1)) == 2
    assert n(until=AT + timedelta(hours=1)) == 1
    assert n(project="none") == n(card="none") == 0


# --- cases ----------------------------------------------------------------------------------


def cases(store, **about):
    """Return all pages as (conversation, item, verdicts, people), one at a time."""
    found, after = [], None
    while True:
        page = store.agreeing.disagreements(Compared(), after=after, limit=1, **about)
        found += [
            (d.conversation.id, d.item, (d.one, d.other), (d.who, d.other_who)) for d in page.items
        ]
        after = page.next
        if after is None:
            return found


def test_disagreements_are_listed_once_each_over_pages_newest_first(store):
    blind(store, 1, "dana", sorry=Verdict.FAIL, thanks=Verdict.NOT_APPLICABLE)
    blind(store, 2, "ion", thanks=Verdict.PASS)
    blind(store, 1, "ion")
    fail, none, right = Verdict.FAIL, Verdict.NOT_APPLICABLE, Verdict.PASS
    assert cases(store) == [
        ("call-02", "thanks", (right, fail), ("ion", "")),
        ("call-01", "sorry", (fail, right), ("dana", "")),
        ("call-01", "thanks", (none, fail), ("dana", "")),
    ]
    assert cases(store, item="sorry") == [("call-01", "sorry", (fail, right), ("dana", ""))]
    assert cases(store, between=Between.HUMANS) == [
        ("call-01", "sorry", (right, fail), ("ion", "dana")),
        ("call-01", "thanks", (fail, none), ("ion", "dana")),
    ]


def test_a_case_is_not_shown_to_whom_it_would_give_away_what_they_judge_blind(store):
    blind(store, 0, "dana", sorry=Verdict.FAIL)
    blind(store, 1, "dana", sorry=Verdict.FAIL)

    def shown(who):
        return [
            c[0] for c in cases(store, scope=who.scope(Right.FIGURES), read=who.scope(Right.READ))
        ]

    assert shown(AUDITOR) == ["call-01", "call-00"]
    assert shown(BOSS) == []
    blind(store, 0, "boss")
    assert shown(BOSS) == ["call-00"]
    # Its sums are the same for everybody all the time.
    assert store.agreeing.sheet(Compared(), scope=BOSS.scope(Right.FIGURES)).conversations == 2


def test_a_place_that_no_page_gave_is_refused(store):
    with pytest.raises(UsageError, match="no place in a list"):
        store.agreeing.disagreements(Compared(card="desk"), after="x")
