"""The audit log, on both databases: added to by many, changed by nobody."""

import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError
from stores import Clock, open_at

from qa.access import Grant, Right, UserRole
from qa.errors import NotFound, UsageError
from qa.store import database
from qa.store.acts import BEGINNING, LONGEST, Act, Done, Head, Kind
from qa.store.audit import Asked, head_of
from qa.store.chain import note
from qa.testing import make_call

START = datetime(2026, 3, 1, 12, 0, 0, 123456, tzinfo=UTC)


@pytest.fixture
def clock():
    return Clock(START)


@pytest.fixture
def store(ready_database, clock):
    with open_at(ready_database, clock) as opened:
        yield opened


def fill(store, rows=5):
    for number in range(rows):
        store.audit.record("dana", Act.SEEN, Kind.CONVERSATION, f"call-{number}")


def tamper(store, statement):
    """Change rows as somebody does who owns the database: without its triggers."""
    with store._engine.execution_options(writes=True).begin() as connection:
        if connection.dialect.name == "sqlite":
            connection.execute(text("DROP TRIGGER IF EXISTS audit_no_update"))
            connection.execute(text("DROP TRIGGER IF EXISTS audit_no_delete"))
        else:
            connection.execute(text("DROP TRIGGER IF EXISTS audit_stays ON audit"))
        connection.execute(text(statement))


# --- what a row says -----------------------------------------------------------------------


def test_a_row_says_who_what_which_thing_and_when_and_follows_the_one_before(store):
    store.audit.record("dana", Act.HEARD, Kind.CONVERSATION, "call-1", detail={"n": 2, "a": "б"})
    store.audit.record("ion", Act.EXPORTED, detail={"format": "csv"})
    second, first = store.audit.page().items
    assert (first.seq, first.at, first.who, first.act) == (1, START, "dana", Act.HEARD)
    assert (first.kind, first.object, first.detail) == (
        Kind.CONVERSATION, "call-1", {"a": "б", "n": 2},
    )  # fmt: skip
    assert (first.previous, second.previous) == (BEGINNING, first.hash)
    assert store.audit.head() == Head(seq=2, hash=second.hash)


def test_the_hash_is_what_the_documentation_says(store):
    import hashlib

    store.audit.record("dana", Act.SEEN, Kind.CONVERSATION, "call-1", detail={"b": 1, "a": "é"})
    (row,) = store.audit.page().items
    said = (
        '[1,"2026-03-01T12:00:00.123456Z","dana","seen","conversation","call-1",'
        '"{\\"a\\":\\"\\\\u00e9\\",\\"b\\":1}","' + "0" * 64 + '"]'
    )
    assert row.hash == hashlib.sha256(said.encode()).hexdigest()


def test_a_detail_that_is_too_long_is_cut_and_never_stops_what_was_done(store):
    store.audit.record("dana", Act.ORIGINAL, detail={"reason": "x" * 5000})
    (row,) = store.audit.page().items
    assert len(row.detail["reason"]) == LONGEST
    assert store.audit.verify().fault == ""


# --- one transaction with what was done ----------------------------------------------------


def test_a_row_is_there_only_if_what_it_speaks_of_happened(store):
    with database.writing(store._engine) as session:
        store.audit.record("dana", Act.ERASED, Kind.CONVERSATION, "call-1", session=session)
        session.rollback()
    assert store.audit.page().items == ()
    with database.writing(store._engine) as session:
        store.audit.record("dana", Act.ERASED, Kind.CONVERSATION, "call-1", session=session)
        store.audit.record("dana", Act.ERASED, Kind.CONVERSATION, "call-2", session=session)
    assert [row.object for row in store.audit.rows()] == ["call-1", "call-2"]
    assert store.audit.verify().fault == ""


def test_a_savepoint_does_not_end_the_transaction(store):
    with database.writing(store._engine) as session:
        note(session, Done(at=START, who="dana", act=Act.CHANGED))
        with session.begin_nested():
            session.execute(text("SELECT 1"))
        assert session.execute(text("SELECT count(*) FROM audit")).scalar() == 0
    assert store.audit.verify().rows == 1


def test_all_that_the_journal_knows_is_in_the_log(store):
    admin = (Grant(UserRole.ADMINISTRATOR),)
    store.register(make_call(), ["support"])
    dana = store.accounts.add("dana", grants=admin, who="root", password="kept")
    token, _ = store.sessions.add_token(
        dana, label="x", scopes={Right.READ}, lasts=timedelta(days=1), who="dana"
    )
    store.sessions.begin(dana)
    store.accounts.note("log-in refused", who="", detail={"address": "192.0.2.7"})
    store.release_to_agents("call-1", who="dana")
    found = [(r.who, r.act, r.kind, r.detail.get("what")) for r in store.audit.rows()]
    assert found == [
        ("root", Act.CHANGED, Kind.ACCOUNT, "account added"),
        ("dana", Act.CHANGED, Kind.TOKEN, "token made"),
        ("dana", Act.LOGGED_IN, Kind.NONE, None),
        ("", Act.REFUSED, Kind.NONE, None),
        ("dana", Act.CHANGED, Kind.CONVERSATION, "released"),
    ]
    whole = str(list(store.audit.rows()))
    assert token not in whole
    assert "kept" not in whole


def test_a_change_that_is_refused_leaves_no_row(store):
    with pytest.raises(NotFound):
        store.release_to_agents("nothing", who="dana")
    assert store.audit.head() is None


def test_rows_stay_when_what_they_speak_of_goes(store):
    store.register(make_call(), ["support"])
    store.release_to_agents("call-1", who="dana")
    with database.writing(store._engine) as session:
        session.execute(text("DELETE FROM conversation"))
    (row,) = store.audit.rows(Asked(object="call-1"))
    assert row.detail == {"what": "released"}
    assert store.audit.verify().fault == ""


# --- looking -------------------------------------------------------------------------------


def test_an_hour_of_listening_is_one_row(store, clock):
    for minutes in (0, 1, 59, 61, 62):
        clock.now = START + timedelta(minutes=minutes)
        store.audit.looked("dana", Act.HEARD, Kind.CONVERSATION, "call-1")
    store.audit.looked("ion", Act.HEARD, Kind.CONVERSATION, "call-1")
    store.audit.looked("dana", Act.SEEN, Kind.CONVERSATION, "call-1")
    store.audit.looked("dana", Act.HEARD, Kind.CONVERSATION, "call-2")
    found = [(row.who, row.act, row.object) for row in store.audit.rows()]
    assert found == [("dana", Act.HEARD, "call-1")] * 2 + [
        ("ion", Act.HEARD, "call-1"), ("dana", Act.SEEN, "call-1"), ("dana", Act.HEARD, "call-2"),
    ]  # fmt: skip


# --- reading -------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("asked", "expected"),
    [
        ({}, [6, 5, 4, 3, 2, 1]),
        ({"who": "ion"}, [6, 4, 2]),
        ({"act": Act.EXPORTED}, [3]),
        ({"object": "call-4"}, [4]),
        ({"kind": Kind.CONVERSATION, "who": "dana"}, [5, 1]),
        ({"since": START + timedelta(hours=2), "until": START + timedelta(hours=4)}, [4, 3]),
        ({"who": "nobody"}, []),
    ],
)
def test_rows_are_found_by_who_what_which_thing_and_when(store, clock, asked, expected):
    for number in range(6):
        clock.now = START + timedelta(hours=number)
        if number == 2:
            store.audit.record("dana", Act.EXPORTED)
        else:
            who = "ion" if number % 2 else "dana"
            store.audit.record(who, Act.SEEN, Kind.CONVERSATION, f"call-{number + 1}")
    assert [row.seq for row in store.audit.page(Asked(**asked)).items] == expected
    assert [row.seq for row in store.audit.rows(Asked(**asked))] == expected[::-1]


def test_pages_follow_one_another_without_a_gap(store):
    fill(store, 5)
    first = store.audit.page(limit=2)
    second = store.audit.page(limit=2, before=first.next)
    third = store.audit.page(limit=2, before=second.next)
    assert [r.seq for page in (first, second, third) for r in page.items] == [5, 4, 3, 2, 1]
    assert third.next is None
    with pytest.raises(UsageError):
        store.audit.page(limit=0)


# --- nobody changes it ---------------------------------------------------------------------


@pytest.mark.parametrize(
    "statement",
    ["UPDATE audit SET who = 'x'", "DELETE FROM audit", "DELETE FROM audit WHERE seq = 3"],
)
def test_the_database_refuses_to_change_or_delete_rows(store, statement):
    fill(store)
    with pytest.raises(DBAPIError, match="stay as they are"), store._engine.begin() as connection:
        connection.execute(text(statement))
    assert store.audit.verify().rows == 5


@pytest.mark.postgres
def test_a_server_refuses_to_empty_the_table(ready_postgres):
    engine = database.make_engine(database.address(ready_postgres))
    with pytest.raises(DBAPIError, match="stay as they are"), engine.begin() as connection:
        connection.execute(text("TRUNCATE audit"))
    engine.dispose()


@pytest.mark.parametrize(
    ("statement", "fault"),
    [
        ("UPDATE audit SET who = 'ion' WHERE seq = 3", "row 3 was changed"),
        ("UPDATE audit SET detail = '{}' || ' ' WHERE seq = 3", "row 3 was changed"),
        ("UPDATE audit SET object = 'call-9' WHERE seq = 1", "row 1 was changed"),
        ("DELETE FROM audit WHERE seq = 3", "row 3 is missing"),
        ("DELETE FROM audit WHERE seq = 1", "row 1 is missing"),
        (
            "UPDATE audit SET previous = hash WHERE seq = 2",
            "row 2 does not follow the one before it",
        ),
    ],
)
def test_what_was_changed_behind_its_back_is_found(store, statement, fault):
    fill(store)
    assert store.audit.verify().fault == ""
    tamper(store, statement)
    assert store.audit.verify().fault == fault


def test_a_tail_that_was_cut_off_shows_only_against_a_head_that_was_kept(store):
    fill(store)
    kept = head_of(str(store.audit.head()))
    tamper(store, "DELETE FROM audit WHERE seq > 3")
    assert store.audit.verify().fault == ""
    assert store.audit.verify(kept).fault == "row 5 is missing"
    fill(store)
    # Rows were added since: there is a row of that number again, but another one.
    assert store.audit.verify().fault == ""
    assert store.audit.verify(kept).fault == "row 5 is another one than the head that was kept"


def test_checking_may_begin_at_a_head_that_was_kept(store):
    fill(store, 3)
    kept = store.audit.head()
    fill(store, 2)
    assert store.audit.verify(kept) == store.audit.verify(kept).model_copy(
        update={"rows": 3, "head": store.audit.head(), "fault": ""}
    )


@pytest.mark.parametrize("typed", ["", "5", "5:xyz", "-1:" + "0" * 64, "5:" + "0" * 63])
def test_what_is_no_head_is_refused(typed):
    with pytest.raises(UsageError):
        head_of(typed)


# --- many at once --------------------------------------------------------------------------

#: What one of several processes does; its settings come as JSON.
PROGRAM = """
import sys
from qa.settings import Settings
from qa.store import open_store
from qa.store.acts import Act, Kind
settings = Settings.model_validate_json(sys.argv[1])
with open_store(settings) as store:
    for number in range(40):
        store.audit.record(sys.argv[2], Act.SEEN, Kind.CONVERSATION, f"call-{number}")
"""


def test_processes_write_one_chain_together(store, ready_database):
    given = ready_database.model_dump_json(include={"data", "database_url"})
    running = [
        subprocess.Popen([sys.executable, "-c", PROGRAM, given, f"p{n}"], stderr=subprocess.PIPE)
        for n in range(2)
    ]
    for one in running:
        _, said = one.communicate(timeout=120)
        assert one.returncode == 0, said.decode()
    found = store.audit.verify()
    assert (found.rows, found.fault) == (80, "")
    assert {row.who for row in store.audit.rows()} == {"p0", "p1"}


def test_who_holds_rows_of_others_is_not_waited_for_in_a_circle(store):
    """Two change the same conversations in different order, with rows of the log between."""
    calls = ["call-1", "call-2"]
    for call in calls:
        store.register(make_call(id=call, uri=f"{call}.wav"), ["support"])

    def release(turn):
        for _ in range(10):
            for call in calls[:: 1 if turn else -1]:
                store.release_to_agents(call, who=f"p{turn}")
                store.take_back_from_agents(call, who=f"p{turn}")

    with ThreadPoolExecutor(2) as pool:
        list(pool.map(release, range(2)))
    found = store.audit.verify()
    assert found.fault == ""
    assert found.rows >= 40
