"""Agreement against published tables, against itself, and against drawing again."""

from math import isclose, sqrt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from qa.records import Verdict
from qa.store.desk.agreement import FEWEST, ac1, agreement_on, kappa, measure

KINDS = (Verdict.PASS, Verdict.FAIL, Verdict.PARTIAL, Verdict.NOT_APPLICABLE)


def table(*rows):
    """Return a square of counts as a table: one side's verdicts down, the other's across."""
    return {
        (KINDS[i], KINDS[j]): n for i, row in enumerate(rows) for j, n in enumerate(row) if n
    }  # fmt: skip


BALANCED = table((40, 9), (6, 45))
SKEWED = table((80, 10), (5, 5))


@pytest.mark.parametrize(
    ("given_", "same", "k", "positive", "negative"),
    [
        # Feinstein and Cicchetti (1990), tables 1 and 2: as often the same, kappa far apart.
        (BALANCED, 0.85, 0.70, 0.84, 0.86),
        (SKEWED, 0.85, 0.32, 0.91, 0.40),
    ],
)
def test_the_paradox_of_kappa_and_what_solves_it(given_, same, k, positive, negative):
    found = measure(given_)
    assert found.agreed.share == pytest.approx(same)
    assert found.kappa.value == pytest.approx(k, abs=0.005)
    assert found.positive.value == pytest.approx(positive, abs=0.005)
    assert found.negative.value == pytest.approx(negative, abs=0.005)


def test_where_one_verdict_is_rare_ac1_says_what_kappa_cannot():
    """Gwet (2008): 118 of 125 the same, and a kappa below nothing."""
    found = measure(table((118, 5), (2, 0)))
    assert found.agreed.share == pytest.approx(0.944)
    assert found.kappa.value == pytest.approx(-0.023, abs=0.0005)
    assert found.ac1.value == pytest.approx(0.941, abs=0.0005)
    assert found.negative.value == 0
    assert found.negative.high > 0.3  # of 7 pairs nearly anything may be true


def test_three_kinds_of_verdicts_are_three_categories():
    """Fleiss, Levin and Paik (2003), table 18.1: kappa .676."""
    found = kappa(table((75, 1, 4), (5, 4, 1), (0, 0, 10)))
    assert found.value == pytest.approx(0.676, abs=0.0005)
    # Half right is not agreement.
    assert measure(table((10, 0, 10), (0, 0, 0), (0, 0, 0))).agreed.k == 10


def again_without_each(measured, cells):
    """Return the standard error by the jackknife, which knows none of the formulas."""
    n = sum(cells.values())
    found = [
        (k, measured(cells | {pair: k - 1}).value) for pair, k in cells.items()
    ]  # fmt: skip
    middle = sum(k * v for k, v in found) / n
    return sqrt((n - 1) / n * sum(k * (v - middle) ** 2 for k, v in found))


@pytest.mark.parametrize("measured", [kappa, ac1])
@pytest.mark.parametrize(
    "cells",
    [
        table((400, 90), (60, 450)),
        table((800, 100), (50, 50)),
        table((750, 10, 40), (50, 40, 10), (3, 5, 100)),
        table((300, 20, 10, 5), (40, 90, 30, 8), (5, 15, 60, 5), (20, 5, 9, 80)),
    ],
)
def test_intervals_are_as_wide_as_leaving_each_pair_out_says(measured, cells):
    found = measured(cells)
    error = (found.high - found.low) / 2 / 1.96
    assert error == pytest.approx(again_without_each(measured, cells), rel=0.02)
    assert found.value == pytest.approx((found.high + found.low) / 2)


def test_agreement_on_a_verdict_has_the_interval_of_the_share_behind_it():
    # Both said pass in 80 of the 95 pairs in which either did: .842, by Wilson .756 to .902.
    found = agreement_on(SKEWED, Verdict.PASS)
    assert found.value == pytest.approx(2 * 80 / (2 * 80 + 15))
    assert (found.low, found.high) == pytest.approx((0.861, 0.949), abs=0.001)


def test_too_few_tell_nothing_but_how_many():
    found = measure(table((FEWEST - 1, 0)))
    assert (found.n, found.agreed.k, found.told) == (FEWEST - 1, FEWEST - 1, False)
    assert found.agreed.share is found.kappa.value is found.ac1.value is None
    assert measure({}).n == 0
    # Enough pairs, but hardly a fail among them.
    assert measure(table((96, 4))).negative.value is None


def test_never_a_disagreement_is_not_certainty():
    found = measure(table((12, 0), (0, 8)))
    assert found.kappa.value == found.ac1.value == 1
    assert 0.5 < found.kappa.low < 0.8
    assert found.kappa.high == 1
    worst = measure(table((0, 10), (10, 0)))
    assert worst.kappa.value == worst.kappa.low == -1 < worst.kappa.high


def test_where_all_said_the_same_kappa_has_no_value_and_ac1_has():
    found = measure(table((50,)))
    assert found.kappa.value is None
    assert found.ac1.value == 1
    assert 0.9 < found.ac1.low < 1
    assert found.negative.value is None


tables = st.dictionaries(
    st.tuples(st.sampled_from(KINDS), st.sampled_from(KINDS)), st.integers(1, 60), min_size=1
)


@given(tables)
def test_whoever_comes_first_and_however_it_is_counted_the_figures_hold(cells):
    found = measure(cells)
    turned = measure({(b, a): n for (a, b), n in cells.items()})
    for name in ("kappa", "ac1", "positive", "negative"):
        one, other = getattr(found, name), getattr(turned, name)
        assert (one.value is None) == (other.value is None)
        if one.value is not None:
            assert isclose(one.value, other.value, abs_tol=1e-9)
            assert isclose(one.low, other.low, abs_tol=1e-6)
            assert -1 <= one.low <= one.value + 1e-9
            assert one.value - 1e-9 <= one.high <= 1
