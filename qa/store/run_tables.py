"""The table of runs."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Index
from sqlmodel import Field

from qa.store.tables import Table, UtcDateTime


class RunRow(Table, table=True):
    """A run of work on one machine: how far it came, and what that took."""

    __tablename__ = "run"
    __table_args__ = (Index("ix_run_host", "host", "began_at"),)

    id: int | None = Field(default=None, primary_key=True)
    host: str
    #: Engines and processes: runs of another kind say nothing of this one's pace.
    recipe: str
    began_at: datetime = Field(sa_type=UtcDateTime, index=True)
    #: Its last sign of life, and how it ended: "" while it goes on, and for ever where it died.
    seen_at: datetime = Field(sa_type=UtcDateTime)
    ended: str = ""
    #: When it was to begin nothing more.
    until: datetime | None = Field(default=None, sa_type=UtcDateTime)
    done: int = 0
    triaged: int = 0
    failed: int = 0
    retried: int = 0
    #: Still waiting at its end.
    waiting: int = 0
    #: Seconds of calls heard, and seconds that processes were at them.
    heard_s: float = 0.0
    hearing_s: float = 0.0
    #: What was only read and judged, and seconds that processes were at it.
    texts: int = 0
    reading_s: float = 0.0
