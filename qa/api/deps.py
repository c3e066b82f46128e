"""What routes are given: settings, store, and who asks."""

from __future__ import annotations

import getpass
from typing import Annotated

from fastapi import Depends, Path, Request

from qa.settings import Settings
from qa.store import Store


def get_settings(request: Request) -> Settings:
    """Return the settings that the application was built with."""
    found: Settings = request.app.state.settings
    return found


def get_store(request: Request) -> Store:
    """Return the application's store."""
    found: Store = request.app.state.store
    return found


def who() -> str:
    """Return who works at this machine: until accounts exist, its user."""
    try:
        return getpass.getuser()
    except (KeyError, OSError):  # a user id without a name, as in some containers
        return "local"


def conversation_id(
    id: Annotated[str, Path(description="Id, the beginning of one, or your own system's id.")],
    store: Annotated[Store, Depends(get_store)],
) -> str:
    """Return the full id of the conversation that an address names."""
    return store.resolve(id)


SettingsDep = Annotated[Settings, Depends(get_settings)]
StoreDep = Annotated[Store, Depends(get_store)]
WhoDep = Annotated[str, Depends(who)]
IdDep = Annotated[str, Depends(conversation_id)]
