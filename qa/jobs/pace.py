"""How long work takes here: what earlier runs took, what this one takes, and what fits.

Everything is told in seconds that one process is at a call, for a second of the call: its
factor. It is measured from when a process is given a call until it has answered, decoding,
models and the database included.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from qa.jobs.report import Estimate
from qa.store import Ahead, Fit, Pace
from qa.store.views import Load

#: What is assumed where nothing was measured yet: half of a call's length, and 50 ms a chat.
DEFAULT_FACTOR = 0.5
DEFAULT_TEXT_S = 0.05
#: Seconds that a call is taken for as long as none says how long it is.
USUAL_CALL_S = 300.0
#: How far a single call may lie above the mean, and what any call costs besides.
MARGIN = 1.3
START_S = 5.0
#: Seconds of calls that the assumption, or the earlier runs, count for beside this run's own.
WEIGHT_S = 600.0
#: Seconds before a deadline from which on the longest that fits is begun first.
LAST_S = 900.0
#: Seconds after a deadline at which what still goes on is given back.
GRACE_S = 90.0
#: A process that is at a call for so many times what it should take is taken to hang;
#: none before so many seconds.
HANGS = 8.0
HANGS_AFTER_S = 900.0
#: The same for a call that does not say how long it is.
UNKNOWN_LIMIT_S = 6 * 3600.0


class Timing:
    """What work takes: from earlier runs, and more and more from this one.

    Parameters
    ----------
    earlier : None = nothing was measured on this machine yet.
    """

    def __init__(self, earlier: Pace | None, *, workers: int) -> None:
        self._workers = workers
        self.runs = earlier.runs if earlier and earlier.heard_s else 0
        before = earlier.hearing_s / earlier.heard_s if earlier and self.runs else DEFAULT_FACTOR
        self._heard, self._hearing = WEIGHT_S, WEIGHT_S * before
        read = earlier.reading_s / earlier.texts if earlier and earlier.texts else DEFAULT_TEXT_S
        self.text_s = read
        self._usual = USUAL_CALL_S

    def learn(self, heard_s: float, busy_s: float) -> None:
        """Take note of a call that was heard, and how long a process was at it."""
        self._heard += heard_s
        self._hearing += busy_s

    def usual(self, ahead: Ahead) -> None:
        """Take the mean of those that say how long they are for those that do not."""
        known = ahead.calls - ahead.unmeasured
        if known:
            self._usual = ahead.seconds / known

    @property
    def factor(self) -> float:
        """Seconds of a process for a second of a call."""
        return self._hearing / self._heard

    def takes(self, ahead: Ahead) -> float:
        """Return seconds until all of that is done by all processes."""
        seconds = ahead.seconds + ahead.unmeasured * self._usual
        return (seconds * self.factor + ahead.texts * self.text_s) / self._workers

    def estimate(self, ahead: Ahead, *, now: datetime) -> Estimate:
        """Say what lies ahead."""
        takes = self.takes(ahead)
        return Estimate(
            calls=ahead.calls,
            seconds=ahead.seconds + ahead.unmeasured * self._usual,
            guessed=ahead.unmeasured,
            texts=ahead.texts,
            takes_s=takes,
            ends_at=now + timedelta(seconds=takes),
            factor=self.factor,
            runs=self.runs,
            workers=self._workers,
        )

    def fit(self, left_s: float) -> Fit:
        """Return which calls can be begun with so many seconds to go."""
        longest = max(0.0, (left_s - START_S) / (self.factor * MARGIN))
        return Fit(longest_s=longest, unknown_s=self._usual, longest_first=left_s < LAST_S)

    def limit(self, load: Load, length: float | None) -> float:
        """Return seconds after which a process is taken to hang over something of that length."""
        if load == "text":
            return HANGS_AFTER_S
        if length is None:
            return UNKNOWN_LIMIT_S
        # A pace better than half says more of short calls than of how long one may take.
        return max(HANGS_AFTER_S, length * max(self.factor, DEFAULT_FACTOR) * HANGS)
