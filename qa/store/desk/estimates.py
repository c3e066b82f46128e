"""Averages and shares with what they leave open. Pure.

Few conversations say little: an average of fewer than `FEWEST` is not given at all, and
every other one comes with a 95 % interval, so that two weeks are not taken for different
that may well be the same.
"""

from __future__ import annotations

from math import sqrt

from qa.records import Record

#: Of fewer conversations no average is given.
FEWEST = 5
#: Of the normal distribution: 95 % lie within so many standard deviations.
_Z = 1.959963984540054


class Mean(Record):
    """An average, and where the true one lies 95 times of 100."""

    n: int
    #: None where there are too few.
    mean: float | None = None
    low: float | None = None
    high: float | None = None


class Share(Record):
    """How often something was so, and where the true share (0..1) lies 95 times of 100."""

    n: int
    k: int
    #: None where there are too few.
    share: float | None = None
    low: float | None = None
    high: float | None = None


class Sums(Record):
    """What an average and its interval are made of; two of them add up."""

    n: int = 0
    total: float = 0.0
    squares: float = 0.0

    def __add__(self, other: Sums) -> Sums:
        return Sums(
            n=self.n + other.n,
            total=self.total + other.total,
            squares=self.squares + other.squares,
        )

    @property
    def error(self) -> float:
        """Standard error of the average; 0 where all are the same."""
        spread = max(self.squares - self.total * self.total / self.n, 0.0)
        return sqrt(spread / (self.n - 1) / self.n)


def mean(sums: Sums, *, least: float = 0.0, most: float = 100.0) -> Mean:
    """Return the average with Student's t interval, cut at the ends of the scale.

    Student (1908), "The probable error of a mean". It holds for skewed totals about as well
    as for others from a few dozen on; below that it is the honest width, not an exact one.
    """
    if sums.n < FEWEST:
        return Mean(n=sums.n)
    middle, reach = sums.total / sums.n, t_95(sums.n - 1) * sums.error
    return Mean(
        n=sums.n, mean=middle, low=max(middle - reach, least), high=min(middle + reach, most)
    )


def share(k: int, n: int) -> Share:
    """Return a share with Wilson's score interval.

    Wilson (1927), "Probable inference, the law of succession, and statistical inference":
    right for few conversations too, and never beyond 0 and 1.
    """
    if n < FEWEST:
        return Share(n=n, k=k)
    low, high = wilson(k / n, n, _Z)
    return Share(n=n, k=k, share=k / n, low=low, high=high)


def wilson(p: float, n: float, z: float) -> tuple[float, float]:
    """Return the ends of Wilson's interval of a share of n, z standard deviations wide."""
    z2 = z * z
    middle = (p + z2 / (2 * n)) / (1 + z2 / n)
    reach = z * sqrt(p * (1 - p) / n + z2 / (4 * n * n)) / (1 + z2 / n)
    return max(middle - reach, 0.0), min(middle + reach, 1.0)


class Difference(Record):
    """By how much an average changed, and between what the true change lies."""

    change: float
    low: float
    high: float

    @property
    def told(self) -> bool:
        """Whether it can be told from no change at all."""
        return self.low > 0 or self.high < 0


def difference(now: Sums, before: Sums) -> Difference | None:
    """Return the change with Welch's interval; None where either has too few.

    Welch (1947), "The generalization of 'Student's' problem when several different population
    variances are involved": neither as many nor as spread before as now.
    """
    if min(now.n, before.n) < FEWEST:
        return None
    change = now.total / now.n - before.total / before.n
    a, b = now.error**2, before.error**2
    if a + b == 0:
        return Difference(change=change, low=change, high=change)
    freedom = (a + b) ** 2 / (a * a / (now.n - 1) + b * b / (before.n - 1))
    reach = t_95(freedom) * sqrt(a + b)
    return Difference(change=change, low=change - reach, high=change + reach)


def t_95(freedom: float) -> float:
    """Return the t within whose reach 95 % lie, for 4 degrees of freedom and more.

    Abramowitz and Stegun (1964), 26.7.5; right to 0.002.
    """
    z = _Z
    terms = (
        (z**3 + z) / 4,
        (5 * z**5 + 16 * z**3 + 3 * z) / 96,
        (3 * z**7 + 19 * z**5 + 17 * z**3 - 15 * z) / 384,
        (79 * z**9 + 776 * z**7 + 1482 * z**5 - 1920 * z**3 - 945 * z) / 92160,
    )
    return float(z + sum(term / freedom**power for power, term in enumerate(terms, 1)))
