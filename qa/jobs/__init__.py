"""Work that waits: who does it, and what came of it."""

from qa.jobs.report import Current, Failure, Held, Progress, WorkReport

__all__ = ["Current", "Failure", "Held", "Progress", "WorkReport"]
