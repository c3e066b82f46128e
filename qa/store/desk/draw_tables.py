"""The tables of draws and reviews: what `qa.store.scopes` asks before it shows a verdict.

They stand apart from the rest of `tables`, so that a list can be shown without that.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, Index
from sqlmodel import Field

from qa.store.tables import Table, UtcDateTime


class DrawRow(Table, table=True):
    """A random draw of conversations for review: how it was made, so it can be made again."""

    __tablename__ = "draw"

    id: int | None = Field(default=None, primary_key=True)
    made_at: datetime = Field(sa_type=UtcDateTime)
    who: str
    #: Of the random numbers.
    seed: int
    #: All that limits it: how many for each agent, filters, span of time.
    rule: dict[str, Any] = Field(sa_type=JSON)
    #: The rule as people read it; stored, since wordings change.
    reason: str
    #: Whether the machine's verdicts stay hidden until the reviewer has saved.
    blind: bool = True
    #: Name of the schedule that drew; "" = a person did.
    schedule: str = ""
    #: For which of its times it drew: "2026-11-23T07:00"; "" = a person did.
    period: str = Field(default="", sa_column_kwargs={"server_default": ""})


class DrawnRow(Table, table=True):
    """A conversation of a draw."""

    __tablename__ = "drawn"

    draw: int = Field(primary_key=True, foreign_key="draw.id", ondelete="CASCADE")
    conversation: str = Field(
        primary_key=True, foreign_key="conversation.id", ondelete="CASCADE", index=True
    )
    #: Whom it was drawn for: an agent's id.
    agent: str = ""
    #: Chosen from so many conversations of that agent.
    of: int


class ReviewRow(Table, table=True):
    """One reviewer's work on one card of one agent's part of a conversation."""

    __tablename__ = "review"
    __table_args__ = (
        Index(
            "uq_review_reviewer",
            "conversation",
            "card",
            "party",
            "reviewer",
            unique=True,
        ),
    )

    id: int | None = Field(default=None, primary_key=True)
    conversation: str = Field(foreign_key="conversation.id", ondelete="CASCADE")
    card: str = Field(index=True)
    #: "" for a team outcome: nulls would not be unique.
    party: str = ""
    reviewer: str = Field(index=True)
    #: Begun without the machine's verdicts in sight.
    blind: bool
    #: The draw that asked for it; None = nobody drew it.
    draw: int | None = Field(default=None, foreign_key="draw.id", ondelete="SET NULL")
    started_at: datetime = Field(sa_type=UtcDateTime)
    #: None = not finished.
    saved_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
