"""`human`: only a person can answer; the item waits for one."""

from __future__ import annotations

from collections.abc import Sequence

from pydantic import RootModel

from qa.records import A_PERSON_ANSWERS, Verdict
from qa.scoring.checks import Outcome
from qa.scoring.context import Context
from qa.scoring.scorecard import PhraseRef


class Human(RootModel[str | bool]):
    """What the person should look at; `true` when the question says it all."""

    root: str | bool = True

    def references(self) -> Sequence[Sequence[PhraseRef]]:
        """Return nothing: no phrase answers this."""
        return []

    def run(self, context: Context) -> Outcome:  # noqa: ARG002
        """Wait for a person."""
        hint = f" {self.root}" if isinstance(self.root, str) else ""
        return Outcome(Verdict.REVIEW, reason=f"{A_PERSON_ANSWERS}{hint}")
