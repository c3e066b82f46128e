"""The store: conversations, what was heard and judged of them, and what waits.

Tables hold redacted text only; what was said in the clear lies in the vault.
Its names are loaded on first use: a command that only looks (`qa.store.glance`) is
through before all of it would be there.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from qa.store.database import upgrade
    from qa.store.nights import Ahead, Pace, PastRun, Run
    from qa.store.repo import Store, open_store
    from qa.store.tables import State
    from qa.store.vault import Vault
    from qa.store.views import (
        ConversationSummary,
        Counts,
        Filter,
        Fit,
        Job,
        Judged,
        Kept,
        Number,
        Page,
        Published,
        Reviewed,
        ReviewEvent,
        ScoreLine,
    )
    from qa.store.workers import name_worker

__all__ = [
    "Ahead",
    "ConversationSummary",
    "Counts",
    "Filter",
    "Fit",
    "Job",
    "Judged",
    "Kept",
    "Number",
    "Pace",
    "Page",
    "PastRun",
    "Published",
    "ReviewEvent",
    "Reviewed",
    "Run",
    "ScoreLine",
    "State",
    "Store",
    "Vault",
    "name_worker",
    "open_store",
    "upgrade",
]

#: Where each name is defined; what is not named is one of `views`.
_PLACES = {
    "Ahead": "nights",
    "Pace": "nights",
    "PastRun": "nights",
    "Run": "nights",
    "State": "tables",
    "Store": "repo",
    "Vault": "vault",
    "name_worker": "workers",
    "open_store": "repo",
    "upgrade": "database",
}


def __getattr__(name: str) -> Any:
    if name not in __all__:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    module = import_module(f"{__name__}.{_PLACES.get(name, 'views')}")
    value = globals()[name] = getattr(module, name)
    return value
