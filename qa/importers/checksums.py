"""Checksums of files, kept by where a file lies, how long it is and when it was changed.

Those of things at addresses are kept by their ETag, or whatever else changes with them.

Each night looks through all recordings that lie there; to read every one of them again would
take hours. What is kept is only ever a saving: without it, or where it cannot be written, files
are read.
"""

from __future__ import annotations

import hashlib
import os
import sqlite3
import time
from contextlib import closing, suppress
from pathlib import Path

from qa import audio
from qa.addresses import Listed
from qa.settings import Settings

_NAME = "checksums.db"
#: A file that was changed a moment ago may change again without another time of change.
_SETTLED_NS = 2_000_000_000
#: Days after which a file that nobody looked at is forgotten, and between notes that one was.
_FORGOTTEN, _NOTED = 90, 7
#: Checksums that are written together.
_TOGETHER = 500
_TABLE = """CREATE TABLE IF NOT EXISTS file (
    path BLOB PRIMARY KEY, size INTEGER, changed_ns INTEGER, checksum TEXT, day INTEGER
) WITHOUT ROWID"""


class Checksums:
    """The checksums of one search.

    Holds no names: a path is known by its hash. Used by one thread; other processes may use
    the same file meanwhile.
    """

    def __init__(self, settings: Settings) -> None:
        # Beside the cache, not in it: all that lies there is sealed, and asks for its key.
        self._file = settings.data / _NAME if settings.data.is_dir() else None
        self._known: sqlite3.Connection | None = None
        self._new: list[tuple[bytes, int, int, str, int]] = []
        self._day = int(time.time() // 86400)

    def of(self, path: Path) -> str:
        """Return ``sha256:<hex>`` of a file's bytes, which are read where it may have changed.

        Raises
        ------
        InputError : the file cannot be read.
        """
        try:
            stat = path.stat()
        except OSError:
            return audio.checksum(path)  # says why
        key = hashlib.sha256(os.fsencode(path.absolute())).digest()
        known = self._look_up(key)
        if known is not None and known[:2] == (stat.st_size, stat.st_mtime_ns):
            if self._day - known[3] >= _NOTED:
                self._note(key, stat.st_size, stat.st_mtime_ns, known[2])
            return known[2]
        checksum = audio.checksum(path)
        if time.time_ns() - stat.st_mtime_ns > _SETTLED_NS:
            self._note(key, stat.st_size, stat.st_mtime_ns, checksum)
        return checksum

    def of_thing(self, thing: Listed) -> str | None:
        """Return the checksum of what lies at an address; None where it may have changed."""
        known = self._look_up(_key_of(thing)) if thing.mark else None
        if known is None or known[:2] != (thing.size, stamp_of(thing)):
            return None
        if self._day - known[3] >= _NOTED:
            self.note_thing(thing, known[2])
        return known[2]

    def note_thing(self, thing: Listed, checksum: str) -> None:
        """Keep the checksum of what lies at an address, where another would show."""
        if thing.mark and thing.settled:
            self._note(_key_of(thing), thing.size, stamp_of(thing), checksum)

    def _look_up(self, key: bytes) -> tuple[int, int, str, int] | None:
        self._open()
        if self._known is None:
            return None
        try:
            query = "SELECT size, changed_ns, checksum, day FROM file WHERE path = ?"
            row: tuple[int, int, str, int] | None = self._known.execute(query, (key,)).fetchone()
        except sqlite3.OperationalError:  # held by another for too long
            return None
        except sqlite3.DatabaseError:
            self._begin_anew()
            return None
        return row

    def _begin_anew(self) -> None:
        """Throw a damaged file away; the next search makes it again."""
        if self._known is not None and self._file is not None:
            self._known.close()
            for ending in ("", "-wal", "-shm"):
                with suppress(OSError):
                    self._file.with_name(_NAME + ending).unlink(missing_ok=True)
        self._known = self._file = None

    def _note(self, key: bytes, size: int, changed: int, checksum: str) -> None:
        self._new.append((key, size, changed, checksum, self._day))
        if len(self._new) >= _TOGETHER:
            self.keep()

    def _open(self) -> None:
        if self._known is not None or self._file is None:
            return
        with suppress(OSError, sqlite3.Error):
            self._known = sqlite3.connect(
                self._file, isolation_level=None, timeout=1, check_same_thread=False
            )
            try:
                self._known.execute("PRAGMA journal_mode = WAL")
                self._known.execute("PRAGMA synchronous = OFF")  # it can be made anew
                self._known.execute(_TABLE)
            except sqlite3.OperationalError:
                raise
            except sqlite3.DatabaseError:
                self._begin_anew()
            return
        self._known = self._file = None

    def keep(self) -> None:
        """Write down what was found."""
        if self._known is not None and self._new:
            with suppress(sqlite3.Error), closing(self._known.cursor()) as cursor:
                cursor.execute("BEGIN IMMEDIATE")
                cursor.executemany("INSERT OR REPLACE INTO file VALUES (?, ?, ?, ?, ?)", self._new)
                cursor.execute("COMMIT")
        self._new.clear()

    def close(self) -> None:
        """Write down what was found, and let go of the file."""
        self.keep()
        if self._known is not None:
            with suppress(sqlite3.Error):
                forgotten = (self._day - _FORGOTTEN,)
                self._known.execute("DELETE FROM file WHERE day < ?", forgotten)
            self._known.close()
            self._known = None


def _key_of(thing: Listed) -> bytes:
    return hashlib.sha256(str(thing.address).encode("utf-8", "surrogatepass")).digest()


def stamp_of(thing: Listed) -> int:
    """Return a mark as a number of the size that the time of a file's change has."""
    return int.from_bytes(hashlib.sha256(thing.mark.encode()).digest()[:7])
