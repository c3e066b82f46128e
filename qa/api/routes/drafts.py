"""Drafts of scorecards: their mistakes, what they change on stored conversations, publishing."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Self

from fastapi import APIRouter
from pydantic import BaseModel, ConfigDict, Field

from qa.access import Principal, Right
from qa.api import drafting
from qa.api.deps import SettingsDep, StoreDep
from qa.api.identity import requires
from qa.api.schemas import Public
from qa.errors import Mistake, ScorecardError
from qa.records import CardRef, Score, Verdict
from qa.store.acts import Act

router = APIRouter(tags=["scorecards"])

Publisher = Annotated[Principal, requires(Right.PUBLISH)]


class DraftIn(BaseModel):
    """A scorecard as text."""

    model_config = ConfigDict(extra="forbid")

    yaml: str = Field(max_length=500_000)
    conversations: int = Field(
        default=drafting.FEW,
        ge=0,
        le=drafting.MANY,
        description="Judge so many of the newest by the draft and by the card in use.",
    )


class PublishIn(BaseModel):
    """A scorecard that is to be frozen."""

    model_config = ConfigDict(extra="forbid")

    yaml: str = Field(max_length=500_000)


class MistakeOut(Public):
    """A mistake, or a doubt, and where it stands."""

    line: int = Field(description="From 1; 0 = of the whole.")
    column: int
    message: str

    @classmethod
    def of(cls, found: Mistake) -> Self:
        """Build it from a reader's mistake."""
        return cls(line=found.line, column=found.column, message=found.message)


class ChangeOut(Public):
    """What one agent's part of a conversation comes to by both."""

    conversation: str
    party: str | None
    old: Score | None
    new: Score | None
    verdicts: dict[str, tuple[Verdict | None, Verdict | None]] = Field(
        description="Of the items that change: before and after."
    )


class DraftOut(Public):
    """What is wrong with a draft, and what it changes."""

    card: CardRef | None = Field(description="Null where it has mistakes.")
    mistakes: tuple[MistakeOut, ...]
    warnings: tuple[MistakeOut, ...]
    in_use: CardRef | None = Field(description="What it was compared with.")
    conversations: int
    changes: tuple[ChangeOut, ...]


class PublishedOut(Public):
    """A version that never changes again."""

    card: CardRef
    who: str
    at: datetime


@router.post("/drafts")
def try_draft(
    draft: DraftIn,
    store: StoreDep,
    settings: SettingsDep,
    who: Annotated[Principal, requires(Right.PUBLISH, Act.SEEN)],
) -> DraftOut:
    """Check a draft, and try it on the newest conversations; nothing is kept."""
    read = drafting.read(draft.yaml, settings)
    tried = None
    if read.card is not None and draft.conversations:
        scope = who.scope(Right.READ)
        tried = drafting.attempt(store, settings, read.card, most=draft.conversations, scope=scope)
    return DraftOut(
        card=read.card.ref if read.card else None,
        mistakes=tuple(map(MistakeOut.of, read.mistakes)),
        warnings=tuple(map(MistakeOut.of, read.warnings)),
        in_use=tried.old.ref if tried and tried.old else None,
        conversations=tried.count if tried else 0,
        changes=tuple(
            ChangeOut(
                conversation=c.conversation, party=c.party, old=c.old, new=c.new,
                verdicts=dict(c.verdicts),
            )
            for c in (tried.changes if tried else ())
        ),
    )  # fmt: skip


@router.post("/drafts/publish")
def publish_draft(
    draft: PublishIn, store: StoreDep, settings: SettingsDep, who: Publisher
) -> PublishedOut:
    """Freeze a version: from now on conversations are judged by exactly it."""
    read = drafting.read(draft.yaml, settings)
    if read.card is None:
        raise ScorecardError(read.mistakes)
    kept = store.publish(read.card, who=who.name)
    return PublishedOut(card=kept.card, who=kept.who, at=kept.at)
