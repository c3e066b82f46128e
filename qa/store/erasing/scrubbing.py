"""What databases keep of deleted rows, overwritten as far as they let one.

SQLite overwrites what is deleted (`PRAGMA secure_delete`, on every connection); its index of
words keeps those of deleted texts until it is merged, and its log (WAL) holds old pages until
it is emptied. A database of an older program, which did not overwrite, is written anew once.

PostgreSQL keeps deleted rows until it vacuums, and their bytes until their place is used
again: `VACUUM FULL` and the age of its own logs and backups are its administrator's.
"""

from __future__ import annotations

import sqlite3

from sqlalchemy import Connection, Engine, text
from sqlalchemy.engine.interfaces import DBAPICursor

from qa.store import database

#: Pages of the index of words that one transaction merges: others want to write meanwhile.
_PAGES = 500
#: Changes that a merge counts where there was nothing to merge: its own command's.
_NOTHING = 1
#: What `PRAGMA user_version` says once all of the file was written with deletion overwriting.
CLEAN = 1
#: Seconds that others are waited for who read the log.
WAIT_S = 10.0
#: What is vacuumed: tables that held what was said, or heard.
_TABLES = ("turn", "searchable", "heard", "redacted", "finding", "comment", "conversation")


def scrub(engine: Engine, *, wait_s: float = WAIT_S) -> bool:
    """Overwrite what was deleted; say whether all of it could be.

    False: somebody was reading or writing all the while, or there is no room to write the file
    anew; the next run does it.

    Parameters
    ----------
    wait_s : for others who read SQLite's log, seconds.
    """
    if engine.dialect.name == "postgresql":
        with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
            for name in _TABLES:
                connection.execute(text(f'VACUUM "{name}"'))
        return True
    while _merge(engine):
        pass
    raw = engine.raw_connection()
    try:
        return _rewrite(raw.cursor(), wait_s)
    finally:
        raw.close()


def _rewrite(cursor: DBAPICursor, wait_s: float) -> bool:
    """Write an old file anew, and empty the log. Outside transactions: neither works inside."""
    cursor.execute(f"PRAGMA busy_timeout = {round(wait_s * 1000)}")
    try:
        cursor.execute("PRAGMA user_version")
        (version,) = cursor.fetchone() or (CLEAN,)
        if version < CLEAN:
            cursor.execute("VACUUM")
            cursor.execute(f"PRAGMA user_version = {CLEAN}")
        cursor.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        busy, *_ = cursor.fetchone() or (1,)
    except sqlite3.OperationalError:  # somebody writes all the while, or there is no room
        return False
    finally:
        cursor.execute(f"PRAGMA busy_timeout = {database.BUSY_S * 1000}")
    return not busy


def _merge(engine: Engine) -> bool:
    """Merge some of the index of words; say whether there may be more to do."""
    with database.writing(engine) as session:
        connection = session.connection()
        before = _changes(connection)
        connection.execute(
            text("INSERT INTO spoken(spoken, rank) VALUES ('merge', :pages)"), {"pages": -_PAGES}
        )
        return _changes(connection) - before > _NOTHING


def _changes(connection: Connection) -> int:
    return int(connection.execute(text("SELECT total_changes()")).scalar_one())
