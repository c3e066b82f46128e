"""Fail rates of many verdicts a conversation, and how far two of them are apart. Pure.

Verdicts of one conversation are like each other, so that a hundred of them say less than a
hundred conversations with one each: the width of a range follows from how much conversations
differ, not from how many verdicts there are.
"""

from __future__ import annotations

from math import sqrt
from statistics import NormalDist

from qa.records import Record
from qa.store.desk.estimates import FEWEST, Share, t_95, wilson

#: Of the normal distribution: 95 % lie within so many standard deviations.
_Z = NormalDist().inv_cdf(0.975)


class Counted(Record):
    """What a rate and its range are made of, conversation by conversation; two add up."""

    #: Conversations with any verdict that counts.
    conversations: int = 0
    #: Verdicts that count, and those that were so.
    n: int = 0
    k: int = 0
    #: Sums over conversations of n², k² and n·k.
    nn: int = 0
    kk: int = 0
    nk: int = 0

    def __add__(self, other: Counted) -> Counted:
        return self._with(other, 1)

    def __sub__(self, other: Counted) -> Counted:
        return self._with(other, -1)

    def _with(self, other: Counted, sign: int) -> Counted:
        mine, theirs = self.model_dump(), other.model_dump()
        return Counted(**{name: value + sign * theirs[name] for name, value in mine.items()})

    @property
    def rate(self) -> float:
        """How often it was so."""
        return self.k / self.n

    @property
    def worth(self) -> float:
        """As many verdicts that have nothing to do with each other would say as much.

        The variance of a ratio over clusters (Cochran 1977, "Sampling Techniques", 6.3) beside
        that of single verdicts; with few conversations less by Student's t (Korn and Graubard
        1998). Never more than there are, nor fewer than conversations where all are the same.
        """
        m, p = self.conversations, self.rate
        if self.nn == self.n:  # one verdict a conversation
            return float(self.n)
        spread = max(self.kk - 2 * p * self.nk + p * p * self.nn, 0.0) * m / (m - 1)
        if spread == 0:
            return float(m)
        independent = p * (1 - p) * self.n * self.n / spread
        return min(independent, float(self.n)) * (_Z / t_95(m - 1)) ** 2


class Gap(Record):
    """By how much one rate is above another, and between what the true difference lies."""

    difference: float
    low: float
    high: float

    @property
    def clear(self) -> bool:
        """Whether it can be told from none at all."""
        return self.low > 0 or self.high < 0


def rate(found: Counted) -> Share:
    """Return how often it was so, with Wilson's interval; of too few conversations no share."""
    if found.conversations < FEWEST or not found.n:
        return Share(n=found.n, k=found.k)
    low, high = wilson(found.rate, found.worth, _Z)
    return Share(n=found.n, k=found.k, share=found.rate, low=low, high=high)


def gap(one: Counted, other: Counted, *, chances: int = 1) -> Gap | None:
    """Return how far one rate is above another; None where either has too few conversations.

    Newcombe (1998), "Interval estimation for the difference between independent proportions",
    method 10.

    Parameters
    ----------
    chances : how many differences are looked at together. The range is so wide that chance
        alone makes any of them clear 5 times of 100 (Bonferroni).
    """
    if min(one.conversations, other.conversations) < FEWEST or not one.n or not other.n:
        return None
    z = NormalDist().inv_cdf(1 - 0.025 / chances)
    (p, low, high), (q, least, most) = ((c.rate, *wilson(c.rate, c.worth, z)) for c in (one, other))
    below = sqrt((p - low) ** 2 + (most - q) ** 2)
    above = sqrt((high - p) ** 2 + (q - least) ** 2)
    return Gap(difference=p - q, low=max(p - q - below, -1.0), high=min(p - q + above, 1.0))
