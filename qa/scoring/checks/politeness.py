"""`politeness`: how politely the speaker talks, by named strategies. Advice by default."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import NamedTuple

from pydantic import BaseModel, ConfigDict, Field, model_validator

from qa.records import Verdict
from qa.scoring.checks import Outcome
from qa.scoring.context import Context, hits_as_evidence
from qa.scoring.matching import Hit
from qa.scoring.politeness import PARSED, Reading, Register, lexicon, read, table
from qa.scoring.scorecard import PhraseRef

#: Shorter turns say too little about manners.
_SHORTEST = 4
#: Strategies shown as evidence, the weightiest.
_SHOWN = 12


class _Read(NamedTuple):
    turn: int
    reading: Reading


class Politeness(BaseModel):
    """The level that is asked for, 0 (rude) to 1 (very polite)."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    #: The mean over the turns that is asked for, 0 (rude) to 1 (very polite).
    at_least: float = Field(ge=0, le=1)
    #: Half the credit from here on.
    partial_at_least: float | None = Field(default=None, ge=0, le=1)
    #: Whose manners the weights are for: `agent`, people at work, or `plain`, anybody's.
    register_: Register = Field(default="agent", alias="register")

    @model_validator(mode="after")
    def _ordered(self) -> Politeness:
        if self.partial_at_least is not None and self.partial_at_least >= self.at_least:
            raise ValueError("partial_at_least must be below at_least")
        return self

    @property
    def advice(self) -> bool:
        """Advice, unless the item says a weight."""
        return True

    @property
    def parses(self) -> bool:
        """Whether it reads sentence structure."""
        return True

    def references(self) -> Sequence[Sequence[PhraseRef]]:
        """Return nothing: strategies have lists of their own."""
        return []

    def run(self, context: Context) -> Outcome:
        """Compare the mean of the turns with what is asked for."""
        missing = self._unreadable(context)
        if missing:
            return missing
        found = list(self._read(context))
        if not found:
            return Outcome(
                Verdict.NOT_APPLICABLE, reason=f"No turn of {_SHORTEST} words or more to judge by."
            )
        published = table()
        mean = sum(r.reading.total for r in found) / len(found)
        level = published.level(mean - published.cut[self.register_])
        what = f"Politeness {level:.2f} over {len(found)} turn(s), {self.at_least:g} asked for"
        evidence = hits_as_evidence(context.document, self._shown(found, level))
        if level >= self.at_least:
            return Outcome(Verdict.PASS, evidence, f"{what}.")
        if self.partial_at_least is not None and level >= self.partial_at_least:
            return Outcome(Verdict.PARTIAL, evidence, f"{what}.", 0.5)
        return context.absence([], evidence=evidence, what=what)

    def _unreadable(self, context: Context) -> Outcome | None:
        """Answer for languages that cannot be read; None when at least one can, and fully."""
        known = [c for c in context.languages if lexicon(c) is not None]
        if not known:
            heard = ", ".join(context.languages)
            return Outcome(
                Verdict.NOT_APPLICABLE, reason=f"Politeness is not known in the language ({heard})."
            )
        for language in known:
            reason = context.document.structure.why_not(language) if language in PARSED else ""
            if reason:
                return Outcome(Verdict.REVIEW, reason=reason)
        return None

    def _read(self, context: Context) -> Iterator[_Read]:
        document = context.document
        for turn in context.window():
            language = next(
                (
                    c
                    for c in context.languages
                    if lexicon(c) is not None and turn in document.view(c).turns
                ),
                None,
            )
            if language is None:
                continue
            nodes = document.structure.nodes(turn, language) if language in PARSED else None
            reading = read(
                document.turns[turn].text, language, nodes=nodes, register=self.register_
            )
            if reading is not None and reading.words >= _SHORTEST:
                yield _Read(turn, reading)

    def _shown(self, found: Sequence[_Read], level: float) -> list[Hit]:
        """Return the weightiest strategies: of a good level the kind ones first."""
        weights = table().strategies
        sign = 1 if level >= self.at_least else -1
        ranked = sorted(
            (-sign * getattr(weights[s.name], self.register_), r.turn, s)
            for r in found
            for s in r.reading.strategies
            if getattr(weights[s.name], self.register_)
        )[:_SHOWN]
        return sorted(
            Hit(turn, s.start, s.end, f"politeness: {s.name}", 1.0, "lemma")
            for _, turn, s in ranked
        )
