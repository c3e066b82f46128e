"""Addresses, the embedded database, and what its errors become."""

from __future__ import annotations

import os
import sqlite3
import stat
import subprocess
import sys
from types import SimpleNamespace

import pytest
from sqlalchemy import event, text
from sqlalchemy.exc import OperationalError

from qa.errors import DatabaseRefuses, DiskFull, SettingsError, StoreError
from qa.settings import Settings
from qa.store import Store, database, open_store, upgrade
from qa.store.migrations import REVISIONS
from qa.testing import make_call, make_chat


@pytest.fixture
def settings(tmp_path) -> Settings:
    return Settings(data=tmp_path / "data")


def test_the_embedded_database_is_made_on_first_use_for_its_owner_alone(settings):
    with open_store(settings) as store:
        assert store.counts().total == 0
    assert stat.S_IMODE((settings.data / "qa.db").stat().st_mode) == 0o600


def test_one_that_was_begun_and_broken_off_is_made_again(settings):
    settings.data.mkdir()
    (settings.data / "qa.db").touch()
    open_store(settings).close()


def test_one_of_an_older_program_waits_for_an_upgrade(settings, monkeypatch):
    upgrade(settings)
    monkeypatch.setattr(database, "REVISIONS", (*REVISIONS, "0999"))
    with pytest.raises(StoreError, match="older program") as refused:
        open_store(settings)
    assert refused.value.mend == "Run: qa db upgrade"


def test_a_database_of_something_else_is_left_alone(settings):
    settings.data.mkdir()
    engine = database.make_engine(database.address(settings))
    with engine.execution_options(writes=True).begin() as connection:
        connection.execute(text("CREATE TABLE conversation (n int)"))
    engine.dispose()
    with pytest.raises(StoreError, match="something else"):
        open_store(settings)


def test_what_is_no_database_says_so(settings):
    settings.data.mkdir()
    (settings.data / "qa.db").write_text("hello, I am a text file, and a long one" * 100)
    with pytest.raises(StoreError, match=r"qa\.db"):
        open_store(settings)


@pytest.mark.parametrize(
    ("url", "says"),
    [
        ("nonsense", "no database address"),
        ("mysql://x/y", "'mysql', which is not supported"),
        ("sqlite://", "in memory"),
        ("sqlite:///:memory:", "in memory"),
    ],
)
def test_addresses_that_cannot_be_used(tmp_path, url, says):
    with pytest.raises(SettingsError, match=says):
        open_store(Settings(data=tmp_path, database_url=url))


@pytest.mark.parametrize("scheme", ["postgres", "postgresql", "postgresql+psycopg2"])
def test_postgresql_is_spoken_to_by_psycopg(tmp_path, scheme):
    settings = Settings(data=tmp_path, database_url=f"{scheme}://u:p@h/qa")
    assert database.address(settings).drivername == "postgresql+psycopg"


def test_the_revisions_written_down_are_those_of_the_files():
    from alembic.config import Config
    from alembic.script import ScriptDirectory

    config = Config()
    config.set_main_option("script_location", "qa:store/migrations")
    scripts = ScriptDirectory.from_config(config)
    in_order = [s.revision for s in reversed(list(scripts.walk_revisions()))]
    assert tuple(in_order) == REVISIONS
    assert len(scripts.get_heads()) == 1


def test_a_full_disk_keeps_what_was_there_and_nothing_of_the_new(settings):
    upgrade(settings)
    engine = database.make_engine(database.address(settings))
    with Store(engine, settings=settings) as store:
        store.register(make_call(), ["support"])
        engine.dispose()

        @event.listens_for(engine, "connect")
        def no_more_room(connection, _record):
            (pages,) = connection.execute("PRAGMA page_count").fetchone()
            connection.execute(f"PRAGMA max_page_count = {pages}")

        chat = make_chat([("customer", "hi")], id="chat-1")
        with pytest.raises(DiskFull) as refused:
            store.register(chat.model_copy(update={"source": "x" * 100_000}), ["support"])
        assert refused.value.passing
        assert store.counts().total == 1
        assert not store.vault.has("conversation", "chat-1")


@pytest.mark.parametrize(("free", "error"), [(0, DiskFull), (1 << 30, DatabaseRefuses)])
def test_where_the_journal_finds_no_room_the_disk_is_full(settings, monkeypatch, free, error):
    # SQLite itself only says that a file beside the database could not be written.
    upgrade(settings)
    engine = database.make_engine(database.address(settings))
    monkeypatch.setattr(os, "statvfs", lambda _: SimpleNamespace(f_bavail=free, f_frsize=1))

    @event.listens_for(engine, "begin")
    def refuse(_connection):
        failure = sqlite3.OperationalError("disk I/O error")
        failure.sqlite_errorcode = sqlite3.SQLITE_IOERR_SHMSIZE
        raise OperationalError("BEGIN", {}, failure)

    with pytest.raises(StoreError) as refused, database.reading(engine) as session:
        session.connection()
    assert type(refused.value) is error
    assert refused.value.passing


def test_reading_a_list_loads_neither_torch_nor_spacy_nor_alembic():
    code = (
        "import sys, qa.store\n"
        "print([m for m in ('torch', 'spacy', 'alembic', 'av') if m in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], check=True, capture_output=True, text=True)
    assert done.stdout.strip() == "[]"
