"""What humans change of a conversation: in the journal, counted, never over what they did not see.

Whoever changes something may say which version they had before their eyes. Where it is no
longer the last one, nothing is changed. Remarks and stars are added beside one another and
overwrite nothing, so they do not count.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from sqlalchemy import String, bindparam
from sqlmodel import Session, col, func, select

from qa.errors import NotFound, Stale
from qa.store import journal
from qa.store.tables import AssessmentRow, ConversationRow
from qa.store.views import Logged

#: What counts, as the journal calls it.
COUNTED = frozenset(
    {
        "override",
        "undo",
        "roles swapped",
        "language corrected",
        "scored again",
        "released",
        "taken back",
        "reviewed",
        "reopened",
        "second look answered",
    }
)


_NEWEST = select(func.max(AssessmentRow.id)).where(
    col(AssessmentRow.conversation) == bindparam("conversation", type_=String)
)


def version(session: Session, id: str) -> str:
    """Return what a conversation's version is called: its changes, and its newest score.

    Raises
    ------
    NotFound : there is none.
    """
    return _version(session, _row(session, id))


def note(
    session: Session,
    id: str,
    kind: str,
    *,
    who: str,
    detail: Mapping[str, str],
    now: datetime,
    seen: str | None = None,
) -> None:
    """Count a human's change and write it into the journal; call it before changing anything.

    Parameters
    ----------
    kind : one of `COUNTED`.
    seen : the version that whoever changes it had before their eyes; None = whatever it is.

    Raises
    ------
    NotFound : there is no such conversation.
    Stale : it is another one by now.
    """
    session.flush()
    # Held until the end of the transaction: two writers are one after the other.
    row = _row(session, id, hold=True)
    if seen is not None and seen != _version(session, row):
        last = since(session, id, seen)
        who_else = ", ".join(dict.fromkeys(entry.who for entry in last)) or "The machine"
        what = "; ".join(dict.fromkeys(entry.kind for entry in last)) or "scored again"
        raise Stale(
            f"{who_else} changed conversation {id} meanwhile ({what}).",
            "Read it again, then write with its new ETag.",
        )
    row.revision += 1
    journal.write(session, kind, who=who, conversation=id, detail=detail, now=now)
    session.flush()


def since(session: Session, id: str, seen: str) -> tuple[Logged, ...]:
    """Return what humans changed of a conversation since a version of it, oldest first."""
    count, _, _ = seen.partition(".")
    known = int(count) if count.isdecimal() else 0
    missed = _row(session, id).revision - known
    if missed <= 0:
        return ()
    counted = [entry for entry in journal.read(session, id) if entry.kind in COUNTED]
    return tuple(counted[-missed:])


def _row(session: Session, id: str, *, hold: bool = False) -> ConversationRow:
    row = session.get(ConversationRow, id, with_for_update=True if hold else None)
    if row is None:
        raise NotFound(f"There is no conversation {id}.", "'qa list' shows those that there are.")
    return row


def _version(session: Session, row: ConversationRow) -> str:
    newest = session.exec(_NEWEST, params={"conversation": row.id}).one()
    return f"{row.revision}.{newest or 0}"
