"""Reviews: who is at a conversation, whether somebody is through with it, and blind verdicts."""

from __future__ import annotations

from http import HTTPStatus
from typing import Annotated

from fastapi import APIRouter, Body, Response
from pydantic import BaseModel, ConfigDict, Field

from qa.access import Principal, Right
from qa.api.deps import IdDep, SeenDep, StoreDep, etag
from qa.api.identity import requires
from qa.api.schemas import Public
from qa.records import Verdict
from qa.store.acts import Act
from qa.store.desk.blind import Given, Sheet
from qa.store.desk.reviewing import Review

router = APIRouter(tags=["reviews"])


class PresenceOut(Public):
    """Who else has a conversation open, and which version of it is the last."""

    others: tuple[str, ...]
    version: str = Field(examples=["3.17"])


class ReviewsOut(Public):
    """Who reviewed a conversation."""

    items: tuple[Review, ...]


class FinishedOut(Public):
    """A review that was finished, and what comes next."""

    next: str | None = Field(description="The next conversation that nobody is through with.")


class BlindOut(Public):
    """The cards of a conversation to be filled in before the machine's answers are shown."""

    hidden: bool = Field(description="Whether your own verdicts are awaited.")
    items: tuple[Sheet, ...]


class GivenIn(BaseModel):
    """A verdict of one's own on an item."""

    model_config = ConfigDict(extra="forbid")

    scorecard: str
    party: str | None = None
    item: str
    verdict: Verdict
    value: float | None = Field(default=None, ge=0, le=1)
    comment: str = Field(default="", max_length=2000)


class BlindIn(BaseModel):
    """Verdicts on every item of every card, given before the machine's were seen."""

    model_config = ConfigDict(extra="forbid", json_schema_extra={"examples": [{"items": []}]})

    items: tuple[GivenIn, ...] = Field(max_length=2000)


@router.put("/conversations/{id}/presence")
def be_here(
    id: IdDep, store: StoreDep, who: Annotated[Principal, requires(Right.OVERRIDE)]
) -> PresenceOut:
    """Say that you have a conversation open, for the next minute; answers who else has."""
    others = store.reviewing.here(id, who=who.name)
    return PresenceOut(others=others, version=store.reviewing.version(id))


@router.get("/conversations/{id}/reviews")
def read_reviews(
    id: IdDep, store: StoreDep, who: Annotated[Principal, requires(Right.READ)]
) -> ReviewsOut:
    """Read who reviewed a conversation, and whether blind."""
    return ReviewsOut(items=store.reviewing.of(id, scope=who.scope(Right.READ)))


@router.put("/conversations/{id}/review")
def finish_review(
    id: IdDep, store: StoreDep, who: Annotated[Principal, requires(Right.OVERRIDE)], seen: SeenDep
) -> FinishedOut:
    """Say that you are through with a conversation."""
    store.reviewing.finish(id, who=who.name, seen=seen)
    return FinishedOut(next=store.reviewing.next(id, scope=who.scope(Right.OVERRIDE)))


@router.delete("/conversations/{id}/review", status_code=HTTPStatus.NO_CONTENT)
def reopen_review(
    id: IdDep, store: StoreDep, who: Annotated[Principal, requires(Right.OVERRIDE)], seen: SeenDep
) -> None:
    """Let a conversation count as not reviewed again."""
    store.reviewing.reopen(id, who=who.name, seen=seen)


@router.get("/conversations/{id}/blind")
def read_blind(
    id: IdDep,
    store: StoreDep,
    who: Annotated[Principal, requires(Right.OVERRIDE, Act.SEEN)],
    answer: Response,
) -> BlindOut:
    """Read what a conversation is asked by its cards, without any answer."""
    answer.headers["etag"] = etag(store.reviewing.version(id))
    hidden = store.blind.hides(id, who.scope(Right.OVERRIDE))
    return BlindOut(hidden=hidden, items=store.blind.sheets(id))


@router.put("/conversations/{id}/blind", status_code=HTTPStatus.NO_CONTENT)
def save_blind(
    id: IdDep,
    given: Annotated[BlindIn, Body()],
    store: StoreDep,
    who: Annotated[Principal, requires(Right.OVERRIDE)],
    seen: SeenDep,
) -> None:
    """Give your own verdict on every item; then the machine's are shown beside it."""
    store.blind.save(
        id,
        [
            Given(
                card=each.scorecard,
                party=each.party,
                item=each.item,
                verdict=each.verdict,
                value=each.value,
                comment=each.comment.strip(),
            )
            for each in given.items
        ],
        who=who.name,
        seen=seen,
    )
