"""What routes are given: settings, store, who asks, and the conversation they name."""

from __future__ import annotations

from typing import Annotated

from fastapi import Depends, Header, Path, Request

from qa.access import Principal, Right
from qa.api.auditing import about
from qa.api.clips import Clips
from qa.api.identity import right_of, who_asks
from qa.settings import Settings
from qa.store import Store
from qa.store.acts import Kind

# Those that wait for nothing are coroutines: all others take a thread for each request.


async def get_settings(request: Request) -> Settings:
    """Return the settings that the application was built with."""
    found: Settings = request.app.state.settings
    return found


async def get_store(request: Request) -> Store:
    """Return the application's store."""
    found: Store = request.app.state.store
    return found


async def get_clips(request: Request) -> Clips:
    """Return what cuts the sound of moments."""
    found: Clips = request.app.state.clips
    return found


def conversation_id(
    request: Request,
    id: Annotated[str, Path(description="Id, the beginning of one, or your own system's id.")],
    store: Annotated[Store, Depends(get_store)],
    who: Annotated[Principal, Depends(who_asks)],
) -> str:
    """Return the full id of the conversation that an address names.

    Raises
    ------
    NotFound : there is none that this person may know of.
    Forbidden : they may know of it, but lack the right that the route declares.
    """
    right = right_of(request)
    who.check(right)
    # What may not be listed does not exist; its id is not told either.
    known = who.scope(Right.LIST)
    full = store.resolve(id, scope=known if not known.nothing else who.scope(right))
    who.check(right, store.facts(full))
    about(request, Kind.CONVERSATION, full)
    return full


async def seen_version(
    given: Annotated[
        str | None,
        Header(
            alias="If-Match",
            description="ETag of the conversation that was read: 412 where it has changed since.",
        ),
    ] = None,
) -> str | None:
    """Return the version that a program had read; None = it does not say, or takes any."""
    if given is None or given.strip() == "*":
        return None
    return given.strip().removeprefix("W/").strip('"')


def etag(version: str) -> str:
    """Return a version as HTTP writes it."""
    return f'"{version}"'


SeenDep = Annotated[str | None, Depends(seen_version)]
SettingsDep = Annotated[Settings, Depends(get_settings)]
ClipsDep = Annotated[Clips, Depends(get_clips)]
StoreDep = Annotated[Store, Depends(get_store)]
IdDep = Annotated[str, Depends(conversation_id)]
