"""Slots: places in a phrase for a kind of thing, masked by redaction or not."""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import lru_cache

from qa.language import Form, Pack, load_pack

#: Placeholders that each slot takes, besides the one of its own name.
_IDENTIFIES = frozenset(
    [
        *("CARD_NUMBER", "CARD", "PHONE", "IBAN", "ACCOUNT", "ACCOUNT_NUMBER", "DIGITS", "CODE"),
        *("PIN", "SSN", "POSTCODE", "ZIP", "ORDER", "DATE_OF_BIRTH", "PASSPORT", "PASSWORD"),
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
#: Slots that hang on what stands around the word.
IN_CONTEXT = frozenset(["NAME", "MONEY"])
_CLOCK = re.compile(r"\d{1,2}[:.]\d{2}")
_CALENDAR = re.compile(r"\d{1,4}[./-]\d{1,2}(?:[./-]\d{2,4})?")
_MONEY_SIGN = frozenset("$€£₽")
#: A number of this many digits or more identifies something.
_IDENTIFYING_DIGITS = 4


@lru_cache(maxsize=50_000)
def kinds(form: Form, language: str) -> frozenset[str]:
    """Return the slots that a word can fit, by what stands around it."""
    if form.placeholder:
        return frozenset(
            [form.placeholder, *(k for k, v in _KINDS.items() if form.placeholder in v)]
        )
    pack = load_pack(language)
    return frozenset(slot for slot, test in _TESTS.items() if test(form, pack))


def fits(
    slot: str,
    form: Form,
    after: Form | None,
    pack: Pack,
    *,
    in_phrase: bool,
    begins: Callable[[], bool],
) -> bool:
    """Tell whether a word of those `kinds` fits the slot where it stands.

    Parameters
    ----------
    after : the word that follows it in its turn.
    in_phrase : words stand around the slot; they say that a name is meant, so any
        capitalised word is taken for one.
    begins : tells whether a sentence begins with the word; asked only where that matters.
    """
    if form.placeholder:
        return True
    if slot == "NAME":  # a capital inside a sentence, or before another capital at its beginning
        return in_phrase or (after is not None and after.capital) or not begins()
    if slot == "MONEY":
        named = after is not None and after.text in pack.money_words
        return named or not _MONEY_SIGN.isdisjoint(form.text)
    return True


def _digits(text: str) -> int:
    return sum(c.isdigit() for c in text)


def _may_name(form: Form, pack: Pack) -> bool:
    if not form.capital or not form.text.isalpha() or len(form.text) < 2:  # noqa: PLR2004
        return False
    common = (pack.function_words, pack.time_words, pack.backchannels)
    return not any(form.text in words for words in common)


#: What a word must be for each slot.
_TESTS: dict[str, Callable[[Form, Pack], bool]] = {
    "NUMBER": lambda form, pack: _digits(form.text) > 0 or form.text in pack.number_words,
    "ID": lambda form, _: _digits(form.text) >= _IDENTIFYING_DIGITS or "@" in form.text,
    "TIME": lambda form, pack: form.text in pack.time_words or bool(_CLOCK.fullmatch(form.text)),
    "DATE": lambda form, pack: form.text in pack.time_words or bool(_CALENDAR.fullmatch(form.text)),
    "EMAIL": lambda form, _: "@" in form.text,
    "PHONE": lambda form, _: _digits(form.text) > _IDENTIFYING_DIGITS,
    "MONEY": lambda form, _: form.text[:1].isdigit() or not _MONEY_SIGN.isdisjoint(form.text),
    "NAME": _may_name,
}
