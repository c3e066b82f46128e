"""What the API takes and answers about figures."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from typing import Any, Literal

from pydantic import ConfigDict, Field

from qa.api.blanks import DayOrMoment, FromForms
from qa.api.schemas import Public
from qa.store.desk.fair import Fairness, Trait
from qa.store.desk.figured import Basis, By, Items, Question, Sheet, Show

#: Weeks that figures are of where nothing is said, the running one among them.
WEEKS = 12


class FiguresQuery(FromForms):
    """Of which conversations; there is no condition on how they went."""

    model_config = ConfigDict(extra="forbid")

    card: str = Field(default="", description="Id of a scorecard; left out: the one most used.")
    basis: Basis = Field(default=Basis.EVERYTHING, description="All, or what was drawn by chance.")
    since: DayOrMoment | None = Field(default=None, description="Begin, inclusive.")
    until: DayOrMoment | None = Field(
        default=None, description="End: a moment is exclusive, a day is included."
    )
    team: str | None = None
    project: str | None = None

    def question(self, **about: Any) -> Question:
        """Return the question as the store takes it.

        Raises
        ------
        UsageError : no span, or too long a one.
        """
        since, until = span(self.since, self.until)
        given = {"team": self.team, "project": self.project} | about
        return Question(card=self.card, basis=self.basis, since=since, until=until, **given)


class SheetQuery(FiguresQuery):
    """Of which conversations, and a line for each what."""

    by: By = Field(default="team", description="A line for each agent, team or project.")


class PageQuery(SheetQuery):
    """The same for people: in which order."""

    sort: Literal["name", "score"] = "name"


class FairQuery(FiguresQuery):
    """Of which conversations, and by what they are told apart."""

    by: Trait = Field(
        default="confidence",
        description="By how well agents' words were recognised, by language, or by agent.",
    )


class BehindQuery(FiguresQuery):
    """Which conversations behind a figure, and which page of them."""

    agent: str | None = Field(default=None, description="Id of a person of the roster.")
    joined: bool | None = Field(
        default=None, description="False: those that the roster does not know."
    )
    show: Show = Show.ALL
    item: str = Field(default="", description="Of the shows 'item' and 'item_failed'.")
    after: str | None = Field(default=None, description="`next` of the page before.")
    limit: int = Field(default=50, ge=1, le=200)

    def question(self, **about: Any) -> Question:
        """Return the question as the store takes it (UsageError: no span)."""
        return super().question(agent=self.agent, joined=self.joined, **about)


class FiguresOut(Public):
    """Figures of many: averages with 95 % intervals, none of fewer than five conversations."""

    figures: Sheet


class FigureOut(FiguresOut):
    """Figures of one agent, team or project, and how often each item failed."""

    items: Items


class FairnessOut(Public):
    """Whether accents, headsets or languages cost points: fail rates with 95 % intervals."""

    fairness: Fairness


def span(
    since: datetime | date | None, until: datetime | date | None, *, now: datetime | None = None
) -> tuple[datetime, datetime]:
    """Return begin and end in UTC; a day is one of this machine's zone, the last one included.

    Without a begin it is the Monday of `WEEKS` weeks up to the end, without an end today.
    """
    end = moment_of(until, days=1) or moment_of(
        (now or datetime.now(UTC)).astimezone().date(), days=1
    )
    if end is None:
        raise AssertionError("today has an end")
    begin = moment_of(since)
    if begin is None:
        last = (end - timedelta(microseconds=1)).astimezone().date()
        monday = last - timedelta(days=last.weekday(), weeks=WEEKS - 1)
        begin = moment_of(monday) or end
    return begin, end


def moment_of(value: datetime | date | None, *, days: int = 0) -> datetime | None:
    """Return a moment in UTC; a day is one of this machine's zone, its begin or days later."""
    if value is None or isinstance(value, datetime):
        return value
    return datetime.combine(value + timedelta(days=days), time.min).astimezone().astimezone(UTC)
