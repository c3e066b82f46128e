"""`choice`: one of several named answers, each worth its own."""

from __future__ import annotations

from collections.abc import Sequence

from pydantic import BaseModel, ConfigDict, Field, RootModel, field_validator

from qa.records import Evidence, Verdict
from qa.scoring.checks import Outcome
from qa.scoring.checks.bands import verdict_of
from qa.scoring.context import Context, hits_as_evidence
from qa.scoring.scorecard import PhraseRef, Search, Where, Who


class Answer(BaseModel):
    """An answer, what it is known by, and what it is worth."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    #: Its name.
    answer: str = Field(min_length=1)
    #: What is said when this is the answer; only the last may do without, and stands for the rest.
    any: tuple[PhraseRef, ...] = ()
    #: Whose words; those of the item when left out.
    who: Who | None = None
    #: The stretch to search; the item's when left out.
    where: Where | None = None
    #: Hits needed.
    at_least: int = Field(default=1, ge=1)
    #: Hits with a negation shortly before them do not count.
    unless_negated: bool = False
    #: Share of the item's credit, 0 to 1.
    credit: float = Field(ge=0, le=1)

    @property
    def search(self) -> Search:
        """What to look for."""
        options = self.model_dump(include={"at_least", "unless_negated"})
        return Search(any=self.any, who=self.who, where=self.where, **options)


class Choice(RootModel[tuple[Answer, ...]]):
    """The answers, the first that fits counts; the last may be the one that is left."""

    root: tuple[Answer, ...] = Field(min_length=2)

    @field_validator("root")
    @classmethod
    def _one_rest(cls, value: tuple[Answer, ...]) -> tuple[Answer, ...]:
        if any(not answer.any for answer in value[:-1]):
            raise ValueError("only the last answer may stand without 'any'")
        names = [answer.answer for answer in value]
        if len(set(names)) < len(names):
            raise ValueError("two answers have the same name")
        return value

    def references(self) -> Sequence[Sequence[PhraseRef]]:
        """Return the phrases of each answer."""
        return [answer.any for answer in self.root if answer.any]

    def run(self, context: Context) -> Outcome:
        """Take the first answer that was found; else the one that is left, if it was heard."""
        for answer in self.root:
            hits = context.find(answer.search) if answer.any else []
            if hits:
                evidence = hits_as_evidence(context.document, hits)
                return self._outcome(answer.answer, answer.credit, evidence)
        absence = context.absence(self.references(), what="None of the answers was said")
        if absence.verdict is Verdict.REVIEW:
            return absence
        rest = self.root[-1]
        if rest.any:
            return Outcome(Verdict.FAIL, absence.evidence, absence.reason)
        return self._outcome(rest.answer, rest.credit, absence.evidence)

    def _outcome(self, name: str, value: float, evidence: tuple[Evidence, ...]) -> Outcome:
        return Outcome(verdict_of(value), evidence, f"Answer: {name}.", value)
