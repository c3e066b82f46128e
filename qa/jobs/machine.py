"""The machine that work runs on: how many processes suit it, how it stops them."""

from __future__ import annotations

import gc
import os
import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from types import FrameType

from qa.settings import Settings

#: Memory that a process may come to need (a call of 30 minutes needs less than 2 GB).
GB_A_WORKER = 2.5
#: New objects after which what may go is looked for: some chats, or a page, are made of so
#: many, nearly all of which go by themselves.
SWEEP = 50_000


def choose_workers(
    settings: Settings, *, asked: int = 0, jobs: int | None = None
) -> tuple[int, str]:
    """Return how many processes to use, and why.

    A core a process, as far as memory goes: a second thread shortens the one stage that has
    use for it, a second process all of them. On a GPU one process keeps it busy. Of a few
    `jobs` each has a process, which then has several cores.
    """
    if asked or settings.workers:
        count = asked or settings.workers
        return count, f"{count} worker{'s' if count > 1 else ''}, as asked"
    have, memory = cores(), free_gb()
    if settings.device == "cuda" or (settings.device == "auto" and Path("/dev/nvidia0").exists()):
        return 1, "1 worker: it has a GPU to itself"
    suits = max(1, min(have, int(memory / GB_A_WORKER)))
    count = suits if jobs is None else max(1, min(suits, jobs))
    plural = "s" if count > 1 else ""
    why = f"{have} cores, {memory:.0f} GB of memory free"
    few = f"; {jobs} to do" if count < suits else ""
    return count, f"{count} worker{plural}: {why}{few}"


def keep_what_is_loaded() -> None:
    """Look no more through what is loaded by now for what may go, and seldom through the rest.

    Models, cards and dictionaries stay; to look through them time and again costs a tenth of
    what a process does.
    """
    gc.collect()
    gc.freeze()
    gc.set_threshold(SWEEP)


def cores() -> int:
    """Return how many cores this process may use."""
    return len(os.sched_getaffinity(0))


def free_gb() -> float:
    """Return memory that may be taken: what the machine has free, or a container's limit leaves."""
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
def terminated_as_interrupted() -> Iterator[None]:
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
