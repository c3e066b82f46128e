"""Conversations: list them, read one, hear it, correct its roles, score it again."""

from __future__ import annotations

from http import HTTPStatus
from typing import Annotated

from fastapi import APIRouter, Body, Query, Response
from fastapi.responses import FileResponse

from qa.access import Principal, Right
from qa.api.actions import score_again
from qa.api.deps import IdDep, SeenDep, SettingsDep, StoreDep, etag
from qa.api.identity import requires
from qa.api.peaks import picture
from qa.api.schemas import (
    Accepted,
    ConversationOut,
    ConversationPage,
    CountsOut,
    ListQuery,
    PeaksOut,
    ScoreIn,
)
from qa.api.sound import SOUND_TYPES, SoundResponse
from qa.errors import NotFound
from qa.store import Store
from qa.store.acts import Act

router = APIRouter(tags=["conversations"])


@router.get("/conversations")
def list_conversations(
    store: StoreDep,
    query: Annotated[ListQuery, Query()],
    who: Annotated[Principal, requires(Right.LIST)],
) -> ConversationPage:
    """List conversations, newest first."""
    found = store.list(
        query.filter(),
        after=query.after,
        limit=query.limit,
        scope=who.scope(Right.LIST),
    )
    return ConversationPage.of(found)


@router.get("/counts")
def count_conversations(
    store: StoreDep, who: Annotated[Principal, requires(Right.LIST)]
) -> CountsOut:
    """Count conversations by where they stand."""
    return CountsOut(counts=store.counts(scope=who.scope(Right.LIST)))


@router.get("/conversations/{id}")
def read_conversation(
    id: IdDep, store: StoreDep, who: Annotated[Principal, requires(Right.READ)], answer: Response
) -> ConversationOut:
    """Read one conversation; an agent is told their own scores alone, and no other's name.

    Its `ETag` is what `If-Match` takes wherever a person changes something of it.
    """
    answer.headers["etag"] = etag(store.reviewing.version(id))
    mine = who.scope(Right.READ)
    return ConversationOut(
        summary=store.summary(id, scope=mine),
        conversation=store.safe(id, scope=mine) if store.heard(id) else None,
        audio=audio_address(store, id),
        provenance=store.provenance(id),
        kept=store.erasing.fates(id),
    )


@router.get(
    "/conversations/{id}/audio",
    dependencies=[requires(Right.HEAR)],
    response_class=FileResponse,
    responses={
        HTTPStatus.OK: {
            "content": {kind: {} for kind in SOUND_TYPES.values()},
            "description": "The whole recording.",
        },
        HTTPStatus.PARTIAL_CONTENT: {"description": "The range that was asked for."},
        HTTPStatus.REQUESTED_RANGE_NOT_SATISFIABLE: {"description": "The range lies outside."},
    },
)
def hear_conversation(id: IdDep, store: StoreDep) -> SoundResponse:
    """Hear a call, what was redacted silenced; takes `Range`."""
    if not store.vault.has("playback", id):
        raise NotFound(
            f"There is no recording to play for conversation {id}.",
            "Chats have none; a call has one once it was heard.",
        )
    return SoundResponse(store.vault.path("playback", id))


# A page draws them before anybody hears anything.
@router.get("/conversations/{id}/peaks", dependencies=[requires(Right.HEAR, Act.SEEN)])
def draw_conversation(
    id: IdDep,
    store: StoreDep,
    points: Annotated[int, Query(ge=1, description="At most so many a side.")] = 3000,
) -> PeaksOut:
    """Draw a call: how loud each side is, what was redacted being silent."""
    return picture(store, id, points=points)


@router.post("/conversations/{id}/roles/swap", status_code=HTTPStatus.ACCEPTED)
def swap_conversation_roles(
    id: IdDep, store: StoreDep, who: Annotated[Principal, requires(Right.CORRECT)], seen: SeenDep
) -> Accepted:
    """Let agent and customer change places, and score again; transcribes nothing."""
    store.swap_roles(id, who=who.name, seen=seen)
    return _accepted(id, store.summary(id).wanted)


@router.post(
    "/conversations/{id}/score",
    status_code=HTTPStatus.ACCEPTED,
    dependencies=[requires(Right.CORRECT, Act.CHANGED)],
)
def score_conversation(
    id: IdDep,
    store: StoreDep,
    settings: SettingsDep,
    wish: Annotated[ScoreIn | None, Body()] = None,
) -> Accepted:
    """Score again, without transcribing again."""
    return _accepted(id, score_again(store, settings, [id], wish.scorecards if wish else ()))


@router.put("/conversations/{id}/release", status_code=HTTPStatus.NO_CONTENT)
def release_conversation(
    id: IdDep, store: StoreDep, who: Annotated[Principal, requires(Right.RELEASE)], seen: SeenDep
) -> None:
    """Show a conversation to its agents; a second time changes nothing."""
    store.release_to_agents(id, who=who.name, seen=seen)


@router.delete("/conversations/{id}/release", status_code=HTTPStatus.NO_CONTENT)
def take_conversation_back(
    id: IdDep, store: StoreDep, who: Annotated[Principal, requires(Right.RELEASE)], seen: SeenDep
) -> None:
    """Hide a conversation from its agents again."""
    store.take_back_from_agents(id, who=who.name, seen=seen)


def audio_address(store: Store, id: str) -> str | None:
    """Return where a conversation can be heard; None where there is nothing to hear."""
    return f"/api/v1/conversations/{id}/audio" if store.vault.has("playback", id) else None


def _accepted(id: str, cards: tuple[str, ...]) -> Accepted:
    return Accepted(conversation=id, scorecards=cards, status=f"/api/v1/conversations/{id}")
