"""One session for all that is read to answer one question.

A page asks the store two dozen things, each of which alone would take a connection, begin
and end, and load the same conversation again. Within `shared` they have one session: one
connection, what was loaded once, and on SQLite one moment of the database.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from functools import lru_cache

from sqlalchemy import Engine, event
from sqlmodel import Session

#: Rows that are held at most: those of a page and more. Who goes through all there are, a part
#: at a time, takes no more memory for sharing.
MOST_ROWS = 2000
_READS: ContextVar[Reads | None] = ContextVar("reads", default=None)


class Reads:
    """The session that the reads of one question share; opened by the first of them.

    Not for two threads at a time; one after the other may use it.
    """

    def __init__(self) -> None:
        self._sessions: dict[Engine, Session] = {}
        self._rows: deque[object] = deque(maxlen=MOST_ROWS)
        self._ended = False

    def session(self, engine: Engine) -> Session | None:
        """Return the session of a database; None once the question is answered."""
        if self._ended:
            return None
        if engine not in self._sessions:
            session = self._sessions[engine] = Session(for_reads(engine))
            # A session forgets what nobody else holds; this one loads nothing of late twice.
            event.listen(session, "loaded_as_persistent", lambda _, row: self._rows.append(row))
        return self._sessions[engine]

    def forget(self) -> None:
        """Give the connections back: what is read next is read anew."""
        self._rows.clear()
        while self._sessions:
            self._sessions.popitem()[1].close()

    def end(self) -> None:
        """Give the connections back; whoever reads later has a session of their own."""
        self._ended = True
        self.forget()


@lru_cache(maxsize=16)
def for_reads(engine: Engine) -> Engine:
    """Return an engine for what only reads.

    On PostgreSQL each statement sees what was written until it began, within a transaction of
    this program or outside of one; and to begin and end one takes two more of its answers.
    """
    if engine.dialect.name != "postgresql":
        return engine
    return engine.execution_options(isolation_level="AUTOCOMMIT")


@contextmanager
def shared() -> Iterator[Reads]:
    """Let all reads of the block share a session; for what reads alone, and briefly."""
    reads = Reads()
    before = _READS.set(reads)
    try:
        yield reads
    finally:
        _READS.reset(before)
        reads.end()


def current() -> Reads | None:
    """Return what the reads of this question share; None where they share nothing."""
    return _READS.get()
