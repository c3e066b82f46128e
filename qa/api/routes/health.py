"""Health: for whoever watches the service."""

from __future__ import annotations

from fastapi import APIRouter

from qa import __version__
from qa.access import Right
from qa.api.deps import StoreDep
from qa.api.identity import open_to_all, requires
from qa.api.schemas import Health
from qa.store.standing import Standing

router = APIRouter(tags=["health"])


@router.get("/health", dependencies=[open_to_all()])
def health() -> Health:
    """Say that the program is alive; asks nothing else, so a database that is away ends nothing."""
    return Health(status="ok", version=__version__)


@router.get("/status", dependencies=[requires(Right.METRICS)])
def status(store: StoreDep) -> Standing:
    """Say what waits, who works on it, what is stuck, and what failed and why."""
    return store.standing()


@router.get("/ready", dependencies=[open_to_all()])
def ready(store: StoreDep) -> Health:
    """Say that the database answers; 503 with the reason where it does not."""
    store.ping()
    return Health(status="ready", version=__version__)
