"""Counting what came of a run's claims."""

from __future__ import annotations

from qa.jobs.report import Failure, Outcome
from qa.store import Job, Run


class Tally:
    """The counts of one run."""

    def __init__(self) -> None:
        self.done = self.triaged = self.retried = self.texts = 0
        self.heard_s = self.hearing_s = self.reading_s = 0.0
        self.failed: list[Failure] = []

    def add(self, job: Job, outcome: Outcome, *, busy_s: float) -> None:
        """Count a claim that ended, and the seconds that a process was at it."""
        self.heard_s += outcome.seconds
        if outcome.seconds:
            self.hearing_s += busy_s
        elif job.load == "text" and outcome.state in {"done", "triaged"}:
            self.texts += 1
            self.reading_s += busy_s
        match outcome.state:
            case "done":
                self.done += 1
            case "triaged":
                self.triaged += 1
            case "again":
                self.retried += 1
            case "failed":
                self.failed.append(
                    Failure(
                        id=outcome.id,
                        source=outcome.source,
                        reason=outcome.reason,
                        mend=outcome.mend,
                    )
                )
            case "held" | "lost":
                pass

    def run(self, *, waiting: int) -> Run:
        """Return it as it is kept."""
        return Run(
            done=self.done,
            triaged=self.triaged,
            failed=len(self.failed),
            retried=self.retried,
            waiting=waiting,
            heard_s=self.heard_s,
            hearing_s=self.hearing_s,
            texts=self.texts,
            reading_s=self.reading_s,
        )
