"""How far two sides agree on the same things, and what that leaves open. Pure.

One figure alone misleads. Where nearly every verdict is the same, two who guess agree too;
Cohen's kappa takes out what chance alone would give, but falls to nothing where one verdict
is rare, however often both give the other one (Feinstein and Cicchetti 1990, "High agreement
but low kappa: I"). Gwet's AC1 does not; agreement on each of pass and fail shows where it lies.

What two can say is nominal here: a partial verdict is neither a pass nor half of one.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from math import sqrt

from qa.records import Record, Verdict
from qa.store.desk.estimates import Share, share

#: Of fewer pairs nothing but their number is told: an interval would span most of the scale.
FEWEST = 20
#: Of the normal distribution: 95 % lie within so many standard deviations.
_Z = 1.959963984540054
#: A variance that is nothing but rounding.
_NONE = 1e-12

#: How many pairs gave each two verdicts: ``{(one, other): n}``.
Table = Mapping[tuple[Verdict, Verdict], int]


class Estimate(Record):
    """A coefficient, and where the true one lies 95 times of 100; None = it cannot be told."""

    value: float | None = None
    low: float | None = None
    high: float | None = None


class Agreement(Record):
    """How far two sides agree on one item."""

    #: Pairs of verdicts, and in how many both are the same.
    n: int
    agreed: Share
    kappa: Estimate = Estimate()
    ac1: Estimate = Estimate()
    #: Of what either calls a pass, how much both do; the same of a fail.
    positive: Estimate = Estimate()
    negative: Estimate = Estimate()

    @property
    def told(self) -> bool:
        """Whether there are enough pairs to tell anything."""
        return self.n >= FEWEST


def measure(table: Table) -> Agreement:
    """Return all figures; only counts of fewer than `FEWEST` pairs."""
    n = sum(table.values())
    same = sum(k for (one, other), k in table.items() if one is other)
    if n < FEWEST:
        return Agreement(n=n, agreed=Share(n=n, k=same))
    return Agreement(
        n=n,
        agreed=share(same, n),
        kappa=kappa(table),
        ac1=ac1(table),
        positive=agreement_on(table, Verdict.PASS),
        negative=agreement_on(table, Verdict.FAIL),
    )


def kappa(table: Table) -> Estimate:
    """Return Cohen's kappa (1960, "A coefficient of agreement for nominal scales").

    The interval is of Fleiss, Cohen and Everitt (1969, "Large sample standard errors of kappa
    and weighted kappa"). Where both sides only ever gave one verdict, kappa has no value.
    """
    n = sum(table.values())
    one, other = _margins(table)
    # In whole numbers, so that no rounding hides a table that leaves nothing to chance.
    by_chance = sum(k * other[kind] for kind, k in one.items())
    if by_chance == n * n:
        return Estimate()
    same, chance = _same(table) / n, by_chance / (n * n)
    found = (same - chance) / (1 - chance)
    spread = -((same * chance - 2 * chance + same) ** 2)
    for (a, b), k in table.items():
        if a is b:
            spread += k / n * ((1 - chance) - (one[a] + other[a]) / n * (1 - same)) ** 2
        else:
            spread += k / n * ((1 - same) * (other[a] + one[b]) / n) ** 2
    return _estimate(found, spread / (n * (1 - chance) ** 4), table, chance)


def ac1(table: Table) -> Estimate:
    """Return Gwet's AC1, with his interval.

    Gwet (2008), "Computing inter-rater reliability and its variance in the presence of high
    agreement". Its categories are the verdicts that occurred, two at least.
    """
    n = sum(table.values())
    one, other = _margins(table)
    shares = {kind: (one[kind] + other[kind]) / (2 * n) for kind in one | other}
    others = max(len(shares) - 1, 1)
    chance = sum(p * (1 - p) for p in shares.values()) / others
    same = _same(table) / n
    found = (same - chance) / (1 - chance)
    on = sum(k / n * (1 - shares[a]) for (a, b), k in table.items() if a is b) / others
    cells = sum(k / n * (1 - (shares[a] + shares[b]) / 2) ** 2 for (a, b), k in table.items())
    spread = (
        same * (1 - same)
        - 4 * (1 - found) * (on - same * chance)
        + 4 * (1 - found) ** 2 * (cells / others**2 - chance**2)
    )
    return _estimate(found, spread / (n * (1 - chance) ** 2), table, chance)


def agreement_on(table: Table, kind: Verdict) -> Estimate:
    """Return agreement on one verdict: twice the pairs that give it, of all times it was given.

    Cicchetti and Feinstein (1990, "High agreement but low kappa: II"). It grows with the share
    of pairs that both give it among those where either does, so Wilson's interval of that
    share is carried over. None where it was given in fewer than five pairs.
    """
    both = table.get((kind, kind), 0)
    either = share(both, sum(k for pair, k in table.items() if kind in pair))
    if either.share is None:
        return Estimate()
    value, low, high = (2 * s / (1 + s) for s in (either.share, either.low or 0, either.high or 0))
    return Estimate(value=value, low=low, high=high)


def _margins(table: Table) -> tuple[Counter[Verdict], Counter[Verdict]]:
    """Return how often each side gave each verdict."""
    one: Counter[Verdict] = Counter()
    other: Counter[Verdict] = Counter()
    for (a, b), k in table.items():
        one[a] += k
        other[b] += k
    return one, other


def _same(table: Table) -> int:
    return sum(k for (a, b), k in table.items() if a is b)


def _estimate(value: float, variance: float, table: Table, chance: float) -> Estimate:
    """Return a coefficient with its interval, cut at the ends of the scale.

    Where all pairs agree, or none, the formulas find no spread at all: 20 of 20 would be
    certainty. There, Wilson's interval of the share is carried over, chance as it was found.
    """
    if variance < _NONE:
        plain = share(_same(table), sum(table.values()))
        low, high = (((end or 0) - chance) / (1 - chance) for end in (plain.low, plain.high))
    else:
        reach = _Z * sqrt(variance)
        low, high = value - reach, value + reach
    return Estimate(value=value, low=max(low, -1.0), high=min(high, 1.0))
