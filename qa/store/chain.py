"""Writing the audit log: rows are gathered while a transaction runs, and linked as it ends.

Each row holds the hash of the one before, so writers have to follow one another. They do
only from the last statement of a transaction to its commit: a lock that is taken last is
never waited for by somebody who holds another one that we still need.
"""

from __future__ import annotations

from sqlalchemy import event, insert, text
from sqlalchemy.orm import SessionTransaction
from sqlmodel import Session, col, select

from qa.store.acts import BEGINNING, Done, digest, worded
from qa.store.audit_tables import AuditRow

#: Any number, the same in every process: who adds rows on PostgreSQL holds this lock. On
#: SQLite there is one writer at a time anyway.
LOCK = 7_215_002
_PENDING = "audit"


def note(session: Session, done: Done) -> None:
    """Write down what was done, in the transaction that does it: both happen, or neither."""
    session.connection()  # it has begun: where it is rolled back, we are told
    pending: list[Done] | None = session.info.get(_PENDING)
    if pending is None:
        pending = session.info[_PENDING] = []
        event.listen(session, "before_commit", _link)
        event.listen(session, "after_soft_rollback", _forget)
    pending.append(done)


def _forget(session: Session, rolled_back: SessionTransaction) -> None:
    # A savepoint's end is not the transaction's.
    if not rolled_back.nested:
        session.info[_PENDING] = []


def _link(session: Session) -> None:
    pending: list[Done] = session.info[_PENDING]
    if not pending or session.in_nested_transaction():
        return
    done, session.info[_PENDING] = tuple(pending), []
    session.flush()
    if session.get_bind().dialect.name == "postgresql":
        session.execute(text("SELECT pg_advisory_xact_lock(:n)"), {"n": LOCK})
    row = AuditRow
    last = session.exec(select(row.seq, row.hash).order_by(col(row.seq).desc()).limit(1)).first()
    seq, previous = last or (0, BEGINNING)
    values = []
    for each in done:
        seq += 1
        values.append(_values(each, seq, previous))
        previous = str(values[-1]["hash"])
    session.execute(insert(AuditRow), values)


def _values(done: Done, seq: int, previous: str) -> dict[str, object]:
    detail = worded(done.detail)
    own = digest(
        seq, done.at, who=done.who, act=done.act, kind=done.kind, object=done.object,
        detail=detail, previous=previous,
    )  # fmt: skip
    return {
        "seq": seq, "at": done.at, "who": done.who, "act": str(done.act), "kind": str(done.kind),
        "object": done.object, "detail": detail, "previous": previous, "hash": own,
    }  # fmt: skip
