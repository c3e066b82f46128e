"""Second looks: asked for by agents, answered by others; and what agents do with their results."""

from __future__ import annotations

from http import HTTPStatus
from typing import Annotated

from fastapi import APIRouter, Body, Query, Request
from fastapi.responses import Response

from qa.access import Principal, Right
from qa.api import looking
from qa.api.auditing import about
from qa.api.clips import played
from qa.api.deps import ClipsDep, IdDep, SeenDep, StoreDep
from qa.api.example_schemas import MomentOut, readable_by
from qa.api.figure_schemas import FiguresOut
from qa.api.identity import requires
from qa.api.look_schemas import (
    AnswerIn,
    LookIn,
    LooksOut,
    LooksQuery,
    MineFiguresQuery,
    MineItem,
    MineOut,
    MineQuery,
)
from qa.api.routes.examples import SOUND
from qa.api.schemas import Number
from qa.store import Store
from qa.store.acts import Act, Kind
from qa.store.desk.asked import Look

router = APIRouter(tags=["second looks"])

#: For whom a conversation is about, once it was released to them.
Agent = Annotated[Principal, requires(Right.SECOND_LOOK)]
_Card = Annotated[str, Query(description="Id of a scorecard.")]
_Item = Annotated[str, Query(description="Id of an item.")]
_Party = Annotated[str | None, Query(description="Which agent; left out: your only part.")]


@router.get("/second-looks")
def list_second_looks(
    store: StoreDep,
    query: Annotated[LooksQuery, Query()],
    who: Annotated[Principal, requires(Right.READ)],
) -> LooksOut:
    """List second looks: one's own, or those at conversations that one may read."""
    found = looking.listed(store, who, **query.model_dump())
    return LooksOut(items=found.items, next=found.next)


@router.get("/conversations/{id}/second-looks")
def read_second_looks(
    id: IdDep, store: StoreDep, who: Annotated[Principal, requires(Right.READ)]
) -> LooksOut:
    """Read the second looks at a conversation, open and answered."""
    return LooksOut(items=store.looks.of(id, scope=who.scope(Right.READ)))


@router.post("/conversations/{id}/second-looks", status_code=HTTPStatus.CREATED)
def ask_for_second_look(
    id: IdDep, given: Annotated[LookIn, Body()], store: StoreDep, who: Agent
) -> Look:
    """Ask for a second look at an item of your own result, and say why."""
    return looking.ask(
        store, id, given.scorecard, given.item,
        party=given.party, comment=given.comment, who=who,
    )  # fmt: skip


@router.post("/second-looks/{number}/answer")
def answer_second_look(
    number: Number,
    given: Annotated[AnswerIn, Body()],
    store: StoreDep,
    who: Annotated[Principal, requires(Right.ANSWER)],
    seen: SeenDep,
) -> Look:
    """Answer a second look; never who gave the verdict that it is about."""
    return looking.answer(
        store, number, answer=given.answer, verdict=given.verdict, value=given.value,
        who=who, seen=seen,
    )  # fmt: skip


# --- one's own ----------------------------------------------------------------------------


@router.get("/mine")
def list_mine(store: StoreDep, query: Annotated[MineQuery, Query()], who: Agent) -> MineOut:
    """List your own conversations that were released, with what was said of each."""
    return mine_of(store, query, who)


def mine_of(store: Store, query: MineQuery, who: Principal) -> MineOut:
    """Return a page of somebody's own conversations."""
    scope = who.scope(Right.SECOND_LOOK)
    found = store.list(after=query.after, limit=query.limit, scope=scope)
    beside = store.own.beside([s.id for s in found.items], scope=scope)
    own = [(s, beside[s.id]) for s in found.items if s.id in beside]
    return MineOut(
        items=tuple(MineItem(conversation=s, own=o, news=o.news) for s, o in own),
        next=found.next,
    )


@router.get("/mine/figures")
def read_my_figures(
    store: StoreDep,
    query: Annotated[MineFiguresQuery, Query()],
    who: Annotated[Principal, requires(Right.SECOND_LOOK, Act.FIGURES)],
) -> FiguresOut:
    """Read your own figures by week: of what was released to you, and of nothing else."""
    return FiguresOut(figures=looking.own_figures(store, query.question(), who))


@router.put("/conversations/{id}/acknowledged", status_code=HTTPStatus.NO_CONTENT)
def acknowledge(id: IdDep, store: StoreDep, who: Agent) -> None:
    """Say that you know your result as it stands now."""
    store.own.acknowledge(id, who=who.name, scope=who.scope(Right.SECOND_LOOK))


@router.put("/conversations/{id}/sound-consent", status_code=HTTPStatus.NO_CONTENT)
def let_sound(id: IdDep, store: StoreDep, who: Agent) -> None:
    """Let the sound of your part be an example for others, also where it did not go well."""
    _let(store, id, who, allowed=True)


@router.delete("/conversations/{id}/sound-consent", status_code=HTTPStatus.NO_CONTENT)
def withdraw_sound(id: IdDep, store: StoreDep, who: Agent) -> None:
    """Take that back."""
    _let(store, id, who, allowed=False)


def _let(store: Store, id: str, who: Principal, *, allowed: bool) -> None:
    scope = who.scope(Right.SECOND_LOOK)
    store.own.let_sound(id, allowed=allowed, who=who.name, scope=scope)


@router.get("/conversations/{id}/good-example")
def read_good_example(
    request: Request,
    id: IdDep,
    store: StoreDep,
    who: Agent,
    scorecard: _Card,
    item: _Item,
    party: _Party = None,
) -> MomentOut:
    """Read a moment in which an item was done well that your conversation lacked."""
    found = looking.good_example(store, id, scorecard, item, party=party, who=who)
    about(request, Kind.CONVERSATION, found.conversation)
    readable = readable_by(store, who, [found])
    return MomentOut.of(store, found, readable, audio=looking.good_sound(id, scorecard, item))


@router.get("/conversations/{id}/good-example/audio", response_class=Response, responses=SOUND)
def hear_good_example(
    request: Request,
    id: IdDep,
    store: StoreDep,
    clips: ClipsDep,
    who: Annotated[Principal, requires(Right.SECOND_LOOK, Act.HEARD)],
    scorecard: _Card,
    item: _Item,
    party: _Party = None,
) -> Response:
    """Hear it, what was redacted and all names silent; takes `Range`."""
    found = looking.good_example(store, id, scorecard, item, party=party, who=who)
    about(request, Kind.CONVERSATION, found.conversation)
    return played(request, clips.of(store, found))
