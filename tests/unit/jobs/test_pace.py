"""How long work takes: earlier runs, this run, and what is assumed where nothing is known."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from qa.jobs import pace
from qa.jobs.pace import Timing
from qa.store import Ahead, Pace

NOW = datetime(2026, 3, 1, 22, 0, tzinfo=UTC)
AHEAD = Ahead(calls=10, seconds=3200.0, unmeasured=2, texts=100)
EARLIER = Pace(heard_s=7200.0, hearing_s=1440.0, texts=10, reading_s=1.0, runs=3)


def test_without_a_measurement_the_estimate_says_that_it_is_assumed():
    said = Timing(None, workers=1).estimate(AHEAD, now=NOW)
    assert (said.factor, said.runs, said.guessed) == (pace.DEFAULT_FACTOR, 0, 2)
    assert "assumed, not measured" in str(said)


def test_the_estimate_follows_earlier_runs_and_all_processes_share_the_work():
    timing = Timing(EARLIER, workers=2)
    timing.usual(AHEAD)  # the eight that say it are 400 s each
    said = timing.estimate(AHEAD, now=NOW)
    assert said.seconds == 4000.0
    assert said.factor == pytest.approx(0.2)
    assert said.takes_s == pytest.approx((4000 * 0.2 + 100 * 0.1) / 2)
    assert (said.ends_at - NOW).total_seconds() == pytest.approx(said.takes_s)
    assert "as in 3 earlier runs" in str(said)


def test_what_this_run_takes_outweighs_what_earlier_ones_took():
    timing = Timing(EARLIER, workers=1)
    for _ in range(20):
        timing.learn(600.0, 600.0)
    assert 0.9 < timing.factor < 1.0


def test_less_and_less_fits_as_the_deadline_comes_near():
    timing = Timing(EARLIER, workers=1)
    hour, ten_minutes, now = timing.fit(3600), timing.fit(600), timing.fit(0)
    assert hour.longest_s > ten_minutes.longest_s > now.longest_s == 0
    assert (hour.longest_first, ten_minutes.longest_first) == (False, True)
    # What fits ends in time with a margin.
    assert ten_minutes.longest_s * timing.factor < 600


@pytest.mark.parametrize(
    ("load", "length", "limit"),
    [
        ("text", None, pace.HANGS_AFTER_S),
        ("speech", 60.0, pace.HANGS_AFTER_S),
        ("speech", 7200.0, 7200 * 0.5 * pace.HANGS),
        ("speech", None, pace.UNKNOWN_LIMIT_S),
    ],
)
def test_the_longer_a_call_the_later_its_process_is_taken_to_hang(load, length, limit):
    assert Timing(EARLIER, workers=1).limit(load, length) == limit


def test_a_slow_machine_gets_more_time():
    slow = Pace(heard_s=3600.0, hearing_s=7200.0, texts=0, reading_s=0, runs=1)
    assert Timing(slow, workers=1).limit("speech", 3600.0) == 3600 * 2 * pace.HANGS
