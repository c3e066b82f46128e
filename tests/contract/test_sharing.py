"""One session for all that a request reads, on both databases."""

import threading

import pytest
from sqlalchemy import event
from stores import open_at

from qa.errors import StoreError
from qa.store import database, sharing
from qa.store.sharing import current, shared
from qa.store.tables import utc_now
from qa.testing import make_call


@pytest.fixture
def store(ready_database):
    with open_at(ready_database, utc_now) as opened:
        opened.register(make_call(id="call"), ["desk"])
        yield opened


@pytest.fixture
def asked(store):
    """What was asked of the database: a conversation, another thing, a connection."""
    seen, engine = [], store._engine

    def sent(_connection, _cursor, statement, *_):
        seen.append("conversation" if "FROM conversation" in statement else "another")

    def taken(*_):
        seen.append("connection")

    event.listen(engine, "before_cursor_execute", sent)
    event.listen(engine, "checkout", taken)
    yield seen
    event.remove(engine, "before_cursor_execute", sent)
    event.remove(engine, "checkout", taken)


def test_what_is_read_together_takes_one_connection_and_is_loaded_once(store, asked):
    with shared():
        first = store.facts("call")
        assert store.facts("call") == first
    assert asked.count("connection") == 1
    assert asked.count("conversation") == 1

    asked.clear()
    assert store.facts("call") == store.facts("call")
    assert asked.count("connection") == 2


def test_whoever_writes_meanwhile_reads_what_was_written(store):
    with shared():
        assert store.facts("call").released is False
        store.release_to_agents("call", who="ada")
        assert store.facts("call").released is True


def test_whoever_writes_holds_no_other_connection(store):
    engine = store._engine
    with shared():
        store.facts("call")
        assert engine.pool.checkedout() == 1
        with database.writing(engine) as session:
            session.connection()
            assert engine.pool.checkedout() == 1
    assert engine.pool.checkedout() == 0


def test_once_it_is_answered_each_has_a_session_of_its_own(store):
    with shared() as reads:
        store.facts("call")
        reads.end()
        assert store._engine.pool.checkedout() == 0
        with database.reading(store._engine) as one, database.reading(store._engine) as other:
            assert one is not other
    assert current() is None


def test_what_fails_spoils_nothing_that_is_read_after_it(store):
    with shared():
        store.facts("call")
        with pytest.raises(StoreError), database.reading(store._engine):
            raise StoreError("No.", "Try again.")
        assert store.facts("call").released is False


def test_of_very_many_rows_the_last_ones_alone_are_held(store, monkeypatch):
    for number in range(30):
        store.register(make_call(id=f"call-{number}"), ["desk"])
    monkeypatch.setattr(sharing, "MOST_ROWS", 10)
    with shared() as reads:
        for number in range(30):
            store.facts(f"call-{number}")
        with database.reading(store._engine) as session:
            assert reads.session(store._engine) is session
            assert len(session.identity_map) == 10


def test_other_threads_share_nothing(store):
    found = []
    with shared():
        other = threading.Thread(target=lambda: found.append(current()))
        other.start()
        other.join()
    assert found == [None]
