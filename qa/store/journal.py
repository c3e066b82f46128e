"""The journal: who did what. Ids and counts only, never what was said."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from sqlmodel import Session, col, select

from qa.store.tables import EventRow
from qa.store.views import Logged


def write(
    session: Session,
    kind: str,
    *,
    who: str,
    conversation: str | None,
    detail: Mapping[str, str],
    now: datetime,
) -> None:
    """Add an entry."""
    session.add(
        EventRow(conversation=conversation, at=now, kind=kind, who=who, detail=dict(detail))
    )


def read(session: Session, conversation: str) -> tuple[Logged, ...]:
    """Return a conversation's entries, oldest first."""
    found = session.exec(
        select(EventRow).where(EventRow.conversation == conversation).order_by(col(EventRow.id))
    )
    return tuple(
        Logged(
            at=row.at,
            kind=row.kind,
            who=row.who,
            conversation=row.conversation,
            detail={str(k): str(v) for k, v in row.detail.items()},
        )
        for row in found
    )
