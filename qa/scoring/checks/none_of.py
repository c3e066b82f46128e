"""`none`: nothing of this was said. By lemma alone: a near miss of an insult is none."""

from __future__ import annotations

from collections.abc import Sequence

from pydantic import Field, RootModel

from qa.records import Verdict
from qa.scoring.checks import Outcome
from qa.scoring.context import Context, hits_as_evidence
from qa.scoring.matching import Strictness
from qa.scoring.scorecard import PhraseRef


class NoneOf(RootModel[tuple[PhraseRef, ...]]):
    """The phrases that must not be said."""

    root: tuple[PhraseRef, ...] = Field(min_length=1)

    @property
    def deducts(self) -> bool:
        """Silence earns nothing."""
        return True

    def references(self) -> Sequence[Sequence[PhraseRef]]:
        """Return its one group of phrases."""
        return [self.root]

    def run(self, context: Context) -> Outcome:
        """Fail on a hit; a hit that rests on unsure words or an unsure speaker is for a human."""
        hits = context.search(self.root, strictness=Strictness.EXACT)
        if len(hits) <= (context.item.at_most or 0):
            return Outcome(Verdict.PASS, (context.searched(context.window(), [self.root]),))
        evidence = hits_as_evidence(context.document, hits)
        sure = [h for h in hits if not context.doubt(h)]
        if len(sure) > (context.item.at_most or 0):
            return Outcome(Verdict.FAIL, evidence, f"Said {len(hits)} time(s).")
        return Outcome(Verdict.REVIEW, evidence, f"{context.doubt(hits[0])} Listen to it.")
