"""One machine: processes of its own, the store as the queue.

The parent claims, hands out, and keeps its claims alive. Whatever ends it (Ctrl-C, a
kill, a power cut), the next run goes on: claims are given back, or run out, or are seen
to belong to a process that is gone.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Collection
from datetime import UTC, datetime

from qa.errors import QaError, StoreError
from qa.jobs.lacking import Lacking
from qa.jobs.machine import choose_workers, cores, terminated_as_interrupted
from qa.jobs.night import Night
from qa.jobs.one import Unkept, failed
from qa.jobs.pool import AT_ONCE, Child, ready
from qa.jobs.report import Current, Failure, Progress, WorkReport
from qa.jobs.tally import Tally
from qa.jobs.tidy import Tidy
from qa.settings import Settings
from qa.store import Job, Store, name_worker, open_store

#: A claim ends this many seconds after its last sign of life; one is given every `BEAT_S`.
LEASE_S = 120.0
BEAT_S = 30.0
#: Seconds between looks for new work while following, and the longest wait for anything.
POLL_S = 2.0
#: How old the count of what waits may be that progress shows.
COUNT_S = 1.0

PIPELINE = "qa.pipeline:Pipeline"


def work(
    settings: Settings,
    *,
    workers: int = 0,
    only: Collection[str] | None = None,
    retry_failed: bool = False,
    follow: bool = False,
    until: datetime | None = None,
    progress: Callable[[Progress], None] | None = None,
    stop: threading.Event | None = None,
    pipeline: str = PIPELINE,
) -> WorkReport:
    """Work off what waits, in processes of this machine.

    Parameters
    ----------
    workers : processes; 0 = as the settings say, which by default is as many as suit
        the machine. None is started before there is something for it to do.
    only : ids to keep to.
    retry_failed : let failed conversations (of `only`) try again first.
    follow : wait for more when all is done; until `until`, `stop` or Ctrl-C.
    until : when all is to be over: nothing is begun that cannot end by then, as far as
        lengths and the pace so far tell; what goes on a little later is given back.
    progress : called at each beginning and end of a conversation.
    stop : set by another thread, ends the work as Ctrl-C does.
    pipeline : "module:class", built in each process with the settings.

    Raises
    ------
    KeyboardInterrupt : Ctrl-C (or SIGTERM); processes are ended, claims given back.
    StoreError : the database does not answer.
    """
    count, note = choose_workers(settings, asked=workers, jobs=None if only is None else len(only))
    threads = settings.threads or max(1, cores() // count)
    settings = settings.model_copy(update={"threads": threads})
    with open_store(settings) as store, terminated_as_interrupted():
        if retry_failed:
            store.retry(None if only is None else list(only))
        night = Night(store, settings, workers=count, only=only, until=until, follow=follow)
        run = _Run(store, settings, night, count=count, note=note, only=only, pipeline=pipeline)
        run.tell = progress or _say_nothing
        try:
            run.loop(follow=follow, stop=stop or threading.Event())
        finally:
            run.close()
        return run.report()


class _Run:
    """One call of `work`: its processes and its claims."""

    tell: Callable[[Progress], None]

    def __init__(
        self,
        store: Store,
        settings: Settings,
        night: Night,
        *,
        count: int,
        note: str,
        only: Collection[str] | None,
        pipeline: str,
    ) -> None:
        self._store, self._settings, self._pipeline = store, settings, pipeline
        self._night = night
        self._count, self._note = count, note
        self._only = None if only is None else frozenset(only)
        self._worker = name_worker()
        self._children: list[Child] = []
        self._tally = Tally()
        self._unkept = Unkept(store)
        self._lacking = Lacking(settings)
        self._tidy = Tidy(settings, store.vault)
        self._began = self._beaten = time.monotonic()
        self._counted = (float("-inf"), 0)
        self._ended = "failed"

    # --- the loop --------------------------------------------------------------------

    def loop(self, *, follow: bool, stop: threading.Event) -> None:
        """Claim, hand out and collect until there is nothing left to do."""
        self._given_up(self._store.recover())
        try:
            self._night.begin(self._child)
            self._loop(follow=follow, stop=stop)
        except KeyboardInterrupt:
            self._ended = "interrupted"
            raise

    def _loop(self, *, follow: bool, stop: threading.Event) -> None:
        while not stop.is_set():
            try:
                self._unkept.give_back()
                if not self._night.over:
                    self._hand_out()
                self._beat()
                self._end_what_hangs()
                busy = [child for child in self._children if child.jobs]
                if not busy and (self._night.over or not (follow or self._due())):
                    self._ended = "deadline" if self._night.has_end and self._waits() else "done"
                    return
                if busy:
                    self._collect(ready(busy, POLL_S))
                else:
                    stop.wait(self._pause())
            except StoreError as err:
                if not (follow and err.passing):
                    raise
                stop.wait(POLL_S)  # a database that restarts
        self._ended = "interrupted"

    def _next_due(self) -> datetime | None:
        return self._store.next_due(
            self._only,
            skip=self._lacking.skip(),
            loads=self._lacking.loads(),
            fit=self._night.fit(),
        )

    def _waits(self) -> bool:
        """Say whether something waits that this machine could do, given time."""
        skip, loads = self._lacking.skip(), self._lacking.loads()
        return self._store.next_due(self._only, skip=skip, loads=loads) is not None

    def _hand_out(self) -> None:
        while sum(bool(child.jobs) for child in self._children) < self._count:
            jobs = self._store.claim_some(
                self._worker,
                lease_s=LEASE_S,
                most=self._at_once(),
                only=self._only,
                skip=self._lacking.skip(),
                loads=self._lacking.loads(),
                fit=self._night.fit(),
            )
            if not jobs:
                return
            at, waiting = self._counted
            self._counted = at, max(0, waiting - len(jobs))  # they were counted as waiting
            child = self._child()
            while not child.give(jobs):  # it died while it had nothing to do
                self._drop(child)
                child = self._child()
            self._say()

    def _at_once(self) -> int:
        """Return how many chats a process is given: few at the end, so that all have some."""
        if self._settings.attempts == 1:
            return 1  # a process that dies takes an attempt of all that it was given
        return max(1, min(AT_ONCE, self._left() // (2 * self._count)))

    def _left(self) -> int:
        """Return how many wait, as counted a moment ago."""
        now = time.monotonic()
        if now - self._counted[0] > COUNT_S:
            self._counted = now, self._store.waiting(self._only)
        return self._counted[1]

    def _child(self) -> Child:
        for child in [c for c in self._children if not c.jobs]:
            if child.is_alive:
                return child
            self._drop(child)
        child = Child(self._settings, pipeline=self._pipeline)
        self._children.append(child)
        return child

    def _drop(self, child: Child) -> None:
        self._children.remove(child)
        child.stop()

    def _collect(self, finished: list[Child]) -> None:
        for child in finished:
            jobs, busy_s = child.jobs, time.monotonic() - child.since
            outcomes = child.take()
            if not outcomes:
                self._gave_out(child, jobs, child.death())
                continue
            for job, outcome in zip(jobs, outcomes, strict=True):
                self._lacking.learn(job, outcome)
                self._tally.add(job, outcome, busy_s=busy_s / len(jobs))
                self._unkept.add(job, outcome)
                self._night.learn(outcome.seconds, busy_s)
            self._say()

    def _gave_out(self, child: Child, jobs: Collection[Job], why: QaError) -> None:
        """Close the claims of a process that died over them, or was ended."""
        self._drop(child)
        for job in jobs:
            self._tally.add(job, failed(job, why, store=self._store), busy_s=0)
        self._say()

    def _end_what_hangs(self) -> None:
        """End processes that are at a recording for too long, all of them after the deadline."""
        for child in [c for c in self._children if c.jobs]:
            jobs = child.jobs
            if self._night.long_over:
                self._drop(child)
                self._store.give_back(jobs)
            elif why := self._night.hangs(jobs, time.monotonic() - child.since):
                self._gave_out(child, jobs, why)

    def _beat(self) -> None:
        if time.monotonic() - self._beaten < BEAT_S:
            return
        self._beaten = time.monotonic()
        jobs = [job for child in self._children for job in child.jobs]
        self._store.renew(jobs, lease_s=LEASE_S)
        self._night.note(self._tally, waiting=self._left())
        self._tidy.now_and_then()

    def _due(self) -> bool:
        """Say whether something waits for its next attempt."""
        return self._next_due() is not None

    def _pause(self) -> float:
        due = self._next_due()
        if due is None:
            return POLL_S
        return min(max((due - datetime.now(UTC)).total_seconds(), 0.05), POLL_S)

    def close(self) -> None:
        """End the processes, give back what they were at, and write down how far it came."""
        for child in self._children:
            child.stop()
        self._children.clear()
        self._store.release(self._worker)
        waiting = self._store.waiting(self._only)
        self._night.end(self._tally, waiting=waiting, ended=self._ended)
        self._tidy.trim()

    # --- telling -----------------------------------------------------------------------

    def _given_up(self, ids: Collection[str]) -> None:
        for given_up in ids:
            found = self._store.summary(given_up)
            if self._only is None or given_up in self._only:
                self._tally.failed.append(
                    Failure(
                        id=given_up,
                        source=found.source,
                        reason=found.error_reason,
                        mend=found.error_mend,
                    )
                )

    def _say(self) -> None:
        now = time.monotonic()
        current = [
            Current(id=child.jobs[0].id, source=child.jobs[0].source, seconds=now - child.since)
            for child in self._children
            if child.jobs
        ]
        if not current:
            self._counted = float("-inf"), 0  # an end is told exactly
        tally = self._tally
        self.tell(
            Progress(
                workers=self._count,
                done=tally.done,
                triaged=tally.triaged,
                failed=len(tally.failed),
                left=self._left() + sum(len(child.jobs) for child in self._children),
                seconds=tally.heard_s,
                wall=now - self._began,
                current=tuple(current),
                note=self._note,
                estimate=self._night.estimate,
                left_s=self._night.left_s(tally, wall=now - self._began),
            )
        )

    def report(self) -> WorkReport:
        """Return what came of it."""
        tally = self._tally
        return WorkReport(
            done=tally.done,
            triaged=tally.triaged,
            failed=tuple(tally.failed),
            held=self._lacking.held(self._store, self._only),
            retried=tally.retried,
            waiting=self._store.waiting(self._only),
            seconds=tally.heard_s,
            wall=time.monotonic() - self._began,
            workers=self._count,
            note=self._note,
            interrupted=self._ended == "interrupted",
            estimate=self._night.estimate,
            passed_over=self._night.passed_over,
            others=self._store.nights.others(self._worker),
        )


def _say_nothing(_progress: Progress) -> None:
    pass


__all__ = ["PIPELINE", "Progress", "WorkReport", "choose_workers", "work"]
