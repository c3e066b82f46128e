"""How well a transcript was heard, and what an absence in it is worth.

Two measured tables, kept as data with their version in ``recall.yaml``: how many words are
wrong where words are so sure, and how often something that was said is missed where so many
words are wrong. So "not heard" is told by measurement, not by taste.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Sequence
from functools import lru_cache
from importlib.resources import files

from pydantic import BaseModel, ConfigDict, Field
from ruamel.yaml import YAML

#: Where less than this share of what is said is found, an absence says nothing.
LEAST_FOUND = 0.5


class Chances(BaseModel):
    """Of absences with a nearest miss of at least `near`, the share that had been said."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    #: Score of the nearest miss, 0..1.
    near: float = Field(ge=0, le=1)
    #: At each of the table's rates: where a word that is unsure stands in the nearest miss for
    #: one of the phrase, and where none does.
    unsure: tuple[float, ...]
    sure: tuple[float, ...]


class Table(BaseModel):
    """What was measured; made by ``scripts/bench recall`` and ``scripts/bench confidence``."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    version: int
    #: A word less sure than this, 0..1, may well be another one.
    sure_word: float = Field(ge=0, le=1)
    #: Mean word confidence and the share of words that are wrong there, the surest first.
    wrong_words: tuple[tuple[float, float], ...]
    #: Shares of words wrong, rising, at which the rest was measured.
    rates: tuple[float, ...]
    #: Of what is found without errors, the share that is found at each rate: over all, and
    #: of families that were heard often enough to say.
    recall: dict[str, tuple[float, ...]]
    #: By nearest miss, rising.
    absences: tuple[Chances, ...]

    def wrong_share(self, confidence: float) -> float:
        """Return the share of words that are wrong where words are so sure in the mean."""
        rising = [(sure, wrong) for sure, wrong in reversed(self.wrong_words)]
        return _between([s for s, _ in rising], [w for _, w in rising], confidence)

    def found_share(self, family: str, wrong: float) -> float:
        """Return the share that is found of what was said, `wrong` of the words being wrong.

        Parameters
        ----------
        family : "" or one that was not measured = what holds over all.
        """
        row = self.recall.get(family) or self.recall["all"]
        return _between([0.0, *self.rates], [1.0, *row], wrong)

    def missed(
        self,
        near: float,
        wrong: float,
        families: Sequence[str] = (),
        *,
        instead: float | None = None,
    ) -> float:
        """Return the chance that something was said and missed, nothing of it being found.

        By the nearest miss; a family that is missed more often than others at that noise
        has so much greater odds, the most missed of several counts.

        Parameters
        ----------
        instead : how sure the least sure word is that stands for one of the phrase; None
            where none does.
        """
        row = max((r for r in self.absences if r.near <= near), key=lambda r: r.near)
        unsure = instead is not None and instead < self.sure_word
        chance = _between([0.0, *self.rates], [0.0, *(row.unsure if unsure else row.sure)], wrong)
        usual = 1 - self.found_share("", wrong)
        if not usual or chance >= 1:
            return chance
        own = max(1 - self.found_share(family, wrong) for family in families or [""])
        odds = chance / (1 - chance) * own / usual
        return odds / (1 + odds)


@lru_cache(maxsize=1)
def table() -> Table:
    """Return what was measured."""
    text = files("qa.scoring").joinpath("recall.yaml").read_text(encoding="utf-8")
    return Table.model_validate(YAML(typ="safe").load(text))


def _between(xs: Sequence[float], ys: Sequence[float], at: float) -> float:
    """Return the value at a place, straight between the points and flat beyond them."""
    if at <= xs[0] or at >= xs[-1]:
        return ys[0] if at <= xs[0] else ys[-1]
    i = bisect_right(xs, at)
    share = (at - xs[i - 1]) / (xs[i] - xs[i - 1])
    return ys[i - 1] + share * (ys[i] - ys[i - 1])
