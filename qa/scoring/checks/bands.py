"""Bands: credit by how much or how many, for figures and counts."""

from __future__ import annotations

from collections.abc import Sequence
from math import ceil, floor
from typing import Self

from pydantic import BaseModel, ConfigDict, Field, model_validator

from qa.records import Verdict


class Band(BaseModel):
    """A stretch of numbers, both ends included, and what it is worth."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    #: Where it begins; open when left out.
    at_least: float | None = Field(default=None, allow_inf_nan=False)
    #: Where it ends; open when left out.
    at_most: float | None = Field(default=None, allow_inf_nan=False)
    #: Share of the item's credit, 0 to 1.
    credit: float = Field(ge=0, le=1)

    @model_validator(mode="after")
    def _bounded(self) -> Self:
        if self.at_least is None and self.at_most is None:
            raise ValueError("a band needs at_least or at_most")
        if None not in {self.at_least, self.at_most} and not self.holds(self.at_least or 0.0):
            raise ValueError("a band's at_least is above its at_most")
        return self

    def holds(self, number: float) -> bool:
        """Tell whether the number lies in the band."""
        low, high = self.at_least, self.at_most
        return (low is None or number >= low) and (high is None or number <= high)


def credit(bands: Sequence[Band], number: float) -> float:
    """Return the credit of the first band that holds a number; 0 where none does."""
    return next((band.credit for band in bands if band.holds(number)), 0.0)


def most(bands: Sequence[Band], count: int) -> float:
    """Return the most credit that a count could have come to, had there been more of it.

    Credit changes only where a band begins or has ended, so that is where to look, however far.
    """
    begins = (ceil(band.at_least) for band in bands if band.at_least is not None)
    ends = (floor(band.at_most) + 1 for band in bands if band.at_most is not None)
    return max(credit(bands, n) for n in {count, *begins, *ends} if n >= count)


def verdict_of(value: float) -> Verdict:
    """Return the verdict that a share of the credit (0..1) stands for."""
    if value >= 1:
        return Verdict.PASS
    return Verdict.PARTIAL if value > 0 else Verdict.FAIL
