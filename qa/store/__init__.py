"""The store: conversations, what was heard and judged of them, and what waits.

Tables hold redacted text only; what was said in the clear lies in the vault.
"""

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
