"""`metric`: a measured figure within bounds."""

from __future__ import annotations

from collections.abc import Sequence

from pydantic import BaseModel, ConfigDict, Field, RootModel, field_validator

from qa.errors import UnknownName
from qa.records import ItemKind, Verdict
from qa.scoring.checks import Outcome
from qa.scoring.checks.bands import Band, credit, verdict_of
from qa.scoring.context import Context
from qa.scoring.measured import NotMeasurable
from qa.scoring.metrics import METRICS, TEAM
from qa.scoring.scorecard import PhraseRef


class Bounds(BaseModel):
    """What is good, and what is still half good."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    #: Full credit up to here.
    at_most: float | None = None
    #: Full credit from here on.
    at_least: float | None = None
    #: Half the credit up to here.
    partial_at_most: float | None = None
    #: Half the credit from here on.
    partial_at_least: float | None = None
    #: Credit by bands instead; the first that holds the figure decides.
    bands: tuple[Band, ...] = ()

    def value(self, measured: float) -> float:
        """Return the credit for a figure: that of its band, else 1, .5 or 0."""
        if self.bands:
            return credit(self.bands, measured)
        if _inside(measured, self.at_least, self.at_most):
            return 1.0
        if self.partial_at_least is None and self.partial_at_most is None:
            return 0.0
        low = self.partial_at_least if self.partial_at_least is not None else self.at_least
        high = self.partial_at_most if self.partial_at_most is not None else self.at_most
        return 0.5 if _inside(measured, low, high) else 0.0


def _inside(value: float, low: float | None, high: float | None) -> bool:
    return (low is None or value >= low) and (high is None or value <= high)


class Metric(RootModel[dict[str, Bounds]]):
    """One metric by name, with its bounds."""

    root: dict[str, Bounds] = Field(min_length=1, max_length=1)

    @field_validator("root")
    @classmethod
    def _known(cls, value: dict[str, Bounds]) -> dict[str, Bounds]:
        for name, bounds in value.items():
            if name not in METRICS:
                raise ValueError(str(UnknownName("metric", name, METRICS)))
            bounded = bounds.at_least is not None or bounds.at_most is not None
            if bounded == bool(bounds.bands):
                raise ValueError(f"the metric {name} needs at_least or at_most, or bands")
        return value

    @property
    def advice(self) -> bool:
        """Whether it is shown and not scored, unless the item says otherwise."""
        return not TEAM.isdisjoint(self.root)

    def references(self) -> Sequence[Sequence[PhraseRef]]:
        """Return nothing: a metric looks for no phrase."""
        return []

    def run(self, context: Context) -> Outcome:
        """Measure, compare; not applicable where it cannot be measured."""
        [(name, bounds)] = self.root.items()
        if name in TEAM and context.item.effect is not ItemKind.ADVICE:
            reason = f"{name} is the team's figure; give the item no weight, and it is shown."
            return Outcome(Verdict.NOT_APPLICABLE, reason=reason)
        measured = METRICS[name](context.part)
        if isinstance(measured, NotMeasurable):
            return Outcome(Verdict.NOT_APPLICABLE, reason=measured.reason)
        value = bounds.value(measured.value)
        reason = f"{name} = {measured.value:g}{measured.unit}"
        return Outcome(verdict_of(value), measured.evidence, reason, value)
