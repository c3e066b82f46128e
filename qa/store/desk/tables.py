"""The tables of the review desk: comments, second looks, collections; see `draw_tables`, too.

People are named as in the journal and the history of verdicts: by their account's name,
which stays when the account goes. What somebody wrote is kept as written.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import Index, Text
from sqlalchemy.dialects.postgresql import TSVECTOR
from sqlmodel import Field

from qa.store.tables import Table, UtcDateTime

#: Text for SQLite; PostgreSQL keeps words with their places.
_WORDS: Any = Text().with_variant(TSVECTOR(), "postgresql")


class SearchableRow(Table, table=True):
    """The words of a conversation, made comparable, for `qa.store.desk.searching`.

    SQLite indexes them in a table beside this one (`spoken`), which its triggers keep up.
    """

    __tablename__ = "searchable"
    # The indexes of its words are each database's own: see the migration.
    __table_args__ = (Index("uq_searchable_part", "conversation", "part", unique=True),)

    id: int | None = Field(default=None, primary_key=True)
    conversation: str = Field(foreign_key="conversation.id", ondelete="CASCADE")
    #: A very long conversation is indexed in several parts.
    part: int
    #: All words in their order, folded.
    said: str = Field(sa_type=_WORDS)
    #: Whatever forms of words they match by, in no order.
    forms: str = Field(sa_type=_WORDS)


class AssignmentRow(Table, table=True):
    """A conversation is given to a reviewer."""

    __tablename__ = "assignment"

    conversation: str = Field(primary_key=True, foreign_key="conversation.id", ondelete="CASCADE")
    reviewer: str = Field(index=True)
    given_by: str
    at: datetime = Field(sa_type=UtcDateTime)


class BlindRow(Table, table=True):
    """A verdict that a reviewer gave before seeing the machine's, and what the machine said."""

    __tablename__ = "blind"

    review: int = Field(primary_key=True, foreign_key="review.id", ondelete="CASCADE")
    item: str = Field(primary_key=True, index=True)
    verdict: str
    value: float | None = None
    comment: str = ""
    #: The machine's verdict at that time, and the card it came from.
    machine: str
    card_hash: str


class PresenceRow(Table, table=True):
    """Somebody has a conversation open."""

    __tablename__ = "presence"

    conversation: str = Field(primary_key=True, foreign_key="conversation.id", ondelete="CASCADE")
    who: str = Field(primary_key=True)
    seen_at: datetime = Field(sa_type=UtcDateTime)


class CommentRow(Table, table=True):
    """What somebody says of a moment, or of the whole."""

    __tablename__ = "comment"

    id: int | None = Field(default=None, primary_key=True)
    conversation: str = Field(foreign_key="conversation.id", ondelete="CASCADE", index=True)
    #: Place of the turn; None = of the whole conversation.
    turn: int | None = None
    #: Seconds into the recording; None = of the whole turn.
    second: float | None = None
    text: str
    who: str
    at: datetime = Field(sa_type=UtcDateTime)
    removed_at: datetime | None = Field(default=None, sa_type=UtcDateTime)


class StarRow(Table, table=True):
    """A moment that was done well, with thanks."""

    __tablename__ = "star"

    conversation: str = Field(primary_key=True, foreign_key="conversation.id", ondelete="CASCADE")
    turn: int = Field(primary_key=True, sa_column_kwargs={"autoincrement": False})
    who: str = Field(primary_key=True)
    thanks: str = ""
    at: datetime = Field(sa_type=UtcDateTime)


class AcknowledgedRow(Table, table=True):
    """An agent has seen their result."""

    __tablename__ = "acknowledged"

    conversation: str = Field(primary_key=True, foreign_key="conversation.id", ondelete="CASCADE")
    agent: str = Field(primary_key=True)
    at: datetime = Field(sa_type=UtcDateTime)


class SecondLookRow(Table, table=True):
    """An agent asked for a second look at an item."""

    __tablename__ = "second_look"
    __table_args__ = (
        Index("uq_second_look_item", "conversation", "card", "party", "item", unique=True),
    )

    id: int | None = Field(default=None, primary_key=True)
    conversation: str = Field(foreign_key="conversation.id", ondelete="CASCADE")
    card: str
    party: str
    item: str
    #: The agent's account name, and why they ask.
    asked_by: str
    comment: str
    asked_at: datetime = Field(sa_type=UtcDateTime)
    #: Who may not answer: whose verdict it was; "" = the machine's.
    first_reviewer: str = ""
    #: The verdict asked about.
    verdict: str
    #: "" = open, "upheld" (it stays) or "changed".
    outcome: str = Field(default="", index=True)
    answered_by: str = ""
    answer: str = ""
    answered_at: datetime | None = Field(default=None, sa_type=UtcDateTime)


class SoundConsentRow(Table, table=True):
    """An agent lets the sound of their part be used as an example."""

    __tablename__ = "sound_consent"

    conversation: str = Field(primary_key=True, foreign_key="conversation.id", ondelete="CASCADE")
    agent: str = Field(primary_key=True)
    at: datetime = Field(sa_type=UtcDateTime)


class CollectionRow(Table, table=True):
    """Moments in an order, for coaching."""

    __tablename__ = "collection"

    id: str = Field(primary_key=True)
    name: str
    note: str = ""
    owner: str = Field(index=True)
    made_at: datetime = Field(sa_type=UtcDateTime)
    changed_at: datetime = Field(sa_type=UtcDateTime)


class MomentRow(Table, table=True):
    """A stretch of a conversation in a collection."""

    __tablename__ = "moment"

    id: int | None = Field(default=None, primary_key=True)
    collection: str = Field(foreign_key="collection.id", ondelete="CASCADE", index=True)
    place: int
    conversation: str = Field(foreign_key="conversation.id", ondelete="CASCADE", index=True)
    #: Turns ``[first, last]``.
    first: int
    last: int
    #: The item it is an example of; "" = none.
    card: str = ""
    item: str = ""
    verdict: str = ""
    note: str = ""


class ShareRow(Table, table=True):
    """A link to a collection, for colleagues: its digest, never the link itself."""

    __tablename__ = "share"

    digest: str = Field(primary_key=True)
    collection: str = Field(foreign_key="collection.id", ondelete="CASCADE", index=True)
    made_by: str
    made_at: datetime = Field(sa_type=UtcDateTime)
    expires_at: datetime = Field(sa_type=UtcDateTime)
    withdrawn_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
