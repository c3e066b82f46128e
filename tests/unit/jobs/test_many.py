"""How several chats that were claimed together end, whatever comes."""

from __future__ import annotations

import pytest

from qa.errors import DiskFull, InputError, ModelError, StoreError
from qa.jobs.many import process_all
from qa.records import Heard
from qa.settings import Settings
from qa.store import State, Store, open_store
from qa.testing import make_chat, make_safe, make_turns

LINES = [("agent", "Hello."), ("customer", "Hi.")]
NAMES = ("chat-1", "chat-2", "chat-3")


class Pipeline:
    """Reads chats; those that it has an error for come to that."""

    def __init__(self, **errors: Exception) -> None:
        self.errors = {name.replace("_", "-"): error for name, error in errors.items()}
        self.texts: dict[str, str] = {}

    def listen(self, conversation, *, playback=None, opener=None):
        if conversation.id in self.errors:
            raise self.errors[conversation.id]
        lines = [("agent", self.texts.get(conversation.id, "Hello.")), *LINES[1:]]
        safe = make_safe(lines, id=conversation.id)
        return Heard(turns=make_turns(LINES), safe=safe, provenance=())

    def judge(self, safe, cards):
        return ()


@pytest.fixture
def settings(tmp_path) -> Settings:
    return Settings(data=tmp_path)


@pytest.fixture
def store(settings) -> Store:
    with open_store(settings) as opened:
        yield opened


def run(store: Store, settings: Settings, pipeline: Pipeline):
    for name in NAMES:
        store.register(make_chat(LINES, id=name), [])
    jobs = store.claim_some("w", lease_s=60, most=8)
    assert [job.id for job in jobs] == list(NAMES)
    outcomes = process_all(jobs, store=store, pipeline=lambda: pipeline, settings=settings)
    assert [outcome.id for outcome in outcomes] == list(NAMES)
    return [outcome.state for outcome in outcomes]


def test_all_are_kept_and_closed(store, settings):
    assert run(store, settings, Pipeline()) == ["done"] * 3
    assert store.counts().states == {State.DONE: 3}
    assert store.raw_turns("chat-2") == make_turns(LINES)
    assert [turn.text for turn in store.safe("chat-3").turns] == ["Hello.", "Hi."]


@pytest.mark.parametrize(
    ("error", "ending", "state"),
    [
        (InputError("Empty.", "Mend it."), "failed", State.FAILED),
        (ModelError("No parser.", "qa models pull"), "held", State.WAITING),
        (ZeroDivisionError("said aloud"), "again", State.WAITING),
    ],
)
def test_what_one_comes_to_harms_no_other(store, settings, error, ending, state):
    assert run(store, settings, Pipeline(chat_2=error)) == ["done", ending, "done"]
    assert store.summary("chat-2").state is state
    assert "said aloud" not in store.summary("chat-2").error_reason


def test_what_cannot_be_kept_of_one_is_said_of_that_one(store, settings):
    pipeline = Pipeline()
    pipeline.texts["chat-2"] = "a\x00b"  # no database keeps that
    assert run(store, settings, pipeline) == ["done", "failed", "done"]
    assert "NUL" in store.summary("chat-2").error_reason


@pytest.mark.parametrize(
    ("error", "ending"),
    [(DiskFull("No room.", "Free some."), "held"), (StoreError("Gone.", "Find it."), "failed")],
)
def test_a_store_that_keeps_nothing_leaves_all_as_claimed(
    store, settings, monkeypatch, error, ending
):
    def refuse(*_, **__):
        raise error

    monkeypatch.setattr("qa.store.finishing.claiming.finish", refuse)  # after all else
    assert run(store, settings, Pipeline()) == [ending] * 3
    assert not store.heard("chat-1")
    assert store.release("w") == 3
    assert store.summary("chat-1").attempts == 0


def test_a_claim_that_another_has_by_now_is_left_alone(store, settings):
    class Slow(Pipeline):
        def judge(self, safe, cards):
            if safe.id == "chat-2":
                store.release("w")
                (other,) = store.claim_some("other", lease_s=60, most=1, only=["chat-2"])
                assert other.attempt == 1
            return ()

    assert run(store, settings, Slow()) == ["lost"] * 3
    assert not store.heard("chat-2")
    assert store.summary("chat-2").state is State.WORKING
