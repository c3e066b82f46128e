"""The pages of examples and collections: search, gather, order, share."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from typing import Annotated, Literal
from urllib.parse import urlencode

from fastapi import APIRouter, Form, Query, Request
from fastapi.responses import Response
from pydantic import BaseModel, Field

from qa.access import Principal, Right
from qa.api import collecting
from qa.api.auditing import about
from qa.api.deps import IdDep, SettingsDep, StoreDep
from qa.api.example_schemas import (
    CollectionOut,
    ExamplesQuery,
    MomentOut,
    readable_by,
)
from qa.api.i18n import gettext
from qa.api.identity import requires
from qa.api.pages import going
from qa.api.routes.examples import sound_address
from qa.api.schemas import Number
from qa.api.templating import page, partial
from qa.errors import UsageError
from qa.records import Verdict
from qa.store import Store
from qa.store.acts import Act, Kind
from qa.store.desk.collected import Listed
from qa.store.desk.excerpts import CONTEXT, MOST_CONTEXT

router = APIRouter(include_in_schema=False)

Collector = Annotated[Principal, requires(Right.COLLECT)]
Changer = Annotated[Principal, requires(Right.COLLECT, Act.CHANGED)]
Reader = Annotated[Principal, requires(Right.COLLECT, Act.SEEN)]
Viewer = Annotated[Principal, requires(Right.EXAMPLES)]
Guest = Annotated[Principal, requires(Right.EXAMPLES, Act.SEEN)]

#: Verdicts that can be chosen in the search, the good ones first.
_VERDICTS = (Verdict.PASS, Verdict.PARTIAL, Verdict.FAIL)


@router.get("/examples")
def show_examples(
    request: Request,
    store: StoreDep,
    query: Annotated[ExamplesQuery, Query()],
    who: Viewer,
) -> Response:
    """Show moments that fit, each with its words and its sound."""
    mine = who.scope(Right.EXAMPLES)
    found = store.moments.search(query.wanted(), after=query.place, limit=query.limit, scope=mine)
    readable = readable_by(store, who, found.items)
    items: dict[str, list[tuple[str, str]]] = {}
    for card, item, ask in store.moments.items(scope=mine):
        items.setdefault(card, []).append((item, ask))
    where = _conditions(query)
    context = {
        "title": gettext("Examples"),
        "here": "examples",
        "q": query,
        "cards": items,
        "verdicts": _VERDICTS,
        "moments": [
            MomentOut.of(store, m, readable, audio=sound_address(m.ref, query.before, query.after))
            for m in found.items
        ],
        "collections": _own(store, who),
        "filtered": bool(where),
        "next": _href("/examples", where | {"place": found.next}) if found.next else None,
        "first": _href("/examples", where) if query.place else None,
        "twin": _href("/api/v1/examples", where | ({"place": query.place} if query.place else {})),
        **collecting.LINES,
    }
    return page(request, "examples/search.html", context)


class _Add(BaseModel):
    """Into which collection a moment goes: one that there is, or a new one by name."""

    collection: str = ""
    name: str = ""
    note: str = ""
    turns_before: int = Field(default=CONTEXT, ge=0, le=MOST_CONTEXT)
    turns_after: int = Field(default=CONTEXT, ge=0, le=MOST_CONTEXT)


@router.post("/examples/{ref}/collect")
def collect_example(
    request: Request,
    ref: str,
    form: Annotated[_Add, Form()],
    store: StoreDep,
    who: Changer,
) -> Response:
    """Put an example into a collection."""
    target = _target(store, who, form)
    number = collecting.add_example(
        store, who, target, ref,
        before=form.turns_before, after=form.turns_after, note=form.note,
    )  # fmt: skip
    return _added(request, store, who, target, number)


class _Stretch(_Add):
    first: Number
    last: Number
    card: str = ""
    item: str = ""


@router.post("/conversations/{id}/moments")
def collect_stretch(
    request: Request,
    id: IdDep,
    form: Annotated[_Stretch, Form()],
    store: StoreDep,
    who: Changer,
) -> Response:
    """Put turns of a conversation into a collection."""
    who.check(Right.READ, store.facts(id))
    target = _target(store, who, form)
    number = collecting.add_stretch(
        store, who, target, id, (form.first, form.last),
        card=form.card, item=form.item, note=form.note,
    )  # fmt: skip
    return _added(request, store, who, target, number)


# --- collections -------------------------------------------------------------------------


@router.get("/collections")
def show_collections(request: Request, store: StoreDep, who: Collector) -> Response:
    """Show one's own collections."""
    context = {
        "title": gettext("Collections"),
        "here": "collections",
        "collections": _own(store, who),
    }
    return page(request, "examples/collections.html", context)


class _Head(BaseModel):
    name: str
    note: str = ""


@router.post("/collections")
def create_collection(
    request: Request, form: Annotated[_Head, Form()], store: StoreDep, who: Changer
) -> Response:
    """Make an empty collection."""
    made = store.collections.create(form.name, owner=who.name, note=form.note)
    about(request, Kind.COLLECTION, made)
    return _to_collection(made)


@router.get("/collections/{collection}")
def show_collection(request: Request, collection: str, store: StoreDep, who: Reader) -> Response:
    """Show a collection of one's own, to hear, order and share."""
    return _collection(request, store, who, collection)


class _Change(_Head):
    do: Literal["keep", "delete"] = "keep"


@router.post("/collections/{collection}")
def change_collection(
    collection: str, form: Annotated[_Change, Form()], store: StoreDep, who: Changer
) -> Response:
    """Give another name or note, or delete it."""
    if form.do == "delete":
        store.collections.delete(collection, owner=who.name)
        return going.to("/collections")
    store.collections.change(collection, owner=who.name, name=form.name, note=form.note)
    return _to_collection(collection)


class _Moment(BaseModel):
    do: Literal["up", "down", "remove", "note"]
    note: str = ""


@router.post("/collections/{collection}/moments/{moment}")
def change_moment(
    collection: str,
    moment: Number,
    form: Annotated[_Moment, Form()],
    store: StoreDep,
    who: Changer,
) -> Response:
    """Move a moment, say something of it, or take it out."""
    if form.do == "remove":
        store.collections.remove(collection, moment, owner=who.name)
        return _to_collection(collection)
    if form.do == "note":
        store.collections.note(collection, moment, form.note, owner=who.name)
    else:
        store.collections.move(collection, moment, form.do, owner=who.name)
    return _to_collection(collection, f"m{moment}")


class _Share(BaseModel):
    days: int = Field(default=30, ge=1, le=365)


@router.post("/collections/{collection}/shares")
def share(
    request: Request,
    collection: str,
    form: Annotated[_Share, Form()],
    store: StoreDep,
    settings: SettingsDep,
    who: Collector,
) -> Response:
    """Make a link, and show it: once."""
    lasts = timedelta(days=form.days)
    secret, _ = store.collections.share(collection, owner=who.name, who=who.name, lasts=lasts)
    root = settings.public_url.rstrip("/") or str(request.base_url).rstrip("/")
    link = f"{root}/shared/{secret}"
    return _collection(request, store, who, collection, link=link)


@router.post("/collections/{collection}/shares/{share}/withdraw")
def withdraw(collection: str, share: str, store: StoreDep, who: Collector) -> Response:
    """End a link."""
    store.collections.withdraw(collection, share, owner=who.name, who=who.name)
    return _to_collection(collection, "shares")


@router.get("/shared/{link}")
def show_shared(request: Request, link: str, store: StoreDep, who: Guest) -> Response:
    """Show a collection that a link leads to."""
    found = store.collections.shared(link, scope=who.scope(Right.EXAMPLES))
    at = f"/api/v1/shared/{link}"
    context = {
        "title": found.name,
        "here": "",
        "c": CollectionOut.of(store, found, who, at=at),
        "own": False,
        "owner": found.owner,
        "twin": at,
        **collecting.LINES,
    }
    return page(request, "examples/collection.html", context)


def _collection(
    request: Request, store: Store, who: Principal, id: str, *, link: str = ""
) -> Response:
    found = store.collections.read(id, owner=who.name, scope=who.scope(Right.EXAMPLES))
    at = f"/api/v1/collections/{id}"
    context = {
        "title": found.name,
        "here": "collections",
        "c": CollectionOut.of(store, found, who, at=at),
        "own": True,
        "owner": found.owner,
        "shares": store.collections.shares(id, owner=who.name),
        "link": link,
        "twin": at,
        **collecting.LINES,
    }
    return page(request, "examples/collection.html", context)


def _own(store: Store, who: Principal) -> tuple[Listed, ...]:
    return store.collections.list(owner=who.name) if who.may(Right.COLLECT) else ()


def _target(store: Store, who: Principal, form: _Add) -> str:
    if form.collection:
        return form.collection
    if not form.name.strip():
        raise UsageError("It is not said into which collection.", "Choose one, or name a new one.")
    return store.collections.named(form.name, owner=who.name)


def _added(request: Request, store: Store, who: Principal, target: str, number: int) -> Response:
    """Answer a script with a word where the form was; else lead to the collection."""
    if not partial(request):
        return _to_collection(target, f"m{number}")
    name = next((one.name for one in _own(store, who) if one.id == target), "")
    context = {"collection": target, "name": name, "number": number}
    return page(request, "examples/added.html", context)


def _to_collection(collection: str, anchor: str = "") -> Response:
    return going.to(f"/collections/{collection}", anchor)


def _conditions(query: ExamplesQuery) -> dict[str, str]:
    """Return the conditions of a search as its address has them."""
    given = query.model_dump(mode="json", exclude={"place"}, exclude_defaults=True)
    return {k: str(v).lower() if isinstance(v, bool) else str(v) for k, v in given.items()}


def _href(path: str, where: Mapping[str, str | None]) -> str:
    return f"{path}?{urlencode({k: v for k, v in where.items() if v})}" if where else path
