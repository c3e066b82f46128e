"""The tables. Known to the store alone: records cross its door, rows never do.

A table class checks nothing (``SQLModel(table=True)`` takes any value), so every
row is made from a record that was checked before.

No table holds a word that was not redacted: `turn` keeps `SafeTurn` rows and
`finding` quotes them. What was said in the clear lies in the vault (`qa.store.vault`).
JSON columns hold what is read and written whole and never searched; all that a
filter or a report asks for is a column of its own. Types are those that SQLite
and PostgreSQL share. Indexes of some rows only stand in `qa.store.catalogue`.
"""

from __future__ import annotations

from datetime import UTC, datetime
from enum import StrEnum
from typing import Any, ClassVar

from sqlalchemy import JSON, DateTime, Dialect, ForeignKeyConstraint, Index, MetaData
from sqlalchemy.types import TypeDecorator
from sqlmodel import Field, SQLModel

#: Every constraint has a name, else batch mode on SQLite could not change it.
NAMES = {
    "ix": "ix_%(column_0_N_label)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s_%(referred_table_name)s",
    "pk": "pk_%(table_name)s",
}

#: Conversations with this tag are test calls of the house's own: never in an agent's sample
#: or figures.
MYSTERY = "mystery"


class State(StrEnum):
    """Where a conversation stands in the queue."""

    #: Something is wanted and not done.  -> working
    WAITING = "waiting"
    #: Claimed by a worker.  -> done, triaged, failed, or waiting again
    WORKING = "working"
    #: All that was wanted is there.  -> waiting, when more is wanted
    DONE = "done"
    #: Tried as often as it may be; the reason is kept.  -> waiting, by a retry
    FAILED = "failed"
    #: Counted, not scored.  -> waiting, when more is wanted
    TRIAGED = "triaged"
    #: What it takes to make anything of it was erased (`qa.store.erasing`); final.
    ERASED = "erased"


class UtcDateTime(TypeDecorator[datetime]):
    """A moment in UTC, with its zone: SQLite drops the zone, so it is put back."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(
        self,
        value: datetime | None,
        dialect: Dialect,  # noqa: ARG002 - the base class's
    ) -> datetime | None:
        """Turn any zone into UTC; a moment without one is refused."""
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("a moment without a time zone cannot be stored")
        return value.astimezone(UTC)

    def process_result_value(
        self,
        value: datetime | None,
        dialect: Dialect,  # noqa: ARG002 - the base class's
    ) -> datetime | None:
        """Say that it is UTC."""
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


def utc_now() -> datetime:
    """Return this moment."""
    return datetime.now(UTC)


class Table(SQLModel):
    """Base of all tables, with a catalogue of its own."""

    model_config = {"defer_build": True}
    metadata: ClassVar[MetaData] = MetaData(naming_convention=NAMES)


class ConversationRow(Table, table=True):
    """One call, chat or mail thread: what is known of it, and where it stands."""

    __tablename__ = "conversation"
    __table_args__ = (
        Index("ix_conversation_page", "at", "id"),
        Index("ix_conversation_team", "team", "at", "id"),
        Index("ix_conversation_claim", "state", "load", "rank", "place", "registered_at", "id"),
        # All that the inbox filters by, so that counting never opens the rows themselves.
        Index("ix_conversation_waits", "waits", "at", "id", "reviewed_at", "team", "project"),
        # All that figures ask of it, for the same reason.
        Index(
            "ix_conversation_figures",
            "at",
            "id",
            "mystery",
            "team",
            "project",
            "joined",
            "agent_id",
            "agent_name",
        ),
    )

    id: str = Field(primary_key=True)
    channel: str
    external_id: str | None = Field(default=None, index=True)
    source: str
    checksum: str = Field(unique=True)

    #: Copied out of the metadata because lists are filtered by them.
    direction: str
    platform: str | None = None
    queue: str | None = Field(default=None, index=True)
    project: str | None = Field(default=None, index=True)
    team: str | None = None
    agent_id: str | None = Field(default=None, index=True)
    agent_name: str | None = None
    language: str | None = None
    started_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    #: All of `Metadata`.
    details: dict[str, Any] = Field(sa_type=JSON)

    #: Known once it has been heard.
    duration: float | None = None
    layout: str | None = None

    #: `State`, and what a worker has to do next: "listen" or "judge".
    state: str
    needs: str
    #: "speech" or "text": whether that takes speech models.
    load: str
    triage: str | None = None
    triage_reason: str = ""
    #: Claims since it last succeeded.
    attempts: int = 0
    claimed_by: str | None = Field(default=None, index=True)
    claimed_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    lease_until: datetime | None = Field(default=None, sa_type=UtcDateTime)
    #: Not to be tried again before.
    retry_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    #: Reason and mend of the last failure; never a word of the conversation.
    error_reason: str = ""
    error_mend: str = ""

    #: Begin of the conversation where known, else its registration: the order of lists.
    at: datetime = Field(sa_type=UtcDateTime)
    registered_at: datetime = Field(sa_type=UtcDateTime)
    updated_at: datetime = Field(sa_type=UtcDateTime)

    #: How the agents' roster knows its agent (`qa.store.joining.Joined`); None = no roster.
    joined: str | None = Field(default=None, index=True)
    #: When it was shown to its agents, and by whom; None = not.
    released_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    released_by: str | None = None
    #: When a human was through with it, and who; None = not yet.
    reviewed_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    reviewed_by: str | None = None
    #: Counts what humans changed: who writes says which count they saw.
    revision: int = Field(default=0, sa_column_kwargs={"server_default": "0"})
    #: The caller's number or address as a keyed hash: found by whoever types it, never shown.
    caller_key: str | None = Field(default=None, index=True)
    ticket: str | None = Field(default=None, index=True)
    #: Whose turn it is: 0 where somebody sits and waits for it, else 1.
    rank: int = Field(default=1, sa_column_kwargs={"server_default": "1"})
    #: Its place in the order of a night (`qa.store.nights`); 0 = came in since.
    place: int = Field(default=0, sa_column_kwargs={"server_default": "0"})
    #: Nights that ended before it was come to.
    nights: int = Field(default=0, sa_column_kwargs={"server_default": "0"})
    #: Seconds, as the recording's head says before anybody heard it; 0 = it does not say.
    length: float | None = None
    #: What its scores wait for: "critical" or "human" (`qa.store.desk.waiting`); None = nothing.
    waits: str | None = None
    #: A test call of one's own (tag `mystery`): in nobody's figures.
    mystery: bool = Field(default=False, sa_column_kwargs={"server_default": "false"})


class WantRow(Table, table=True):
    """A conversation wants to be judged by a scorecard."""

    __tablename__ = "want"

    conversation: str = Field(primary_key=True, foreign_key="conversation.id", ondelete="CASCADE")
    card: str = Field(primary_key=True)
    #: Still wanted. `asked_at` tells a worker whether it was asked for again meanwhile.
    open: bool = True
    asked_at: datetime = Field(sa_type=UtcDateTime)
    #: The version and hash it was last done with.
    done_version: int | None = None
    done_hash: str | None = None
    done_at: datetime | None = Field(default=None, sa_type=UtcDateTime)


class HeardRow(Table, table=True):
    """What listening found out besides turns and parties; a row means it was heard."""

    __tablename__ = "heard"
    __table_args__ = (Index("ix_heard_heard_at", "heard_at", "duration"),)

    conversation: str = Field(primary_key=True, foreign_key="conversation.id", ondelete="CASCADE")
    audio: dict[str, Any] | None = Field(default=None, sa_type=JSON)
    #: Rows of [speaker, start, end, channel, confidence].
    speech: list[Any] = Field(sa_type=JSON)
    events: list[Any] = Field(sa_type=JSON)
    provenance: list[Any] = Field(sa_type=JSON)
    heard_at: datetime = Field(sa_type=UtcDateTime)
    #: Seconds of a call, here as well: what a day brought is added up without its rows.
    duration: float | None = None


class PartyRow(Table, table=True):
    """Somebody who takes part."""

    __tablename__ = "party"

    conversation: str = Field(primary_key=True, foreign_key="conversation.id", ondelete="CASCADE")
    place: int = Field(primary_key=True, sa_column_kwargs={"autoincrement": False})
    party: str
    role: str
    role_confidence: float
    role_source: str
    name: str | None = None
    agent_id: str | None = Field(default=None, index=True)
    #: Id of the person that the agents' roster knows this agent as.
    person: str | None = Field(default=None, index=True)
    #: How sure the words are that were recognised of them, on average (0..1); None = none were.
    word_confidence: float | None = None
    starts: float | None = None
    ends: float | None = None


class TurnRow(Table, table=True):
    """A `SafeTurn`: redacted, always."""

    __tablename__ = "turn"

    conversation: str = Field(primary_key=True, foreign_key="conversation.id", ondelete="CASCADE")
    place: int = Field(primary_key=True, sa_column_kwargs={"autoincrement": False})
    party: str
    role: str
    text: str
    starts: float | None = None
    ends: float | None = None
    #: Rows of [text, start, end, confidence].
    words: list[Any] = Field(sa_type=JSON)
    overlap: float
    language: str
    language_confidence: float
    confidence: float


class RedactedRow(Table, table=True):
    """A stretch of the recording that is silenced, and why."""

    __tablename__ = "redacted"

    conversation: str = Field(primary_key=True, foreign_key="conversation.id", ondelete="CASCADE")
    place: int = Field(primary_key=True, sa_column_kwargs={"autoincrement": False})
    kind: str
    turn: int
    starts: float | None = None
    ends: float | None = None


class ScorecardRow(Table, table=True):
    """A scorecard exactly as a score was made with it."""

    __tablename__ = "scorecard"

    #: Of the card's canonical form, so two wordings of one card share a row.
    hash: str = Field(primary_key=True)
    card: str = Field(index=True)
    version: int
    source: str
    saved_at: datetime = Field(sa_type=UtcDateTime)


class PublishedRow(Table, table=True):
    """A version of a scorecard that was published: it never changes again."""

    __tablename__ = "published"

    card: str = Field(primary_key=True)
    version: int = Field(primary_key=True, sa_column_kwargs={"autoincrement": False})
    hash: str
    #: Its text, examples and comments included.
    source: str
    who: str
    at: datetime = Field(sa_type=UtcDateTime)


class AssessmentRow(Table, table=True):
    """One agent's part of one conversation, judged by one card."""

    __tablename__ = "assessment"
    __table_args__ = (
        # The second half is what figures add up: an assessment itself is a heavy row.
        Index(
            "ix_assessment_current",
            "conversation",
            "card",
            "current",
            "party",
            "status",
            "total",
            "passed",
        ),
        # Lists and counts of what waits for a human; the newest of each card.
        Index("ix_assessment_standing", "status", "current", "conversation", "party"),
        Index("ix_assessment_newest", "card", "id"),
    )

    id: int | None = Field(default=None, primary_key=True)
    conversation: str = Field(foreign_key="conversation.id", ondelete="CASCADE")
    card: str
    card_version: int
    card_hash: str = Field(foreign_key="scorecard.hash")
    party: str | None = None
    #: False once a re-score replaced it; kept, since a score is never rewritten.
    current: bool = True
    #: The machine's score, and the one that stands with the humans' verdicts.
    machine: dict[str, Any] = Field(sa_type=JSON)
    standing: dict[str, Any] = Field(sa_type=JSON)
    #: Copied out of `standing` because lists are filtered by them.
    status: str
    total: float | None = None
    raw: float | None = None
    low: float | None = None
    high: float | None = None
    passed: bool | None = None
    provenance: dict[str, Any] = Field(sa_type=JSON)
    made_at: datetime = Field(sa_type=UtcDateTime)


class FindingRow(Table, table=True):
    """The machine's verdict on one item, and the one that stands."""

    __tablename__ = "finding"
    # With the order in which examples are looked through.
    __table_args__ = (Index("ix_finding_example", "item", "standing", "assessment", "place"),)

    assessment: int = Field(primary_key=True, foreign_key="assessment.id", ondelete="CASCADE")
    place: int = Field(primary_key=True, sa_column_kwargs={"autoincrement": False})
    item: str
    section: str
    ask: str
    verdict: str
    #: A human's verdict where there is one, else the machine's.
    standing: str
    kind: str
    value: float | None = None
    weight: float
    critical: str | None = None
    evidence: list[Any] = Field(sa_type=JSON)
    reason: str
    advice: str


class OverrideRow(Table, table=True):
    """A human's verdict. Rows are added and set aside, never rewritten."""

    __tablename__ = "override"
    __table_args__ = (Index("ix_override_item", "conversation", "card", "item"),)

    id: int | None = Field(default=None, primary_key=True)
    conversation: str = Field(foreign_key="conversation.id", ondelete="CASCADE")
    card: str
    item: str
    #: "" for a team outcome: nulls would not be unique.
    party: str = ""
    verdict: str
    value: float | None = None
    comment: str = ""
    who: str = ""
    at: datetime = Field(sa_type=UtcDateTime)
    basis: str
    confirm_again: bool = False
    #: False once another verdict took its place or it was taken back.
    standing: bool = True
    undone_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    undone_by: str = ""


class EventRow(Table, table=True):
    """Who did what: verdicts, role swaps, looks into the vault. Ids and counts only."""

    __tablename__ = "event"
    __table_args__ = (
        Index("ix_event_conversation_at", "conversation", "at"),
        ForeignKeyConstraint(
            ["conversation"],
            ["conversation.id"],
            ondelete="SET NULL",
        ),
    )

    id: int | None = Field(default=None, primary_key=True)
    conversation: str | None = None
    at: datetime = Field(sa_type=UtcDateTime)
    kind: str
    who: str = ""
    detail: dict[str, Any] = Field(sa_type=JSON)
