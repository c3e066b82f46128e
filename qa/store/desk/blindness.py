"""Whose scores are hidden from whom: what was drawn blind, until that person has saved."""

from __future__ import annotations

from typing import Any

from sqlalchemy import ColumnElement, and_
from sqlmodel import col, select

from qa.store.desk.tables import DrawnRow, DrawRow, ReviewRow


def hidden_from(who: str, conversation: Any) -> ColumnElement[bool]:
    """Return the condition that the machine's verdicts are hidden from somebody.

    Parameters
    ----------
    who : name of an account.
    conversation : column of the conversation's id.
    """
    drawn = (
        select(DrawnRow.conversation)
        .join(DrawRow, col(DrawRow.id) == DrawnRow.draw)
        .where(col(DrawRow.blind).is_(True))
    )
    saved = select(ReviewRow.conversation).where(
        col(ReviewRow.reviewer) == who, col(ReviewRow.saved_at).is_not(None)
    )
    # Uncorrelated: each is read once, and never row by row.
    return and_(
        col(conversation).in_(drawn.correlate(None)),
        col(conversation).not_in(saved.correlate(None)),
    )
