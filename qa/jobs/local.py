"""One machine: processes of its own, the store as the queue.

The parent claims, hands out, and keeps its claims alive. Whatever ends it (Ctrl-C, a
kill, a power cut), the next run goes on: claims are given back, or run out, or are seen
to belong to a process that is gone.
"""

from __future__ import annotations

import os
import signal
import threading
import time
from collections.abc import Callable, Collection, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from types import FrameType

from qa.errors import StoreError
from qa.jobs.one import failed
from qa.jobs.pool import Child, ready
from qa.jobs.report import Current, Failure, Held, Outcome, Progress, WorkReport
from qa.settings import Settings
from qa.store import Job, Store, name_worker, open_store
from qa.store.views import Load

#: A claim ends this many seconds after its last sign of life; one is given every `BEAT_S`.
LEASE_S = 120.0
BEAT_S = 30.0
#: Seconds between looks for new work while following, and the longest wait for anything.
POLL_S = 2.0
#: Seconds after which a machine that follows looks whether what it lacked is there now.
LOOK_AGAIN_S = 60.0
#: How old the count of what waits may be that progress shows.
COUNT_S = 1.0
#: Chats that a process is given at most: some tenths of a second of work.
AT_ONCE = 32
#: Memory that a process may come to need (a call of 30 minutes needs less than 2 GB).
GB_A_WORKER = 2.5

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
    until : when to begin nothing more; what was begun is finished.
    progress : called at each beginning and end of a conversation.
    stop : set by another thread, ends the work as Ctrl-C does.
    pipeline : "module:class", built in each process with the settings.

    Raises
    ------
    KeyboardInterrupt : Ctrl-C (or SIGTERM); processes are ended, claims given back.
    StoreError : the database does not answer.
    """
    count, note = choose_workers(settings, asked=workers)
    threads = settings.threads or max(1, _cores() // count)
    settings = settings.model_copy(update={"threads": threads})
    with open_store(settings) as store, _terminated_as_interrupted():
        if retry_failed:
            store.retry(None if only is None else list(only))
        run = _Run(store, settings, count=count, note=note, only=only, pipeline=pipeline)
        run.tell = progress or _say_nothing
        try:
            run.loop(follow=follow, until=until, stop=stop or threading.Event())
        finally:
            run.close()
        return run.report()


class _Run:
    """One call of `work`: its processes, its claims and its counts."""

    tell: Callable[[Progress], None]

    def __init__(
        self,
        store: Store,
        settings: Settings,
        *,
        count: int,
        note: str,
        only: Collection[str] | None,
        pipeline: str,
    ) -> None:
        self._store, self._settings, self._pipeline = store, settings, pipeline
        self._count, self._note = count, note
        self._only = None if only is None else frozenset(only)
        self._worker = name_worker()
        self._children: list[Child] = []
        self._done = self._triaged = self._retried = 0
        self._seconds = 0.0
        self._failed: list[Failure] = []
        # What this machine cannot do, why, and since when.
        self._lacks: dict[Load, tuple[Outcome, float]] = {}
        # The same of single conversations, by id; others of their kind can be done.
        self._passed: dict[str, tuple[Load, Outcome, float]] = {}
        self._began = self._beaten = time.monotonic()
        self._counted = (float("-inf"), 0)
        self._interrupted = False

    # --- the loop --------------------------------------------------------------------

    def loop(self, *, follow: bool, until: datetime | None, stop: threading.Event) -> None:
        """Claim, hand out and collect until there is nothing left to do."""
        self._given_up(self._store.recover())
        while not stop.is_set():
            over = until is not None and datetime.now(UTC) >= until
            try:
                if not over:
                    self._hand_out()
                self._beat()
                busy = [child for child in self._children if child.jobs]
                if not busy and (over or not (follow or self._due())):
                    return
                if busy:
                    self._collect(ready(busy, POLL_S))
                else:
                    stop.wait(self._pause())
            except StoreError as err:
                if not (follow and err.passing):
                    raise
                stop.wait(POLL_S)  # a database that restarts
        self._interrupted = True

    def _loads(self) -> list[Load]:
        now = time.monotonic()
        lacks = {load for load, (_, since) in self._lacks.items() if now - since < LOOK_AGAIN_S}
        every: tuple[Load, ...] = ("text", "speech")
        return [load for load in every if load not in lacks]

    def _skip(self) -> list[str]:
        now = time.monotonic()
        return [one for one, (_, _, since) in self._passed.items() if now - since < LOOK_AGAIN_S]

    def _next_due(self) -> datetime | None:
        return self._store.next_due(self._only, skip=self._skip(), loads=self._loads())

    def _hand_out(self) -> None:
        while sum(bool(child.jobs) for child in self._children) < self._count:
            jobs = self._store.claim_some(
                self._worker,
                lease_s=LEASE_S,
                most=self._at_once(),
                only=self._only,
                skip=self._skip(),
                loads=self._loads(),
            )
            if not jobs:
                return
            child = self._idle_child()
            while not child.give(jobs):  # it died while it had nothing to do
                self._children.remove(child)
                child.stop()
                child = self._idle_child()
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

    def _idle_child(self) -> Child:
        for child in self._children:
            if not child.jobs:
                return child
        child = Child(self._settings, pipeline=self._pipeline)
        self._children.append(child)
        return child

    def _collect(self, finished: list[Child]) -> None:
        for child in finished:
            jobs = child.jobs
            outcomes = child.take()
            if not outcomes:
                self._children.remove(child)
                death = child.death()
                outcomes = [failed(job, death, store=self._store) for job in jobs]
                child.stop()
            for job, outcome in zip(jobs, outcomes, strict=True):
                self._learn(job, outcome)
                self._count_in(outcome)
            self._say()

    def _learn(self, job: Job, outcome: Outcome) -> None:
        """Take note of what this machine can do, and of what it cannot."""
        if outcome.state == "held" and outcome.needed_by_some:
            self._passed[job.id] = job.load, outcome, time.monotonic()
        elif outcome.state == "held":
            self._lacks[job.load] = outcome, time.monotonic()
        elif outcome.state == "done":
            self._lacks.pop(job.load, None)
            self._passed.pop(job.id, None)

    def _beat(self) -> None:
        if time.monotonic() - self._beaten < BEAT_S:
            return
        self._beaten = time.monotonic()
        jobs = [job for child in self._children for job in child.jobs]
        self._store.renew(jobs, lease_s=LEASE_S)

    def _due(self) -> bool:
        """Say whether something waits for its next attempt."""
        return self._next_due() is not None

    def _pause(self) -> float:
        due = self._next_due()
        if due is None:
            return POLL_S
        return min(max((due - datetime.now(UTC)).total_seconds(), 0.05), POLL_S)

    def close(self) -> None:
        """End the processes and give back what they were at."""
        for child in self._children:
            child.stop()
        self._children.clear()
        self._store.release(self._worker)

    # --- counting ----------------------------------------------------------------------

    def _count_in(self, outcome: Outcome) -> None:
        self._seconds += outcome.seconds
        match outcome.state:
            case "done":
                self._done += 1
            case "triaged":
                self._triaged += 1
            case "again":
                self._retried += 1
            case "failed":
                self._failed.append(
                    Failure(
                        id=outcome.id,
                        source=outcome.source,
                        reason=outcome.reason,
                        mend=outcome.mend,
                    )
                )
            case "held" | "lost":
                pass

    def _given_up(self, ids: Collection[str]) -> None:
        for given_up in ids:
            found = self._store.summary(given_up)
            if self._only is None or given_up in self._only:
                self._failed.append(
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
        self.tell(
            Progress(
                workers=self._count,
                done=self._done,
                triaged=self._triaged,
                failed=len(self._failed),
                left=self._left() + sum(len(child.jobs) for child in self._children),
                seconds=self._seconds,
                wall=now - self._began,
                current=tuple(current),
                note=self._note,
            )
        )

    def _held(self) -> Iterator[Held]:
        for load, (why, _) in self._lacks.items():
            count = self._store.waiting(self._only, loads=[load])
            yield Held(load=load, count=count, reason=why.reason, mend=why.mend)
        some: dict[tuple[Load, str, str], list[str]] = {}
        for one, (load, why, _) in self._passed.items():
            if load not in self._lacks:  # counted there
                some.setdefault((load, why.reason, why.mend), []).append(one)
        for (load, reason, mend), ids in some.items():
            count = self._store.waiting(ids, loads=[load])
            yield Held(load=load, count=count, reason=reason, mend=mend)

    def report(self) -> WorkReport:
        """Return what came of it."""
        return WorkReport(
            done=self._done,
            triaged=self._triaged,
            failed=tuple(self._failed),
            held=tuple(h for h in self._held() if h.count),
            retried=self._retried,
            waiting=self._store.waiting(self._only),
            seconds=self._seconds,
            wall=time.monotonic() - self._began,
            workers=self._count,
            note=self._note,
            interrupted=self._interrupted,
        )


# --- the machine -------------------------------------------------------------------------


def choose_workers(settings: Settings, *, asked: int = 0) -> tuple[int, str]:
    """Return how many processes to use, and why.

    Two cores a process: the engines use several threads well, and each process holds
    its own models. On a GPU one process keeps it busy.
    """
    if asked or settings.workers:
        count = asked or settings.workers
        return count, f"{count} worker{'s' if count > 1 else ''}, as asked"
    cores, memory = _cores(), _free_gb()
    if settings.device == "cuda" or (settings.device == "auto" and Path("/dev/nvidia0").exists()):
        return 1, "1 worker: it has a GPU to itself"
    count = max(1, min(cores // 2, int(memory / GB_A_WORKER)))
    plural = "s" if count > 1 else ""
    return count, f"{count} worker{plural}: {cores} cores, {memory:.0f} GB of memory free"


def _cores() -> int:
    return len(os.sched_getaffinity(0))


def _free_gb() -> float:
    """Memory that may be taken: what the machine has free, or a container's limit leaves."""
    free = [
        int(line.split()[1]) * 1024
        for line in Path("/proc/meminfo").read_text(encoding="ascii").splitlines()
        if line.startswith("MemAvailable:")
    ]
    group = Path("/sys/fs/cgroup")
    limit, used = group / "memory.max", group / "memory.current"
    if limit.is_file() and used.is_file():
        most = limit.read_text(encoding="ascii").strip()
        if most != "max":
            free.append(int(most) - int(used.read_text(encoding="ascii")))
    return max(0, min(free, default=0)) / 2**30


@contextmanager
def _terminated_as_interrupted() -> Iterator[None]:
    """Let SIGTERM (a service manager's stop) end the work as Ctrl-C does."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return

    def interrupt(_signal: int, _frame: FrameType | None) -> None:
        raise KeyboardInterrupt

    before = signal.signal(signal.SIGTERM, interrupt)
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, before)


def _say_nothing(_progress: Progress) -> None:
    pass


__all__ = ["PIPELINE", "Progress", "WorkReport", "choose_workers", "work"]
