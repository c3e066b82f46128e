"""`recorded`: the system of record shows something of the conversation, whatever was said."""

from __future__ import annotations

from collections.abc import Sequence

from pydantic import Field, RootModel

from qa.records import Verdict
from qa.scoring.checks import Outcome
from qa.scoring.context import Context
from qa.scoring.scorecard import PhraseRef


class Recorded(RootModel[tuple[str, ...]]):
    """Facts of the source by name ("ticket"), of which one is enough."""

    root: tuple[str, ...] = Field(min_length=1)

    def references(self) -> Sequence[Sequence[PhraseRef]]:
        """Return nothing: no phrase answers this."""
        return []

    def run(self, context: Context) -> Outcome:
        """Pass when one is filled in; not applicable where no system was asked for any."""
        facts = {name: context.document.fact(name) for name in self.root}
        filled = [name for name, value in facts.items() if value]
        if filled:
            return Outcome(Verdict.PASS, reason=f"Recorded: {', '.join(filled)}.")
        asked = [name for name, value in facts.items() if value is not None]
        if asked:
            return Outcome(Verdict.FAIL, reason=f"Left empty: {', '.join(asked)}.")
        what = " or ".join(self.root)
        return Outcome(Verdict.NOT_APPLICABLE, reason=f"No {what} came with the conversation.")
