"""`near`: two things said close to one another, in one turn, in either order."""

from __future__ import annotations

from collections.abc import Sequence

from pydantic import BaseModel, ConfigDict, Field

from qa.records import Verdict
from qa.scoring.checks import Outcome
from qa.scoring.context import Context, hits_as_evidence
from qa.scoring.matching import Hit
from qa.scoring.scorecard import PhraseRef


class Near(BaseModel):
    """The two groups of phrases, and the words that may stand between."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    #: Phrases of which one must be said,
    any: tuple[PhraseRef, ...] = Field(min_length=1)
    #: and one of these, in the same turn, before or after it.
    to: tuple[PhraseRef, ...] = Field(min_length=1)
    #: Words that may stand between.
    within_words: int = Field(default=8, ge=0, le=200)

    def references(self) -> Sequence[Sequence[PhraseRef]]:
        """Return both groups."""
        return [self.any, self.to]

    def run(self, context: Context) -> Outcome:
        """Pass when `at_least` hits of one group have one of the other near them."""
        hits, others = context.search(self.any), context.search(self.to)
        pairs = [
            (hit, next((o for o in others if self._close(context, hit, o)), None)) for hit in hits
        ]
        found = [pair for pair in pairs if pair[1] is not None]
        evidence = hits_as_evidence(context.document, [h for p in found for h in p if h])
        needed = context.item.at_least or 1
        if len(found) >= needed:
            return Outcome(Verdict.PASS, evidence)
        missing = [group for group, got in ((self.any, hits), (self.to, others)) if not got]
        apart = hits_as_evidence(context.document, [*hits, *others]) if not missing else evidence
        return context.absence(
            missing or [self.any, self.to], evidence=apart, count=(len(found), needed),
            what="Not said" if missing else f"Not within {self.within_words} words of one another",
        )  # fmt: skip

    def _close(self, context: Context, one: Hit, other: Hit) -> bool:
        if one.turn != other.turn:
            return False
        first, second = sorted([one, other], key=lambda hit: (hit.start, hit.end))
        if second.start < first.end:
            return False
        between = context.document.turns[one.turn].text[first.end : second.start]
        return len(between.split()) <= self.within_words
