"""What a worker does with a job: claim its conversation and have a process do it.

A chat takes milliseconds, of which most is the database: with one that a job is for, others
that would come next are claimed and done; their jobs go with that.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from datetime import datetime

from qa.errors import StoreError
from qa.jobs.book import Book
from qa.jobs.cluster import schema
from qa.jobs.one import Unkept, failed, hangs
from qa.jobs.pace import Timing
from qa.jobs.pool import AT_ONCE, Child
from qa.jobs.report import Outcome
from qa.jobs.tally import Tally
from qa.jobs.tidy import Tidy
from qa.settings import Settings
from qa.store import Job, Store, name_worker

#: A claim ends this many seconds after its last sign of life.
LEASE_S = 120.0
#: Seconds that a place stays empty after a claim that this machine could not do, so that
#: one with what it lacks takes it; less where it lacks only what some calls need.
PAUSE_S, SHORT_PAUSE_S = 30.0, 5.0

#: Seconds after which a run counts as another one: its pace is that of lately.
RUN_S = 86_400.0

#: Told of the end of each claim.
Tell = Callable[[Job, Outcome], None]


class Desk:
    """The processes of one worker, and what they are at. Lives in one event loop."""

    def __init__(
        self,
        store: Store,
        settings: Settings,
        *,
        workers: int,
        until: datetime | None = None,
        tell: Tell | None,
        pipeline: str,
    ) -> None:
        self._store, self._settings = store, settings
        self._tell, self._pipeline = tell, pipeline
        self._name = name_worker().rpartition("/")[0]
        self._idle: list[Child] = []
        self._jobs: dict[str, Job] = {}
        self._unkept = Unkept(store)
        self._book = Book(store, settings, workers=workers)
        self._timing = Timing(self._book.pace(), workers=1)
        self._tally, self._until = Tally(), until
        self._since = time.monotonic()
        self._tidy = Tidy(settings, store.vault, known=store.erasing.checksums)
        self.done = 0
        self._book.begin(until=until)

    async def process(self, id: str, *, number: int) -> str:
        """Do a conversation that waits; return how its claim ended, "" = it waits no more.

        Parameters
        ----------
        number : the engine's number of this worker, by which the others know that it lives.
        """
        name = f"{self._name}/w{number}"
        jobs = await asyncio.to_thread(self._claim, name, id)
        if not jobs:
            # Done by another; or not due yet by this machine's clock, then it rings again.
            if await asyncio.to_thread(self._store.cluster, lambda s: schema.ring(s, [id])):
                await asyncio.sleep(1.0)
            return ""
        self._jobs |= {job.id: job for job in jobs}
        begun = time.monotonic()
        try:
            outcomes = await self._have_done(jobs)
        except asyncio.CancelledError:  # told to end, and the time for that is over
            await asyncio.shield(asyncio.to_thread(self._store.give_back, jobs))
            raise
        finally:
            for job in jobs:
                self._jobs.pop(job.id, None)
        busy_s = time.monotonic() - begun
        for job, outcome in zip(jobs, outcomes, strict=True):
            self._note(job, outcome, busy_s=busy_s / len(jobs))
            self._unkept.add(job, outcome)
        await asyncio.to_thread(self._unkept.give_back)
        first = outcomes[0]
        if first.state == "held":
            await asyncio.sleep(SHORT_PAUSE_S if first.needed_by_some else PAUSE_S)
        return first.state

    def _claim(self, name: str, id: str) -> list[Job]:
        """Claim a conversation, and with a written one others that would come next."""
        # A process that dies takes an attempt of all that it was given.
        most = 1 if self._settings.attempts == 1 else AT_ONCE
        return self._store.claim_some(name, lease_s=LEASE_S, most=most, only=[id], with_others=True)

    async def _have_done(self, jobs: Sequence[Job]) -> Sequence[Outcome]:
        child = self._child()
        try:
            first = jobs[0]
            if first.load == "speech" and first.length is None:
                jobs = [await self._measured(first, child)]
            while not child.give(jobs):  # it died while it had nothing to do
                child.stop()
                child = Child(self._settings, pipeline=self._pipeline)
            outcomes = await self._answer(jobs, child)
        except BaseException:
            child.stop()
            raise
        if child.is_alive:
            self._idle.append(child)
        return outcomes

    def _child(self) -> Child:
        while self._idle:
            child = self._idle.pop()
            if child.is_alive:
                return child
            child.stop()
        return Child(self._settings, pipeline=self._pipeline)

    async def _measured(self, job: Job, child: Child) -> Job:
        """Look how long a call is, which says how long it may take."""
        found = await asyncio.to_thread(child.measure, [job.id])
        lengths = found or {job.id: 0.0}
        await asyncio.to_thread(self._store.nights.set_lengths, lengths)
        return job.model_copy(update={"length": lengths[job.id] or None})

    async def _answer(self, jobs: Sequence[Job], child: Child) -> Sequence[Outcome]:
        loop = asyncio.get_running_loop()
        ready = asyncio.Event()
        loop.add_reader(child.fileno(), ready.set)
        limit = self._timing.limit(jobs[0].load, jobs[0].length)
        try:
            await asyncio.wait_for(ready.wait(), limit)
        except TimeoutError:
            why = hangs(limit)
        else:
            outcomes = child.take()
            if outcomes:
                return outcomes
            why = child.death()
        finally:
            loop.remove_reader(child.fileno())
        child.stop()
        return [await asyncio.to_thread(failed, job, why, store=self._store) for job in jobs]

    def _note(self, job: Job, outcome: Outcome, *, busy_s: float) -> None:
        self._tally.add(job, outcome, busy_s=busy_s)
        if outcome.seconds:
            self._timing.learn(outcome.seconds, busy_s)
        if outcome.state in {"done", "triaged"}:
            self.done += 1
        if self._tell is not None:
            self._tell(job, outcome)

    def beat(self) -> None:
        """Renew what is being worked on, and note the pace. May be called from another thread."""
        self._unkept.give_back()
        self._store.renew(list(self._jobs.values()), lease_s=LEASE_S)
        if time.monotonic() - self._since < RUN_S:
            self._book.note(self._tally, waiting=0)
        else:
            self._end_run("done")
            self._book.begin(until=self._until)
        self._tidy.now_and_then()

    def _end_run(self, how: str) -> None:
        self._book.note(self._tally, waiting=self._store.waiting(), ended=how)
        self._tally, self._since = Tally(), time.monotonic()

    def close(self, *, ended: str) -> None:
        """End the processes, and note how the run ended: "done", "deadline" or "failed"."""
        for child in self._idle:
            child.stop()
        self._idle.clear()
        self._tidy.trim()
        with suppress(StoreError):  # it may be why this worker ends
            self._end_run(ended)


__all__ = ["Desk", "Tell"]
