"""`sequence`: steps that follow one another, each by its own speaker."""

from __future__ import annotations

from collections.abc import Sequence as Many

from pydantic import Field, RootModel

from qa.records import Verdict
from qa.scoring.checks import Outcome
from qa.scoring.context import Context, hits_as_evidence
from qa.scoring.matching import Hit
from qa.scoring.scorecard import PhraseRef, Search

#: First hits of the first step that a chain is tried from; more change nothing in practice.
_STARTS = 50


class Sequence(RootModel[tuple[Search, ...]]):
    """The steps, in order."""

    root: tuple[Search, ...] = Field(min_length=2)

    def references(self) -> Many[Many[PhraseRef]]:
        """Return the phrases of each step."""
        return [step.any for step in self.root]

    def run(self, context: Context) -> Outcome:
        """Pass when every step that is not optional is found after the one before it."""
        found = [context.find(step) for step in self.root]
        chain = self._best(context, found)
        needed = [i for i, step in enumerate(self.root) if not step.optional]
        got = [h for h in chain if h is not None]
        evidence = hits_as_evidence(context.document, got)
        missing = [i for i in needed if chain[i] is None]
        if not missing:
            return Outcome(Verdict.PASS, evidence)
        step = self.root[missing[0]]
        count = (len(needed) - len(missing), len(needed))
        return context.absence(
            [step.any], who=step.who, where=step.where, evidence=evidence, count=count,
            what=f"Step {missing[0] + 1} of {len(self.root)} is missing or out of order",
        )  # fmt: skip

    def _best(self, context: Context, found: list[list[Hit]]) -> list[Hit | None]:
        """Return the chain that fulfils most steps; the earliest of equals."""
        best: list[Hit | None] = [None] * len(found)
        for first in range(len(found)):
            for start in found[first][:_STARTS]:
                chain = self._chain(context, found, first, start)
                if _filled(chain) > _filled(best):
                    best = chain
            if _filled(best) == len(found) - first:
                break
        return best

    def _chain(
        self, context: Context, found: list[list[Hit]], first: int, start: Hit
    ) -> list[Hit | None]:
        chain: list[Hit | None] = [None] * len(found)
        chain[first] = last = start
        for i in range(first + 1, len(found)):
            for hit in found[i]:
                after = (hit.turn, hit.start) >= (last.turn, last.end)
                if after and context.within(start, hit):
                    chain[i] = last = hit
                    break
        return chain


def _filled(chain: list[Hit | None]) -> int:
    return sum(h is not None for h in chain)
