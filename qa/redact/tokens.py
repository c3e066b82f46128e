"""Turns -> tokens that say whether they can be part of a number."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property, lru_cache
from typing import Any, NamedTuple, Self, TypeVar

from qa.records import SafeTurn, Turn
from qa.redact.words import (
    FILLERS,
    HOMOPHONES,
    HUNDRED,
    HUNDREDS,
    LARGE,
    MONTHS,
    NOT_DIGITS,
    REPEATS,
    TEENS,
    TENS,
    UNIT_WORDS,
    UNITS,
    WEAK,
    folded,
)

_TOKEN = re.compile(r"\S+")
_LEAD = re.compile(r"^[\"'(\[«„“”¿¡*_~`…,;:.!?<–—-]+")
_TRAIL = re.compile(r"[\"')\]»“”*_~`…,;:.!?>–—-]+$")
_CURRENCY = re.compile(r"[$€£₽₴%¥]")
_TIME = re.compile(r"\d{1,2}[:.]\d{2}(:\d{2})?([ap]\.?m\.?)?|\d{1,2}[ap]\.?m")
_DATE = re.compile(r"(\d{1,2})[./-](\d{1,2})[./-](\d{4}|\d{2})|(\d{4})-(\d{2})-(\d{2})")
_MONTH_YEAR = re.compile(r"\d{1,2}/(\d{2}|\d{4})")
_DECIMAL = re.compile(r"\d+[.,]\d{1,2}")
_GROUPED = re.compile(r"\d{1,3}([.,]\d{3})+")
_ORDINAL = re.compile(r"\d+[-'’]?(st|nd|rd|th|s|й|ый|ого|го|я|ая|му|lea|ik|a|án|én)")
_DIGITS = re.compile(r"[+(]*\d[\d\-.,()/+–—‑]*")
_CODE = re.compile(r"(?=.*\d)[\w*.\-/#]+")
#: Rows are kept of texts of up to so many characters: what many conversations say.
SHORT = 200
#: Begin like a month.
NO_MONTHS = ("mail", "main", "maiden", "maint", "maybe", "marti", "maisto")
_YEAR = re.compile(r"(19|20)\d\d")
_BANK = re.compile(r"[A-Z]{4}")


T = TypeVar("T")


class Token(NamedTuple):
    """A stretch of text between spaces, without the punctuation around it.

    A tuple, since there is one for each word that anybody says.

    Attributes
    ----------
    start, end : where it stands in the turn's text.
    word : comparable form.
    digits : the digits it stands for; "" where it is none.
    kind : "unit", "teen", "tens", "hundreds", "hundred", "large", "repeat",
        "literal", "code", "homophone", or "" for other words.
    """

    start: int
    end: int
    word: str
    digits: str = ""
    kind: str = ""
    #: A digit only beside certain ones.
    weak: bool = False
    #: An amount, a date, a time by its own form.
    amount: bool = False
    #: May stand inside a number without being one.
    filler: bool = False
    unit: bool = False
    month: bool = False
    #: Four capitals, as a bank is called in an IBAN.
    bank: bool = False

    @property
    def member(self) -> bool:
        """Whether the token can be part of a number."""
        return bool(self.kind)


@dataclass(frozen=True)
class _Class:
    lead: int
    trail: int
    word: str
    digits: str
    kind: str
    weak: bool
    amount: bool
    filler: bool
    bank: bool = False
    #: May follow a number that it makes an amount.
    unit: bool = False

    @cached_property
    def month(self) -> bool:
        return self.word.startswith(MONTHS) and not self.word.startswith(NO_MONTHS)


class Row(tuple[Token, ...]):  # noqa: SLOT001 - a tuple has no room for slots
    """The tokens of a turn in order.

    Every pass over a conversation asks the same of the turns that the one before has left as
    they were, so what is found in a row is kept with it.

    Attributes
    ----------
    text : of the turn.
    """

    text: str
    _known: dict[Callable[[Row], Any], Any]

    def __new__(cls, tokens: Iterable[Token], text: str) -> Self:
        """Make the row of a text."""
        row = super().__new__(cls, tokens)
        row.text, row._known = text, {}
        return row

    def once(self, find: Callable[[Row], T]) -> T:
        """Return what is found in the row; `find` is asked the first time alone."""
        try:
            known: T = self._known[find]
        except KeyError:
            known = self._known[find] = find(self)
        return known

    @cached_property
    def words(self) -> tuple[str, ...]:
        """The comparable words."""
        return tuple(token.word for token in self)

    @cached_property
    def said(self) -> frozenset[str]:
        """The comparable words, each once."""
        return frozenset(self.words)


def tokens_of(turn: Turn | SafeTurn) -> Row:
    """Return the tokens of a turn in order."""
    language = turn.language.split("-")[0].lower()
    return (_kept if len(turn.text) <= SHORT else _row)(turn.text, language)


def _row(text: str, language: str) -> Row:
    found = []
    for match in _TOKEN.finditer(text):
        seen = _classify(match.group(), language)
        found.append(
            Token(
                match.start() + seen.lead,
                match.end() - seen.trail,
                seen.word,
                seen.digits,
                seen.kind,
                seen.weak,
                seen.amount,
                seen.filler,
                seen.unit,
                seen.month,
                seen.bank,
            )
        )
    return Row(found, text)


_kept = lru_cache(maxsize=4096)(_row)


@lru_cache(maxsize=65536)
def _classify(raw: str, language: str) -> _Class:
    if raw.startswith("["):  # a placeholder
        return _Class(0, 0, raw.lower(), "", "", weak=False, amount=False, filler=False)
    lead = _LEAD.match(raw)
    a = lead.end() if lead else 0
    # "(555)" and "+373" keep what belongs to the number
    trail = _TRAIL.search(raw[a:])
    b = len(raw) - (len(trail.group()) if trail else 0)
    if b <= a:  # nothing but punctuation
        return _Class(0, 0, raw, "", "", weak=False, amount=False, filler=raw in "-–—/+.,")
    core = raw[a:b]
    word = folded(core)
    if any(c.isdigit() for c in core):
        digits, kind, amount = _literal(core)
    else:
        digits, kind, amount = _spoken(word) if _spelled_so(core) else ("", "", False)
    weak = word in WEAK and language not in WEAK[word]
    bank = bool(_BANK.fullmatch(core)) and word not in FILLERS
    filler = word in FILLERS or (len(word) == 1 and word.isalpha()) or bank
    # "am" is "I have" in Romanian, and what stands behind a time elsewhere
    unit = word in UNIT_WORDS and not (word == "am" and language == "ro")
    return _Class(a, len(raw) - b, word, digits, kind, weak, amount, filler, bank, unit)


def _spelled_so(core: str) -> bool:
    """Say whether a word that is written with diacritics is a number with those: not "hát"."""
    return core.lower() not in NOT_DIGITS


def _literal(core: str) -> tuple[str, str, bool]:
    """Return digits, kind and whether it is an amount, of a token written with digits."""
    digits = "".join(str(int(c)) for c in core if c.isdecimal())
    low = core.lower()
    date = _DATE.fullmatch(core)
    if (
        _CURRENCY.search(core)
        or any(form.fullmatch(low) for form in (_TIME, _ORDINAL, _MONTH_YEAR, _DECIMAL))
        or (date and _plausible(date))
    ):
        return digits, "literal", True
    if _GROUPED.fullmatch(core):
        return digits, "literal", len(digits) < 10  # noqa: PLR2004 - no sum is that long
    if _DIGITS.fullmatch(core):
        return digits, "literal", False
    dense = bool(_CODE.fullmatch(core)) and len(digits) * 2 >= len(core)
    return (digits, "code", False) if dense or len(digits) > 3 else ("", "", False)  # noqa: PLR2004


def _plausible(date: re.Match[str]) -> bool:
    if date.group(4):
        return True
    one, other = int(date.group(1)), int(date.group(2))
    return 0 < min(one, other) <= 12 and 0 < max(one, other) <= 31  # noqa: PLR2004 - months, days


def _spoken(word: str) -> tuple[str, str, bool]:
    """Return digits, kind and False, of a word that says a number."""
    for kind, table in _TABLES:
        if word in table:
            return table[word], kind, False
    return _compound(word)


_TABLES: Sequence[tuple[str, dict[str, str]]] = (
    ("unit", UNITS),
    ("teen", TEENS),
    ("tens", TENS),
    ("hundreds", HUNDREDS),
    ("hundred", dict.fromkeys(HUNDRED, "00")),
    ("large", dict.fromkeys(LARGE, "")),
    ("repeat", dict.fromkeys(REPEATS, "")),
    ("homophone", HOMOPHONES),
)
#: Hungarian writes a number in one word: "huszonegy", "kétszázharmincöt", "ezerkilencszáz".
_PIECES = {
    **{folded(w): d for w, d in UNITS.items()},
    **TEENS,
    **TENS,
    **HUNDREDS,
    "huszon": "20",
    "tizen": "10",
}


def _compound(word: str) -> tuple[str, str, bool]:
    """Read several numbers written as one: "forty-two", "four-one-one", "huszonegy"."""
    parts = [part for part in re.split(r"[-/,.]", word) if part]
    if len(parts) > 1:
        read = [_spoken(part) for part in parts]
        if all(kind for _, kind, _ in read):
            large = any(kind == "large" for _, kind, _ in read)
            return joined([(d, k) for d, k, _ in read]), "large" if large else "literal", False
        return "", "", False
    pieces = _split(word)
    return (joined(pieces), "teen", False) if len(pieces) > 1 else ("", "", False)


def _split(word: str) -> list[tuple[str, str]]:
    """Cut a word into known number words, the longest first; [] when something is left."""
    found: list[tuple[str, str]] = []
    while word:
        size = next((n for n in range(len(word), 1, -1) if word[:n] in _PIECES), 0)
        if not size:
            return []
        digits = _PIECES[word[:size]]
        kinds = {1: "unit", 2: "tens" if digits.endswith("0") else "teen", 3: "hundreds"}
        found.append((digits, kinds[len(digits)]))
        word = word[size:]
    return found


def dated(tokens: Sequence[Token], i: int) -> bool:
    """Say whether a word that is a filler, too, is the month of a date: "12 mai 2026"."""
    if not tokens[i].month or not 0 < i < len(tokens) - 1:
        return False
    return len(tokens[i - 1].digits) in {1, 2} and bool(_YEAR.fullmatch(tokens[i + 1].digits))


def joined(parts: Sequence[tuple[str, str]]) -> str:
    """Return the digits that a sequence of (digits, kind) reads out.

    A unit adds to the round ten before it, tens and units to the hundreds before
    them: "forty two" -> 42, «четыреста одиннадцать» -> 411, "four one" -> 41.
    """
    out = ""
    room = 0  # zeros at the end that the next number may fill
    for digits, kind in parts:
        if kind == "hundred":
            if room == 0 and out and out[-1] != "0":
                out += "00"
                room = 2
            continue
        size = {"unit": 1, "homophone": 1, "teen": 2, "tens": 2}.get(kind, 0)
        if size and size <= room and digits[0] != "0":
            out = out[:-size] + digits
            room = 1 if kind == "tens" else 0
            continue
        out += digits
        room = {"tens": 1, "hundreds": 2}.get(kind, 0)
    return out
