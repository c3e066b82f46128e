"""What the API takes and answers about the inbox and draws."""

from __future__ import annotations

from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

from qa.api.blanks import DayOrMoment, FromForms
from qa.api.schemas import ListQuery, Public, moment_of
from qa.records import Channel
from qa.store.desk.draws import LARGEST_SEED, Draw, Drawing, Rule
from qa.store.desk.inbox import Group, Task, Wish
from qa.store.desk.searching import Found


class _Asked(FromForms):
    model_config = ConfigDict(extra="forbid")


class InboxQuery(_Asked):
    """Which part of the inbox; every condition must hold."""

    group: Group | None = Field(default=None, description="One group alone; needed to go on.")
    team: str | None = None
    project: str | None = None
    card: str | None = Field(default=None, description="Wanted by the card of this id.")
    given: Literal["mine", "nobody"] | None = Field(default=None, description="Whose turn it is.")
    after: str | None = Field(default=None, description="`next` of the page before.")
    limit: int = Field(default=20, ge=1, le=200)

    def wish(self) -> Wish:
        """Return the conditions as the store takes them."""
        return Wish(team=self.team, project=self.project, card=self.card, given=self.given or "")


class GroupOut(Public):
    """One group of the inbox: how many there are, and some of them, newest first."""

    group: Group
    count: int
    items: tuple[Task, ...]
    next: str | None = Field(description="Give it as `after`, with the group; null at the end.")


class InboxOut(Public):
    """What there is to do, the most urgent first; each conversation is in one group."""

    groups: tuple[GroupOut, ...]


class AssignIn(BaseModel):
    """Which conversations are given, and to whom."""

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={"examples": [{"conversations": ["7f3a"], "reviewer": "dana"}]},
    )

    conversations: tuple[str, ...] = Field(min_length=1, max_length=500)
    reviewer: str = Field(description="Name of an account; empty = nobody's any more.")


class AssignOut(Public):
    """What came of giving conversations."""

    changed: int


class SampleIn(_Asked):
    """What limits a draw, and how it is made."""

    per_agent: int = Field(ge=1, le=1000, description="How many of each agent.")
    since: DayOrMoment | None = Field(default=None, description="Begin, inclusive.")
    until: DayOrMoment | None = Field(
        default=None, description="End: a moment is exclusive, a day is included."
    )
    min_seconds: float = Field(default=0, ge=0, description="Shorter ones are left out.")
    team: str | None = None
    project: str | None = None
    channel: Channel | None = None
    card: str | None = Field(default=None, description="Judged by the card of this id.")
    seed: int | None = Field(
        default=None,
        ge=0,
        le=LARGEST_SEED,
        description="The same seed draws the same; else chance.",
    )
    blind: bool = Field(default=True, description="Hide verdicts until the reviewer has saved.")
    dry_run: bool = Field(default=False, description="Keep nothing.")

    def rule(self) -> Rule:
        """Return the conditions as the store takes them; a day is one of this machine's zone."""
        given = self.model_dump(exclude={"since", "until", "seed", "blind", "dry_run"})
        return Rule(**given, since=moment_of(self.since), until=moment_of(self.until, days=1))


class SampleOut(Public):
    """What was drawn, and of whom."""

    drawing: Drawing


class SamplesOut(Public):
    """Draws, newest first, and how far their review is."""

    items: tuple[Draw, ...]
    next: int | None = Field(description="Give it as `after` for the next page; null at the end.")


class SearchQuery(ListQuery):
    """What is searched for, and in which conversations."""

    q: str | None = Field(
        default=None,
        max_length=200,
        description='Words in any of their forms, "a phrase", begin*; all of it must be said.',
    )
    limit: int = Field(default=20, ge=1, le=100)


class FoundOut(Public):
    """Conversations in which all of it was said, newest first, and where."""

    items: tuple[Found, ...]
    next: str | None = Field(description="Give it as `after` for the next page; null at the end.")


class CallerIn(BaseModel):
    """Whose conversations are looked for."""

    model_config = ConfigDict(
        extra="forbid", json_schema_extra={"examples": [{"caller": "+40 21 555 0143"}]}
    )

    caller: str = Field(max_length=200, description="Number or address, in any spelling.")
