"""Collections: moments in an order, shared by links and given away as files."""

from __future__ import annotations

from datetime import timedelta
from http import HTTPStatus
from typing import Annotated

from fastapi import APIRouter, Request
from fastapi.responses import Response, StreamingResponse

from qa.access import Principal, Right
from qa.api import collecting
from qa.api.auditing import about
from qa.api.clips import played
from qa.api.deps import ClipsDep, StoreDep
from qa.api.example_schemas import (
    AddedOut,
    CollectedChange,
    CollectIn,
    CollectionChange,
    CollectionIn,
    CollectionOut,
    CollectionsOut,
    ListedOut,
    SharedOut,
    ShareIn,
    SharesOut,
)
from qa.api.identity import requires
from qa.api.routes.examples import SOUND
from qa.api.schemas import Number
from qa.errors import NotFound
from qa.exports import into_zip
from qa.store.acts import Act, Kind
from qa.store.desk.collected import Collection
from qa.store.desk.excerpts import Moment

router = APIRouter(tags=["collections"])

Collector = Annotated[Principal, requires(Right.COLLECT)]
Changer = Annotated[Principal, requires(Right.COLLECT, Act.CHANGED)]
Reader = Annotated[Principal, requires(Right.COLLECT, Act.SEEN)]
Hearer = Annotated[Principal, requires(Right.COLLECT, Act.HEARD)]
Taker = Annotated[Principal, requires(Right.COLLECT, Act.EXPORTED)]
Viewer = Annotated[Principal, requires(Right.EXAMPLES, Act.SEEN)]
Listener = Annotated[Principal, requires(Right.EXAMPLES, Act.HEARD)]


@router.get("/collections")
def list_collections(store: StoreDep, who: Collector) -> CollectionsOut:
    """List one's own collections."""
    return CollectionsOut(
        items=tuple(ListedOut.of(one) for one in store.collections.list(owner=who.name))
    )


@router.post("/collections", status_code=HTTPStatus.CREATED)
def create_collection(
    request: Request, store: StoreDep, who: Changer, wish: CollectionIn
) -> CollectionOut:
    """Make an empty collection."""
    made = store.collections.create(wish.name, owner=who.name, note=wish.note)
    about(request, Kind.COLLECTION, made)
    return read_collection(made, store, who)


@router.get("/collections/{collection}")
def read_collection(collection: str, store: StoreDep, who: Reader) -> CollectionOut:
    """Read a collection of one's own, as far as one may see its moments today."""
    found = store.collections.read(collection, owner=who.name, scope=who.scope(Right.EXAMPLES))
    return CollectionOut.of(store, found, who, at=f"/api/v1/collections/{collection}")


@router.patch("/collections/{collection}", status_code=HTTPStatus.NO_CONTENT)
def change_collection(
    collection: str, store: StoreDep, who: Changer, wish: CollectionChange
) -> None:
    """Give another name or note."""
    store.collections.change(collection, owner=who.name, name=wish.name, note=wish.note)


@router.delete("/collections/{collection}", status_code=HTTPStatus.NO_CONTENT)
def delete_collection(collection: str, store: StoreDep, who: Changer) -> None:
    """Delete a collection with its notes and links."""
    store.collections.delete(collection, owner=who.name)


@router.get(
    "/collections/{collection}/archive",
    response_class=StreamingResponse,
    responses={200: {"content": {"application/zip": {}}, "description": "The file."}},
)
def export_collection(
    collection: str, store: StoreDep, clips: ClipsDep, who: Taker
) -> StreamingResponse:
    """Give a collection away as a ZIP file: a page that plays from disk, sound, subtitles."""
    found = store.collections.read(collection, owner=who.name, scope=who.scope(Right.EXAMPLES))
    return StreamingResponse(
        into_zip(collecting.archive(store, clips, found)),
        media_type="application/zip",
        headers={"content-disposition": f'attachment; filename="collection-{found.id}.zip"'},
    )


# --- its moments -------------------------------------------------------------------------


@router.post("/collections/{collection}/moments", status_code=HTTPStatus.CREATED)
def collect(collection: str, store: StoreDep, who: Changer, wish: CollectIn) -> AddedOut:
    """Put an example, or turns of a conversation that one may read, at the end."""
    if wish.conversation:
        full = store.resolve(wish.conversation, scope=who.scope(Right.READ))
        number = collecting.add_stretch(
            store, who, collection, full, (wish.first, wish.last),
            card=wish.card, item=wish.item, note=wish.note,
        )  # fmt: skip
    else:
        number = collecting.add_example(
            store, who, collection, wish.example,
            before=wish.before, after=wish.after, note=wish.note,
        )  # fmt: skip
    return AddedOut(collection=collection, moment=number)


@router.patch("/collections/{collection}/moments/{moment}", status_code=HTTPStatus.NO_CONTENT)
def change_collected(
    collection: str, moment: Number, store: StoreDep, who: Changer, wish: CollectedChange
) -> None:
    """Give a moment another note or another place."""
    if wish.note is not None:
        store.collections.note(collection, moment, wish.note, owner=who.name)
    if wish.place is not None:
        store.collections.move(collection, moment, wish.place, owner=who.name)


@router.delete("/collections/{collection}/moments/{moment}", status_code=HTTPStatus.NO_CONTENT)
def remove_collected(collection: str, moment: Number, store: StoreDep, who: Changer) -> None:
    """Take a moment out of a collection."""
    store.collections.remove(collection, moment, owner=who.name)


@router.get(
    "/collections/{collection}/moments/{moment}/audio", response_class=Response, responses=SOUND
)
def hear_collected(
    request: Request, collection: str, moment: Number, store: StoreDep, clips: ClipsDep, who: Hearer
) -> Response:
    """Hear a moment of a collection; takes `Range`."""
    scope = who.scope(Right.EXAMPLES)
    found = store.collections.read(collection, owner=who.name, scope=scope, only=moment)
    return played(request, clips.of(store, _moment(found, moment)))


# --- links -------------------------------------------------------------------------------


@router.get("/collections/{collection}/shares")
def list_shares(collection: str, store: StoreDep, who: Collector) -> SharesOut:
    """List the links to a collection; what they lead by was shown once."""
    return SharesOut(items=store.collections.shares(collection, owner=who.name))


@router.post("/collections/{collection}/shares", status_code=HTTPStatus.CREATED)
def share_collection(collection: str, store: StoreDep, who: Collector, wish: ShareIn) -> SharedOut:
    """Make a link for colleagues who may see examples."""
    secret, made = store.collections.share(
        collection, owner=who.name, who=who.name, lasts=timedelta(days=wish.days)
    )
    return SharedOut(id=made.id, link=f"/shared/{secret}", expires_at=made.expires_at)


@router.delete("/collections/{collection}/shares/{share}", status_code=HTTPStatus.NO_CONTENT)
def withdraw_share(collection: str, share: str, store: StoreDep, who: Collector) -> None:
    """End a link."""
    store.collections.withdraw(collection, share, owner=who.name, who=who.name)


@router.get("/shared/{link}")
def read_shared(link: str, store: StoreDep, who: Viewer) -> CollectionOut:
    """Read a collection that a link leads to, as far as one may see its moments."""
    found = store.collections.shared(link, scope=who.scope(Right.EXAMPLES))
    return CollectionOut.of(store, found, who, at=f"/api/v1/shared/{link}")


@router.get("/shared/{link}/moments/{moment}/audio", response_class=Response, responses=SOUND)
def hear_shared(
    request: Request, link: str, moment: Number, store: StoreDep, clips: ClipsDep, who: Listener
) -> Response:
    """Hear a moment of a collection that a link leads to; takes `Range`."""
    found = store.collections.shared(link, scope=who.scope(Right.EXAMPLES), only=moment)
    return played(request, clips.of(store, _moment(found, moment)))


def _moment(found: Collection, number: int) -> Moment:
    one = next((m for m in found.moments if m.id == number), None)
    if one is None:
        raise NotFound("There is no such moment in the collection.", "Load the page again.")
    return one.moment
