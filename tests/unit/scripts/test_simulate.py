"""The model of scale and its page are one; the simulation of a night loses nothing."""

import sys
from dataclasses import replace
from importlib import import_module
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[3]


@pytest.fixture(scope="module")
def simulating():
    sys.path.insert(0, str(ROOT / "scripts"))
    try:
        import_module("simulating.day")
        yield import_module("simulating")
    finally:
        sys.path.pop(0)


def test_the_table_of_the_page_is_what_the_model_computes(simulating):
    page = (ROOT / "docs" / "explanation" / "scale.md").read_text("utf-8")
    shown = page.partition("<!-- model -->\n")[2].partition("<!-- /model -->")[0]
    assert shown.splitlines() == list(simulating.model.table())


def test_needs_grow_as_what_comes_in_and_calls_cost_by_their_length(simulating):
    need, costs = simulating.model.need, simulating.model.Costs()
    house = simulating.model.House(call_s=200.0, calls=1.0, window_s=1000.0, load=0.5)
    one = need(100, costs, house)
    heard, kept = 100 * 200.0 * costs.hearing, 100 * costs.keeping_call
    assert one.cores == pytest.approx((heard + kept) / 500)
    assert need(300, costs, house).cores == pytest.approx(3 * one.cores)
    longer = need(100, costs, replace(house, call_s=400.0))
    assert longer.cores - one.cores == pytest.approx(heard / 500)
    assert one.database_gb == pytest.approx(365 * 100 * costs.call_bytes / 1e9)


@pytest.fixture
def night(simulating):
    """Play a night of a thousand conversations, a hundredth of them deadly."""
    setup = simulating.day.Setup(cores=4, poison=0.01, deaths=0.05)

    def play(**changed):
        return simulating.day.simulate(
            1000, replace(setup, **changed), house=simulating.model.House()
        )

    return play


def test_whatever_breaks_each_is_done_or_parked_once(night):
    came = night()
    assert came.done + came.parked == 1000
    assert 0 < came.parked < 30
    assert came.again == pytest.approx(2 * came.parked + 50, abs=25)  # poison is tried thrice
    assert night(poison=0.0, deaths=0.0).again == 0


def test_half_the_cores_take_about_twice_as_long_and_an_outage_its_time(night, simulating):
    begin = simulating.day.NIGHT
    took = {cores: night(cores=cores, lost=0.0).ended - begin for cores in (1, 2)}
    assert took[1] / took[2] == pytest.approx(2, rel=0.1)
    late = night(cores=1, outage_s=3600.0, lost=0.0)
    assert late.ended - begin - took[1] == pytest.approx(3600, rel=0.2)
    assert late.is_server is False


def test_claims_that_look_at_all_that_is_held_keep_the_database_busy(night):
    assert night(held_s=0.01).server > 2 * night(held_s=0.0).server
