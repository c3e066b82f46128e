"""`all`: something of every group was said, in any order."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated, Any

from pydantic import BeforeValidator, Field, RootModel

from qa.records import Evidence, Verdict
from qa.scoring.checks import Outcome
from qa.scoring.context import Context, hits_as_evidence
from qa.scoring.scorecard import PhraseRef


def _group(value: Any) -> Any:
    return value if isinstance(value, (list, tuple)) else (value,)


#: Phrases of which one is enough; one alone needs no brackets.
Group = Annotated[tuple[PhraseRef, ...], BeforeValidator(_group), Field(min_length=1)]


class AllOf(RootModel[tuple[Group, ...]]):
    """The groups; a phrase or a list alone is a group of its own."""

    root: tuple[Group, ...] = Field(min_length=1)

    def references(self) -> Sequence[Sequence[PhraseRef]]:
        """Return the groups."""
        return self.root

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
