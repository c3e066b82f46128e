"""The plan of a run: its order, its estimate, its deadline, and what is written down of it."""

from __future__ import annotations

import time
from collections.abc import Callable, Collection, Sequence
from datetime import UTC, datetime

from qa.errors import QaError
from qa.jobs.book import Book
from qa.jobs.one import hangs
from qa.jobs.pace import GRACE_S, Timing
from qa.jobs.pool import Child
from qa.jobs.report import Estimate
from qa.jobs.tally import Tally
from qa.settings import Settings
from qa.store import Fit, Job, Store

#: Seconds that looking for lengths may hold up a start, and recordings looked at in one go.
LOOK_S = 5.0
IN_ONE_GO = 64
#: Seconds after which a run that follows puts in order what came in meanwhile.
PLAN_S = 1800.0


class Night:
    """What one run plans.

    Parameters
    ----------
    until : when all of it is to be over; None = when it is done.
    """

    def __init__(
        self,
        store: Store,
        settings: Settings,
        *,
        workers: int,
        only: Collection[str] | None,
        until: datetime | None,
        follow: bool,
    ) -> None:
        self._store, self._only, self._until = store, only, until
        self._follow = follow
        self._book = Book(store, settings, workers=workers)
        self.timing = Timing(self._book.pace(), workers=workers)
        self.estimate: Estimate | None = None
        self._planned = time.monotonic()
        #: How many this night did not come to.
        self.passed_over = 0

    def begin(self, child: Callable[[], Child]) -> None:
        """Put what waits in order, look how long it is, and say what it will take."""
        if self._only is None:
            self._store.nights.plan()
        if not self.over:
            self._measure(child)
        ahead = self._store.nights.ahead(self._only)
        self.timing.usual(ahead)
        self.estimate = self.timing.estimate(ahead, now=datetime.now(UTC))
        if ahead.calls or ahead.texts or self._follow:
            self._book.begin(until=self._until)

    def _measure(self, child: Callable[[], Child]) -> None:
        """Look how long calls are: in a process of its own, since reading heads is native code."""
        began = time.monotonic()
        while time.monotonic() - began < LOOK_S:
            ids = self._store.nights.unmeasured(IN_ONE_GO, self._only)
            if not ids:
                return
            lengths = child().measure(ids)
            if not lengths:
                # One of them kills whoever looks; they go without, and it is found when heard.
                lengths = dict.fromkeys(ids, 0.0)
            self._store.nights.set_lengths(lengths)

    # --- the deadline --------------------------------------------------------------------

    def _left(self) -> float | None:
        if self._until is None:
            return None
        return (self._until - datetime.now(UTC)).total_seconds()

    @property
    def has_end(self) -> bool:
        """Whether there is a deadline."""
        return self._until is not None

    @property
    def over(self) -> bool:
        """Whether nothing more is begun."""
        left = self._left()
        return left is not None and left <= 0

    @property
    def long_over(self) -> bool:
        """Whether what still goes on has to end."""
        left = self._left()
        return left is not None and left <= -GRACE_S

    def fit(self) -> Fit | None:
        """Return which calls may still be begun; None = any."""
        self._plan_again()
        left = self._left()
        return None if left is None else self.timing.fit(left)

    def _plan_again(self) -> None:
        if self._only is None and time.monotonic() - self._planned > PLAN_S:
            self._planned = time.monotonic()
            self._store.nights.plan()

    def learn(self, heard_s: float, busy_s: float) -> None:
        """Take note of how long a process was at a call."""
        if heard_s:
            self.timing.learn(heard_s, busy_s)

    def hangs(self, jobs: Sequence[Job], busy_s: float) -> QaError | None:
        """Say that a process is at a recording for longer than any takes; None = it is not."""
        limit = self.timing.limit(jobs[0].load, jobs[0].length)
        if busy_s <= limit:
            return None
        return hangs(limit)

    def left_s(self, tally: Tally, *, wall: float) -> float | None:
        """Return seconds that are left by the estimate; None = it says nothing yet."""
        if self.estimate is None or not self.estimate.takes_s:
            return None
        heard = tally.heard_s * self.timing.factor + tally.texts * self.timing.text_s
        work = self.estimate.takes_s * self.estimate.workers
        share = min(heard / work, 1.0)
        if not share:
            return self.estimate.takes_s
        return wall * (1 - share) / share

    # --- the record ------------------------------------------------------------------------

    def note(self, tally: Tally, *, waiting: int, ended: str = "") -> None:
        """Write down how far the run is."""
        self._book.note(tally, waiting=waiting, ended=ended)

    def end(self, tally: Tally, *, waiting: int, ended: str) -> None:
        """Write down how it ended; what it did not come to goes first the next time."""
        if ended == "deadline":
            self.passed_over = self._store.nights.pass_over(self._only)
        self.note(tally, waiting=waiting, ended=ended)
