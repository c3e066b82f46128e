"""Engines, transactions and the schema's revision."""

from __future__ import annotations

import errno
import os
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from importlib.resources import as_file, files
from pathlib import Path

from sqlalchemy import Connection, Engine, create_engine, event, inspect, text
from sqlalchemy.engine import URL, make_url
from sqlalchemy.exc import ArgumentError, DBAPIError, NoSuchModuleError, OperationalError
from sqlmodel import Session

from qa.errors import (
    DatabaseRefuses,
    DatabaseTooNew,
    DiskFull,
    MissingExtra,
    SettingsError,
    StoreError,
)
from qa.settings import Settings
from qa.store import sharing
from qa.store.migrations import REVISIONS

#: Seconds that a writer waits for another one on SQLite.
BUSY_S = 30
#: Any number, the same in every process: who upgrades a PostgreSQL database holds this lock.
UPGRADE_LOCK = 7_215_001
#: What SQLite and PostgreSQL answer when there is no room left.
_FULL_SQLITE = sqlite3.SQLITE_FULL
#: How it answers when its files beside the database (journal, shared memory) find no room,
#: and below how many free bytes that is the reason.
_NO_ROOM_FOR_MORE = {sqlite3.SQLITE_IOERR, sqlite3.SQLITE_CANTOPEN}
_LITTLE = 1 << 18
_BROKEN_SQLITE = {sqlite3.SQLITE_NOTADB, sqlite3.SQLITE_CORRUPT}
_FULL_POSTGRES = "53100"


def address(settings: Settings) -> URL:
    """Return the database's address, PostgreSQL through psycopg.

    Raises
    ------
    SettingsError : not an address, or a database that is not supported.
    """
    try:
        url = make_url(settings.database)
    except ArgumentError as err:
        raise SettingsError(
            "QA_DATABASE_URL is no database address.",
            "Write sqlite:////folder/qa.db or postgresql://user:password@host/name.",
        ) from err
    name = url.drivername.partition("+")[0]
    if name == "sqlite" and url.database not in {None, "", ":memory:"}:
        return url
    if name == "sqlite":
        raise SettingsError(
            "QA_DATABASE_URL names a SQLite database in memory, which no second process can see.",
            "Name a file: sqlite:////folder/qa.db",
        )
    if name in {"postgresql", "postgres"}:
        return url.set(drivername="postgresql+psycopg")
    raise SettingsError(
        f"QA_DATABASE_URL names '{name}', which is not supported.",
        "Known: sqlite, postgresql.",
    )


def sqlite_file(url: URL) -> Path | None:
    """Return the file of a SQLite address; None for PostgreSQL."""
    return Path(url.database) if url.drivername.startswith("sqlite") and url.database else None


def make_engine(url: URL, *, foreign_keys: bool = True) -> Engine:
    """Build an engine.

    Errors never show parameters: they hold what people said.
    """
    try:
        # Whichever connection was used last is used again: it knows most queries already.
        engine = create_engine(url, hide_parameters=True, pool_pre_ping=True, pool_use_lifo=True)
    except (ModuleNotFoundError, NoSuchModuleError) as err:
        raise MissingExtra("The driver for PostgreSQL (psycopg)", "cluster") from err
    if url.drivername.startswith("sqlite"):
        _prepare_sqlite(engine, foreign_keys=foreign_keys)
    return engine


def open_engine(settings: Settings) -> Engine:
    """Build the engine of a database that is at this program's revision; see `open_store`.

    Raises
    ------
    DatabaseTooNew : a newer program made it.
    StoreError : it does not answer, or has to be upgraded: ``qa db upgrade``.
    """
    if is_blank(settings):
        upgrade(settings)
    engine = make_engine(address(settings))
    try:
        check(engine)
    except BaseException:
        engine.dispose()
        raise
    return engine


def _prepare_sqlite(engine: Engine, *, foreign_keys: bool) -> None:
    @event.listens_for(engine, "connect")
    def _connect(connection: sqlite3.Connection, _record: object) -> None:
        # The driver would begin transactions when it sees fit, and commit before
        # changes of the schema; `_begin` does it instead.
        connection.isolation_level = None
        connection.execute(f"PRAGMA busy_timeout = {BUSY_S * 1000}")
        connection.execute("PRAGMA journal_mode = WAL")
        connection.execute("PRAGMA synchronous = NORMAL")
        # What is erased is overwritten: else its bytes stay in the file until they are needed.
        connection.execute("PRAGMA secure_delete = ON")
        connection.execute(f"PRAGMA foreign_keys = {'ON' if foreign_keys else 'OFF'}")

    @event.listens_for(engine, "begin")
    def _begin(connection: Connection) -> None:
        # A transaction that reads first and writes later fails at once, without
        # waiting, when another wrote in between; so writers begin as writers.
        writes = connection.get_execution_options().get("writes", False)
        connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")


@contextmanager
def reading(engine: Engine) -> Iterator[Session]:
    """Open a session that only reads, or take the one that is shared (`qa.store.sharing`).

    Raises
    ------
    StoreError : the database does not answer.
    """
    reads = sharing.current()
    session = reads.session(engine) if reads is not None else None
    if reads is None or session is None:
        with _translated(engine), Session(sharing.for_reads(engine)) as session:
            yield session
        return
    try:
        with _translated(engine):
            yield session
    except (DBAPIError, StoreError):
        # A transaction in which something failed answers nothing any more.
        reads.forget()
        raise


@contextmanager
def writing(engine: Engine) -> Iterator[Session]:
    """Open a session that writes: all of it, or nothing.

    Raises
    ------
    DiskFull : no room left.
    StoreError : the database does not answer, or is busy for too long.
    """
    if (reads := sharing.current()) is not None:
        # Nobody holds a connection while waiting for another one; and whoever reads again
        # sees what was written.
        reads.forget()
    with _translated(engine), Session(engine.execution_options(writes=True)) as session:
        yield session
        session.commit()


@contextmanager
def _translated(engine: Engine) -> Iterator[None]:
    try:
        yield
    except DBAPIError as err:
        cause = err.orig
        full = _is_full(engine.url, getattr(cause, "sqlite_errorcode", 0) or 0)
        if full or getattr(cause, "sqlstate", None) == _FULL_POSTGRES:
            raise DiskFull(
                "The disk of the database is full; nothing was changed.",
                "Free some space, then try again.",
            ) from err
        where = engine.url.render_as_string(hide_password=True)
        if getattr(cause, "sqlite_errorcode", None) in _BROKEN_SQLITE:
            raise DatabaseRefuses(
                "is none, or a damaged one",
                "Restore a backup, or name another file in QA_DATABASE_URL.",
                address=where,
            ) from err
        if not isinstance(err, OperationalError):
            raise
        refused = DatabaseRefuses(
            f"does not answer or is busy ({type(cause).__name__})",
            "Check that it runs, that QA_DATABASE_URL is right and that its folder can be written.",
            address=where,
        )
        refused.passing = True
        raise refused from err


def _is_full(url: URL, code: int) -> bool:
    """Say whether SQLite failed because the disk is full."""
    if code == _FULL_SQLITE:
        return True
    file = sqlite_file(url)
    if file is None or code & 0xFF not in _NO_ROOM_FOR_MORE:
        return False
    with suppress(OSError):
        disk = os.statvfs(file.parent)
        return disk.f_bavail * disk.f_frsize < _LITTLE
    return False


def revision(engine: Engine) -> str | None:
    """Return the database's revision; None when it was never set up.

    Raises
    ------
    StoreError : the database does not answer, or it holds tables of something else.
    """
    with reading(engine) as session:
        tables = set(inspect(session.connection()).get_table_names())
        if "alembic_version" in tables:
            found = session.connection().execute(text("SELECT version_num FROM alembic_version"))
            return found.scalar_one_or_none()
    if "conversation" in tables:
        raise DatabaseRefuses(
            "holds tables of something else",
            "Name another database in QA_DATABASE_URL.",
            address=engine.url.render_as_string(hide_password=True),
        )
    return None


def check(engine: Engine) -> None:
    """Refuse a database that this program cannot work with.

    Raises
    ------
    DatabaseTooNew : a newer program made it.
    StoreError : it has to be upgraded first.
    """
    found = revision(engine)
    if found == REVISIONS[-1]:
        return
    name = engine.url.render_as_string(hide_password=True)
    if found is None or found in REVISIONS:
        what = "is not set up yet" if found is None else f"is of an older program ({found})"
        raise DatabaseRefuses(what, "Run: qa db upgrade", address=name)
    raise DatabaseTooNew(
        f"was made by a newer program: it is at revision {found}, "
        f"this program knows up to {REVISIONS[-1]}",
        "Install that version of callcenter-qa, or restore a backup made before its upgrade.",
        address=name,
    )


def upgrade(settings: Settings) -> str:
    """Bring the database to this program's schema; return the revision it had ("" = none).

    Safe to run at any time and by several processes at once.

    Raises
    ------
    DatabaseTooNew : a newer program made it.
    StoreError : the database does not answer.
    """
    url = address(settings)
    _make_folder(url)
    # Alembic rebuilds tables on SQLite; with foreign keys on, dropping the old
    # one would delete what refers to it.
    engine = make_engine(url, foreign_keys=False)
    try:
        before = revision(engine)
        if before is not None and before not in REVISIONS:
            check(engine)
        with _translated(engine), engine.execution_options(writes=True).begin() as connection:
            if connection.dialect.name == "postgresql":
                connection.execute(text("SELECT pg_advisory_xact_lock(:n)"), {"n": UPGRADE_LOCK})
            _run_alembic(connection)
    finally:
        engine.dispose()
    _make_private(url)
    return before or ""


def _run_alembic(connection: Connection) -> None:
    from alembic import command  # noqa: PLC0415 - opening a database must not load Alembic
    from alembic.config import Config  # noqa: PLC0415

    with as_file(files("qa.store.migrations")) as folder:
        config = Config()
        config.set_main_option("script_location", str(folder).replace("%", "%%"))
        config.attributes["connection"] = connection
        command.upgrade(config, "head")


def is_blank(settings: Settings) -> bool:
    """Say whether the embedded database has yet to be made: no file, or one without tables."""
    url = address(settings)
    file = sqlite_file(url)
    if file is None:
        return False
    if not file.exists() or file.stat().st_size == 0:
        return True
    engine = make_engine(url)
    try:
        with reading(engine) as session:
            return not inspect(session.connection()).get_table_names()
    finally:
        engine.dispose()


def _make_folder(url: URL) -> None:
    file = sqlite_file(url)
    if file is None:
        return
    try:
        private_folder(file.parent)
    except OSError as err:
        raise from_os_error(err, file.parent) from err


def private_folder(folder: Path) -> None:
    """Make a folder, and those above it that are missing, for the owner alone.

    Raises
    ------
    OSError : it cannot be made.
    """
    # `Path.mkdir(parents=True)` gives its mode to the last folder only.
    for each in (*reversed(folder.parents), folder):
        if not each.exists():
            each.mkdir(mode=0o700, exist_ok=True)


def _make_private(url: URL) -> None:
    file = sqlite_file(url)
    if file is not None and file.exists():
        os.chmod(file, 0o600)  # noqa: PTH101


def from_os_error(err: OSError, path: Path) -> StoreError:
    """Return what a failed write means: `DiskFull`, or that the path refuses."""
    if err.errno in {errno.ENOSPC, errno.EDQUOT}:
        return DiskFull(
            f"No room left while writing below {path}; nothing half-written was kept.",
            "Free some space, then try again.",
        )
    return StoreError(
        f"{path} cannot be written ({err.strerror or type(err).__name__}).",
        "Check the rights of the folder, or set QA_DATA to another one.",
    )
