"""Which text of a scorecard counts: the newest published version, else the file."""

from __future__ import annotations

from functools import lru_cache

from qa import scoring
from qa.scoring import Scorecard
from qa.settings import Settings
from qa.store import Store


def card_in_use(id: str, settings: Settings, store: Store) -> Scorecard:
    """Return the card that conversations are judged by.

    Once a version of a card is published, its file is a draft: conversations are judged
    by the newest published version until the next one is.

    Raises
    ------
    UnknownName : no card has that id; names those that there are.
    ScorecardError : the card has mistakes.
    """
    published = store.published(id)
    if not published:
        return scoring.find_card(id, settings)
    newest = published[-1]
    return _read(newest.source, f"{id} version {newest.card.version}, as published")


@lru_cache(maxsize=64)
def _read(text: str, name: str) -> Scorecard:
    return scoring.load_scorecard(text, name=name)
