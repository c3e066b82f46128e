"""What the store answers with: jobs, summaries, pages, reviewed assessments."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Literal, Protocol

from pydantic import AwareDatetime, Field

from qa.records import (
    Assessment,
    CardRef,
    Channel,
    Direction,
    Finding,
    Heard,
    Metadata,
    Override,
    Record,
    SafeConversation,
    Score,
    ScoreStatus,
    Triage,
    Verdict,
)
from qa.store.tables import State

#: What a worker has to do next: everything, or only judge what was heard before.
Needs = Literal["listen", "judge"]
#: "speech" needs models and minutes; "text" (chats, and calls heard before) neither.
Load = Literal["speech", "text"]
#: How much is read of many conversations: their lines in a list, the verdicts besides, or all.
Depth = Literal["summary", "findings", "all"]


class Card(Protocol):
    """What the store needs of a scorecard: which one it is, and its text to freeze."""

    @property
    def ref(self) -> CardRef:
        """Id, version and hash."""
        ...

    @property
    def source(self) -> str:
        """The YAML it was read from."""
        ...


@dataclass(frozen=True)
class Judged:
    """What came of a claim, yet to be kept."""

    job: Job
    #: None = it had been heard before.
    heard: Heard | None
    #: Of every card that the job names, in that order.
    made: Sequence[tuple[Card, Sequence[Assessment]]]

    @classmethod
    def of(
        cls, job: Job, heard: Heard | None, cards: Sequence[Card], made: Sequence[Assessment]
    ) -> Judged:
        """Return what came of a job, the assessments each with its card."""
        by_card = [(card, [a for a in made if a.card.id == card.ref.id]) for card in cards]
        return cls(job=job, heard=heard, made=by_card)


class Published(Record):
    """A version of a scorecard that never changes again."""

    card: CardRef
    #: Its text, as it was published.
    source: str
    who: str
    at: datetime


class Job(Record):
    """One conversation, claimed by a worker until its lease ends."""

    id: str
    channel: Channel
    source: str
    needs: Needs
    #: Counted from 1.
    attempt: int
    #: Ids of the scorecards that are wanted and not done.
    scorecards: tuple[str, ...]
    #: When they were asked for.
    asked: tuple[datetime, ...]
    worker: str
    claimed_at: datetime
    #: Whether it takes speech models.
    load: Load
    #: Seconds, as the recording's head says; None = not known.
    length: float | None = None


class Fit(Record):
    """Which calls may still be begun before a deadline."""

    #: Seconds of the longest that ends in time.
    longest_s: float
    #: What a call is taken for that does not say how long it is.
    unknown_s: float
    #: Begin the longest, so that all processes end at about the same time.
    longest_first: bool = False


class Filter(Record):
    """Which conversations; every condition must hold, None or empty fits all."""

    state: State | None = None
    #: Status of a score as it stands now.
    status: ScoreStatus | None = None
    channel: Channel | None = None
    direction: Direction | None = None
    #: Agent's id or name, exactly; of the metadata or of any party.
    agent: str | None = None
    queue: str | None = None
    project: str | None = None
    team: str | None = None
    language: str | None = None
    #: Of the user's ticket system.
    ticket: str | None = None
    #: Whose call it is, as `Store.caller_key` says it; never the number itself.
    caller_key: str | None = None
    #: Scored by the card of this id.
    card: str | None = None
    #: Id of an item whose standing verdict is a fail.
    failed_item: str | None = None
    triage: Triage | None = None
    #: Begin of the conversation (else its registration), ``[since, until)``.
    since: AwareDatetime | None = None
    until: AwareDatetime | None = None
    #: Score 0..100, ``[min_score, max_score]``; an open range fits when it overlaps.
    min_score: float | None = None
    max_score: float | None = None
    #: Something there waits for a human: open items, a suspected critical, "confirm again".
    needs_review: bool | None = None
    ids: tuple[str, ...] | None = None


class ScoreLine(Record):
    """One score of a conversation, as it stands, for a list."""

    card: CardRef
    #: Id and name of the agent; None for a team outcome.
    party: str | None
    agent: str | None
    status: ScoreStatus
    total: float | None
    raw: float | None
    low: float | None
    high: float | None
    passed: bool | None
    #: Ids of items whose standing verdict is a fail that costs points, and of those left
    #: for a human.
    failed: tuple[str, ...]
    review: tuple[str, ...]
    #: How many human verdicts stand, and how many must be looked at again.
    overrides: int = 0
    confirm_again: int = 0


class ConversationSummary(Record):
    """A conversation as a list shows it."""

    id: str
    channel: Channel
    external_id: str | None
    source: str
    direction: Direction
    platform: str | None
    queue: str | None
    project: str | None
    team: str | None
    agent_id: str | None
    agent_name: str | None
    language: str | None
    started_at: datetime | None
    #: Begin, else registration: what lists are ordered by.
    at: datetime
    registered_at: datetime
    updated_at: datetime
    #: Seconds; None until heard.
    duration: float | None
    layout: str | None
    state: State
    needs: Needs
    triage: Triage | None
    triage_reason: str
    attempts: int
    #: Why it failed, or why it still waits; empty when all is well.
    error_reason: str
    error_mend: str
    #: Cards that are wanted and not done.
    wanted: tuple[str, ...]
    scores: tuple[ScoreLine, ...]
    #: Its scores are left out: whoever asks has yet to review it without seeing them.
    blind: bool = False


class Page(Record):
    """Some conversations, newest first."""

    items: tuple[ConversationSummary, ...]
    #: Give it as `after` for the next page; None at the end.
    next: str | None = None


class Number(Record):
    """How many conversations fit something, as far as they were counted."""

    n: int
    #: There are more than `n`.
    more: bool = False


class Counts(Record):
    """How many conversations there are, and where they stand."""

    total: int
    states: Mapping[State, int]
    triaged: Mapping[Triage, int]
    statuses: Mapping[ScoreStatus, int]
    #: Seconds of calls that were heard.
    seconds: float


class ReviewEvent(Record):
    """One entry in the history of an item's verdicts."""

    at: datetime
    #: Empty for the machine.
    who: str
    action: Literal["scored", "override", "undo"]
    item: str
    verdict: Verdict
    value: float | None = None
    comment: str = ""
    #: Of "scored": the card's version.
    version: int | None = None


class Reviewed(Record):
    """A machine's assessment and what humans made of it, side by side."""

    #: Number of the assessment.
    number: int
    assessment: Assessment
    #: Human verdicts that stand, at most one per item.
    overrides: tuple[Override, ...]
    #: The score that stands: the machine's findings with the humans' verdicts applied.
    score: Score
    #: Both sides' verdicts on every item a human touched, oldest first.
    history: tuple[ReviewEvent, ...]
    made_at: datetime

    def override(self, item: str) -> Override | None:
        """Return the human verdict that stands on an item."""
        return next((o for o in self.overrides if o.item == item), None)

    def standing(self, finding: Finding) -> Verdict:
        """Return the verdict that stands on a finding: the human's, else the machine's."""
        over = self.override(finding.item)
        return over.verdict if over else finding.verdict


class Standing(Record):
    """A machine's assessment, the humans' verdicts on it, and what both come to."""

    assessment: Assessment
    #: Human verdicts that stand, at most one per item.
    overrides: tuple[Override, ...]
    made_at: datetime


class Kept(Record):
    """A conversation with what was made of it, as `Store.each` reads it."""

    summary: ConversationSummary
    metadata: Metadata
    #: In the order of `summary.scores`; empty where only summaries were read.
    assessments: tuple[Standing, ...] = ()
    #: None until heard, and where it was not to be read.
    conversation: SafeConversation | None = None


class Logged(Record):
    """One entry of the log: who did what to which conversation."""

    at: datetime
    kind: str
    who: str
    conversation: str | None
    detail: dict[str, str] = Field(default_factory=dict)
