"""The web door: API under ``/api/v1`` and server-rendered pages.

`create_app` is the only thing other rooms need; the framework is loaded when it
is called, so that naming this room costs nothing.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from fastapi import FastAPI

    from qa.settings import Settings


def create_app(settings: Settings) -> FastAPI:
    """Build the application over the settings' database and vault.

    Raises
    ------
    StoreError : the database cannot be used; says what to do.
    """
    from qa.api.app import build  # noqa: PLC0415 - the framework is loaded on first use

    return build(settings)
