"""Who is drawn, and that chance alone decides."""

from datetime import UTC, datetime, time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from qa.api.sampling import last_time, moment_back
from qa.settings import SampleSchedule
from qa.store.desk.draws import choose

AGENTS = st.dictionaries(
    st.text("abcd", min_size=1, max_size=3), st.sets(st.text("xyz", min_size=1)), max_size=5
)


@given(AGENTS, st.integers(1, 4), st.integers(0, 2**31 - 1))
def test_every_agent_gives_the_same_number_or_all_they_have(given_ids, per_agent, seed):
    chosen = choose(given_ids, per_agent, seed=seed)
    assert {a: len(c) for a, c in chosen.items()} == {
        a: min(per_agent, len(ids)) for a, ids in given_ids.items()
    }
    assert all(set(c) <= given_ids[a] and len(set(c)) == len(c) for a, c in chosen.items())


@given(AGENTS, st.integers(1, 4), st.integers(0, 2**31 - 1))
def test_the_same_seed_chooses_the_same_whoever_else_is_there(given_ids, per_agent, seed):
    whole = choose(given_ids, per_agent, seed=seed)
    assert whole == choose(given_ids, per_agent, seed=seed)
    for agent, ids in given_ids.items():
        assert choose({agent: ids}, per_agent, seed=seed) == {agent: whole[agent]}


def test_over_many_seeds_no_conversation_is_preferred():
    drawn = [choose({"a": "0123456789"}, 1, seed=seed)["a"][0] for seed in range(2000)]
    counts = [drawn.count(one) for one in "0123456789"]
    # 200 each; five standard deviations (13.4) of a binomial around it.
    assert max(abs(n - 200) for n in counts) < 67


@pytest.mark.parametrize(
    ("now", "then"),
    [
        ("2026-11-23T06:00", "2026-11-23T06:00"),  # a Monday, to the minute
        ("2026-11-23T05:59", "2026-11-19T06:00"),
        ("2026-11-25T12:00", "2026-11-23T06:00"),
        ("2026-11-26T06:00", "2026-11-26T06:00"),
    ],
)
def test_a_schedule_draws_for_the_last_of_its_times_that_has_come(now, then):
    weekly = SampleSchedule(name="desk", days=("monday", "thursday"), at=time(6))
    found = last_time(weekly, datetime.fromisoformat(now).replace(tzinfo=UTC))
    assert found == datetime.fromisoformat(then).replace(tzinfo=UTC)


@pytest.mark.parametrize(("text", "hours"), [("7d", 168), ("12h", 12), ("2w", 336)])
def test_a_span_of_time_is_counted_back_from_now(text, hours):
    now = datetime(2026, 11, 26, tzinfo=UTC)
    assert (now - moment_back(text, now)).total_seconds() == hours * 3600
    assert moment_back("2026-11-01", now) is None
