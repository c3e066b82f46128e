"""Collections and their links on both databases."""

from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import delete
from sqlmodel import col, select
from stores import Clock, open_at

from qa.access import Part, Scope
from qa.errors import NotFound, UsageError
from qa.records import Heard, Metadata, Verdict
from qa.scoring import judge, load_scorecard
from qa.store import database
from qa.store.desk.tables import MomentRow, ShareRow
from qa.store.tables import ConversationRow
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
      - {id: sorry, ask: Did the agent say sorry?, any: [sorry]}
""",
    name="desk",
)
LINES = [("agent", "Hello."), ("customer", "It broke."), ("agent", "Sorry."), ("customer", "Well.")]


@pytest.fixture
def clock():
    return Clock(AT)


@pytest.fixture
def store(ready_database, clock):
    with open_at(ready_database, clock) as opened:
        for name in ("one", "two"):
            meta = Metadata(started_at=AT, team=name)
            opened.register(make_call(id=name, uri=f"{name}.wav", metadata=meta), ["desk"])
            safe = make_safe(LINES, id=name, metadata=meta)
            opened.save_heard(name, Heard(turns=make_turns(LINES), safe=safe, provenance=()))
            opened.save_assessments(name, CARD, judge(safe, CARD))
        yield opened


@pytest.fixture
def shelf(store):
    """A collection of Ann's with a moment of each conversation, the last one first."""
    made = store.collections.create("Sorry", owner="ann")
    for moment in store.moments.search().items:
        store.collections.add(made, moment, owner="ann")
    return made


def conversations(store, shelf, **more):
    found = store.collections.read(shelf, owner="ann", **more)
    return [one.moment.conversation for one in found.moments]


def test_moments_keep_their_order_and_are_moved(store, shelf):
    assert conversations(store, shelf) == ["two", "one"]
    first, second = (m.id for m in store.collections.read(shelf, owner="ann").moments)
    for to, order in (("up", ["two", "one"]), ("down", ["one", "two"]), ("down", ["one", "two"]),
                      (0, ["two", "one"]), (99, ["one", "two"])):  # fmt: skip
        store.collections.move(shelf, first, to, owner="ann")
        assert conversations(store, shelf) == order, to
    store.collections.remove(shelf, second, owner="ann")
    assert conversations(store, shelf) == ["two"]


def test_what_is_shown_is_the_verdict_of_today(store, shelf):
    store.override("two", "desk", "sorry", Verdict.FAIL, "", "root")
    kept = store.collections.read(shelf, owner="ann").moments
    assert [(m.moment.verdict, m.moment.confirmed, m.moment.sound) for m in kept] == [
        (Verdict.FAIL, True, False), (Verdict.PASS, False, True),
    ]  # fmt: skip


def test_moments_outside_of_a_scope_are_counted_and_not_shown(store, shelf):
    scope = Scope((Part(team="one"),))
    assert conversations(store, shelf, scope=scope) == ["one"]
    assert store.collections.read(shelf, owner="ann", scope=scope).hidden == 1


def test_a_conversation_that_is_deleted_leaves_collections(store, shelf):
    with database.writing(store._engine) as session:
        session.execute(delete(ConversationRow).where(col(ConversationRow.id) == "two"))
    assert conversations(store, shelf) == ["one"]
    assert store.collections.list(owner="ann")[0].moments == 1


def test_a_collection_that_is_deleted_takes_all_of_it_along(store, shelf):
    store.collections.share(shelf, owner="ann", who="ann")
    store.collections.delete(shelf, owner="ann")
    with database.reading(store._engine) as session:
        assert session.exec(select(MomentRow)).all() == []
        assert session.exec(select(ShareRow)).all() == []
    assert len(store.moments.search().items) == 2


def test_nobody_else_s_collection_is_there(store, shelf):
    collections = store.collections
    (moment, _) = collections.read(shelf, owner="ann").moments
    for forbidden in (
        lambda: collections.read(shelf, owner="bob"),
        lambda: collections.change(shelf, owner="bob", name="Mine"),
        lambda: collections.add(shelf, moment.moment, owner="bob"),
        lambda: collections.note(shelf, moment.id, "x", owner="bob"),
        lambda: collections.move(shelf, moment.id, "down", owner="bob"),
        lambda: collections.remove(shelf, moment.id, owner="bob"),
        lambda: collections.share(shelf, owner="bob", who="bob"),
        lambda: collections.shares(shelf, owner="bob"),
        lambda: collections.delete(shelf, owner="bob"),
    ):
        with pytest.raises(NotFound):
            forbidden()
    assert collections.list(owner="bob") == ()
    # Nor is a moment of one collection one of another.
    mine = collections.create("Mine", owner="bob")
    for wrong in (collections.remove, lambda *a, **k: collections.note(*a, "x", **k)):
        with pytest.raises(NotFound):
            wrong(mine, moment.id, owner="bob")
    assert collections.read(shelf, owner=None).name == "Sorry"


def test_a_link_works_until_it_ends_and_is_nowhere_kept(store, shelf, clock):
    day = timedelta(days=1)
    secret, made = store.collections.share(shelf, owner="ann", who="ann", lasts=day)
    assert len(store.collections.shared(secret).moments) == 2
    with database.reading(store._engine) as session:
        assert secret not in repr(session.exec(select(ShareRow)).all())
    assert secret not in repr(store.collections.shares(shelf, owner="ann"))
    clock.now = AT + day
    with pytest.raises(NotFound):
        store.collections.shared(secret)
    clock.now = AT
    store.collections.withdraw(shelf, made.id, owner="ann", who="ann")
    store.collections.withdraw(shelf, made.id, owner="ann", who="ann")
    for gone in (secret, "", "x" * 99, made.id):
        with pytest.raises(NotFound):
            store.collections.shared(gone)


@pytest.mark.parametrize("days", [0, -1, 366])
def test_a_link_lasts_a_year_at_most(store, shelf, days):
    with pytest.raises(UsageError):
        store.collections.share(shelf, owner="ann", who="ann", lasts=timedelta(days=days))


def test_texts_have_room_and_no_more(store, shelf):
    for name in ("", "  ", "x" * 201):
        with pytest.raises(UsageError):
            store.collections.create(name, owner="ann")
    with pytest.raises(UsageError):
        store.collections.change(shelf, owner="ann", note="x" * 4001)
    assert store.collections.named(" Sorry ", owner="ann") == shelf
    assert store.collections.named("Sorry", owner="bob") != shelf
