"""Absences that may have been missed stay open, as long as nobody need be called for it."""

import pytest

from qa.records import Finding, ItemKind, Verdict
from qa.scoring import judge
from qa.scoring.arithmetic import total
from qa.scoring.checks import Doubt
from qa.scoring.sparing import spare
from qa.testing import make_safe


def card_with(card_of, weights, **top):
    """A card of items a, b, c ... of these weights."""
    items = "\n".join(
        f"- {{id: {name}, ask: Is it so?, weight: {weight}, any: [hello there]}}"
        for name, weight in zip("abcdef", weights, strict=False)
    )
    return card_of(items, **top)


def failed(card, *failing):
    return [
        Finding(
            item=item.id,
            section="only",
            ask=item.ask,
            verdict=Verdict.FAIL if item.id in failing else Verdict.PASS,
            value=0.0 if item.id in failing else 1.0,
            weight=item.weight,
            kind=ItemKind.EARNS,
        )
        for _, item in card.items
    ]


@pytest.mark.parametrize(
    ("weights", "chances", "opened"),
    [
        pytest.param((50, 2), {"b": 0.1}, "b", id="light"),
        pytest.param((50, 2), {"b": 0.02}, "", id="hardly missed"),
        pytest.param((50, 10), {"b": 0.19}, "", id="heavy, so it would call a person"),
        pytest.param((50, 1, 1), {"b": 0.1, "c": 0.05}, "bc", id="two that are light together"),
        pytest.param((50, 2, 2), {"b": 0.05, "c": 0.1}, "c", id="the more doubtful of two"),
        pytest.param((50, 9, 1), {"b": 0.15, "c": 0.05}, "c", id="a heavy one stands in no way"),
        pytest.param((50, 11, 2), {"b": 0.0, "c": 0.1}, "", id="across the pass mark"),
    ],
)
def test_what_stays_open(card_of, weights, chances, opened):
    card = card_with(card_of, weights, pass_mark=80)
    findings = failed(card, *chances)
    spared = spare(card, findings, {i: Doubt(c, "Unclear.") for i, c in chances.items()})
    assert "".join(f.item for f in spared if f.verdict is Verdict.REVIEW) == opened
    assert total(card, spared).open_items == ()
    assert all(f.reason.endswith("Unclear.") for f in spared if f.item in opened)


def test_where_a_person_is_called_all_the_same_nothing_more_is_left_to_hear(card_of):
    card = card_with(card_of, (50, 20, 2))
    findings = failed(card, "c")
    findings[1] = findings[1].model_copy(update={"verdict": Verdict.REVIEW, "value": None})
    assert spare(card, findings, {"c": Doubt(0.1, "")}) == tuple(findings)


TALK = (
    ("agent", "Hello, you have called the garden shop on golf street support."),
    ("customer", "The garden shop it is."),
)


@pytest.mark.parametrize(
    ("item", "top", "verdict"),
    [
        ("", {}, Verdict.REVIEW),
        ("", {"max_missed_light": 1}, Verdict.FAIL),
        ("max_missed: 0.2", {}, Verdict.FAIL),
        ("min_confidence: 0.5", {}, Verdict.FAIL),
    ],
    ids=["as a rule", "not on this card", "the item has its own", "the item has a floor"],
)
def test_a_light_near_miss_is_spared_where_words_are_wrong(card_of, item, top, verdict):
    card = card_of(
        "- {id: hello, ask: A greeting?, weight: 60, any: [hello]}\n"
        "- id: name\n  ask: The name?\n  any: [the garden shop on mill street]\n"
        + (f"  {item}\n" if item else ""),
        **top,
    )
    [assessment] = judge(make_safe(TALK, confidence=0.88), card)
    found = {f.item: f for f in assessment.findings}
    assert found["hello"].verdict is Verdict.PASS
    assert found["name"].verdict is verdict
    assert assessment.score.open_items == ()
    assert ("chance that it was missed" in found["name"].reason) is (verdict is Verdict.REVIEW)
