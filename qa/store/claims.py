"""The store's queue: what waits, and who works on it."""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from datetime import datetime
from typing import TypeVar

from sqlalchemy import Engine, func
from sqlmodel import Session, col, select

from qa.errors import QaError
from qa.settings import Settings
from qa.store import claiming, database, queue, recorded, results
from qa.store.morning import Morning, morning
from qa.store.nights import Nights
from qa.store.recorded import Recorded
from qa.store.standing import Standing, standing
from qa.store.tables import ConversationRow, State
from qa.store.views import Fit, Job, Load

T = TypeVar("T")

ALL_LOADS: tuple[Load, ...] = ("speech", "text")


class Claims:
    """The part of the `Store` that workers and those who give them work use."""

    def __init__(
        self, engine: Engine, *, settings: Settings, clock: Callable[[], datetime]
    ) -> None:
        self._engine = engine
        self._settings = settings
        self._now = clock
        #: The order of a night, how much waits, and what earlier runs took.
        self.nights = Nights(engine, clock=clock)

    def want(self, ids: Sequence[str] | None, scorecards: Sequence[str] | None) -> int:
        """Ask to judge again; nothing that was heard is heard again.

        Parameters
        ----------
        ids : None = all conversations.
        scorecards : ids of cards; None = those that each wants already.

        Returns
        -------
        int : how many conversations now wait for it. Failed ones are not among them,
            they come back by `retry`.

        Raises
        ------
        NotFound : an id that does not exist, or whose text was erased.
        """
        with database.writing(self._engine) as session:
            for each in ids or ():
                results.writable(session, each)
            return queue.want(session, ids, scorecards, now=self._now())

    def hurry(self, ids: Sequence[str]) -> None:
        """Let conversations go before all others: somebody sits and waits for them."""
        with database.writing(self._engine) as session:
            queue.hurry(session, ids)

    def retry(self, ids: Sequence[str] | None = None) -> int:
        """Let failed conversations wait again; return how many."""
        with database.writing(self._engine) as session:
            return queue.retry(session, ids, now=self._now())

    def recover(self, *, gone: Callable[[str], bool] | None = None) -> tuple[str, ...]:
        """Free what workers held that are gone; return the ids given up by it.

        `claim` does it, too; this is for whoever has to tell, or knows more of workers.

        Parameters
        ----------
        gone : says of a worker by its name whether it certainly ended.
        """
        with database.writing(self._engine) as session:
            found = claiming.recover(
                session, attempts=self._settings.attempts, now=self._now(), gone=gone
            )
            return tuple(found)

    def cluster(self, ask: Callable[[Session], T]) -> T:
        """Have an engine for many machines ask or change its own tables, in one transaction."""
        with database.writing(self._engine) as session:
            return ask(session)

    def claim(
        self,
        worker: str,
        *,
        lease_s: float,
        only: Collection[str] | None = None,
        skip: Collection[str] = (),
        loads: Collection[Load] = ALL_LOADS,
    ) -> Job | None:
        """Give a worker the next conversation that waits; None when none does.

        Parameters
        ----------
        worker : from `name_worker`.
        lease_s : seconds until it is free again unless the worker renews it.
        only : ids to choose among.
        skip : ids to leave to others, or for later.
        loads : what the worker can do: "speech", "text".
        """
        jobs = self.claim_some(worker, lease_s=lease_s, most=1, only=only, skip=skip, loads=loads)
        return next(iter(jobs), None)

    def claim_some(
        self,
        worker: str,
        *,
        lease_s: float,
        most: int,
        only: Collection[str] | None = None,
        skip: Collection[str] = (),
        loads: Collection[Load] = ALL_LOADS,
        fit: Fit | None = None,
        with_others: bool = False,
    ) -> list[Job]:
        """Give a worker what `claim` gives, and more of its like up to `most`.

        More than one are chats or mails that were never tried: each takes milliseconds, a
        claim of its own would take as long. Calls, and what was tried before, come alone.

        Parameters
        ----------
        fit : leave out calls that cannot end in time.
        with_others : only the first has to be one of `only`; those that go with it may be any.
        """
        now = self._now()
        with database.writing(self._engine) as session:
            claiming.recover(session, attempts=self._settings.attempts, now=now)
            return claiming.claim(
                session, worker, lease_s=lease_s, only=only, skip=skip, loads=loads, now=now,
                most=most, fit=fit, with_others=with_others,
            )  # fmt: skip

    def renew(self, jobs: Sequence[Job], *, lease_s: float) -> set[str]:
        """Prolong claims; return the ids of those that the worker still holds."""
        with database.writing(self._engine) as session:
            return claiming.renew(session, jobs, lease_s=lease_s, now=self._now())

    def finish(self, job: Job) -> State | None:
        """Close a claim whose work is done; None when another worker has it by now."""
        with database.writing(self._engine) as session:
            return claiming.finish(session, [job], now=self._now()).get(job.id)

    def fail(self, job: Job, error: QaError) -> State | None:
        """Close a claim whose work failed, keeping reason and mend.

        What cannot pass (bad input, wrong settings) has failed at once; anything else
        waits again, later and later, until the settings' attempts are used up. None
        when another worker has it by now.
        """
        with database.writing(self._engine) as session:
            return claiming.fail(
                session, job, error, attempts=self._settings.attempts, now=self._now()
            )

    def hold(self, job: Job, error: QaError) -> bool:
        """Give a claim back that this machine cannot do; no attempt is counted."""
        with database.writing(self._engine) as session:
            return claiming.hold(session, job, error, now=self._now())

    def give_back(self, jobs: Sequence[Job]) -> None:
        """Give some claims back; no attempt is counted."""
        with database.writing(self._engine) as session:
            claiming.give_back(session, jobs, now=self._now())

    def release(self, worker: str) -> int:
        """Give back all that a worker holds; no attempt is counted."""
        with database.writing(self._engine) as session:
            return claiming.release(session, worker, now=self._now())

    def standing(self) -> Standing:
        """Return where the work stands: queues, workers, failures, throughput."""
        return standing(self._engine, clock=self._now)

    def morning(self, *, since: datetime, until: datetime, team: str = "") -> Morning:
        """Return what the span ``[since, until)`` brought, of one team or all."""
        share = self._settings.missing_share
        return morning(
            self._engine, since=since, until=until, team=team, clock=self._now, share=share
        )

    def calls_since(self, since: datetime) -> list[tuple[str, str]]:
        """Return the user's own id and the source of each call that came in since then."""
        with database.reading(self._engine) as session:
            return recorded.calls_since(session, since)

    def note_recorded(self, found: Sequence[Recorded]) -> None:
        """Keep how many calls had no recording, for the report of the night."""
        with database.writing(self._engine) as session:
            recorded.note(session, found, now=self._now())

    def waiting(
        self, only: Collection[str] | None = None, *, loads: Collection[Load] = ALL_LOADS
    ) -> int:
        """Return how many conversations wait."""
        with database.reading(self._engine) as session:
            conditions = queue.waiting(session, only, loads)
            return session.exec(
                select(func.count(col(ConversationRow.id))).where(*conditions)
            ).one()

    def next_due(
        self,
        only: Collection[str] | None = None,
        *,
        skip: Collection[str] = (),
        loads: Collection[Load] = ALL_LOADS,
        fit: Fit | None = None,
    ) -> datetime | None:
        """Return when the first of what waits may be claimed; None when nothing waits."""
        with database.reading(self._engine) as session:
            due = func.min(func.coalesce(ConversationRow.retry_at, ConversationRow.registered_at))
            conditions = queue.waiting(session, only, loads, skip=skip)
            conditions += queue.fitting(loads, fit)
            return session.exec(select(due).where(*conditions)).one()
