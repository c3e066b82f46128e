"""What the API takes and answers about the audit log."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from pydantic import ConfigDict, Field

from qa.api.blanks import DayOrMoment, FromForms
from qa.api.schemas import LARGEST, Public, moment_of
from qa.store.acts import Act, Entry, Kind
from qa.store.audit import Asked


class AuditQuery(FromForms):
    """Which rows, and which page of them."""

    model_config = ConfigDict(extra="forbid")

    who: str | None = Field(default=None, max_length=200, description="Name of an account.")
    act: Act | None = None
    kind: Kind | None = Field(default=None, description="Kind of the thing it was done to.")
    object: str | None = Field(default=None, max_length=200, description="Id of that thing.")
    since: DayOrMoment | None = Field(default=None, description="Begin, inclusive.")
    until: DayOrMoment | None = Field(
        default=None, description="End: a moment is exclusive, a day is included."
    )
    before: int | None = Field(
        default=None, ge=1, le=LARGEST, description="`next` of the page before."
    )
    limit: int = Field(default=100, ge=1, le=1000)

    def asked(self) -> Asked:
        """Return the conditions as the store takes them; a day is one of this machine's zone."""
        return Asked(
            who=self.who,
            act=self.act,
            kind=self.kind,
            object=self.object,
            since=moment_of(self.since),
            until=moment_of(self.until, days=1),
        )


class EntryOut(Public):
    """One row: who did what to what, and what links it to the row before."""

    seq: int
    at: datetime
    who: str = Field(description="Name of an account or of the machine's user; empty: nobody.")
    act: Act
    kind: Kind
    object: str
    detail: Mapping[str, str | int] = Field(description="Ids, numbers and words of enums.")
    previous: str = Field(description="Hash of the row before.")
    hash: str

    @classmethod
    def of(cls, entry: Entry) -> EntryOut:
        """Return a row as the API shows it."""
        return cls(**entry.model_dump())


class AuditOut(Public):
    """Rows, newest first."""

    items: tuple[EntryOut, ...]
    next: int | None = Field(description="Give it as `before` for the next page; null at the end.")


class HeadOut(Public):
    """Where the log ends; keep it elsewhere: it shows later whether rows were cut off."""

    head: str | None = Field(
        description="For `qa audit verify --from`: number and hash of the last row.",
        examples=["1204:9f2c…"],
    )
