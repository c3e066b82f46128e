"""What a store must do with published scorecards, whatever database is below it."""

from __future__ import annotations

import pytest

from qa.errors import NotFound, UsageError
from qa.records import CardRef
from qa.store import Store, open_store


class Card:
    def __init__(self, version: int = 1, hash: str = "sha256:a", source: str = "one") -> None:
        self.ref = CardRef(id="support", version=version, hash=hash)
        self.source = source


@pytest.fixture
def store(ready_database):
    with open_store(ready_database) as opened:
        yield opened


def versions(store: Store) -> list[tuple[str, int]]:
    return [(p.card.id, p.card.version) for p in store.published()]


def test_a_published_version_keeps_who_and_its_text(store):
    kept = store.publish(Card(), who="anna")
    assert (kept.who, kept.source, kept.card.version) == ("anna", "one", 1)
    assert store.published("support") == (kept,)
    assert store.published("sales") == ()
    assert store.frozen("support", 1) == "one"


def test_the_same_content_again_changes_nothing(store):
    first = store.publish(Card(), who="anna")
    assert store.publish(Card(source="one, with a comment"), who="boris") == first


def test_other_content_under_the_same_version_is_refused_with_the_next_one(store):
    store.publish(Card(), who="anna")
    store.publish(Card(3, "sha256:c", "three"), who="anna")
    with pytest.raises(UsageError) as told:
        store.publish(Card(1, "sha256:b", "another"), who="anna")
    assert "version: 4" in told.value.mend
    assert store.frozen("support", 1) == "one"
    assert versions(store) == [("support", 1), ("support", 3)]


def test_what_was_neither_published_nor_used_is_not_found(store):
    with pytest.raises(NotFound, match="Version 9"):
        store.frozen("support", 9)
