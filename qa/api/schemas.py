"""What the API takes and answers, typed for its OpenAPI description."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from typing import Annotated, Any, Literal, Self

from pydantic import (
    BaseModel,
    ConfigDict,
    Field,
    SerializerFunctionWrapHandler,
    model_serializer,
)

from qa.api.blanks import DayOrMoment, FromForms
from qa.records import (
    CardRef,
    Channel,
    Direction,
    ItemKind,
    Provenance,
    SafeConversation,
    ScoreStatus,
    Triage,
    Verdict,
)
from qa.store.erasing.views import Fate
from qa.store.tables import State
from qa.store.views import ConversationSummary, Counts, Filter, Page, Reviewed


class Public(BaseModel):
    """Base of all answers: seconds and scores are rounded to 3 decimals, once, here."""

    model_config = ConfigDict(frozen=True)

    @model_serializer(mode="wrap")
    def _rounded(self, handler: SerializerFunctionWrapHandler):  # type: ignore[no-untyped-def]  # noqa: ANN202
        # A stated type would take the place of the fields in the API's description.
        return rounded(handler(self))


#: The largest whole number that every database takes.
LARGEST = 2**31 - 1
#: A number of something in the store; there is none below 0 or above `LARGEST`.
Number = Annotated[int, Field(ge=0, le=LARGEST)]


_AS_IT_IS = frozenset({str, int, bool, type(None)})


def rounded(value: Any) -> Any:
    """Round every number of a JSON value to 3 decimals."""
    if isinstance(value, float):
        return round(value, 3)
    # Most of what an answer holds needs no call of its own.
    if isinstance(value, list | tuple):
        return [v if type(v) in _AS_IT_IS else rounded(v) for v in value]
    if isinstance(value, dict):
        return {k: v if type(v) in _AS_IT_IS else rounded(v) for k, v in value.items()}
    return value


class FilterQuery(FromForms):
    """Which conversations; every condition must hold."""

    model_config = ConfigDict(extra="forbid")

    state: State | None = Field(default=None, description="Where it stands in the queue.")
    status: ScoreStatus | None = Field(default=None, description="How far a score is settled.")
    channel: Channel | None = None
    direction: Direction | None = None
    agent: str | None = Field(default=None, description="Agent's id or name, exactly.")
    queue: str | None = None
    project: str | None = None
    team: str | None = None
    language: str | None = Field(default=None, description="BCP-47.")
    ticket: str | None = Field(default=None, description="Of the ticket system, exactly.")
    card: str | None = Field(default=None, description="Scored by the card of this id.")
    failed_item: str | None = Field(default=None, description="Item whose verdict is a fail.")
    triage: Triage | None = Field(default=None, description="Why it was counted, not scored.")
    since: DayOrMoment | None = Field(default=None, description="Begin, inclusive.")
    until: DayOrMoment | None = Field(
        default=None, description="End: a moment is exclusive, a day is included."
    )
    min_score: float | None = Field(default=None, ge=0, le=200)
    max_score: float | None = Field(default=None, ge=0, le=200)
    needs_review: bool | None = Field(default=None, description="Something waits for a human.")

    def filter(self) -> Filter:
        """Return the conditions as the store takes them; a day is one of this machine's zone."""
        given = self.model_dump(include=FilterQuery.model_fields.keys() - {"since", "until"})
        return Filter(**given, since=moment_of(self.since), until=moment_of(self.until, days=1))


class ListQuery(FilterQuery):
    """Which conversations, and which page of them. Newest first."""

    after: str | None = Field(default=None, description="`next` of the page before.")
    limit: int = Field(default=50, ge=1, le=200)


class ExportQuery(FilterQuery):
    """Which conversations to export, and a row of what."""

    what: Literal["conversations", "findings"] = "conversations"


def moment_of(value: datetime | date | None, *, days: int = 0) -> datetime | None:
    """Return a moment, or the midnight of this machine's zone that so many days are added to."""
    if value is None or isinstance(value, datetime):
        return value
    return datetime.combine(value + timedelta(days=days), time.min).astimezone().astimezone(UTC)


class ConversationPage(Public):
    """Some conversations, newest first."""

    items: tuple[ConversationSummary, ...]
    next: str | None = Field(description="Give it as `after` for the next page; null at the end.")

    @classmethod
    def of(cls, page: Page) -> Self:
        """Build it from the store's page."""
        return cls(items=page.items, next=page.next)


class ConversationOut(Public):
    """One conversation: where it stands, and what was said, redacted."""

    summary: ConversationSummary
    conversation: SafeConversation | None = Field(
        description="Null until it has been heard, and once its text was erased."
    )
    audio: str | None = Field(description="Address of the recording; null where there is none.")
    provenance: tuple[Provenance, ...] = Field(
        description="With which engines and models it was heard, stage by stage."
    )
    kept: tuple[Fate, ...] = Field(
        description="What of it was erased, by which rule, and until when the rest is kept; a rule "
        "without a name: the customer asked. What no rule ends is left out."
    )


class PeaksOut(Public):
    """How loud each side of a recording is, from its first second on; 0 to 255."""

    per_second: float
    agents: tuple[int, ...] = Field(description="The agents' side.")
    others: tuple[int, ...] = Field(description="Everybody else's.")
    talk: tuple[tuple[float, float], ...] = Field(description="When anybody talks, in seconds.")
    redacted: tuple[tuple[float, float], ...] = Field(description="What was silenced.")


class AssessmentsOut(Public):
    """Every agent's part of a conversation, by every card."""

    items: tuple[Reviewed, ...]


class AssessmentOut(Public):
    """One assessment with the humans' verdicts and what it comes to with them."""

    assessment: Reviewed


class AgreedOut(Public):
    """The items whose verdict of the machine was confirmed."""

    items: tuple[str, ...]


class CountsOut(Public):
    """How many conversations there are, and where they stand."""

    counts: Counts


class OverrideIn(BaseModel):
    """A human's verdict on an item."""

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={
            "examples": [{"verdict": "pass", "comment": "She said it at once, in other words."}]
        },
    )

    verdict: Verdict
    value: float | None = Field(
        default=None, ge=0, le=1, description="Share reached; needed with `partial`, else none."
    )
    comment: str = Field(default="", max_length=2000)
    party: str | None = Field(
        default=None, description="Which agent; needed where the card judged several."
    )


class ScoreIn(BaseModel):
    """Which cards to score with; empty = those that the conversation was scored with."""

    model_config = ConfigDict(extra="forbid", json_schema_extra={"examples": [{"scorecards": []}]})

    scorecards: tuple[str, ...] = ()


class Accepted(Public):
    """Work that was begun; look at `status` until its state is `done`."""

    conversation: str
    scorecards: tuple[str, ...]
    status: str = Field(examples=["/api/v1/conversations/7f3a"])


class CardItemOut(Public):
    """One item of a scorecard."""

    id: str
    ask: str
    kind: ItemKind
    weight: float
    critical: str | None


class CardSectionOut(Public):
    """One section of a scorecard."""

    id: str
    title: str
    weight: float
    items: tuple[CardItemOut, ...]


class CardOut(Public):
    """A scorecard as it would score now."""

    ref: CardRef
    title: str
    pass_mark: float
    mode: str
    languages: tuple[str, ...]
    sections: tuple[CardSectionOut, ...]


class CardsOut(Public):
    """All scorecards that can be used."""

    items: tuple[CardOut, ...]


class Health(Public):
    """Whether the program is alive, or ready to answer."""

    status: str = Field(examples=["ok"])
    version: str


class MeOut(Public):
    """Who asks, and what they may do."""

    name: str
    roles: tuple[str, ...] = Field(examples=[["supervisor of team north"]])
    agent_id: str | None = Field(description="Whose conversations are their own.")
    rights: tuple[str, ...] = Field(description="What they may do, somewhere.")
