"""What figures answer: for whom, over which weeks, from which conversations."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, time, timedelta
from enum import StrEnum
from typing import Literal

from pydantic import AwareDatetime, Field, model_validator

from qa.errors import UsageError
from qa.records import Record
from qa.store.desk.estimates import Difference, Mean, Share, Sums, difference, mean, share

#: The longest span: a year and a day's worth of weeks.
MOST_WEEKS = 54
_WEEK = timedelta(days=7)

#: What a line of figures is about.
By = Literal["agent", "team", "project"]


class Basis(StrEnum):
    """Which conversations count: never those alone that somebody picked for being bad."""

    EVERYTHING = "everything"
    #: Only what was drawn by chance for review.
    SAMPLES = "samples"


class Show(StrEnum):
    """Which of the conversations behind a figure."""

    #: All that it looked at.
    ALL = "all"
    #: Those of the average.
    SCORED = "scored"
    PASSED = "passed"
    FAILED = "failed"
    #: With a critical fail that a human confirmed.
    CRITICAL = "critical"
    #: Left out of the average: something waits for a human.
    OPEN = "open"
    #: Left out: nothing in them could be scored.
    NOT_SCORABLE = "not_scorable"
    #: An item was judged, or failed.
    ITEM = "item"
    ITEM_FAILED = "item_failed"


class Least(Record):
    """As few agents and conversations as may stand behind a number, so that it tells of nobody.

    It is asked of every week of every part (team, project) that figures can be asked of, and
    of each item there; what is smaller is in no number at all, nor in any sum: so no two
    answers differ by what is small.
    """

    agents: int
    conversations: int
    #: Whether figures are asked of teams, or of whole projects alone.
    by_team: bool = True


class Question(Record):
    """Which conversations figures are asked of; there is no condition on how they were judged."""

    #: Id of a card: totals of several cards do not compare. "" = the one most used.
    card: str = ""
    basis: Basis = Basis.EVERYTHING
    #: Begin of the conversations, ``[since, until)``.
    since: AwareDatetime
    until: AwareDatetime
    team: str | None = None
    project: str | None = None
    #: Id of a person of the roster.
    agent: str | None = None
    #: False: only those that the roster could not join to a person.
    joined: bool | None = None
    #: For whom may not know how a single agent is; None = they may.
    least: Least | None = None

    @model_validator(mode="after")
    def _is_span(self) -> Question:
        if self.until <= self.since or self.until - self.since > MOST_WEEKS * _WEEK:
            raise UsageError(
                f"From {self.since:%Y-%m-%d} to {self.until:%Y-%m-%d} is no span for figures.",
                f"Give one of up to {MOST_WEEKS} weeks, its begin first.",
            )
        return self

    @property
    def before(self) -> Question:
        """The same, over as long a span right before."""
        since = self.since - (self.until - self.since)
        return self.model_copy(update={"since": since, "until": self.since})

    @property
    def weeks(self) -> tuple[tuple[datetime, datetime], ...]:
        """Weeks of the span, Monday to Monday on this machine; the first and last may be cut."""
        starts = [self.since]
        day = self.since.astimezone().date()
        while True:
            day += timedelta(days=7 - day.weekday())
            monday = datetime.combine(day, time.min).astimezone()
            if monday >= self.until:
                break
            starts.append(monday)
        return tuple(zip(starts, [*starts[1:], self.until], strict=True))


class Cell(Record):
    """The figures of some conversations, each counted once however many agents it had."""

    since: AwareDatetime
    until: AwareDatetime
    #: All that were looked at: scored, open and not scorable ones.
    conversations: int
    #: Of the standing totals of what is settled.
    score: Mean
    #: Of the same, how many reached the pass mark.
    passed: Share
    #: With a critical fail that a human confirmed.
    critical: int
    #: Not averaged in: a score is provisional, or a critical fail is only suspected.
    open: int
    not_scorable: int


class Line(Record):
    """One agent, team or project; or all together."""

    #: None: the conversations that name none, or whom the roster does not know.
    key: str | None
    name: str
    whole: Cell
    weeks: tuple[Cell, ...]
    #: The span before, as long, and the change since.
    before: Cell
    change: Difference | None


class CardCount(Record):
    """A card, and how many conversations of the span it scored."""

    card: str
    conversations: int


class LeftOut(Record):
    """Conversations that stay outside of agents' figures."""

    #: Test calls of one's own (tag `mystery`).
    mystery: int = 0
    #: Scored as a team's outcome only, or also.
    together: int = 0
    #: Of parts that are too small to be told of (`Least`).
    small: int = 0


class Sheet(Record):
    """An answer: figures by agent, team or project, by name, and of all together."""

    #: With the card that was found for "".
    question: Question
    by: By | None
    cards: tuple[CardCount, ...]
    lines: tuple[Line, ...]
    whole: Line
    left_out: LeftOut


class ItemCell(Record):
    """How often an item failed where it was judged."""

    since: AwareDatetime
    until: AwareDatetime
    failed: Share
    #: Of one agent; None = of all that were asked for.
    agent: str | None = None


class ItemLine(Record):
    """One item of a card."""

    item: str
    section: str
    ask: str
    whole: ItemCell
    cells: tuple[ItemCell, ...]


class Items(Record):
    """Fail rates of a card's items: by week, or by agent."""

    #: Its span may be shorter than was asked for: see `qa.store.desk.figures`.
    question: Question
    by: Literal["week", "agent"]
    #: Of the columns: begin of a week, or an agent's name.
    heads: tuple[str, ...]
    items: tuple[ItemLine, ...]
    #: Conversations looked at.
    n: int = Field(default=0)


@dataclass(frozen=True)
class Tally:
    """Counts and sums of some conversations; two of them add up."""

    conversations: int = 0
    scored: Sums = field(default_factory=Sums)
    passed: int = 0
    critical: int = 0
    open: int = 0
    not_scorable: int = 0

    def __add__(self, other: Tally) -> Tally:
        return Tally(
            self.conversations + other.conversations,
            self.scored + other.scored,
            self.passed + other.passed,
            self.critical + other.critical,
            self.open + other.open,
            self.not_scorable + other.not_scorable,
        )

    def cell(self, since: datetime, until: datetime) -> Cell:
        """Return the figures."""
        return Cell(
            since=since,
            until=until,
            conversations=self.conversations,
            score=mean(self.scored),
            passed=share(self.passed, self.scored.n),
            critical=self.critical,
            open=self.open,
            not_scorable=self.not_scorable,
        )


def line(key: str | None, name: str, question: Question, weeks: list[Tally], before: Tally) -> Line:
    """Return the figures of a line from those of its weeks."""
    whole = sum(weeks, Tally())
    then = question.before
    return Line(
        key=key,
        name=name,
        whole=whole.cell(question.since, question.until),
        weeks=tuple(t.cell(*w) for t, w in zip(weeks, question.weeks, strict=True)),
        before=before.cell(then.since, then.until),
        change=difference(whole.scored, before.scored),
    )
