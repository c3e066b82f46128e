"""The reference of scorecards tells of everything there is, and its example loads."""

import re
from pathlib import Path

import pytest

from qa.language import load_pack
from qa.scoring import check, judge, load_scorecard
from qa.scoring.checks import kinds
from qa.scoring.metrics import METRICS
from qa.scoring.phrases import SLOTS
from qa.scoring.scorecard import Item, Only, Scorecard, Search, Section, Where
from qa.testing import make_safe

REFERENCE = (Path(__file__).parents[3] / "docs/reference/scorecards.md").read_text("utf-8")


def test_its_example_is_a_card():
    [text] = re.findall(r"```yaml\n(.*?)```", REFERENCE, flags=re.DOTALL)
    card = load_scorecard(text, name="docs")
    assert check(card) == []
    [assessment] = judge(
        make_safe([("agent", "Hello, Acme."), ("agent", "What can I do for you?")]), card
    )
    assert assessment.score.total == 100


def test_the_examples_of_checks_load_and_judge():
    [items] = re.findall(r"```yaml fragment\n(.*?)```", REFERENCE, flags=re.DOTALL)
    card = load_scorecard(f"scorecard: docs\nsections:\n  - id: s\n    items:\n{items}")
    assert check(card) == []
    talk = [("customer", "It is too expensive."), ("agent", "We have a cheaper one. I sent it.")]
    [assessment] = judge(make_safe(talk), card)
    assert len(assessment.findings) == 5


@pytest.mark.parametrize("model", [Scorecard, Section, Item, Search, Where, Only])
def test_it_tells_of_every_key(model):
    inner = {"source", "hash", "kind", "check"}
    names = {f.alias or n for n, f in model.model_fields.items() if n not in inner}
    assert [
        n for n in sorted(names) if f"`{n}`" not in REFERENCE and f"`{n}:" not in REFERENCE
    ] == []


def test_it_tells_of_every_check_metric_and_slot():
    assert [k for k in kinds() if f"`{k}: " not in REFERENCE] == []
    assert [s for s in SLOTS if s not in REFERENCE] == []
    short = [m.replace("reply_seconds_", "_") if "_p" in m or "_max" in m else m for m in METRICS]
    assert [m for m in short if m not in REFERENCE] == []


@pytest.mark.parametrize("language", ["en", "ru"])
def test_the_families_it_names_exist(language):
    listed = REFERENCE.split("## Families")[1].split("English has")[0]
    named = set(re.findall(r"\b[a-z]+(?:_[a-z]+)+\b", listed))
    assert named <= set(load_pack(language).families)
