"""A card with mistakes of the schema still has its other mistakes named."""

import copy
import json

import pytest

from qa.errors import ScorecardError
from qa.scoring import load_scorecard

CARD = {
    "scorecard": "front",
    "languages": ["en"],
    "vars": {"company": ["Acme"]},
    "lists": {"hello": {"en": ["hello", "good morning"]}},
    "sections": [
        {
            "id": "opening",
            "weight": 10,
            "items": [
                {"id": "greeting", "ask": "Greeted?", "any": [{"list": "hello"}]},
                {"id": "company", "ask": "Named?", "any": ["{company}"]},
            ],
        },
        {
            "id": "closing",
            "items": [
                {
                    "id": "farewell",
                    "ask": "Farewell?",
                    "where": {"last_turns": 2},
                    "not_if": {"any": ["line is dead"]},
                    "any": ["goodbye"],
                }
            ],
        },
    ],
}


def mistakes(card) -> list[str]:
    with pytest.raises(ScorecardError) as refused:
        load_scorecard(json.dumps(card, indent=1), name="card")
    return [m.message for m in refused.value.mistakes]


def test_schema_ids_phrases_and_references_are_all_named_at_once():
    card = copy.deepcopy(CARD)
    opening, closing = card["sections"]
    opening["weight"] = -1
    opening["items"][0]["id"] = "Not an id"
    opening["items"][0]["any"] = [{"list": "helo"}]
    opening["items"][1]["any"] = ["(Acme"]
    closing["id"] = "opening"
    closing["items"][0] |= {"id": "company", "wieght": 2}
    said = " ".join(mistakes(card))
    for part in ("expected at least 0", "Not an id", "helo", "bracket", "'opening' is there twice",
                 "'company' is there twice", "wieght"):  # fmt: skip
        assert part in said


@pytest.mark.parametrize(("key", "wrong"), [("vars", 3), ("lists", {"hello": "hello"})])
def test_what_follows_from_a_part_that_cannot_be_read_is_not_said(key, wrong):
    assert len(mistakes(CARD | {key: wrong})) == 1


def places(node, path=()):
    yield path
    steps = node if isinstance(node, dict) else range(len(node)) if isinstance(node, list) else ()
    for step in steps:
        yield from places(node[step], (*path, step))


@pytest.mark.parametrize("junk", [None, -1, "?", [], {}, [None], {"?": {}}], ids=repr)
def test_junk_anywhere_is_a_mistake_or_harmless_and_never_a_crash(junk):
    refused = 0
    for *path, last in list(places(CARD))[1:]:
        card = parent = copy.deepcopy(CARD)
        for step in path:
            parent = parent[step]
        parent[last] = junk
        try:
            load_scorecard(json.dumps(card), name="card")
        except ScorecardError as err:
            refused += bool(err.mistakes)
    assert refused > 10
