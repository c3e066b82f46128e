"""Kinds that a queue leaves as they were said, and what can never be left."""

import pytest
from pydantic import ValidationError

from qa.redact import redact
from qa.setting_parts import Redaction, redaction_of
from qa.testing import make_turns

TALK = [
    ("agent", "Your date of birth, please?"),
    ("customer", "It is 03/05/1982, I live at 42 Maple Street, and my name is Oliver Quuxley."),
    ("customer", "Call me on 555-010-9999 or write to anna.reed@example.com."),
    ("customer", "The card is 4111 1111 1111 1111, my PIN is 3941, my password is Sunshine42."),
]


def left(*kinds):
    turns, _ = redact(make_turns(TALK), leave=kinds)
    return " ".join(turn.text for turn in turns)


SAID = {
    "DATE_OF_BIRTH": "03/05/1982",
    "ADDRESS": "42 Maple Street",
    "PERSON": "Oliver Quuxley",
    "PHONE": "555-010-9999",
    "EMAIL": "anna.reed@example.com",
}


@pytest.mark.parametrize("kind", SAID)
def test_what_is_left_is_there_and_nothing_else(kind):
    text = left(kind)
    assert SAID[kind] in text
    assert not [said for other, said in SAID.items() if other != kind and said in text]
    assert f"[{kind}" not in text


def test_all_may_be_left_but_cards_codes_and_passwords():
    text = left(*SAID)
    assert all(said in text for said in SAID.values())
    assert not any(said in text for said in ("4111", "3941", "Sunshine42"))


def test_what_is_left_of_one_kind_is_not_taken_for_another():
    turns, _ = redact(make_turns([("customer", "I live at 42 Oliver Street.")]), leave=["ADDRESS"])
    assert turns[0].text == "I live at 42 Oliver Street."


def test_the_first_rule_that_fits_counts_and_without_one_all_is_hidden():
    rules = (
        Redaction(queue="claims", project="acme"),
        Redaction(queue="claims", leave=("PHONE",)),
        Redaction(project="acme", leave=("PERSON",)),
    )

    def leave(queue, project):
        return redaction_of(rules, queue=queue, project=project).leave

    assert leave("claims", "acme") == ()
    assert leave("claims", None) == ("PHONE",)
    assert leave("sales", "acme") == ("PERSON",)
    assert leave("sales", "other") == ()
    assert leave(None, None) == ()


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"leave": ["CARD_NUMBER"]}, "leave"),
        ({"leave": ["PASSWORD"]}, "leave"),
        ({"leave": ["PHONE"], "exports_leave": ["PHONE", "EMAIL"]}, "exports_leave has EMAIL"),
    ],
)
def test_rules_that_would_give_too_much_away_are_refused(given, said):
    with pytest.raises(ValidationError, match=said):
        Redaction(**given)
