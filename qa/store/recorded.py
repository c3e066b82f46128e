"""How many calls had no recording, as each import found; kept in the journal."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sqlmodel import Session, col, select

from qa.records import Record
from qa.store import journal
from qa.store.tables import ConversationRow, EventRow

_KIND = journal.RECORDINGS_MISSING


class Recorded(Record):
    """What an import found by one table of the telephone system."""

    #: Name of the table's file.
    table: str
    #: Calls of the last day that were recorded, as the table says, and those not here.
    calls: int
    missing: int


def calls_since(session: Session, since: datetime) -> list[tuple[str, str]]:
    """Return the user's own id and the source of each call that came in since then."""
    row = ConversationRow
    query = select(row.external_id, row.source).where(
        col(row.registered_at) >= since, col(row.channel) == "call"
    )
    return [(own or "", source) for own, source in session.exec(query)]


def note(session: Session, found: Sequence[Recorded], *, now: datetime) -> None:
    """Keep what an import found."""
    for one in found:
        detail = {key: str(value) for key, value in one.model_dump().items()}
        journal.write(session, _KIND, who="", conversation=None, detail=detail, now=now)


def newest(session: Session, since: datetime, until: datetime) -> list[Recorded]:
    """Return what the last import in the span ``[since, until)`` found, by table."""
    event = EventRow
    rows = session.exec(
        select(event)
        .where(
            col(event.conversation).is_(None),
            col(event.kind) == _KIND,
            col(event.at) >= since,
            col(event.at) < until,
        )
        .order_by(col(event.id))
    )
    found = [Recorded.model_validate(row.detail, strict=False) for row in rows]
    return list({one.table: one for one in found}.values())
