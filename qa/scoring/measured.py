"""What a measurement comes to: a figure with its evidence, or why there is none."""

from __future__ import annotations

from dataclasses import dataclass

from qa.records import Evidence, EvidenceKind


@dataclass(frozen=True)
class Measured:
    """A figure, and where it can be heard."""

    value: float
    unit: str
    evidence: tuple[Evidence, ...] = ()


@dataclass(frozen=True)
class NotMeasurable:
    """Why there is no figure."""

    reason: str


Result = Measured | NotMeasurable
NO_TIMES = NotMeasurable("The messages carry no times.")


@dataclass(frozen=True)
class Stretch:
    """Some time from start to end, shown at a turn."""

    start: float
    end: float
    turn: int | None

    @property
    def seconds(self) -> float:
        """Length."""
        return self.end - self.start

    def evidence(self, rule: str) -> Evidence:
        """Return it as evidence for a metric."""
        return Evidence(
            kind=EvidenceKind.METRIC, turn=self.turn, start=self.start, end=self.end, rule=rule
        )
