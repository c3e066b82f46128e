"""What the API takes and answers about second looks and one's own results."""

from __future__ import annotations

from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

from qa.api.blanks import DayOrMoment, FromForms
from qa.api.figure_schemas import span
from qa.api.schemas import Number, Public
from qa.records import Verdict
from qa.store.desk.asked import Look
from qa.store.desk.figured import Question
from qa.store.desk.own import Own
from qa.store.desk.remarks import LONGEST
from qa.store.views import ConversationSummary


class LooksQuery(BaseModel):
    """Which second looks, and which page of them."""

    model_config = ConfigDict(extra="forbid")

    state: Literal["", "open", "answered"] = Field(default="", description="Empty: all.")
    waiting: bool = Field(
        default=False, description="Only open ones that you may answer, the oldest first."
    )
    after: Number | None = Field(default=None, description="`next` of the page before.")
    limit: int = Field(default=50, ge=1, le=200)


class LooksOut(Public):
    """Second looks, the newest first."""

    items: tuple[Look, ...]
    next: int | None = Field(default=None, description="Give it as `after` for more.")


class LookIn(BaseModel):
    """An item of one's own to be looked at again, and why."""

    model_config = ConfigDict(extra="forbid")

    scorecard: str
    item: str
    party: str | None = Field(default=None, description="Which agent; left out: your only part.")
    comment: str = Field(min_length=1, max_length=LONGEST)


class AnswerIn(BaseModel):
    """An answer: why, and another verdict where the one that stands does not stay."""

    model_config = ConfigDict(extra="forbid")

    answer: str = Field(min_length=1, max_length=LONGEST)
    verdict: Verdict | None = Field(default=None, description="Left out: what stands is upheld.")
    value: float | None = Field(default=None, ge=0, le=1, description="Of a partial verdict.")


class MineQuery(BaseModel):
    """Which page of one's own conversations."""

    model_config = ConfigDict(extra="forbid")

    after: str | None = Field(default=None, description="`next` of the page before.")
    limit: int = Field(default=20, ge=1, le=100)


class MineFiguresQuery(FromForms):
    """Over which time, by which card."""

    model_config = ConfigDict(extra="forbid")

    card: str = Field(default="", description="Id of a scorecard; left out: the one most used.")
    since: DayOrMoment | None = Field(default=None, description="Begin, inclusive.")
    until: DayOrMoment | None = Field(
        default=None, description="End: a moment is exclusive, a day is included."
    )

    def question(self) -> Question:
        """Return the question as the store takes it (UsageError: no span)."""
        since, until = span(self.since, self.until)
        return Question(card=self.card, since=since, until=until)


class MineItem(Public):
    """A conversation of one's own that was released, and what stands beside it."""

    conversation: ConversationSummary
    own: Own
    news: bool = Field(description="Something was said of it since it was acknowledged.")


class MineOut(Public):
    """One's own conversations that were released, newest first."""

    items: tuple[MineItem, ...]
    next: str | None = Field(default=None, description="Give it as `after` for more.")
