"""What a card says and probably does not mean, each with its place."""

import re

import pytest

from qa.scoring import check, load_scorecard
from qa.scoring.linting import warnings

CARD = """\
scorecard: mine
lists:
  hello:
    en: [good morning, good evening]
sections:
  - id: opening
    items:
      - id: greeting
        ask: Did the agent greet?
        any: [list: hello]
      - id: it
        ask: And this?
        any: [we will call you back]
"""
ITEM = "any: [we will call you back]"
WAIVED = "\n        not_if: {who: customer, any: [list: complaint]}"


def doubts(text):
    return [(m.line, m.column, m.message) for m in check(load_scorecard(text, name="mine.yaml"))]


def test_a_card_that_means_what_it_says_leaves_no_doubt():
    assert doubts(CARD) == []


@pytest.mark.parametrize(
    ("old", "new", "line", "column", "says"),
    [
        # keys in vain
        (ITEM, f"{ITEM}\n        weight: 0", 14, 17, "'it' in 'opening' weighs nothing"),
        (ITEM, f"{ITEM}\n        advice_only: true\n        critical: true", 15, 19, "'critical' does"),
        (ITEM, f"{ITEM}\n        advice_only: true\n        bonus: true", 15, 16, "'bonus' does"),
        (ITEM, f"{ITEM}\n        within_turns: 3", 14, 23, "only a sequence"),
        (ITEM, f"{ITEM}\n        where: {{after_trigger: true}}", 14, 32, "has none"),
        (ITEM, f"{ITEM}\n        at_least: 3\n        at_most: 2", 14, 19, "never passes"),
        (ITEM, f"{ITEM}\n        where: {{}}", 14, 16, "the whole conversation is searched"),
        (ITEM, f"{ITEM}\n        where: {{after_trigger: false}}", 14, 16, "an empty 'where'"),
        (ITEM, f"{ITEM}\n        not_if: {{where: {{}}, any: [no time]}}", 14, 25, "an empty 'where'"),
        (ITEM, f"{ITEM}\n        only: {{when: {{where: {{}}, any: [no time]}}}}", 14, 30, "'it' has an empty"),
        (ITEM, "sequence: [{any: [call you]}, {any: [write you], where: {}}]", 13, 65, "an empty 'where'"),
        ("  - id: opening", "  - id: opening\n    weight: 0", 7, 13, "weighs nothing"),
        (ITEM, "any: [list: bye]\n        only: {seen: complaint}", 0, 0, "no phrase in 'ru'"),
        # phrases that say too little
        (ITEM, "any: [is it]", 13, 15, "said in passing"),
        ("good evening]", "so so]", 4, 24, "said in passing"),
        ("good evening]", "good morning]", 4, 24, "is there twice"),
        # phrases that nobody can say
        (ITEM, "any: [call the m\u0430nager]", 13, 15, "'m\u0430nager' mixes Latin and Cyrillic"),
        (ITEM, "any: [call домой]", 13, 15, "is in Cyrillic letters"),
        (ITEM, "any: [call 0800 123 456]", 13, 15, "redaction hides"),
        (ITEM, "any: [write to help@example.com]", 13, 15, "redaction hides"),
        (ITEM, 'any: ["call us <START> now"]', 13, 15, "where the turn begins"),
        (ITEM, 'any: ["call us ... <START> now"]', 13, 15, "stands behind a word"),
        (ITEM, 'any: ["<END> <START> call us"]', 13, 15, "no sentence ends (<END>) where the turn"),
        (ITEM, 'any: ["call us ... <END>"]', 13, 15, "<END> stands beside a gap (...)"),
        (ITEM, 'any: ["call us <END> ... soon"]', 13, 15, "stays within one sentence"),
        (ITEM, 'any: ["call <NUBMER>"]', 13, 15, "neither a slot nor known"),
        (ITEM, 'any: ["call <NUBMER>"]', 13, 15, "did you mean 'NUMBER'"),
        (ITEM, 'any: ["buy the {thing}"]', 0, 0, "'thing' has no values"),
        # conditions that never hold
        (ITEM, f"{ITEM}\n        only: {{channel: chat}}", 0, 0, "for chat and the card for call"),
        (ITEM, f"{ITEM}\n        only: {{language: hu}}", 0, 0, "for hu and the card for en"),
        (ITEM, "metric: {agent_wpm: {at_most: 3}}\n        only: {channel: chat}", 14, 15, "on calls"),
        (
            ITEM, f"{ITEM}\n        only: {{channel: chat, metric: {{talk_ratio: {{at_most: 1}}}}}}",
            14, 15, "talk_ratio is measured on calls and this is for chat",
        ),
        (
            ITEM, f"{ITEM}\n        only: {{has_times: false, metric: {{handle_seconds: {{at_most: 9}}}}}}",
            14, 15, "needs times",
        ),
        (
            ITEM, f"{ITEM}\n        where: {{first_seconds: 9}}\n        only: {{has_times: false}}",
            15, 15, "needs times",
        ),
        (
            ITEM,
            f"{ITEM}\n        only: {{seen: complaint}}{WAIVED}",
            14, 15, "what waives it",
        ),
        (ITEM, f"{ITEM}\n        before: {{any: [x]}}\n        after: {{any: [x]}}", 13, 14, "same thing"),
        (
            ITEM, f"{ITEM}\n        not_if: {{any: [so be it], unless_answering: {{any: [family: greeting]}}}}",
            14, 17, "what the agent says, in what the customer says",
        ),
        (ITEM, "any: [family: complaint]", 13, 14, "what the customer says, in what the agent says"),
        # items that overlap
        (ITEM, "any: [good morning]", 13, 14, "all that 'it' asks for counts for 'greeting'"),
        (ITEM, "none: [good evening]", 13, 15, "asks for 'good evening' and the other forbids it"),
    ],
)  # fmt: skip
def test_a_warning_stands_where_the_doubt_is(old, new, line, column, says):
    text = CARD.replace(old, new, 1)
    if "list: bye" in new:
        text = text.replace("lists:", "languages: [en, ru]\nlists:\n  bye: {en: [see you then]}", 1)
        text = text.replace(
            "hello:\n",
            "hello:\n    ru: [добрый день]\n",
            1,
        )
    if "{thing}" in new:
        text = text.replace("lists:", "vars: {thing: []}\nlists:", 1)
    if "channel: chat" in new and "metric" not in new:
        text = text.replace("lists:", "channels: [call]\nlists:", 1)
    if "language: hu" in new:
        text = text.replace("lists:", "languages: [en]\nlists:", 1)
    found = [(at, col, m) for at, col, m in doubts(text) if re.search(re.escape(says), m)]
    assert len(found) == 1, doubts(text)
    assert found[0][2].startswith("warning: ")
    if line:
        assert found[0][:2] == (line, column)


@pytest.mark.parametrize(
    "phrase",
    ["call us <END> goodbye", "<END> call us", "<CLAUSE> <START> call us", "call us ... <CLAUSE> now",
     "call us (<END>|... <END>|now)"],
)  # fmt: skip
def test_a_phrase_that_some_turn_may_hold_is_no_doubt(phrase):
    assert doubts(CARD.replace(ITEM, f'any: ["{phrase}"]')) == []


ONLY_CHAT = "\n        only: {channel: chat}"


def test_a_section_and_a_card_in_which_nothing_ever_applies_say_so():
    text = CARD.replace("lists:", "channels: [call]\nlists:", 1)
    text = text.replace("[list: hello]", f"[list: hello]{ONLY_CHAT}").replace(
        ITEM, ITEM + ONLY_CHAT
    )
    said = [m for _, _, m in doubts(text)]
    assert "warning: nothing of the section 'opening' ever applies." in said
    assert any("no conversation can be scored" in m for m in said)


def test_a_card_that_waits_for_something_to_be_said_says_so():
    seen = "\n        only: {seen: complaint}"
    text = CARD.replace("[list: hello]", f"[list: hello]{seen}").replace(ITEM, ITEM + seen)
    [(line, column, message)] = doubts(text)
    assert (line, column) == (1, 12)
    assert "has no score; give one item no condition" in message


def test_a_card_that_only_forbids_cannot_score():
    text = CARD.replace("any: [list: hello]", "none: [list: hello]").replace("any:", "none:")
    assert any("no item earns points" in m for _, _, m in doubts(text))


@pytest.mark.parametrize(
    ("item", "noted"),
    [
        ("any: [refund]", True),
        ("any: [your refund]", True),
        ("none: [refund]", True),
        ("any: [refund, voucher, gift]", True),
        ("any: [full refund]", False),
        ("any: [=refund]", False),
        ('any: ["refund of <MONEY>"]', False),
        ("any: [refund ... you]", False),
        ("any: [is that all right then]", False),
        ("any: [refund]\n        where: {last_turns: 3}", False),
        ("any: [refund]\n        after: {any: [good morning]}", False),
        ("sequence: [{any: [refund]}, {any: [voucher]}]", False),
        ('any: ["{company}"]', False),
    ],
)
def test_a_short_phrase_that_is_looked_for_everywhere_is_noted_once(item, noted):
    text = CARD.replace(ITEM, item)
    if "{company}" in item:
        text = text.replace("lists:", "vars: {company: [Acme]}\nlists:", 1)
    notes = [m for _, _, m in doubts(text) if m.startswith("note: ")]
    assert len(notes) == noted
    if noted:
        assert "fewer than two words that carry meaning" in notes[0]


def test_notes_are_no_warnings():
    card = load_scorecard(CARD.replace(ITEM, "any: [refund]"), name="mine.yaml")
    assert check(card) != []
    assert warnings(card) == []


def test_a_company_left_to_the_settings_is_no_doubt():
    text = CARD.replace(ITEM, 'any: ["{company}"]').replace(
        "lists:", "vars: {company: []}\nlists:", 1
    )
    assert not [m for _, _, m in doubts(text) if "never be found" in m]
