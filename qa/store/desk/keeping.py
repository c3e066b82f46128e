"""Reviews as they are kept, and from whom a conversation is hidden until theirs is."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime

from sqlmodel import Session, col, select

from qa.access import Part, Scope
from qa.errors import UsageError
from qa.store import reviews, scopes
from qa.store.desk.draw_tables import DrawnRow, DrawRow, ReviewRow
from qa.store.tables import ConversationRow


def hidden_from(session: Session, ids: Collection[str], reviewer: str) -> frozenset[str]:
    """Return those conversations that a reviewer is to judge before they see what others said."""
    return hidden_in(session, ids, Scope(reviewer=reviewer, reviews=(Part(),)))


def hidden_in(session: Session, ids: Collection[str], scope: Scope) -> frozenset[str]:
    """Return those conversations that whoever sees a scope is to judge blind, and has not."""
    return scopes.blind(session, ids, scope)


def save_review(
    session: Session, id: str, *, who: str, now: datetime, blind: bool
) -> dict[tuple[str, str], int]:
    """Save a reviewer's review of every card and agent; return their numbers.

    Raises
    ------
    UsageError : it has no score.
    """
    judged = reviews.current(session, id)
    if not judged:
        raise UsageError(
            f"Conversation {id} has no score: there is nothing to review.", f"Run: qa score {id}"
        )
    draw = session.exec(
        select(DrawRow.id)
        .join(DrawnRow, col(DrawnRow.draw) == DrawRow.id)
        .where(DrawnRow.conversation == id)
        .order_by(col(DrawRow.blind).desc(), col(DrawRow.id).desc())
    ).first()
    numbers = {}
    for row in judged:
        party = row.party or ""
        found = session.exec(
            select(ReviewRow).where(
                ReviewRow.conversation == id,
                ReviewRow.card == row.card,
                ReviewRow.party == party,
                ReviewRow.reviewer == who,
            )
        ).first() or ReviewRow(
            conversation=id, card=row.card, party=party, reviewer=who, blind=blind, draw=draw,
            started_at=now,
        )  # fmt: skip
        found.saved_at = now
        session.add(found)
        session.flush()
        numbers[row.card, party] = found.id or 0
    conversation = session.get_one(ConversationRow, id)
    conversation.reviewed_at, conversation.reviewed_by = now, who
    return numbers
