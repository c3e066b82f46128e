"""`count`: how often something was said, worth by bands."""

from __future__ import annotations

from collections.abc import Sequence

from pydantic import BaseModel, ConfigDict, Field

from qa.records import Verdict
from qa.scoring.checks import Outcome
from qa.scoring.checks.bands import Band, credit, most, verdict_of
from qa.scoring.context import Context, hits_as_evidence
from qa.scoring.scorecard import PhraseRef


class Count(BaseModel):
    """The phrases that are counted, and the bands."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    #: The phrases; each time one is said counts.
    any: tuple[PhraseRef, ...] = Field(min_length=1)
    #: The first band that holds the count decides; none = no credit.
    bands: tuple[Band, ...] = Field(min_length=1)

    def references(self) -> Sequence[Sequence[PhraseRef]]:
        """Return its one group of phrases."""
        return [self.any]

    def run(self, context: Context) -> Outcome:
        """Count; too few for full credit may be for want of hearing, too many never is."""
        hits = context.search(self.any)
        value = credit(self.bands, len(hits))
        evidence = hits_as_evidence(context.document, hits)
        reason = f"Said {len(hits)} time(s)."
        if most(self.bands, len(hits)) <= value:
            return Outcome(verdict_of(value), evidence, reason, value)
        absence = context.absence([self.any], evidence=evidence, what=reason.rstrip("."))
        if absence.verdict is Verdict.REVIEW:
            return absence
        return Outcome(verdict_of(value), absence.evidence, reason, value, absence.doubt)
