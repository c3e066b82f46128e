"""The explanation of the arithmetic calculates right: each of its worked examples is added up."""

import json
import re
from datetime import UTC, datetime
from pathlib import Path

import pytest
from ruamel.yaml import YAML

from qa.records import Critical, Finding, ItemKind, Override, Verdict
from qa.scoring import load_scorecard, total

PAGE = (Path(__file__).parents[3] / "docs/explanation/scoring.md").read_text("utf-8")
BLOCKS = re.findall(r"^```yaml worked\n(.*?)^```", PAGE, re.MULTILINE | re.DOTALL)
CONFIRMED = "after a person has confirmed it"
NOW = datetime(2026, 11, 26, tzinfo=UTC)
#: Credit of the verdicts that have one.
VALUE = {"pass": 1.0, "fail": 0.0}


def read(block):
    return YAML(typ="safe", pure=True).load(block)


def items(example):
    """Yield section, its weight, item, verdict, weight, kind and what it is critical for."""
    for title, asked in example["sections"].items():
        section, _, weight = title.partition(" (")
        for name, answer in asked.items():
            said = {answer: 1} if isinstance(answer, str) else dict(answer)
            kind, critical = said.pop("kind", "earns"), said.pop("critical", None)
            [(verdict, heavy)] = said.items()
            yield section, float(weight.strip(")") or 1), name, verdict, heavy, kind, critical


def card_of(example, mode):
    sections = {}
    for section, weight, name, _, heavy, kind, critical in items(example):
        keys = {"deducts": kind == "deducts", "bonus": kind == "bonus", "weight": heavy}
        item = {"id": name, "ask": name, "any": ["x"], "critical": critical or False, **keys}
        made = {"id": section, "weight": weight, "items": []}
        sections.setdefault(section, made)["items"].append(item)
    made = {"scorecard": "worked", "mode": mode, "sections": list(sections.values())}
    return load_scorecard(json.dumps(made | {"pass_mark": example.get("pass_mark", 80)}))


def findings_of(example):
    return [
        Finding(
            item=name, section=section, ask=name, verdict=Verdict(verdict), kind=ItemKind(kind),
            value=VALUE.get(verdict), weight=heavy,
            critical=Critical(critical) if critical else None,
        )
        for section, _, name, verdict, heavy, kind, critical in items(example)
    ]  # fmt: skip


def assert_is(score, expected):
    shown = {"total": score.total, "raw": score.raw, "low": score.low, "high": score.high}
    for key in {"total", "raw", "low", "high"} & set(expected):
        assert shown[key] == pytest.approx(expected[key], abs=0.05), key
    assert score.status.value == expected.get("status", score.status.value)
    assert score.passed is expected.get("passed", score.passed)


def test_there_are_as_many_as_the_page_has_stories():
    assert len(BLOCKS) >= 12
    text = "".join(BLOCKS)
    assert all(what in text for what in ("66.7", "provisional", CONFIRMED, "not_applicable"))


@pytest.mark.parametrize("block", BLOCKS, ids=range(len(BLOCKS)))
def test_a_worked_example_comes_to_what_it_says(block):
    example = read(block)
    totals = example.get("totals", {"sections": example.get("total")})
    for mode, expected in totals.items():
        score = total(card_of(example, mode), findings_of(example))
        wanted = {k: v for k, v in example.items() if k not in {"sections", "totals"}}
        assert_is(score, wanted if expected is None else wanted | {"total": expected})


@pytest.mark.parametrize("block", [b for b in BLOCKS if CONFIRMED in b])
def test_what_a_person_confirms_comes_to_what_it_says(block):
    example = read(block)
    findings = findings_of(example)
    confirmed = [
        Override(item=f.item, verdict=f.verdict, value=f.value, at=NOW)
        for f in findings
        if f.critical
    ]
    score = total(card_of(example, "sections"), findings, confirmed)
    assert_is(score, example[CONFIRMED])
