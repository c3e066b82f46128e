"""Averages, shares and changes: against figures worked out elsewhere."""

import statistics

import pytest
from hypothesis import given
from hypothesis import strategies as st

from qa.store.desk.estimates import FEWEST, Sums, difference, mean, share, t_95


def sums(*values):
    return Sums(n=len(values), total=sum(values), squares=sum(v * v for v in values))


@pytest.mark.parametrize(
    ("freedom", "t"),
    [(4, 2.7764), (5, 2.5706), (9, 2.2622), (12.5, 2.1692), (29, 2.0452), (100, 1.9840), (1e6, 1.9600)],
)  # fmt: skip
def test_t_is_that_of_the_tables(freedom, t):
    assert t_95(freedom) == pytest.approx(t, abs=0.002)


def test_an_average_of_few_is_not_given():
    assert mean(sums(*[90.0] * (FEWEST - 1))).mean is None
    assert share(2, FEWEST - 1).share is None
    assert mean(sums(*[90.0] * FEWEST)).mean == 90.0
    assert mean(Sums()).n == 0


def test_an_average_with_its_interval():
    # Standard deviation 10, five values: 80 +- 2.776 * 10 / sqrt(5).
    found = mean(sums(67.75255, 80, 80, 80, 92.24745))
    assert found.mean == pytest.approx(80)
    assert (found.low, found.high) == (
        pytest.approx(80 - 2.776 * statistics.stdev([67.75255, 80, 80, 80, 92.24745]) / 5**0.5, abs=0.02),
        pytest.approx(80 + 2.776 * statistics.stdev([67.75255, 80, 80, 80, 92.24745]) / 5**0.5, abs=0.02),
    )  # fmt: skip


def test_an_interval_ends_where_the_scale_does():
    found = mean(sums(100, 100, 100, 100, 60))
    assert found.high == 100.0
    assert found.low is not None
    assert found.low < found.mean


@pytest.mark.parametrize(
    ("k", "n", "low", "high"),
    [(0, 10, 0.0, 0.2775), (5, 10, 0.2366, 0.7634), (10, 10, 0.7225, 1.0), (81, 263, 0.2553, 0.3662)],
)  # fmt: skip
def test_shares_have_wilsons_interval(k, n, low, high):
    found = share(k, n)
    assert (found.low, found.high) == (pytest.approx(low, abs=1e-4), pytest.approx(high, abs=1e-4))


def test_a_change_is_told_only_where_it_is_more_than_chance():
    before, now = sums(70, 72, 74, 76, 78), sums(88, 90, 92, 94, 96)
    found = difference(now, before)
    # t = 2.306 with 8 degrees of freedom, standard error 2.
    assert (found.change, found.low, found.high) == pytest.approx((18, 13.388, 22.612), abs=0.01)
    assert found.told
    assert not difference(sums(70, 90, 50, 95, 60), before).told
    assert difference(sums(1, 2), before) is None
    assert not difference(sums(80, 80, 80, 80, 80), sums(80, 80, 80, 80, 80)).told


@given(st.lists(st.floats(0, 100), min_size=FEWEST, max_size=60), st.integers(1, 4))
def test_parts_add_up_to_the_whole(values, cut):
    whole, parts = sums(*values), sums(*values[:cut]) + sums(*values[cut:])
    assert mean(parts).mean == pytest.approx(mean(whole).mean, abs=1e-6)
    assert parts.error == pytest.approx(whole.error, abs=1e-3)
    found = mean(whole)
    assert 0 <= found.low <= found.mean + 1e-9
    assert found.mean - 1e-9 <= found.high <= 100
