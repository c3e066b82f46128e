"""What a worker does with a job: claim its conversation and have a process do it."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

from qa.jobs.cluster import schema
from qa.jobs.one import failed, hangs
from qa.jobs.pace import Timing
from qa.jobs.pool import Child
from qa.jobs.report import Outcome
from qa.jobs.tidy import Tidy
from qa.settings import Settings
from qa.store import Job, Store, name_worker

#: A claim ends this many seconds after its last sign of life.
LEASE_S = 120.0
#: Seconds that a place stays empty after a claim that this machine could not do, so that
#: one with what it lacks takes it; less where it lacks only what some calls need.
PAUSE_S, SHORT_PAUSE_S = 30.0, 5.0

#: Told of the end of each claim.
Tell = Callable[[Job, Outcome], None]


class Desk:
    """The processes of one worker, and what they are at. Lives in one event loop."""

    def __init__(
        self, store: Store, settings: Settings, *, tell: Tell | None, pipeline: str
    ) -> None:
        self._store, self._settings = store, settings
        self._tell, self._pipeline = tell, pipeline
        self._name = name_worker().rpartition("/")[0]
        self._idle: list[Child] = []
        self._jobs: dict[str, Job] = {}
        self._timing = Timing(None, workers=1)
        self._tidy = Tidy(settings)
        self.done = 0

    async def process(self, id: str, *, number: int) -> str:
        """Do a conversation that waits; return how its claim ended, "" = it waits no more.

        Parameters
        ----------
        number : the engine's number of this worker, by which the others know that it lives.
        """
        job = await asyncio.to_thread(
            self._store.claim, f"{self._name}/w{number}", lease_s=LEASE_S, only=[id]
        )
        if job is None:
            # Done by another; or not due yet by this machine's clock, then it rings again.
            if await asyncio.to_thread(self._store.cluster, lambda s: schema.ring(s, [id])):
                await asyncio.sleep(1.0)
            return ""
        self._jobs[job.id] = job
        try:
            outcome = await self._have_done(job)
        except asyncio.CancelledError:  # told to end, and the time for that is over
            await asyncio.shield(asyncio.to_thread(self._store.give_back, [job]))
            raise
        finally:
            self._jobs.pop(job.id, None)
        self._note(job, outcome)
        if outcome.state == "held":
            await asyncio.sleep(SHORT_PAUSE_S if outcome.needed_by_some else PAUSE_S)
        return outcome.state

    async def _have_done(self, job: Job) -> Outcome:
        child = self._child()
        try:
            if job.load == "speech" and job.length is None:
                job = await self._measured(job, child)
            while not child.give([job]):  # it died while it had nothing to do
                child.stop()
                child = Child(self._settings, pipeline=self._pipeline)
            outcome = await self._answer(job, child)
        except BaseException:
            child.stop()
            raise
        if child.is_alive:
            self._idle.append(child)
        return outcome

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

    async def _answer(self, job: Job, child: Child) -> Outcome:
        loop = asyncio.get_running_loop()
        ready = asyncio.Event()
        loop.add_reader(child.fileno(), ready.set)
        limit = self._timing.limit(job.load, job.length)
        try:
            await asyncio.wait_for(ready.wait(), limit)
        except TimeoutError:
            why = hangs(limit)
        else:
            outcomes = child.take()
            if outcomes:
                return outcomes[0]
            why = child.death()
        finally:
            loop.remove_reader(child.fileno())
        child.stop()
        return await asyncio.to_thread(failed, job, why, store=self._store)

    def _note(self, job: Job, outcome: Outcome) -> None:
        if outcome.state in {"done", "triaged"}:
            self.done += 1
        if self._tell is not None:
            self._tell(job, outcome)

    def beat(self) -> None:
        """Renew what is being worked on. May be called from another thread."""
        self._store.renew(list(self._jobs.values()), lease_s=LEASE_S)
        self._tidy.now_and_then()

    def close(self) -> None:
        """End the processes."""
        for child in self._idle:
            child.stop()
        self._idle.clear()
        self._tidy.trim()


__all__ = ["Desk", "Tell"]
