"""The processes that do the work.

Each is started afresh (spawned), loads its models once and does one job after the
other (of chats, some at once). The parent claims and hands out; it never loads a model,
so a crash in native code takes down one recording's process and nothing else.
"""

from __future__ import annotations

import os
import signal
import threading
from collections.abc import Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from functools import cache
from importlib import import_module
from multiprocessing import get_context, parent_process
from multiprocessing.connection import Connection, wait
from time import monotonic

from qa.errors import QaError, StoreError
from qa.jobs.lengths import length_of
from qa.jobs.machine import keep_what_is_loaded
from qa.jobs.many import process_all
from qa.jobs.one import Pipeline, unkept
from qa.jobs.report import Outcome
from qa.settings import Settings
from qa.store import Job, Store, open_store

#: Seconds that a process gets to end by itself when it is told to.
GRACE_S = 2.0
#: Chats that a process is given at most: some tenths of a second of work.
AT_ONCE = 32
#: Seconds that looking how long some recordings are may take.
LOOK_LIMIT_S = 60.0


@dataclass(frozen=True)
class Look:
    """Asks a process how long recordings are."""

    ids: tuple[str, ...]


class Child:
    """One process, and the jobs it is at: one, or several that were claimed together."""

    def __init__(self, settings: Settings, *, pipeline: str) -> None:
        context = get_context("spawn")
        self._pipe, theirs = context.Pipe()
        self._process = context.Process(
            target=_serve, args=(theirs, settings, pipeline), daemon=True, name="qa-worker"
        )
        # Ctrl-C goes to every process of the terminal; the parent alone answers it. A
        # blocked signal stays blocked in the child, from its first instruction on.
        before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
        try:
            self._process.start()
        finally:
            signal.pthread_sigmask(signal.SIG_SETMASK, before)
        theirs.close()
        self.jobs: Sequence[Job] = ()
        self.since = 0.0

    @property
    def pid(self) -> int:
        """The process's number."""
        return self._process.pid or 0

    def fileno(self) -> int:
        """Return what becomes readable when the process has answered, or died."""
        return self._pipe.fileno()

    def give(self, jobs: Sequence[Job]) -> bool:
        """Hand out jobs; False when the process has ended."""
        try:
            self._pipe.send(jobs)
        except OSError:
            return False
        self.jobs, self.since = jobs, monotonic()
        return True

    def take(self) -> Sequence[Outcome]:
        """Return what came of the jobs; nothing when the process died over them."""
        try:
            outcomes: Sequence[Outcome] = self._pipe.recv()
        except (EOFError, OSError):
            return ()
        self.jobs = ()
        return outcomes

    @property
    def is_alive(self) -> bool:
        """Whether the process runs; one that was stopped does not."""
        return not self._pipe.closed and self._process.is_alive()

    def measure(self, ids: Sequence[str]) -> dict[str, float]:
        """Return how long recordings are (seconds; 0 = they do not say) by their heads.

        Nothing where the process died over it, or gave no answer; it has ended then.
        """
        try:
            self._pipe.send(Look(ids=tuple(ids)))
            if self._pipe.poll(LOOK_LIMIT_S):
                found: dict[str, float] = self._pipe.recv()
                return found
        except (EOFError, OSError):
            pass
        self._process.kill()
        self._process.join(GRACE_S)
        return {}

    def death(self) -> QaError:
        """Return how the process ended, for the recording it was at."""
        self._process.join(GRACE_S)
        code = self._process.exitcode
        how = f"ended (exit code {code})"
        if code is not None and code < 0:
            how = f"was killed ({signal.Signals(-code).name})"
        return QaError(
            f"The process that worked on it {how}.",
            "If memory ran out, use fewer workers; then: qa work --retry failed",
        )

    def stop(self) -> None:
        """End the process: at once when it is at work, else by hanging up. May be said twice."""
        if self._pipe.closed:
            return
        self._pipe.close()
        if self.jobs:
            self._process.kill()
        self._process.join(GRACE_S)
        if self._process.is_alive():
            self._process.kill()
            self._process.join(GRACE_S)
        self._process.close()


def ready(children: Sequence[Child], timeout_s: float) -> list[Child]:
    """Wait until some of these have finished or died; return those."""
    pipes = {child._pipe: child for child in children}  # noqa: SLF001 - a function of this class
    return [pipes[p] for p in wait(list(pipes), timeout_s) if isinstance(p, Connection)]


def _serve(pipe: Connection, settings: Settings, name: str) -> None:
    """Do jobs until the parent hangs up. Runs in the child."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.signal(signal.SIGTERM, signal.SIG_DFL)
    _end_with_parent()

    @cache
    def pipeline() -> Pipeline:
        module, _, attribute = name.partition(":")
        made: Pipeline = getattr(import_module(module), attribute)(settings)
        return made

    store: Store | None = None
    settled = False
    with ExitStack() as opened:
        while True:
            try:
                jobs: Sequence[Job] | Look = pipe.recv()
                try:
                    store = store or opened.enter_context(open_store(settings))
                except StoreError as err:  # it may be back for what comes next
                    refused = (
                        () if isinstance(jobs, Look) else tuple(unkept(job, err) for job in jobs)
                    )
                    pipe.send(refused or {})
                    continue
                if isinstance(jobs, Look):
                    pipe.send({one: length_of(one, store) for one in jobs.ids})
                    continue
                pipe.send(process_all(jobs, store=store, pipeline=pipeline, settings=settings))
                if not settled:
                    keep_what_is_loaded()  # the first ones loaded what all others need
                    settled = True
            except (EOFError, OSError):
                return


def _end_with_parent() -> None:
    """End this process as soon as its parent has ended, however that came about."""
    parent = parent_process()
    assert parent is not None

    def watch() -> None:
        wait([parent.sentinel])
        os._exit(1)

    threading.Thread(target=watch, daemon=True, name="parent-watch").start()
