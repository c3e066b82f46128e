"""Health: for whoever watches the service."""

from __future__ import annotations

from fastapi import APIRouter

from qa import __version__
from qa.api.deps import StoreDep
from qa.api.identity import open_to_all
from qa.api.schemas import Health

router = APIRouter(tags=["health"])


@router.get("/health", dependencies=[open_to_all()])
def health() -> Health:
    """Say that the program is alive; asks nothing else."""
    return Health(status="ok", version=__version__)


@router.get("/ready", dependencies=[open_to_all()])
def ready(store: StoreDep) -> Health:
    """Say that the database answers; 503 with the reason where it does not."""
    store.ping()
    return Health(status="ready", version=__version__)
