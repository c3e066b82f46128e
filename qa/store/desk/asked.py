"""Second looks as others know them: the record, how they are counted, whose turn they are."""

from __future__ import annotations

from datetime import datetime
from typing import Literal

from pydantic import AwareDatetime
from sqlalchemy import ColumnElement, and_
from sqlmodel import col

from qa.records import Record, Verdict
from qa.store.desk.tables import SecondLookRow

UPHELD, CHANGED = "upheld", "changed"


class Look(Record):
    """A second look that was asked for."""

    number: int
    conversation: str
    card: str
    party: str | None
    item: str
    #: The verdict asked about.
    verdict: Verdict
    asked_by: str
    comment: str
    asked_at: datetime
    #: Whose verdict it was; "" = the machine's alone.
    first_reviewer: str
    #: "" = open, "upheld" or "changed".
    outcome: Literal["", "upheld", "changed"]
    answered_by: str
    answer: str
    answered_at: datetime | None


class LookPage(Record):
    """Some second looks."""

    items: tuple[Look, ...]
    #: Give it as `after` for more; None = that was all.
    next: int | None = None


class Asked(Record):
    """Which second looks are counted; None or empty fits all."""

    card: str = ""
    team: str | None = None
    project: str | None = None
    #: When they were asked for, ``[since, until)``.
    since: AwareDatetime | None = None
    until: AwareDatetime | None = None


class Tally(Record):
    """How second looks ended."""

    open: int
    upheld: int
    changed: int

    @property
    def answered(self) -> int:
        """How many have ended."""
        return self.upheld + self.changed


def look_of(row: SecondLookRow) -> Look:
    """Return a row as others know it."""
    return Look.model_validate(
        {
            **{name: getattr(row, name) for name in set(Look.model_fields) - {"number", "party"}},
            "number": row.id or 0,
            "party": row.party or None,
        }
    )


def awaits(who: str) -> ColumnElement[bool]:
    """Return the condition that a second look is open, and somebody else than they gave cause."""
    look = SecondLookRow
    return and_(col(look.outcome) == "", col(look.first_reviewer) != who, col(look.asked_by) != who)
