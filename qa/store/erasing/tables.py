"""The tables of what was erased, what is held, and what is not to come back."""

from __future__ import annotations

from datetime import datetime

from sqlmodel import Field

from qa.store.tables import Table, UtcDateTime


class ErasedRow(Table, table=True):
    """One kind of content of a conversation is erased, or is just being erased."""

    __tablename__ = "erased"

    conversation: str = Field(primary_key=True, foreign_key="conversation.id", ondelete="CASCADE")
    #: `qa.store.erasing.policies.What`
    what: str = Field(primary_key=True)
    #: Name of the rule, or "" for a request of the customer.
    rule: str = ""
    #: The journal's reference of the request; never who the customer is.
    request: str = ""
    begun_at: datetime = Field(sa_type=UtcDateTime)
    #: None = its files may still be there: the next run goes on.
    done_at: datetime | None = Field(default=None, sa_type=UtcDateTime, index=True)


class HoldRow(Table, table=True):
    """Nothing of a conversation may be erased, for a reason."""

    __tablename__ = "hold"

    id: int | None = Field(default=None, primary_key=True)
    conversation: str = Field(foreign_key="conversation.id", ondelete="CASCADE", index=True)
    reason: str
    who: str
    at: datetime = Field(sa_type=UtcDateTime)
    removed_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    removed_by: str = ""


class TombstoneRow(Table, table=True):
    """Content that was erased whole: it is not taken in again."""

    __tablename__ = "tombstone"

    #: Keyed hash of its checksum, or of the user's own id of it; tells nothing without the key.
    digest: str = Field(primary_key=True)
    #: The id it had here: by it the journal speaks of it still.
    conversation: str = Field(index=True)
    #: As in `ErasedRow`.
    rule: str = ""
    at: datetime = Field(sa_type=UtcDateTime)
