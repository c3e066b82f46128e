"""Slots: places in a phrase for a kind of thing, masked by redaction or not."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence

from qa.language import Pack, Token

#: Placeholders that each slot takes, besides the one of its own name.
_IDENTIFIES = frozenset(
    [
        *("CARD_NUMBER", "CARD", "PHONE", "IBAN", "ACCOUNT", "ACCOUNT_NUMBER", "DIGITS", "CODE"),
        *("PIN", "SSN", "POSTCODE", "ZIP", "ORDER", "DATE_OF_BIRTH", "PASSPORT"),
    ]
)
_KINDS = {
    "NUMBER": _IDENTIFIES | {"ID", "CVV", "DATE"},
    "ID": _IDENTIFIES | {"NUMBER", "EMAIL", "PERSON", "NAME", "ADDRESS"},
    "DATE": frozenset(["DATE_OF_BIRTH", "TIME"]),
    "TIME": frozenset(["DATE"]),
    "MONEY": frozenset(["AMOUNT"]),
    "NAME": frozenset(["PERSON", "PER", "FIRST_NAME", "LAST_NAME"]),
    "EMAIL": frozenset(["E_MAIL", "MAIL"]),
    "PHONE": frozenset(["PHONE_NUMBER", "TEL"]),
}
#: Every placeholder that is known to be left where something was hidden.
KNOWN = frozenset(_KINDS).union(*_KINDS.values())
_CLOCK = re.compile(r"\d{1,2}[:.]\d{2}")
_CALENDAR = re.compile(r"\d{1,4}[./-]\d{1,2}(?:[./-]\d{2,4})?")
_MONEY_SIGN = frozenset("$€£₽")
#: A number of this many digits or more identifies something.
_IDENTIFYING_DIGITS = 4


def fits(slot: str, tokens: Sequence[Token], at: int, pack: Pack, *, in_phrase: bool) -> bool:
    """Tell whether the word at `at` fits the slot.

    Parameters
    ----------
    in_phrase : words stand around the slot; they say that a name is meant, so any
        capitalised word is taken for one.
    """
    token = tokens[at]
    if token.placeholder:
        return token.placeholder == slot or token.placeholder in _KINDS.get(slot, ())
    if slot == "NAME":
        return _like_a_name(tokens, at, pack, in_phrase=in_phrase)
    if slot == "MONEY":
        return _like_money(tokens, at, pack)
    test = _TESTS.get(slot)
    return test is not None and test(token.text, pack)


def _digits(text: str) -> int:
    return sum(c.isdigit() for c in text)


#: Slots that one word decides.
_TESTS: dict[str, Callable[[str, Pack], bool]] = {
    "NUMBER": lambda text, pack: _digits(text) > 0 or text in pack.number_words,
    "ID": lambda text, _: _digits(text) >= _IDENTIFYING_DIGITS or "@" in text,
    "TIME": lambda text, pack: text in pack.time_words or bool(_CLOCK.fullmatch(text)),
    "DATE": lambda text, pack: text in pack.time_words or bool(_CALENDAR.fullmatch(text)),
    "EMAIL": lambda text, _: "@" in text,
    "PHONE": lambda text, _: _digits(text) > _IDENTIFYING_DIGITS,
}


def _like_money(tokens: Sequence[Token], at: int, pack: Pack) -> bool:
    text = tokens[at].text
    if _MONEY_SIGN & set(text):
        return True
    follows = at + 1 < len(tokens) and tokens[at + 1].text in pack.money_words
    return text[:1].isdigit() and follows


def _like_a_name(tokens: Sequence[Token], at: int, pack: Pack, *, in_phrase: bool) -> bool:
    """A capital inside a sentence, or before another capital at its beginning."""
    token = tokens[at]
    if not token.capital or not token.text.isalpha() or len(token.text) < 2:  # noqa: PLR2004
        return False
    if token.text in pack.function_words | pack.time_words | pack.backchannels:
        return False
    begins = at == 0 or tokens[at - 1].sentence != token.sentence
    return in_phrase or not begins or (at + 1 < len(tokens) and tokens[at + 1].capital)
