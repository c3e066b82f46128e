"""What a human's verdict rests on, and the real arithmetic behind it."""

from __future__ import annotations

import pytest

from qa.records import Evidence, EvidenceKind, Finding, Override, Verdict
from qa.store.reviews import add_up, basis
from qa.store.tables import utc_now

HIT = Evidence(kind=EvidenceKind.HIT, turn=0, char_start=0, char_end=5, quote="Hello", score=0.9)
WINDOW = Evidence(kind=EvidenceKind.WINDOW, turn=0, last_turn=3, rule="opening")
NEAR = Evidence(kind=EvidenceKind.NEAR_MISS, turn=2, quote="Hallo", score=0.7)
SILENCE = Evidence(kind=EvidenceKind.METRIC, start=10.0, end=25.0, rule="dead air")


def finding(
    *evidence: Evidence, verdict: Verdict = Verdict.FAIL, item: str = "greeting"
) -> Finding:
    return Finding(
        item=item, section="opening", ask="?", verdict=verdict, value=0.0, evidence=evidence
    )


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        pytest.param([HIT], [HIT.model_copy(update={"score": 0.8})], True, id="match score"),
        pytest.param([HIT], [HIT.model_copy(update={"quote": "Hi"})], False, id="quote"),
        pytest.param([HIT], [HIT.model_copy(update={"turn": 4})], False, id="turn"),
        pytest.param([HIT], [HIT, NEAR], True, id="near miss beside a hit"),
        pytest.param([WINDOW], [WINDOW.model_copy(update={"last_turn": 4})], True, id="window"),
        pytest.param([WINDOW, NEAR], [WINDOW], False, id="near miss of an absence"),
        pytest.param([SILENCE], [SILENCE.model_copy(update={"end": 25.01})], True, id="rounding"),
        pytest.param([SILENCE], [SILENCE.model_copy(update={"end": 31.0})], False, id="measure"),
    ],
)
def test_a_basis_is_the_verdict_and_what_was_shown(one, other, same):
    assert (basis(finding(*one)) == basis(finding(*other))) is same


def test_another_verdict_is_another_basis():
    assert basis(finding(HIT)) != basis(finding(HIT, verdict=Verdict.PASS))


CARD = """\
scorecard: tiny
version: 1
title: Tiny
languages: [en]
sections:
  - id: opening
    title: Opening
    weight: 100
    items:
      - {id: greeting, ask: Greeted?, weight: 3, any: [hello]}
      - {id: name, ask: Named?, weight: 1, any: [my name is]}
"""


def test_the_score_that_stands_is_added_up_from_the_card_as_it_was():
    said = [finding(), finding(item="name", verdict=Verdict.PASS)]
    said = [
        f.model_copy(update={"weight": w, "value": v})
        for f, w, v in zip(said, (3.0, 1.0), (0.0, 1.0), strict=True)
    ]
    human = Override(item="greeting", verdict=Verdict.PASS, value=1.0, who="ann", at=utc_now())
    assert add_up(CARD, said, ()).total == 25
    assert add_up(CARD, said, [human]).total == 100
