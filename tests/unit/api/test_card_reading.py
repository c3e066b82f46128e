"""A scorecard as its page words it."""

import pytest

from qa.api.card_reading import sections
from qa.scoring import load_scorecard

CARD = """\
scorecard: small
sections:
  - id: all
    items:
      - id: it
        ask: So?
        any: [hello there]
        only: ONLY
"""


@pytest.mark.parametrize(
    ("only", "worded"),
    [
        ("{channel: chat, last_agent: true}", ("channel: chat", "last agent: yes")),
        ("{metadata: {tier: [gold, vip]}}", ("tier: gold, vip",)),
        ("{metric: {talk_ratio: {at_most: 0.55}}}", ("talk_ratio ≤ 0.55",)),
        (
            "{metric: {handle_seconds: {at_least: 60, at_most: 900}, reopened: {at_most: 0}}}",
            ("handle_seconds ≥ 60, ≤ 900", "reopened ≤ 0"),
        ),
    ],
)
def test_it_says_when_an_item_applies(only, worded):
    [section] = sections(load_scorecard(CARD.replace("ONLY", only)))
    assert section.items[0].applies == worded
