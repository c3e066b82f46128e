"""Attempts to log in: after some that failed, the next one has to wait.

Kept in the database, so that neither a restart nor another server process forgets.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime, timedelta

from sqlalchemy import Engine, delete
from sqlalchemy.exc import IntegrityError
from sqlmodel import Session, col

from qa.access import secrets
from qa.errors import TooMany
from qa.store import database
from qa.store.people_tables import ThrottleRow

#: Failures that cost nothing: of one account, and of one address, behind which a whole
#: office may sit.
FREE: Mapping[str, int] = {"account": 5, "address": 30}
#: The pause after the first failure that is too many; each further one doubles it.
FIRST_PAUSE = timedelta(seconds=15)
LONGEST_PAUSE = timedelta(minutes=15)
#: Failures are forgotten when none came for so long.
FORGOTTEN = timedelta(hours=24)


class Throttle:
    """Counts failures by account and by address."""

    def __init__(self, engine: Engine, *, clock: Callable[[], datetime]) -> None:
        self._engine = engine
        self._now = clock

    def attempt(self, *, account: str, address: str) -> None:
        """Count an attempt as failed before it is made; `passed` takes that back.

        Counted first, so that a thousand attempts at once are a thousand failures.

        Raises
        ------
        TooMany : too many failed before; says how long to wait. This one is not counted.
        """
        try:
            self._attempt(account, address)
        except IntegrityError:  # somebody else's first attempt was counted just now
            self._attempt(account, address)

    def _attempt(self, account: str, address: str) -> None:
        now = self._now()
        with database.writing(self._engine) as session:
            session.execute(delete(ThrottleRow).where(col(ThrottleRow.last_at) < now - FORGOTTEN))
            rows = [
                (kind, _row(session, kind, value, now))
                for kind, value in (("account", account), ("address", address))
            ]
            wait = max(_wait(kind, row, now) for kind, row in rows)
            if wait > timedelta(0):
                raise TooMany("Too many attempts failed.", seconds=int(wait.total_seconds()) + 1)
            for _, row in rows:
                row.failures, row.last_at = row.failures + 1, now

    def passed(self, *, account: str, address: str) -> None:
        """Forget an account's failures, and of the address the one attempt that passed.

        An address's other failures stay: who has one account may try others.
        """
        with database.writing(self._engine) as session:
            row = session.get(ThrottleRow, key_of("account", account))
            if row is not None:
                session.delete(row)
            where = session.get(ThrottleRow, key_of("address", address))
            if where is not None:
                where.failures = max(where.failures - 1, 0)


def _row(session: Session, kind: str, value: str, now: datetime) -> ThrottleRow:
    key = key_of(kind, value)
    row = session.get(ThrottleRow, key, with_for_update=True)
    if row is None:
        row = ThrottleRow(key=key, failures=0, last_at=now)
        session.add(row)
        session.flush()
    return row


def key_of(kind: str, value: str) -> str:
    """Return by what failures of an account or an address are kept."""
    return secrets.digest(f"{kind}:{value.strip().casefold()}")


def _wait(kind: str, row: ThrottleRow, now: datetime) -> timedelta:
    over = row.failures - FREE[kind]
    if over < 0:
        return timedelta(0)
    pause: timedelta = min(FIRST_PAUSE * 2 ** min(over, 10), LONGEST_PAUSE)
    return row.last_at + pause - now
