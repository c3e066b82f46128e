"""What work reports: while it goes on, and at its end."""

from __future__ import annotations

from pathlib import PurePath
from typing import Literal

from pydantic import AwareDatetime

from qa.records import Record
from qa.store.standing import Worker


class Current(Record):
    """A conversation that is being worked on."""

    id: str
    source: str
    #: Seconds since it was begun.
    seconds: float


class Failure(Record):
    """A conversation that was given up, and why; never a word of it."""

    id: str
    source: str
    reason: str
    mend: str


class Held(Record):
    """Conversations that still wait because this machine cannot do them."""

    #: "speech" (calls to listen to) or "text".
    load: Literal["speech", "text"]
    count: int
    reason: str
    mend: str


class Estimate(Record):
    """What a run has before it, told at its start."""

    calls: int
    #: Seconds of these calls, in part guessed where they do not say how long they are.
    seconds: float
    guessed: int
    texts: int
    #: Seconds that it will take, and when that will be.
    takes_s: float
    ends_at: AwareDatetime
    #: Seconds of a process for a second of a call, and in how many earlier runs that was
    #: measured; 0 = not measured, but assumed.
    factor: float
    runs: int
    workers: int

    def __str__(self) -> str:
        """Say it in one line, for people."""
        what = f"{self.seconds / 3600:.1f} hours of calls ({self.calls})"
        if self.texts:
            what += f" and {self.texts} to be read"
        plural = "s" if self.runs > 1 else ""
        known = f"as in {self.runs} earlier run{plural}" if self.runs else "assumed, not measured"
        ends = self.ends_at.astimezone().strftime("%H:%M")
        return (
            f"{what} wait: about {self.takes_s / 3600:.1f} hours here, until {ends} "
            f"(a process takes {self.factor:.2f} of a call's length, {known})"
        )


class Progress(Record):
    """Where the work stands."""

    workers: int
    done: int
    triaged: int
    failed: int
    #: Still to be done, those being worked on included.
    left: int
    #: Seconds of calls listened to.
    seconds: float
    #: Seconds since the work began.
    wall: float
    current: tuple[Current, ...] = ()
    #: How many processes there are, and why.
    note: str = ""
    #: What lay ahead at the start; None = not looked at yet.
    estimate: Estimate | None = None
    #: Seconds that are left, by the pace so far; None = not known.
    left_s: float | None = None

    def __str__(self) -> str:
        """Say it in one line, for people."""
        total = self.done + self.triaged + self.failed + self.left
        parts = [f"{total - self.left} of {total} done"]
        if self.failed:
            parts.append(f"{self.failed} failed")
        if self.seconds:
            parts.append(f"{self.seconds / 60:.1f} min of calls heard")
        if self.left_s is not None and self.left and self.seconds:
            parts.append(f"{self.seconds / max(self.wall, 0.1):.1f} times as fast as real time")
            parts.append(f"about {self.left_s / 60:.0f} min left")
        if self.current:
            names = ", ".join(PurePath(c.source).name for c in self.current)
            parts.append(f"now: {names}")
        return "; ".join(parts)


class WorkReport(Record):
    """What came of it."""

    #: Judged, and judged as not to be scored.
    done: int
    triaged: int
    #: Given up in this run.
    failed: tuple[Failure, ...]
    #: Waiting for something that this machine lacks, such as model weights.
    held: tuple[Held, ...]
    #: Attempts that failed and were made again.
    retried: int
    #: Conversations that still wait, those held among them.
    waiting: int
    #: Seconds of calls listened to, and seconds that the work took.
    seconds: float
    wall: float
    workers: int
    note: str
    #: Stopped from outside (Ctrl-C) before the work was done; all of it still waits.
    interrupted: bool = False
    #: What lay ahead at the start.
    estimate: Estimate | None = None
    #: Conversations that the deadline left for the next night, where they come first.
    passed_over: int = 0
    #: Who else is at work on this database; what they hold waits for nobody.
    others: tuple[Worker, ...] = ()

    @property
    def ok(self) -> bool:
        """Whether all there was to do was done."""
        return not (self.failed or self.held or self.interrupted)


#: How a claim ended.
Ending = Literal["done", "triaged", "again", "failed", "held", "lost"]


class Outcome(Record):
    """What came of one claim."""

    id: str
    source: str
    #: "lost": another worker has it by now.
    state: Ending
    #: Seconds of a call that was listened to.
    seconds: float = 0.0
    reason: str = ""
    mend: str = ""
    #: Held for want of something that others of its kind may do without.
    needed_by_some: bool = False
    #: The database did not take it, so that the claim is still there.
    unkept: bool = False
