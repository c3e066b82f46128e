"""`any`: at least one of the phrases was said (`at_least` times, `at_most` times)."""

from __future__ import annotations

from collections.abc import Sequence

from pydantic import Field, RootModel

from qa.records import Verdict
from qa.scoring.checks import Outcome
from qa.scoring.context import Context, hits_as_evidence
from qa.scoring.scorecard import PhraseRef


class AnyOf(RootModel[tuple[PhraseRef, ...]]):
    """The phrases, of which one is enough."""

    root: tuple[PhraseRef, ...] = Field(min_length=1)

    def references(self) -> Sequence[Sequence[PhraseRef]]:
        """Return its one group of phrases."""
        return [self.root]

    def run(self, context: Context) -> Outcome:
        """Pass when said often enough and not too often."""
        item = context.item
        hits = context.search(self.root)
        evidence = hits_as_evidence(context.document, hits)
        if item.at_most is not None and len(hits) > item.at_most:
            return Outcome(
                Verdict.FAIL, evidence, f"Said {len(hits)} times; at most {item.at_most} allowed."
            )
        needed = item.at_least or (0 if item.at_most is not None else 1)
        if len(hits) >= needed:
            return Outcome(Verdict.PASS, evidence)
        what = f"Said {len(hits)} of {needed} times" if hits else "Not said"
        return context.absence([self.root], evidence=evidence, count=(len(hits), needed), what=what)
