"""The reference of scorecards: every key has its meaning and an example, and each example loads."""

import json
import re
import sys
from importlib import import_module
from pathlib import Path

import pytest
from ruamel.yaml import YAML

from qa.language import load_pack
from qa.scoring import check, judge, load_scorecard
from qa.scoring.checks import CHECKS, load_kind
from qa.scoring.checks.bands import Band
from qa.scoring.checks.choice import Answer
from qa.scoring.checks.metric import Bounds
from qa.scoring.metrics import MEANINGS, METRICS
from qa.scoring.phrases import SLOTS
from qa.testing import make_safe

ROOT = Path(__file__).parents[3]
REFERENCE = (ROOT / "docs/reference/scorecards.md").read_text("utf-8")
sys.path.insert(0, str(ROOT / "scripts"))
PAGE = import_module("pages.scorecards")
sys.path.remove(str(ROOT / "scripts"))
GIVEN = PAGE.examples()


def test_its_card_is_one_and_means_what_it_says():
    [text] = re.findall(r"```yaml\n(.*?)```", REFERENCE, flags=re.DOTALL)
    card = load_scorecard(text, name="docs")
    assert check(card) == []
    [assessment] = judge(
        make_safe([("agent", "Hello, Acme."), ("agent", "What can I do for you?")]), card
    )
    assert assessment.score.total == 100


def card_with(kind, said):
    """A card that holds what an example says, in the place that it is an example of."""
    item = {"id": "it", "ask": "Is it so?"}
    if kind == "item":
        item |= said
    elif kind in {"search", "where", "only"}:
        search = {"any": ["hello"]}
        item |= {"or_if": search | said} if kind == "search" else {kind: said}
    elif kind == "mark":
        item |= said
    elif kind == "sentence":
        item["examples"] = [{"text": "Hello.", "expect": "pass"} | said]
    elif kind == "checks":
        item |= said
    if not set(item) & set(CHECKS):
        item["any"] = ["hello"]
    first = {"id": "greeting", "ask": "A greeting?", "any": ["good morning"]}
    if item["id"] == "greeting":
        first["id"] = "first"
    section = {"id": "all", "items": [first, item]} | (said if kind == "section" else {})
    card = {"scorecard": "docs", "vars": {"company": ["Acme"]}, "sections": [section]}
    card |= said if kind == "card" else {}
    if kind == "dialogue":
        card["examples"] = [{"lines": [{"agent": "Hello."}], "expect": {"it": "pass"}} | said]
    return json.dumps(card, ensure_ascii=False)


def read(text):
    return YAML(typ="safe", pure=True).load(text)


@pytest.mark.parametrize(
    ("kind", "key"),
    [(kind, key) for kind, model in PAGE.MODELS.items() for key in PAGE.keys(model)],
)
def test_every_key_has_an_example_that_loads(kind, key):
    said = read(GIVEN[kind][key])
    inner = next(iter(said.values())) if kind == "mark" else said
    assert list(inner) == [key]
    load_scorecard(card_with(kind, said), name="docs")


@pytest.mark.parametrize("name", GIVEN["checks"])
def test_every_example_of_a_check_loads_and_judges(name):
    card = load_scorecard(card_with("checks", read(GIVEN["checks"][name])), name="docs")
    assert card.item("it").kind == name.partition(",")[0]
    talk = [("customer", "It is too expensive."), ("agent", "We have a cheaper one. I sent it.")]
    [assessment] = judge(make_safe(talk), card)
    assert assessment.findings[1].reason or assessment.findings[1].evidence


def test_there_is_an_example_of_every_check_and_of_every_key_of_it():
    text = {}
    for name, example in GIVEN["checks"].items():
        text[name.partition(",")[0]] = text.get(name.partition(",")[0], "") + example
    assert list(text) == list(CHECKS)
    inner = {"choice": (Answer,), "metric": (Bounds, Band), "count": (Band, load_kind("count"))}
    for kind, example in text.items():
        for model in inner.get(kind, (load_kind(kind),)):
            names = {f.alias or n for n, f in model.model_fields.items()} - {"root"}
            assert [n for n in sorted(names) if f"{n}:" not in example] == []


def test_an_example_of_something_that_there_is_not_would_be_seen():
    known = {kind: set(PAGE.keys(model)) for kind, model in PAGE.MODELS.items()}
    assert {kind: set(keys) for kind, keys in GIVEN.items() if kind != "checks"} == known


def test_it_tells_of_every_metric_and_slot():
    assert list(MEANINGS) == list(METRICS)
    assert [m for m in METRICS if f"| `{m}` |" not in REFERENCE] == []
    assert [s for s in SLOTS if f"`{s}`" not in REFERENCE] == []


def test_nothing_is_left_to_be_filled_in():
    assert "{{" not in REFERENCE


@pytest.mark.parametrize("language", ["en", "ru"])
def test_the_families_its_examples_name_exist(language):
    named = set(re.findall(r"family: ([a-z_]+)", REFERENCE))
    assert len(named) > 8
    assert named <= set(load_pack(language).families)
