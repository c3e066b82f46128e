"""`all`: something of every group was said, in any order."""

from __future__ import annotations

from collections.abc import Sequence

from pydantic import Field, RootModel

from qa.records import Evidence, Verdict
from qa.scoring.checks import Outcome
from qa.scoring.context import Context, hits_as_evidence
from qa.scoring.scorecard import PhraseRef


class AllOf(RootModel[tuple[PhraseRef | tuple[PhraseRef, ...], ...]]):
    """The groups; a phrase or a list alone is a group of its own."""

    root: tuple[PhraseRef | tuple[PhraseRef, ...], ...] = Field(min_length=1)

    def references(self) -> Sequence[Sequence[PhraseRef]]:
        """Return the groups."""
        return [g if isinstance(g, tuple) else (g,) for g in self.root]

    def run(self, context: Context) -> Outcome:
        """Pass when no group is missing; partial credit where the item gives it."""
        evidence: list[Evidence] = []
        missing: list[Sequence[PhraseRef]] = []
        for group in self.references():
            hits = context.search(group)
            evidence += hits_as_evidence(context.document, hits[:1])
            if not hits:
                missing.append(group)
        if not missing:
            return Outcome(Verdict.PASS, tuple(evidence))
        found = len(self.root) - len(missing)
        return context.absence(missing, evidence=tuple(evidence), count=(found, len(self.root)))
