"""How one job ends, whatever comes."""

from __future__ import annotations

import pytest

from qa.errors import DiskFull, InputError, MissingExtra, ModelError, QaError, StoreError
from qa.jobs import one
from qa.jobs.one import Unkept, process, unexpected
from qa.settings import Settings
from qa.store import State, Store, open_store
from qa.testing import make_call, make_safe


class Pipeline:
    """Hears nothing but trouble."""

    def __init__(self, error: Exception | None = None) -> None:
        self.error = error

    def listen(self, conversation, *, playback=None, opener=None):
        raise self.error

    def judge(self, safe, cards):
        return ()


@pytest.fixture
def settings(tmp_path) -> Settings:
    return Settings(data=tmp_path)


@pytest.fixture
def store(settings) -> Store:
    with open_store(settings) as opened:
        yield opened


def run(store, settings, error, *, cards=()):
    store.register(make_call(), cards)
    job = store.claim("w", lease_s=60)
    return process(job, store=store, pipeline=lambda: Pipeline(error), settings=settings)


@pytest.mark.parametrize(
    ("error", "ending", "state"),
    [
        (InputError("Empty.", "Mend it."), "failed", State.FAILED),
        (QaError("Odd.", "Wait."), "again", State.WAITING),
        (ModelError("No weights.", "qa models pull"), "held", State.WAITING),
        (MissingExtra("No transcriber", "speech"), "held", State.WAITING),
        (DiskFull("No room.", "Free some."), "held", State.WAITING),
        (ZeroDivisionError("said aloud"), "again", State.WAITING),
        (MemoryError(), "again", State.WAITING),
    ],
)
def test_a_failure_ends_as_its_kind_says(store, settings, error, ending, state):
    outcome = run(store, settings, error)
    assert (outcome.state, store.summary("call-1").state) == (ending, state)
    assert store.summary("call-1").error_reason == outcome.reason != ""


def test_a_card_that_does_not_exist_is_found_before_anything_is_listened_to(store, settings):
    outcome = run(store, settings, AssertionError("listened"), cards=["no-such-card"])
    assert (outcome.state, outcome.reason) == ("failed", "No scorecard named 'no-such-card'.")


def test_a_pipeline_that_cannot_be_built_is_a_failure_like_any(store, settings):
    def broken():
        raise ImportError("libsomething.so")

    store.register(make_call(), [])
    outcome = process(store.claim("w", lease_s=60), store=store, pipeline=broken, settings=settings)
    assert (outcome.state, "ImportError" in outcome.reason) == ("again", True)


def test_a_store_that_refuses_even_the_failure_is_reported(store, settings, monkeypatch):
    def refuse(*_):
        raise StoreError("The disk is gone.", "Find it.")

    monkeypatch.setattr(store, "fail", refuse)
    outcome = run(store, settings, QaError("Odd."))
    assert (outcome.state, outcome.reason) == ("failed", "The disk is gone.")


def test_a_full_disk_is_not_the_recordings_fault_even_where_that_cannot_be_written(
    store, settings, monkeypatch
):
    full = DiskFull("No room.", "Free some.")

    def refuse(*_):
        raise full

    monkeypatch.setattr(store, "hold", refuse)
    outcome = run(store, settings, full)
    assert (outcome.state, outcome.mend, outcome.unkept) == ("held", "Free some.", True)
    assert store.release("w") == 1
    assert store.summary("call-1").attempts == 0


def test_what_a_full_disk_kept_claimed_is_given_back_once_there_is_room(
    store, settings, monkeypatch
):
    """Not after minutes, when its lease ends; and never what somebody else has by then."""
    full = DiskFull("No room.", "Free some.")

    def refuse(*_, **__):
        raise full

    store.register(make_call(), [])
    job = store.claim("w", lease_s=60)
    unkept = Unkept(store)
    with monkeypatch.context() as patched:
        patched.setattr(store, "hold", refuse)
        patched.setattr(store, "give_back", refuse)
        outcome = process(job, store=store, pipeline=lambda: Pipeline(full), settings=settings)
        unkept.add(job, outcome)
        unkept.give_back()
    assert store.summary("call-1").state is State.WORKING
    unkept.give_back()
    assert store.summary("call-1").state is State.WAITING
    again = store.claim("another", lease_s=60)
    unkept.add(job, outcome)
    unkept.give_back()
    assert store.finish(again) is State.DONE


def test_a_claim_that_was_closed_or_that_failed_otherwise_is_not_given_back(store):
    """Else what cannot be kept would be begun again at once, and without an end."""
    store.register(make_call(), [])
    job = store.claim("w", lease_s=60)
    unkept = Unkept(store)
    unkept.add(job, one.unkept(job, StoreError("The disk is gone.", "Find it.")))
    unkept.add(job, one.outcome(job, "held", ModelError("No weights.", "Pull them.")))
    unkept.give_back()
    assert store.summary("call-1").state is State.WORKING


def test_a_claim_that_another_has_by_now_is_left_alone(store, settings):
    store.register(make_call(), [])
    job = store.claim("w", lease_s=60)
    store.save_heard(job.id, _heard())
    store.release("w")
    again = store.claim("other", lease_s=60)
    slow = process(
        job.model_copy(update={"needs": "judge"}),
        store=store,
        pipeline=Pipeline,
        settings=settings,
    )
    assert slow.state == "lost"
    assert store.finish(again) is State.DONE


def _heard():
    from qa.records import Heard

    return Heard(turns=(), safe=make_safe([("agent", "Hello.")], id="call-1"), provenance=())


def test_a_mistake_of_the_program_is_named_by_its_place_not_its_words():
    try:
        make_safe([("agent",)])  # a line without a text
    except IndexError as err:
        kept = unexpected(err)
    assert kept.reason.startswith("A mistake of the program: IndexError in building.py, line ")
    assert "tuple index" not in str(kept)
