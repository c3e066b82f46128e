"""`sequence`: steps that follow one another, each by its own speaker."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Sequence as Many

from pydantic import Field, RootModel

from qa.records import Verdict
from qa.scoring.checks import Outcome
from qa.scoring.context import Context, hits_as_evidence
from qa.scoring.matching import Hit
from qa.scoring.scorecard import PhraseRef, Search

#: First hits of a step that a chain is tried from where its length is limited; more change
#: nothing in practice.
_STARTS = 50
#: What was found of each step.
Chain = tuple[Hit | None, ...]


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

    def _best(self, context: Context, found: list[list[Hit]]) -> Chain:
        """Return the chain that fulfils most steps, needed ones first; the earliest of equals."""
        free = context.item.within_turns is None and context.item.within_seconds is None
        best: Chain = (None,) * len(found)
        for first in range(len(found)):
            if self._worth(best) >= self._most(first):
                break
            for start in found[first][: 1 if free else _STARTS]:
                best = max(best, self._chain(context, found, first, start), key=self._worth)
        return best

    def _chain(self, context: Context, found: list[list[Hit]], first: int, start: Hit) -> Chain:
        """Return the best chain that begins with one hit of one step.

        Step by step, of all chains of equal worth the one that ends first is kept: a step that
        came late is left out where that lets more of those after it count.
        """
        alone = tuple(start if i == first else None for i in range(len(found)))
        ends = {self._worth(alone): (start, alone)}
        for i in range(first + 1, len(found)):
            for last, chain in list(ends.values()):
                at = bisect_left(found[i], (last.turn, last.end), key=lambda h: (h.turn, h.start))
                if at == len(found[i]) or not context.within(start, found[i][at]):
                    continue
                hit = found[i][at]
                longer = (*chain[:i], hit, *chain[i + 1 :])
                worth = self._worth(longer)
                known = ends.get(worth)
                if known is None or (hit.turn, hit.end) < (known[0].turn, known[0].end):
                    ends[worth] = (hit, longer)
        return ends[max(ends)][1]

    def _worth(self, chain: Chain) -> tuple[int, int]:
        """Return how many needed steps a chain fulfils, and how many of all."""
        filled = [step.optional for step, hit in zip(self.root, chain, strict=True) if hit]
        return filled.count(False), len(filled)

    def _most(self, first: int) -> tuple[int, int]:
        """Return what a chain that begins with one step is worth at most."""
        rest = self.root[first:]
        return sum(not step.optional for step in rest), len(rest)
