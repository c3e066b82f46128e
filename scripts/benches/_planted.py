"""Conversations with personal data planted in them, as people say it and recognisers hear it.

Four languages; numbers written or said digit by digit, in pairs, doubled; told at once, over
several turns with "yes, go on" between, corrected, or asked for one after the other. Of the
words a share is heard wrong, lost or added. Every word knows which planted item it belongs
to, so that what is left of an item can be counted. All names and numbers are invented; the
card numbers carry test prefixes, e-mail addresses reserved domains and those of large houses.
The same seed gives the same conversations.
"""

from __future__ import annotations

import random
import unicodedata
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field

from benches import _planted_told as told
from benches._planted_words import (
    AMOUNTS,
    ASK,
    DIGITS,
    DOUBLE,
    GIVEN,
    HOUSES,
    JOIN,
    LETTERS_AT,
    MAIL_WORDS,
    NAME_SAID,
    ON,
    SMALL_TALK,
    SORRY,
    SURNAMES,
    TEENS,
    TELL,
    TENS,
    THANKS,
)

JOINING = frozenset(word for form in JOIN.values() for word in form.split()) - {"{}"}
#: Words of an item that give nothing away: "twenty and four", "street".
NOTHING = JOINING | told.GENERIC
ASKED, TOLD = ASK | told.ASK, TELL | told.TELL
#: In this order they are asked for in a long conversation.
KINDS = (
    *("name", "birth", "address", "phone", "email", "password"),
    *("id", "iban", "card", "pin"),
)
LANGUAGES = ("en", "ru", "ro", "hu")
#: Of the errors, words that are other words, and words that are lost; the rest are added.
_OTHER, _LOST = 0.65, 0.20
_COUNTRIES = {"en": "GB", "ru": "DE", "ro": "RO", "hu": "HU"}
_IBAN_DIGITS = {"GB": 14, "DE": 18, "RO": 16, "HU": 24}
_IBAN_BANK = {"GB": "WEST", "RO": "BTRL"}


@dataclass(frozen=True)
class Item:
    """A planted piece of personal data."""

    kind: str
    language: str
    #: How it is told: "at once", "in parts", "corrected".
    manner: str


@dataclass(frozen=True)
class Said:
    """A word of a turn."""

    text: str
    #: Number of the item in its conversation; None = no personal data.
    item: int | None = None
    #: Its characters are the item's, so they must be gone; a word misheard beyond
    #: recognition may stay.
    own: bool = True


@dataclass
class Talk:
    """A conversation: who says what, and what is planted in it."""

    language: str
    turns: list[tuple[str, list[Said]]] = field(default_factory=list)
    items: list[Item] = field(default_factory=list)

    def say(self, who: str, text: str) -> None:
        """Add a turn without personal data."""
        self.turns.append((who, [Said(word) for word in text.split()]))


def talks(items: int, *, rate: float, seed: int, plain: float = 0.0) -> Iterator[Talk]:
    """Yield conversations until so many items are planted, the languages in turn.

    Parameters
    ----------
    rate : word errors a word, 0..1.
    plain : share of conversations without capitals, punctuation and Latin diacritics.
    """
    rng = random.Random(seed)  # noqa: S311 - nothing secret
    planted = number = 0
    while planted < items:
        talk = _talk(rng, LANGUAGES[number % len(LANGUAGES)])
        planted += len(talk.items)
        number += 1
        got = heard(talk, rng, rate)
        yield unadorned(got) if plain and rng.random() < plain else got


def clean(turns: int, *, seed: int) -> Iterator[Talk]:
    """Yield conversations without any personal data: sums, dates, times, counts, order talk."""
    rng = random.Random(seed)  # noqa: S311 - nothing secret
    said = number = 0
    while said < turns:
        talk = Talk(LANGUAGES[number % len(LANGUAGES)])
        for _ in range(12):
            _chatter(talk, rng)
        said += len(talk.turns)
        number += 1
        yield talk


def _talk(rng: random.Random, language: str) -> Talk:
    talk = Talk(language)
    _chatter(talk, rng)
    for kind in [k for k in KINDS if rng.random() < 0.6]:  # noqa: PLR2004 - a little over half
        _plant(talk, rng, kind)
        if rng.random() < 0.5:  # noqa: PLR2004 - every second time
            _chatter(talk, rng)
    _chatter(talk, rng)
    return talk


def _chatter(talk: Talk, rng: random.Random) -> None:
    question, answer = rng.choice(SMALL_TALK[talk.language])
    amount = rng.choice(AMOUNTS[talk.language])
    talk.say("agent", question.format(amount=amount))
    talk.say("customer", answer.format(amount=amount))


# --- planting -------------------------------------------------------------------------------


def _plant(talk: Talk, rng: random.Random, kind: str) -> None:
    number = len(talk.items)
    words = _WORDS[kind](rng, talk.language)
    parts = kind in {"card", "iban", "phone", "id"} and len(words) > 3  # noqa: PLR2004
    manner = rng.choice(["at once", "at once", "in parts", "corrected"] if parts else ["at once"])
    talk.items.append(Item(kind, talk.language, manner))
    mine = [Said(word, number, own=word.strip(",") not in NOTHING) for word in words]
    if kind == "name" and rng.random() < 0.5:  # noqa: PLR2004 - every second time
        before, after = rng.choice(NAME_SAID[talk.language])
        _turn(talk, rng.choice(["customer", "agent"]), before, mine, after)
        return
    if rng.random() < 0.7:  # noqa: PLR2004 - mostly
        talk.say("agent", rng.choice(ASKED[kind][talk.language]))
        before = rng.choice(["", "", "it is" if talk.language == "en" else ""])
    else:
        before = rng.choice(TOLD[kind][talk.language])
    if manner == "in parts":
        _in_parts(talk, rng, before, mine)
    elif manner == "corrected":
        _corrected(talk, rng, before, mine)
    else:
        _turn(talk, "customer", before, mine, "")
    talk.say("agent", rng.choice(THANKS[talk.language]))


def _turn(talk: Talk, who: str, before: str, words: list[Said], after: str) -> None:
    talk.turns.append(
        (who, [*map(Said, before.split()), *words, *map(Said, after.split())]),
    )


def _in_parts(talk: Talk, rng: random.Random, before: str, words: list[Said]) -> None:
    cut = sorted(rng.sample(range(1, len(words)), min(2, len(words) - 1)))
    first = True
    for start, end in zip([0, *cut], [*cut, len(words)], strict=True):
        if not first:
            talk.say("agent", rng.choice(ON[talk.language]))
        _turn(talk, "customer", before if first else "", words[start:end], "")
        first = False


def _corrected(talk: Talk, rng: random.Random, before: str, words: list[Said]) -> None:
    """Say one word wrong, be sorry, and say it right."""
    at = rng.choice([i for i, word in enumerate(words) if word.own])
    wrong = Said(words[rng.randrange(len(words))].text, words[at].item)
    sorry = [Said(word) for word in rng.choice(SORRY[talk.language]).split()]
    _turn(talk, "customer", before, [*words[:at], wrong, *sorry, *words[at:]], "")


# --- what people say ------------------------------------------------------------------------


def _digits(rng: random.Random, count: int, *, begin: str = "") -> str:
    return begin + "".join(rng.choice("0123456789") for _ in range(count - len(begin)))


def _single(digits: str, language: str) -> list[str]:
    return [DIGITS[language][int(d)] for d in digits]


def _doubled(digits: str, language: str) -> list[str]:
    if language not in DOUBLE:
        return _single(digits, language)
    words, i = [], 0
    while i < len(digits):
        twice = digits[i : i + 2] == digits[i] * 2
        words += [DOUBLE[language]] if twice else []
        words.append(DIGITS[language][int(digits[i])])
        i += 2 if twice else 1
    return words


def _pairs(digits: str, language: str) -> list[str]:
    words = []
    for i in range(0, len(digits), 2):
        pair = digits[i : i + 2]
        if len(pair) == 1 or pair[0] == "0":
            words += _single(pair, language)
        elif pair[0] == "1":
            words.append(TEENS[language][int(pair[1])])
        elif pair[1] == "0":
            words.append(TENS[language][int(pair[0]) - 2])
        else:
            ten, unit = TENS[language][int(pair[0]) - 2], DIGITS[language][int(pair[1])]
            words += JOIN[language].format(ten, unit).split()
    return words


def _groups(digits: str, language: str) -> list[str]:  # noqa: ARG001 - as its sisters
    return [digits[i : i + 4] for i in range(0, len(digits), 4)]


_WAYS: Sequence[Callable[[str, str], list[str]]] = (_single, _single, _doubled, _pairs, _groups)


def _number(rng: random.Random, digits: str, language: str) -> list[str]:
    return rng.choice(_WAYS)(digits, language)


def luhn(digits: str) -> str:
    """Return digits with the check digit of a card number (ISO/IEC 7812-1) behind them."""
    total = 0
    for i, d in enumerate(reversed(digits)):
        value = int(d) * (2 if i % 2 == 0 else 1)
        total += value - 9 if value > 9 else value  # noqa: PLR2004 - the digits' sum
    return digits + str(-total % 10)


def _card(rng: random.Random, language: str) -> list[str]:
    return _number(
        rng, luhn(_digits(rng, 15, begin=rng.choice(["4000", "5555", "2200"]))), language
    )


def iban(country: str, rest: str) -> str:
    """Return an account number with its check digits (ISO 13616)."""
    moved = "".join(str(int(c, 36)) for c in f"{rest}{country}00")
    return f"{country}{98 - int(moved) % 97:02d}{rest}"


def _iban(rng: random.Random, language: str) -> list[str]:
    country = _COUNTRIES[language]
    rest = _IBAN_BANK.get(country, "") + _digits(rng, _IBAN_DIGITS[country])
    whole = iban(country, rest)
    if rng.random() < 0.3:  # noqa: PLR2004 - written as it stands on paper
        return [whole[i : i + 4] for i in range(0, len(whole), 4)]
    letters = len(country) + 2 + len(_IBAN_BANK.get(country, ""))
    words = [*whole[:2], *_single(whole[2:4], language), *whole[4:letters]]
    return words + _number(rng, whole[letters:], language)


def _phone(rng: random.Random, language: str) -> list[str]:
    begin = {
        "en": ["0770090", "020794"],
        "ru": ["8495", "8916"],
        "ro": ["07", "021"],
        "hu": ["0630"],
    }
    digits = _digits(
        rng, {"en": 11, "ru": 11, "ro": 10, "hu": 11}[language], begin=rng.choice(begin[language])
    )
    return _number(rng, digits, language)


def _pin(rng: random.Random, language: str) -> list[str]:
    return _number(rng, _digits(rng, rng.choice([3, 4])), language)


def _id(rng: random.Random, language: str) -> list[str]:
    size = {"en": [9, 10], "ru": [10, 11, 12], "ro": [13], "hu": [9, 11]}[language]
    return _number(rng, _digits(rng, rng.choice(size), begin=rng.choice("12345")), language)


def _email(rng: random.Random, language: str) -> list[str]:
    words = MAIL_WORDS[language]
    name = [rng.choice(words), rng.choice(words)]
    house, top = rng.choice(HOUSES[language])
    if rng.random() < 0.5:  # noqa: PLR2004 - written
        return [f"{rng.choice(['.', '_', '']).join(name)}@{house}.{top}"]
    at, dot = LETTERS_AT[language]
    return [name[0], *dot.split(), name[1], *at.split(), house, *dot.split(), top]


def _name(rng: random.Random, language: str) -> list[str]:
    woman = rng.random() < 0.5  # noqa: PLR2004 - half of them
    given = rng.choice(GIVEN[language][woman])
    surname = rng.choice(SURNAMES[language])
    if language == "ru" and woman:
        surname = _of_a_woman(surname)
    both = [surname, given] if language == "hu" else [given, surname]
    return both if rng.random() < 0.8 else [given]  # noqa: PLR2004 - mostly in full


def _of_a_woman(surname: str) -> str:
    return surname[:-2] + "ая" if surname.endswith(("ий", "ой")) else surname + "а"


def _told(
    make: Callable[[random.Random, str, told.Spoken], list[str]],
) -> Callable[[random.Random, str], list[str]]:
    return lambda rng, language: make(rng, language, lambda n: _pairs(str(n), language))


_WORDS: dict[str, Callable[[random.Random, str], list[str]]] = {
    "card": _card,
    "iban": _iban,
    "email": _email,
    "pin": _pin,
    "phone": _phone,
    "id": _id,
    "name": _name,
    "birth": _told(told.birth),
    "address": _told(told.address),
    "password": _told(told.password),
}


# --- hearing --------------------------------------------------------------------------------


def heard(talk: Talk, rng: random.Random, rate: float) -> Talk:
    """Return a conversation as a recogniser hears it; an item of which nothing is left stays."""
    pool = [word.text for _, words in talk.turns for word in words if word.item is None]
    turns = []
    for who, words in talk.turns:
        got: list[Said] = []
        for word in words:
            got += _heard(word, rng, rate, pool, talk.language)
        if got:
            turns.append((who, got))
    return Talk(talk.language, turns, talk.items)


def unadorned(talk: Talk) -> Talk:
    """Return a conversation as recognisers write it that know no capitals and punctuation."""
    turns = [
        (who, [Said(bare, w.item, own=w.own) for w in said if (bare := _bare(w.text))])
        for who, said in talk.turns
    ]
    return Talk(talk.language, [(who, said) for who, said in turns if said], talk.items)


def _bare(text: str) -> str:
    letters = unicodedata.normalize("NFD", text.lower())
    kept = "".join(
        c for c in letters if c not in "\u0306\u0302\u0326\u0327" or "а" <= text[0].lower() <= "я"
    )
    return unicodedata.normalize("NFC", kept).strip(".,;:?!«»")


def _heard(
    word: Said, rng: random.Random, rate: float, pool: Sequence[str], language: str
) -> list[Said]:
    if rng.random() >= rate:
        return [word]
    fate = rng.random()
    if fate < _LOST:
        return []
    if fate < _LOST + _OTHER:
        return [_misheard(word, rng, pool, language)]
    return [word, Said(rng.choice(pool), word.item, own=False)]


def _misheard(word: Said, rng: random.Random, pool: Sequence[str], language: str) -> Said:
    """Return what is heard instead: of a digit mostly another one, which must be gone as well."""
    if word.item is None:
        return Said(rng.choice(pool))
    if word.text.isdigit():
        at = rng.randrange(len(word.text))
        return Said(word.text[:at] + rng.choice("0123456789") + word.text[at + 1 :], word.item)
    if word.text in DIGITS[language] and rng.random() < 0.7:  # noqa: PLR2004 - mostly
        return Said(rng.choice(DIGITS[language]), word.item)
    return Said(rng.choice(pool), word.item, own=False)
