"""What reviewers do on a conversation's page besides verdicts: forms that need no script."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Depends, Form, Request
from fastapi.responses import Response
from pydantic import BaseModel, Field

from qa.access import Principal, Right
from qa.api import actions
from qa.api.deps import IdDep, StoreDep
from qa.api.identity import requires
from qa.api.pages import going
from qa.api.schemas import Number
from qa.errors import UsageError
from qa.records import Verdict
from qa.store import Store
from qa.store.desk.blind import Given

router = APIRouter(include_in_schema=False)


class _Seen(BaseModel):
    """Which version whoever sends a form had before their eyes; "" = whatever it is."""

    seen: str = ""


class _Remark(BaseModel):
    """A comment on a turn or on the whole, or thanks for a turn."""

    text: str = Field(default="", max_length=2000)
    #: Counted from 1, as people do; "" = of the whole.
    place: str = Field(default="", pattern=r"^\d{0,6}$")

    @property
    def turn(self) -> int | None:
        """Of the turn, as the store counts."""
        return int(self.place) - 1 if self.place else None


class _Number(BaseModel):
    number: Number


class _Turn(BaseModel):
    turn: Number


class _Language(_Seen):
    language: str


@router.post("/conversations/{id}/finish")
def finish(
    id: IdDep,
    form: Annotated[_Seen, Form()],
    store: StoreDep,
    who: Annotated[Principal, requires(Right.OVERRIDE)],
) -> Response:
    """Be through with a conversation; go on to the next."""
    store.reviewing.finish(id, who=who.name, seen=form.seen or None)
    following = store.reviewing.next(id, scope=who.scope(Right.OVERRIDE))
    return going.to(f"/conversations/{following}" if following else "/")


@router.post("/conversations/{id}/reopen")
def reopen(
    id: IdDep,
    form: Annotated[_Seen, Form()],
    store: StoreDep,
    who: Annotated[Principal, requires(Right.OVERRIDE)],
) -> Response:
    """Let a conversation count as not reviewed again."""
    store.reviewing.reopen(id, who=who.name, seen=form.seen or None)
    return going.to_conversation(id)


async def _fields(request: Request) -> dict[str, str]:
    return {key: str(value) for key, value in (await request.form()).items()}


@router.post("/conversations/{id}/blind")
def save_blind(
    form: Annotated[dict[str, str], Depends(_fields)],
    id: IdDep,
    store: StoreDep,
    who: Annotated[Principal, requires(Right.OVERRIDE)],
) -> Response:
    """Keep a reviewer's own verdicts on every item; then show the machine's."""
    given = blind_verdicts(store, id, form)
    store.blind.save(id, given, who=who.name, seen=form.get("seen") or None)
    return going.to_conversation(id)


def blind_verdicts(store: Store, id: str, form: dict[str, str]) -> list[Given]:
    """Read the form of a sheet: fields are numbered by card and item.

    Raises
    ------
    UsageError : a verdict that is none, or a share that is no number.
    """
    given = []
    for s, sheet in enumerate(store.blind.sheets(id)):
        for i, asked in enumerate(sheet.items):
            chosen = form.get(f"verdict-{s}-{i}", "")
            if not chosen:
                continue
            try:
                verdict = Verdict(chosen)
                given_share = form.get(f"share-{s}-{i}", "")
                share = float(given_share) if given_share else None
            except ValueError as err:
                raise UsageError("That is no verdict.", "Choose one of those shown.") from err
            given.append(
                Given(
                    card=sheet.card.id,
                    party=sheet.party,
                    item=asked.item,
                    verdict=verdict,
                    value=actions.value_of(verdict, share),
                    comment=form.get(f"comment-{s}-{i}", "").strip(),
                )
            )
    return given


@router.post("/conversations/{id}/comment")
def comment(
    id: IdDep,
    form: Annotated[_Remark, Form()],
    store: StoreDep,
    who: Annotated[Principal, requires(Right.COMMENT)],
) -> Response:
    """Comment on a moment, or on the whole."""
    store.remarks.comment(id, form.text, who=who.name, turn=form.turn)
    return _at(id, form.turn)


@router.post("/conversations/{id}/comment/remove")
def remove_comment(
    id: IdDep,
    form: Annotated[_Number, Form()],
    store: StoreDep,
    who: Annotated[Principal, requires(Right.COMMENT)],
) -> Response:
    """Take one's own comment away."""
    store.remarks.remove(id, form.number, who=who.name)
    return going.to_conversation(id)


@router.post("/conversations/{id}/star")
def star(
    id: IdDep,
    form: Annotated[_Remark, Form()],
    store: StoreDep,
    who: Annotated[Principal, requires(Right.STAR)],
) -> Response:
    """Mark a turn as done well."""
    if form.turn is None:
        raise UsageError("A star is for a moment.", "Choose the turn.")
    store.remarks.star(id, form.turn, who=who.name, thanks=form.text)
    return _at(id, form.turn)


@router.post("/conversations/{id}/star/remove")
def unstar(
    id: IdDep,
    form: Annotated[_Turn, Form()],
    store: StoreDep,
    who: Annotated[Principal, requires(Right.STAR)],
) -> Response:
    """Take one's own star away."""
    store.remarks.unstar(id, form.turn, who=who.name)
    return _at(id, form.turn)


@router.post("/conversations/{id}/language")
def language(
    id: IdDep,
    form: Annotated[_Language, Form()],
    store: StoreDep,
    who: Annotated[Principal, requires(Right.CORRECT)],
) -> Response:
    """Say in which language a conversation is; it is judged again."""
    store.correcting.language(id, form.language, who=who.name, seen=form.seen or None)
    return going.to_conversation(id)


@router.post("/conversations/{id}/score")
def score(
    id: IdDep,
    form: Annotated[_Seen, Form()],
    store: StoreDep,
    who: Annotated[Principal, requires(Right.CORRECT)],
) -> Response:
    """Ask for another score by the same cards."""
    store.correcting.again(id, None, who=who.name, seen=form.seen or None)
    return going.to_conversation(id)


@router.post("/conversations/{id}/take-back")
def take_back(
    id: IdDep,
    form: Annotated[_Seen, Form()],
    store: StoreDep,
    who: Annotated[Principal, requires(Right.RELEASE)],
) -> Response:
    """Show a conversation to its agents no more."""
    store.take_back_from_agents(id, who=who.name, seen=form.seen or None)
    return going.to_conversation(id)


def _at(id: str, turn: int | None) -> Response:
    return going.to_conversation(id, "" if turn is None else f"t{turn}")
