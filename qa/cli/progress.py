"""Progress on stderr: a bar for a terminal, a few plain lines otherwise."""

from __future__ import annotations

import sys
from types import TracebackType
from typing import TYPE_CHECKING, Self

from qa.cli import say

if TYPE_CHECKING:
    from rich.progress import Progress, TaskID
    from rich.status import Status

    from qa.jobs.report import Progress as Work

#: Without a terminal, a line is written each time this much more is there.
_STEP = 0.25


class Download:
    """Shows bytes coming in, a line or a bar per file."""

    def __init__(self) -> None:
        self._bar: Progress | None = None
        self._tasks: dict[str, TaskID] = {}
        self._told: dict[str, float] = {}

    def __enter__(self) -> Self:
        if sys.stderr.isatty():
            from rich.console import Console
            from rich.progress import BarColumn, DownloadColumn, Progress, TextColumn
            from rich.progress import TimeRemainingColumn as Remaining

            self._bar = Progress(
                TextColumn("{task.description}"),
                BarColumn(),
                DownloadColumn(),
                Remaining(),
                console=Console(stderr=True),
            )
            self._bar.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        if self._bar is not None:
            self._bar.stop()

    def step(self, done: int, total: int, name: str) -> None:
        """Take note of progress: bytes so far, bytes in all (0 = not known), and of what."""
        if self._bar is not None:
            if name not in self._tasks:
                self._tasks[name] = self._bar.add_task(name, total=total or None)
            self._bar.update(self._tasks[name], completed=done, total=total or None)
            return
        share = done / total if total else 0.0
        if name not in self._told or share >= min(self._told[name] + _STEP, 1.0) > self._told[name]:
            self._told[name] = share
            of = f" of {total / 1e6:.0f}" if total else ""
            say.note(f"{name}: {done / 1e6:.0f}{of} MB")


class Batch:
    """Shows how far a batch is: one line that changes, or a line per conversation done."""

    def __init__(self) -> None:
        self._status: Status | None = None
        self._told = (-1, -1)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        if self._status is not None:
            self._status.stop()

    def step(self, now: Work) -> None:
        """Take note of where the work stands."""
        if self._told == (-1, -1):
            say.note(f"{now.note}.")
            if now.estimate is not None and now.estimate.calls:
                say.note(f"{now.estimate}.")
        if sys.stderr.isatty():
            self._show(str(now))
            return
        done = (now.done + now.triaged, now.failed)
        if done != self._told:
            self._told = done
            say.note(str(now))

    def _show(self, line: str) -> None:
        from rich.console import Console
        from rich.markup import escape

        self._told = (0, 0)
        if self._status is None:
            self._status = Console(stderr=True).status(escape(line))
            self._status.start()
        self._status.update(escape(line))
