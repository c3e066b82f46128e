"""The audit log: who saw, heard, changed, exported or erased what, and when.

Rows are only ever added, each with the hash of the one before (`qa.store.chain`).
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta

from sqlalchemy import Engine
from sqlmodel import Session, col, select
from sqlmodel.sql.expression import SelectOfScalar

from qa.errors import UsageError
from qa.records import Record
from qa.store import chain, database
from qa.store.acts import BEGINNING, Act, Detail, Done, Entry, Head, Kind, digest
from qa.store.audit_tables import AuditRow

#: Looking again at the same thing within this time is the same look.
ONE_LOOK = timedelta(hours=1)
#: Rows that are read at once.
AT_ONCE = 1000
_HEAD = re.compile(r"(\d{1,18}):([0-9a-f]{64})")


class Asked(Record):
    """Which rows are wanted; None = whatever it is."""

    who: str | None = None
    act: Act | None = None
    kind: Kind | None = None
    object: str | None = None
    #: From this moment, and before that one.
    since: datetime | None = None
    until: datetime | None = None


class Entries(Record):
    """Some rows, newest first."""

    items: tuple[Entry, ...]
    #: Give it as `before` for the next page; None at the end.
    next: int | None = None


class Verified(Record):
    """What became of checking the log."""

    #: Rows that were read.
    rows: int
    #: Where it ends now; None = it is empty.
    head: Head | None
    #: What is wrong first, in words; "" = nothing.
    fault: str = ""


class Audit:
    """The part of the store that keeps the audit log."""

    def __init__(self, engine: Engine, *, clock: Callable[[], datetime]) -> None:
        self._engine = engine
        self._now = clock

    # --- writing -------------------------------------------------------------------------

    def record(
        self,
        who: str,
        act: Act,
        kind: Kind = Kind.NONE,
        object: str = "",
        *,
        detail: Detail | None = None,
        session: Session | None = None,
    ) -> None:
        """Write down what somebody did.

        Parameters
        ----------
        who : an account's name or the machine user's.
        object : the id of the thing; never a name of a customer, never a number to call.
        detail : ids, numbers and words of enums; never a word of a conversation.
        session : one that writes (`database.writing`): the row is there when that is
            committed, and only then. None = at once.

        Raises
        ------
        StoreError : it could not be written; then let it not happen either.
        """
        done = Done(at=self._now(), who=who, act=act, kind=kind, object=object, detail=detail or {})
        if session is not None:
            chain.note(session, done)
            return
        with database.writing(self._engine) as own:
            chain.note(own, done)

    def looked(self, who: str, act: Act, kind: Kind, object: str) -> None:
        """Write down that somebody looks at something, once for every hour of looking.

        A player asks for a sound in many pieces, and a page for many parts of a
        conversation: all of that is one look.
        """
        row, since = AuditRow, self._now() - ONE_LOOK
        known = select(row.seq).where(
            row.object == object, row.who == who, row.act == act, row.kind == kind,
            col(row.at) > since,
        )  # fmt: skip
        with database.reading(self._engine) as session:
            if session.exec(known.limit(1)).first() is not None:
                return
        self.record(who, act, kind, object)

    # --- reading -------------------------------------------------------------------------

    def page(
        self, asked: Asked | None = None, *, before: int | None = None, limit: int = 100
    ) -> Entries:
        """Return rows, newest first.

        Parameters
        ----------
        before : only rows of a lower number.

        Raises
        ------
        UsageError : `limit` is not 1 to 1000.
        """
        if not 1 <= limit <= AT_ONCE:
            raise UsageError(f"A page of {limit} rows cannot be given.", f"Ask for 1 to {AT_ONCE}.")
        query = _asked(asked or Asked()).order_by(col(AuditRow.seq).desc()).limit(limit + 1)
        if before is not None:
            query = query.where(col(AuditRow.seq) < before)
        with database.reading(self._engine) as session:
            found = [_entry(row) for row in session.exec(query)]
        more = len(found) > limit
        return Entries(items=tuple(found[:limit]), next=found[limit - 1].seq if more else None)

    def rows(self, asked: Asked | None = None) -> Iterator[Entry]:
        """Return all rows, oldest first, a thousand at a time in memory."""
        after = 0
        while True:
            query = _asked(asked or Asked()).where(col(AuditRow.seq) > after)
            with database.reading(self._engine) as session:
                found = session.exec(query.order_by(col(AuditRow.seq)).limit(AT_ONCE)).all()
                entries = [_entry(row) for row in found]
            yield from entries
            if len(entries) < AT_ONCE:
                return
            after = entries[-1].seq

    def head(self) -> Head | None:
        """Return where the log ends; None while it is empty."""
        query = select(AuditRow).order_by(col(AuditRow.seq).desc()).limit(1)
        with database.reading(self._engine) as session:
            row = session.exec(query).first()
            return Head(seq=row.seq, hash=row.hash) if row is not None else None

    def verify(self, since: Head | None = None) -> Verified:
        """Check that no row was changed, and none is missing between two others.

        Rows that were cut off the end leave no trace in the log itself: only a `head` that
        was kept elsewhere shows that. Whoever can write to the database and knows this
        program can make a whole new chain; it will not hold any head that was kept.

        Parameters
        ----------
        since : where it ended once: that row has to be there, and is where checking begins.
        """
        before = since.seq - 1 if since is not None else 0
        count, head, previous = 0, None, None if since is not None else BEGINNING
        for row in self._raw(before):
            fault = _fault(row, before + count + 1, previous)
            if since is not None and not count and row.hash != since.hash:
                fault = f"row {row.seq} is another one than the head that was kept"
            if fault:
                return Verified(rows=count, head=head, fault=fault)
            count, previous, head = count + 1, row.hash, Head(seq=row.seq, hash=row.hash)
        if since is not None and not count:
            return Verified(rows=0, head=self.head(), fault=f"row {since.seq} is missing")
        return Verified(rows=count, head=head)

    def _raw(self, after: int) -> Iterator[AuditRow]:
        while True:
            query = select(AuditRow).where(col(AuditRow.seq) > after).order_by(col(AuditRow.seq))
            with database.reading(self._engine) as session:
                found = session.exec(query.limit(AT_ONCE)).all()
                session.expunge_all()
            yield from found
            if len(found) < AT_ONCE:
                return
            after = found[-1].seq


def head_of(typed: str) -> Head:
    """Return the head that somebody kept.

    Raises
    ------
    UsageError : that is none.
    """
    found = _HEAD.fullmatch(typed.strip())
    if found is None:
        raise UsageError(
            "That is no head of the audit log.", "Give what 'qa audit head' wrote: NUMBER:HASH"
        )
    return Head(seq=int(found[1]), hash=found[2])


def _fault(row: AuditRow, seq: int, previous: str | None) -> str:
    """Return what is wrong with a row that should have a number and follow a hash; "" = all well.

    Parameters
    ----------
    previous : None where the row before was not read.
    """
    if row.seq != seq:
        return f"row {seq} is missing"
    if previous is not None and row.previous != previous:
        return f"row {seq} does not follow the one before it"
    own = digest(
        row.seq, row.at, who=row.who, act=row.act, kind=row.kind, object=row.object,
        detail=row.detail, previous=row.previous,
    )  # fmt: skip
    return "" if own == row.hash else f"row {seq} was changed"


def _asked(asked: Asked) -> SelectOfScalar[AuditRow]:
    row, query = AuditRow, select(AuditRow)
    for column, wanted in (
        (row.who, asked.who), (row.act, asked.act), (row.kind, asked.kind),
        (row.object, asked.object),
    ):  # fmt: skip
        if wanted is not None:
            query = query.where(col(column) == str(wanted))
    if asked.since is not None:
        query = query.where(col(row.at) >= asked.since)
    if asked.until is not None:
        query = query.where(col(row.at) < asked.until)
    return query


def _entry(row: AuditRow) -> Entry:
    return Entry(
        seq=row.seq,
        at=row.at,
        who=row.who,
        act=Act(row.act),
        kind=Kind(row.kind),
        object=row.object,
        detail=json.loads(row.detail),
        previous=row.previous,
        hash=row.hash,
    )
