"""Rates of many verdicts a conversation: against published figures, and against chance itself."""

import random

import pytest

from qa.store.desk.estimates import FEWEST, share
from qa.store.desk.rates import Counted, gap, rate


def counted(*pairs):
    """Count conversations, each (verdicts, how many of them failed)."""
    return Counted(
        conversations=len(pairs),
        n=sum(n for n, _ in pairs),
        k=sum(k for _, k in pairs),
        nn=sum(n * n for n, _ in pairs),
        kk=sum(k * k for _, k in pairs),
        nk=sum(n * k for n, k in pairs),
    )


def single(k, n):
    return counted(*[(1, 1)] * k, *[(1, 0)] * (n - k))


def test_one_verdict_a_conversation_is_the_share_that_figures_show():
    found, known = rate(single(5, 10)), share(5, 10)
    assert (found.n, found.k, found.share) == (10, 5, known.share)
    assert (found.low, found.high) == pytest.approx((known.low, known.high))
    assert rate(single(2, FEWEST - 1)).share is None
    assert rate(Counted()).share is None


@pytest.mark.parametrize(
    ("one", "other", "low", "high"),
    # Newcombe (1998), table II, method 10.
    [((56, 70), (48, 80), 0.0524, 0.3339), ((9, 10), (3, 10), 0.1705, 0.8090),
     ((10, 10), (0, 20), 0.6791, 1.0)],
)  # fmt: skip
def test_differences_have_newcombes_interval(one, other, low, high):
    found = gap(single(*one), single(*other))
    assert (found.low, found.high) == (pytest.approx(low, abs=1e-4), pytest.approx(high, abs=1e-4))
    assert found.clear
    back = gap(single(*other), single(*one))
    assert (back.low, back.high) == pytest.approx((-found.high, -found.low))


def test_alike_verdicts_of_one_conversation_say_no_more_than_one():
    """Ten conversations in which all ten items failed or none: worth ten verdicts, not a hundred."""
    alike = counted(*[(10, 10)] * 5, *[(10, 0)] * 5)
    mixed = counted(*[(10, 5)] * 10)
    assert rate(alike).share == rate(mixed).share == 0.5
    assert rate(alike).high - rate(alike).low > rate(single(5, 10)).high - rate(single(5, 10)).low
    assert alike.worth < 10 <= mixed.worth


def test_many_at_once_have_to_differ_more():
    one, other = single(20, 60), single(10, 60)
    assert gap(one, other).clear
    assert not gap(one, other, chances=20).clear
    assert gap(one, single(1, FEWEST - 1)) is None


def test_sums_are_taken_apart_again():
    one, other = counted((3, 1), (5, 4)), counted((2, 0))
    assert one + other - other == one
    assert one + other == counted((3, 1), (5, 4), (2, 0))


def test_chance_alone_is_seldom_clear_where_conversations_differ():
    """Of equal groups about 5 of 100 differ clearly; by the verdicts alone it would be many more."""
    chance = random.Random(7)

    def group():
        conversations = []
        for _ in range(60):
            often = chance.betavariate(1, 4)  # some go badly in many items
            n = chance.randint(8, 20)
            conversations.append((n, sum(chance.random() < often for _ in range(n))))
        return counted(*conversations)

    pairs = [(group(), group()) for _ in range(400)]
    clear = sum(gap(*pair).clear for pair in pairs)
    naive = sum(gap(*(single(g.k, g.n) for g in pair)).clear for pair in pairs)
    assert clear / 400 < 0.08
    assert naive / 400 > 0.2
