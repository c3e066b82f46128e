"""The table of the audit log. Both databases refuse to change or delete its rows."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Index, Text
from sqlmodel import Field

from qa.store.tables import Table, UtcDateTime


class AuditRow(Table, table=True):
    """Who did what to which thing. Refers to nothing, so it outlives what it speaks of."""

    __tablename__ = "audit"
    __table_args__ = (
        Index("ix_audit_who", "who", "seq"),
        Index("ix_audit_act", "act", "seq"),
        # Also answers whether somebody was there within the hour.
        Index("ix_audit_object", "object", "who", "act", "at"),
    )

    seq: int = Field(primary_key=True, sa_column_kwargs={"autoincrement": False})
    at: datetime = Field(sa_type=UtcDateTime, index=True)
    who: str
    act: str
    kind: str
    object: str
    #: JSON as it was hashed, to the byte.
    detail: str = Field(sa_type=Text)
    previous: str
    hash: str
