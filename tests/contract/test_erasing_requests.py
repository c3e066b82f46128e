"""One customer's data: found by what they are known by, and then in no byte of what is kept."""

from __future__ import annotations

import json
import re
import sqlite3
from datetime import UTC, datetime

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from planted import CARD, SCORE, heard, plant_files, plant_remarks, quoting
from sqlalchemy import text

from qa.errors import UsageError
from qa.records import (
    Metadata,
)
from qa.store import State, database, open_store
from qa.store.acts import Act, Kind
from qa.store.audit import Asked
from qa.store.erasing import scrubbing
from qa.store.erasing.asking import Customer, speaks_of
from qa.store.tables import ConversationRow
from qa.testing import make_call, make_chat

AT = datetime(2026, 11, 3, 16, 45, tzinfo=UTC)
PHONE, MAIL, REFERENCE = "+40 21 555 0143", "Ana@customer.example", "K-2200-77"
CARD_NUMBER = "4929112233445566"


@pytest.fixture
def store(ready_database):
    with open_store(ready_database) as opened:
        opened._total = lambda *_: SCORE
        yield opened


def plant(store, id, word, *, caller=PHONE, reference=REFERENCE):
    """Take a call in and through everything, a word of it wherever anything of it is kept."""
    meta = Metadata(agent_id="7", started_at=AT, customer_ref=reference, ticket=f"T-{word}",
                    extra={"note": f"{word} {CARD_NUMBER}"})  # fmt: skip
    call = make_call(id=id, uri=f"{word}.wav", metadata=meta).model_copy(
        update={"caller": caller, "external_id": f"own-{word}"}
    )
    store.register(call, ["support"])
    raw = [("agent", "Hello."), ("customer", f"Well {word} and {CARD_NUMBER}.")]
    said = [("agent", "Hello."), ("customer", f"Well {word} and [CARD_NUMBER].")]
    store.save_heard(id, heard(call, raw, said))
    plant_files(store, call, word)
    for _ in range(2):  # a score that another replaced quotes as well
        store.save_assessments(id, CARD, [quoting(id, word, start=5)])
    plant_remarks(store, id, word)
    store.remarks.star(id, 1, who="rev", thanks=f"for {word}")
    collection = store.collections.create("Best", owner="rev")
    with database.writing(store._engine) as session:
        row = session.get_one(ConversationRow, id)
        row.state, row.error_reason = State.FAILED, f"{word}.wav: broken"
        session.add(row)
    return call, collection


def plant_rejects(store, word):
    store.vault.keep_rejects(
        [
            {"raw": {"from": MAIL.lower(), "text": word}},
            {"raw": {"customer": REFERENCE, "text": word}},
            {"raw": {"caller": "0040215550143", "text": word}},
            {"raw": {"customer": "K-2200-770", "text": "somebody else"}},
        ]
    )


def everything_kept(store):
    """Return all bytes of all files of the installation, and all rows as text."""
    found = b"".join(p.read_bytes() for p in store._settings.data.rglob("*") if p.is_file())
    with store._engine.connect() as connection:
        for name in sorted(database_tables(connection)):
            rows = connection.execute(text(f'SELECT * FROM "{name}"')).all()
            found += repr(rows).encode()
    return found


def database_tables(connection):
    from sqlalchemy import inspect

    return [n for n in inspect(connection).get_table_names() if n != "spoken"]


def test_no_byte_of_what_was_erased_is_found_again(store):
    plant(store, "call-1", "heliotrope")
    plant(store, "call-2", "marigold", caller="+40 21 555 0199", reference="K-1")
    plant_rejects(store, "heliotrope")
    scrubbing.scrub(store._engine)
    before = everything_kept(store)
    assert b"heliotrope" in before
    assert b"marigold" in before

    customer = Customer(phone="0040 21 555 01 43", reference=REFERENCE, email=MAIL)
    made = store.erasing.request(customer, who="admin")
    assert made.complete
    assert made.rejects == 3
    assert [one.conversation for one in made.conversations] == ["call-1"]
    after = everything_kept(store)
    for gone in (b"heliotrope", MAIL.lower().encode(), b"0040215550143"):
        assert gone not in after
    assert not re.search(rb"K-2200-77(?!0)", after)
    assert b"marigold" in after, "another customer's data stays"
    assert b"K-2200-770" in after
    # What stays is a figure without a name.
    summary = store.summary("call-1")
    assert (summary.source, summary.external_id, summary.state) == ("erased", None, State.ERASED)
    assert [line.total for line in summary.scores] == [50.0]
    assert store.searching.search("heliotrope").items == ()


def test_everything_means_the_scores_too(store):
    call, _ = plant(store, "call-1", "heliotrope")
    made = store.erasing.request(Customer(reference=REFERENCE), who="admin", everything=True)
    assert [one.whole for one in made.conversations] == [True]
    assert store.counts().total == 0
    assert b"heliotrope" not in everything_kept(store)
    # Neither its content comes back, nor other content under the user's own id of it.
    other = call.model_copy(update={"id": "call-9", "checksum": "sha256:other"})
    assert set(store.erasing.erased_before([call, other])) == {"call-1", "call-9"}


@pytest.mark.parametrize(
    ("known", "found"),
    [
        ({"reference": REFERENCE}, {"call-1"}),
        ({"reference": REFERENCE.lower()}, set()),
        ({"phone": "+40215550143"}, {"call-1"}),
        ({"email": "ana@CUSTOMER.example"}, {"chat-1"}),
        ({"email": "na@customer.example"}, set()),
        ({"reference": REFERENCE, "email": MAIL}, {"call-1", "chat-1"}),
    ],
)
def test_a_customer_is_found_by_what_they_are_known_by(store, known, found):
    plant(store, "call-1", "heliotrope")
    chat = make_chat([("customer", "Hello.")], id="chat-1")
    store.register(chat.model_copy(update={"caller": MAIL}), [])
    made = store.erasing.request(Customer(**known), who="admin", dry_run=True)
    assert {one.conversation for one in made.conversations} == found
    assert made.known_by == tuple(known)
    assert store.counts().states.get(State.ERASED, 0) == 0, "it was only looked"
    assert REFERENCE not in made.model_dump_json()


@pytest.mark.parametrize(
    ("known", "says"),
    [({}, "whose data"), ({"email": "ana"}, "no mail address"), ({"phone": "0143"}, "too short")],
)
def test_nobody_is_erased_by_a_slip(store, known, says):
    with pytest.raises(UsageError, match=says):
        store.erasing.request(Customer(**known), who="admin")


def test_what_is_held_is_named_in_the_report_and_goes_once_it_is_free(store):
    plant(store, "call-1", "heliotrope")
    (hold,) = store.erasing.hold(["call-1"], reason="court", who="admin")
    made = store.erasing.request(Customer(phone=PHONE), who="admin")
    assert [(one.conversation, one.ending) for one in made.conversations] == [("call-1", "held")]
    assert not made.complete
    assert b"heliotrope" in everything_kept(store)
    store.erasing.unhold([hold.number], who="admin")
    assert store.erasing.request(Customer(phone=PHONE), who="admin").complete


def test_the_log_says_that_it_was_asked_and_what_went_and_never_who_it_was(store):
    plant(store, "call-1", "heliotrope")
    made = store.erasing.request(Customer(phone=PHONE, reference=REFERENCE), who="admin")
    rows = list(store.audit.rows(Asked(act=Act.ERASED)))
    assert [(e.kind, e.detail["request"]) for e in rows] == [
        (Kind.CALLER, made.id),
        (Kind.CALLER, made.id),
        (Kind.CONVERSATION, made.id),
    ]
    assert rows[-1].object == "call-1"
    told = json.dumps([dict(e.detail) | {"o": e.object} for e in rows])
    assert "555" not in told
    assert REFERENCE not in told
    assert store.audit.verify().fault == ""


@pytest.mark.parametrize(
    ("line", "speaks"),
    [
        ({"a": [{"mail": "ANA@customer.example"}]}, True),
        ({"a": f"write to {MAIL}, please"}, True),
        ({"a": "ana@customer.exampl"}, False),
        ({"n": 40215550143}, True),
        ({"n": "021 555-01-43"}, True),
        ({"n": "021 555-01-44"}, False),
        ({"ref": REFERENCE}, True),
        ({"ref": f"x{REFERENCE}"}, False),
    ],
)
def test_items_that_could_not_be_taken_in_speak_of_them_too(line, speaks):
    customer = Customer(reference=REFERENCE, phone=PHONE, email=MAIL)
    assert bool(speaks_of(customer, json.dumps(line))) is speaks


def test_a_database_that_an_older_program_wrote_is_written_anew_once(tmp_path):
    from qa.settings import Settings
    from qa.store import upgrade

    made = Settings(data=tmp_path)
    upgrade(made)
    with sqlite3.connect(tmp_path / "qa.db") as old:
        old.execute("PRAGMA secure_delete = OFF")
        old.execute("CREATE TABLE old (said TEXT)")
        old.executemany("INSERT INTO old VALUES (?)", [("heliotrope " * 40,)] * 50)
        old.commit()
        old.execute("DELETE FROM old")
    old.close()
    assert b"heliotrope" in (tmp_path / "qa.db").read_bytes()
    with open_store(made) as store:
        assert scrubbing.scrub(store._engine)
        assert b"heliotrope" not in b"".join(p.read_bytes() for p in tmp_path.glob("qa.db*"))
        with store._engine.connect() as connection:
            version = connection.execute(text("PRAGMA user_version")).scalar()
    assert version == scrubbing.CLEAN


def test_a_log_that_somebody_reads_cannot_be_emptied_and_that_is_said(tmp_path):
    from qa.settings import Settings

    with open_store(Settings(data=tmp_path)) as store:
        scrubbing.scrub(store._engine)
        reader = sqlite3.connect(tmp_path / "qa.db", isolation_level=None)
        reader.execute("BEGIN")
        reader.execute("SELECT count(*) FROM conversation").fetchone()
        store.register(make_chat([("customer", "Hello.")], id="chat-1"), [])
        assert not scrubbing.scrub(store._engine, wait_s=0.1)
        reader.close()
        assert scrubbing.scrub(store._engine)


words = st.text("abcdefghijklmnopqrstuvwxyz", min_size=9, max_size=14).map(lambda w: f"zq{w}")


@given(word=words)
@settings(max_examples=8, deadline=None, suppress_health_check=list(HealthCheck))
def test_whatever_was_said_is_in_no_byte_afterwards(tmp_path_factory, word):
    from qa.settings import Settings

    folder = tmp_path_factory.mktemp("erased")
    with open_store(Settings(data=folder)) as store:
        store._total = lambda *_: SCORE
        plant(store, "call-1", word)
        store.erasing.request(Customer(reference=REFERENCE), who="admin")
        left = b"".join(p.read_bytes() for p in folder.rglob("*") if p.is_file())
    assert word.encode() not in left
    assert [p for p in (folder / "vault").rglob("*") if p.is_file()] == []
    assert [p for p in (folder / "cache").rglob("*") if p.is_file()] == []
