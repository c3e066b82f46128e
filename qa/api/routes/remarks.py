"""Remarks: comments at a moment or on the whole, stars with thanks."""

from __future__ import annotations

from http import HTTPStatus
from typing import Annotated

from fastapi import APIRouter, Body
from pydantic import BaseModel, ConfigDict, Field

from qa.access import Principal, Right
from qa.api.deps import IdDep, SeenDep, StoreDep
from qa.api.identity import requires
from qa.api.schemas import Number, Public
from qa.store.desk.remarks import LONGEST, Comment, Star

router = APIRouter(tags=["reviews"])


class RemarksOut(Public):
    """What people said of a conversation's moments."""

    comments: tuple[Comment, ...]
    stars: tuple[Star, ...]


class CommentIn(BaseModel):
    """Something to say of a moment; neither turn nor second = of the whole."""

    model_config = ConfigDict(extra="forbid")

    text: str = Field(min_length=1, max_length=LONGEST)
    turn: Number | None = None
    second: float | None = Field(default=None, ge=0)


class StarIn(BaseModel):
    """Thanks for a moment that was done well."""

    model_config = ConfigDict(extra="forbid")

    thanks: str = Field(default="", max_length=LONGEST)


class LanguageIn(BaseModel):
    """The language that a conversation is in."""

    model_config = ConfigDict(extra="forbid")

    language: str = Field(examples=["ro"])


@router.get("/conversations/{id}/remarks")
def read_remarks(
    id: IdDep, store: StoreDep, who: Annotated[Principal, requires(Right.READ)]
) -> RemarksOut:
    """Read comments and stars; agents are shown the stars."""
    mine = who.scope(Right.READ)
    return RemarksOut(
        comments=store.remarks.comments(id, scope=mine, who=who.name),
        stars=store.remarks.stars(id, scope=mine, who=who.name),
    )


@router.post("/conversations/{id}/comments", status_code=HTTPStatus.CREATED)
def comment(
    id: IdDep,
    given: Annotated[CommentIn, Body()],
    store: StoreDep,
    who: Annotated[Principal, requires(Right.COMMENT)],
) -> Comment:
    """Comment on a moment, or on the whole."""
    return store.remarks.comment(id, given.text, who=who.name, turn=given.turn, second=given.second)


@router.delete("/conversations/{id}/comments/{number}", status_code=HTTPStatus.NO_CONTENT)
def remove_comment(
    id: IdDep,
    number: Number,
    store: StoreDep,
    who: Annotated[Principal, requires(Right.COMMENT)],
) -> None:
    """Take a comment of your own away."""
    store.remarks.remove(id, number, who=who.name)


@router.put("/conversations/{id}/stars/{turn}", status_code=HTTPStatus.NO_CONTENT)
def star(
    id: IdDep,
    turn: Number,
    given: Annotated[StarIn, Body()],
    store: StoreDep,
    who: Annotated[Principal, requires(Right.STAR)],
) -> None:
    """Mark a turn as done well, with thanks."""
    store.remarks.star(id, turn, who=who.name, thanks=given.thanks)


@router.delete("/conversations/{id}/stars/{turn}", status_code=HTTPStatus.NO_CONTENT)
def unstar(
    id: IdDep,
    turn: Number,
    store: StoreDep,
    who: Annotated[Principal, requires(Right.STAR)],
) -> None:
    """Take your star away."""
    store.remarks.unstar(id, turn, who=who.name)


@router.put("/conversations/{id}/language", status_code=HTTPStatus.NO_CONTENT)
def correct_language(
    id: IdDep,
    given: Annotated[LanguageIn, Body()],
    store: StoreDep,
    who: Annotated[Principal, requires(Right.CORRECT)],
    seen: SeenDep,
) -> None:
    """Say in which language a conversation is: it is judged again, not heard again."""
    store.correcting.language(id, given.language, who=who.name, seen=seen)
