"""Answers to a look: opened, asked one thing, and closed, with little of the store loaded.

`qa status` and `qa list` are typed by people who wait for them. To load the whole store
takes longer than what they ask of a million conversations.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy import Engine

from qa.access import EVERYTHING
from qa.settings import Settings
from qa.store import database, listing
from qa.store.standing import Standing, standing
from qa.store.tables import utc_now
from qa.store.views import Filter, Page


def where_it_stands(settings: Settings) -> Standing:
    """Return where the work stands now.

    Raises
    ------
    StoreError : as of `qa.store.open_store`.
    """
    with _opened(settings) as engine:
        return standing(engine, clock=utc_now)


def page(settings: Settings, filter: Filter, *, after: str | None, limit: int) -> Page:
    """Return a page of conversations as `qa.store.Store.list` does.

    Raises
    ------
    StoreError : as of `qa.store.open_store`.
    UsageError : `after` is not what a page gave, or `limit` is not 1 to 500.
    """
    with _opened(settings) as engine, database.reading(engine) as session:
        return listing.page(session, filter, EVERYTHING, after=after, limit=limit)


@contextmanager
def _opened(settings: Settings) -> Iterator[Engine]:
    engine = database.open_engine(settings)
    try:
        yield engine
    finally:
        engine.dispose()
