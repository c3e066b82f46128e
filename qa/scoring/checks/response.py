"""`response`: what must follow whenever the other side says something."""

from __future__ import annotations

from collections.abc import Sequence

from pydantic import BaseModel, ConfigDict, Field

from qa.records import Verdict
from qa.scoring.checks import Outcome
from qa.scoring.context import Context, hits_as_evidence
from qa.scoring.matching import Hit, Window
from qa.scoring.parts import LEFT_ALONE
from qa.scoring.scorecard import PhraseRef, Search


class Response(BaseModel):
    """The trigger, the answers to it, and how soon one must come."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    #: What is to be answered; of the customer unless it says `who`.
    to: Search
    #: The answers, of which one is enough.
    any: tuple[PhraseRef, ...] = Field(min_length=1)
    #: Turns of the answering side, after the trigger, in which an answer counts.
    within_turns: int = Field(default=2, ge=1)
    #: Seconds from the end of the trigger to the beginning of the answer.
    within_seconds: float | None = Field(default=None, gt=0)

    def references(self) -> Sequence[Sequence[PhraseRef]]:
        """Return the trigger's phrases and the answers."""
        return [self.to.any, self.any]

    def run(self, context: Context) -> Outcome:
        """Pass when every trigger got an answer; not applicable when there was none."""
        other = "customer" if context.item.who == "agent" else "agent"
        to = self.to if self.to.who else self.to.model_copy(update={"who": other})
        triggers = context.find(to)
        if not triggers:
            return Outcome(Verdict.NOT_APPLICABLE, reason="What is to be answered was not said.")
        if (
            context.item.who == "agent" and context.part.was_left
        ):  # nobody can answer what was said when they were gone
            triggers = [t for t in triggers if context.part.speaks_after(t.turn)]
            if not triggers:
                return Outcome(Verdict.NOT_APPLICABLE, reason=LEFT_ALONE)
        answers = context.search(self.any)
        windows = [self._window(context, trigger) for trigger in triggers]
        pairs = [
            (trigger, next((a for a in answers if self._answers(context, trigger, a, w)), None))
            for trigger, w in zip(triggers, windows, strict=True)
        ]
        evidence = hits_as_evidence(context.document, [h for pair in pairs for h in pair if h])
        open_ = [i for i, (_, found) in enumerate(pairs) if found is None]
        if not open_:
            return Outcome(Verdict.PASS, evidence)
        count = (len(pairs) - len(open_), len(pairs))
        within = {turn: chars for i in open_ for turn, chars in windows[i].items()}
        what = f"{len(open_)} of {len(pairs)} not answered within {self.within_turns} turns"
        return context.absence([self.any], within=within, evidence=evidence, count=count, what=what)

    def _window(self, context: Context, trigger: Hit) -> Window:
        after = [(t, chars) for t, chars in context.window().items() if t > trigger.turn]
        return dict(after[: self.within_turns])

    def _answers(self, context: Context, trigger: Hit, answer: Hit, within: Window) -> bool:
        if answer.turn not in within:
            return False
        if self.within_seconds is None:
            return True
        waited = context.seconds_between(trigger, answer)
        return waited is None or waited <= self.within_seconds
