"""A server in a process of its own, as `qa serve` starts it, and people who may ask it."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from typing import NamedTuple

from qa.access import Grant, Right
from qa.settings import Settings
from qa.store import open_store

ROOT = Path(__file__).resolve().parents[2]


class Served(NamedTuple):
    """A server that runs."""

    #: How it is reached: "http://127.0.0.1:43210".
    address: str
    #: Its process id.
    process: int


@contextmanager
def served(settings: Settings, *, processes: int = 1) -> Iterator[Served]:
    """Serve without limits of speed and without a worker; the server ends with the block."""
    given = os.environ | {
        "PYTHONPATH": str(ROOT),
        "QA_DATA": str(settings.data),
        "QA_DATABASE_URL": settings.database_url,
        "QA_REQUESTS_PER_SECOND": "0",
        "QA_CONFIG": os.devnull,
    }
    if settings.scorecards:
        given["QA_SCORECARDS"] = str(settings.scorecards)
    command = [sys.executable, "-m", "qa.cli", "serve", "--port", "0", "--no-work"]
    command += ["--processes", str(processes)]
    process = subprocess.Popen(command, env=given, stdout=subprocess.PIPE, text=True)
    try:
        if process.stdout is None or not (said := process.stdout.readline().strip()):
            raise RuntimeError("the server did not start")
        yield Served(said.rstrip("/"), process.pid)
    finally:
        process.terminate()
        process.wait(30)


def tokens(settings: Settings, people: Mapping[str, Grant]) -> dict[str, str]:
    """Return a token with all rights of each of these people, whose accounts are made."""
    made = {}
    with open_store(settings) as store:
        known = {account.name: account for account in store.accounts.all()}
        for name, grant in people.items():
            account = known.get(name) or store.accounts.add(name, grants=[grant], who="bench")
            who = store.sessions.who(store.sessions.begin(account))
            if who is None:
                raise RuntimeError(f"{name} cannot log in")
            made[name], _ = store.sessions.add_token(
                account,
                label="bench",
                scopes={right for right in Right if who.may(right)},
                lasts=timedelta(days=1),
                who="bench",
            )
    return made
