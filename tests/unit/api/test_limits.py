"""How fast one may ask."""

from qa.api.limits import BURST_S, Buckets


def test_a_bucket_gives_its_burst_and_then_its_rate():
    now = [100.0]
    buckets = Buckets(2, clock=lambda: now[0])
    assert [buckets.take("a") for _ in range(int(2 * BURST_S))] == [0] * 20
    assert buckets.take("a") == 0.5
    now[0] += 0.5
    assert buckets.take("a") == 0
    assert buckets.take("a") > 0
    now[0] += 1000
    assert sum(buckets.take("a") == 0 for _ in range(100)) == 20


def test_one_who_asks_too_fast_stops_nobody_else():
    buckets = Buckets(1, clock=lambda: 0.0)
    while not buckets.take("a"):
        pass
    assert buckets.take("b") == 0


def test_buckets_do_not_grow_without_end_and_the_busy_one_stays():
    buckets = Buckets(1, clock=lambda: 0.0, kept=10)
    for n in range(100):
        buckets.take(f"stranger-{n}")
        wait = buckets.take("busy")
    assert wait > 0
    assert len(buckets._buckets) == 10
