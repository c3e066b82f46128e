"""Letters that are said one by one: the beginning of an IBAN, and what its bank is called."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from qa.records import SafeTurn, Turn
from qa.redact.context import Fragment
from qa.redact.tokens import Row, Token
from qa.redact.words import IBAN_COUNTRIES, LETTER_NAMES, ONE_LETTER_WORDS

#: How far letters stand from the digits they belong to, and digits that are cut off, in words.
_MOST, _CUT = 8, 3
#: How many turns back the same party may have begun, and turns of letters before the first digit.
_BACK, _SPELLED_TURNS = 2, 3
#: Words behind the last letter of such a turn.
_ASTRAY = 1
#: Digits that make a number an IBAN by a country's code alone.
_WHOLE = 13
_WRITTEN = frozenset({"literal", "code"})
_NAMED = LETTER_NAMES | ONE_LETTER_WORDS

Place = tuple[int, int]


def letters_around(
    parts: Sequence[Fragment],
    turns: Sequence[Turn | SafeTurn],
    tokens: Sequence[Row],
    taken: set[Place],
) -> list[Place]:
    """Return the letters of a number, given its digits, and digits that noise has cut off.

    Those in the turns that hold its digits, and in the turns of the same party just before
    that end in letters ("the IBAN is H" / "U" / "eight").
    """
    party = turns[parts[0].turn].party
    first, last = parts[0].turn, parts[-1].turn
    rows = [i for i in range(first, last + 1) if turns[i].party == party]
    found: list[Place] = []
    for i in rows:
        inside = {k for p in parts if p.turn == i for k in range(p.first, p.last + 1)}
        found += [(i, k) for k in _letters(turns[i].text, tokens[i], inside) if (i, k) not in taken]
    for i in _led_by(turns, tokens, first):
        spelled = _letters(turns[i].text, tokens[i], set())
        found += [(i, k) for k in spelled if (i, k) not in taken]
    return found


def _led_by(turns: Sequence[Turn | SafeTurn], tokens: Sequence[Row], first: int) -> Iterator[int]:
    """Yield the turns before a number in which the same party has begun to spell it."""
    after = first
    for i in range(first - 1, max(-1, first - _BACK * _SPELLED_TURNS - 1), -1):
        if turns[i].party != turns[first].party:
            continue
        spelled = _letters(turns[i].text, tokens[i], set())
        # one word behind the letters may be the recogniser's
        if after - i > _BACK or not spelled or spelled[-1] < len(tokens[i]) - 1 - _ASTRAY:
            return
        yield i
        after = i


def _letters(text: str, tokens: Sequence[Token], digits: set[int]) -> list[int]:
    """Return the letters of a turn that stand near digits or each other, and cut-off digits."""
    cut = _cut(tokens, digits)
    free = [k for k in range(len(tokens)) if k not in digits]
    sure = {k for k in free if _surely(text, tokens, k)}
    firm = digits | sure
    named = {
        k
        for k in free
        if tokens[k].word in _NAMED and (sure & {k - 1, k + 1} or firm >= {k - 1, k + 1})
    }
    near = digits | cut or sure
    spelled = {k for k in sure | named if any(abs(k - d) <= _MOST for d in near)}
    return sorted(spelled | cut)


def _cut(tokens: Sequence[Token], digits: set[int]) -> set[int]:
    """Return the digits that noise has cut off from a number, or from others that it has.

    "forty zero, no, wait, zero May six": between what is said, fillers are not counted. What is
    written ("555-0123, and the address is 3141") is heard well, and must stand near.
    """
    cut = {
        k for k, t in enumerate(tokens) if _cut_off(t) and any(abs(k - d) <= _CUT for d in digits)
    }
    for step in (1, -1):
        apart = _CUT
        for k in range(len(tokens))[::step]:
            token = tokens[k]
            said = token.kind not in _WRITTEN
            if k in digits or k in cut:
                apart = 0
            elif said and apart < _CUT and (_cut_off(token) or (apart == 0 and _digit(token))):
                cut.add(k)
                apart = 0
            elif not token.filler:
                apart += 1
    return cut - digits


def _cut_off(token: Token) -> bool:
    return _digit(token) and not token.weak


def _digit(token: Token) -> bool:
    return token.member and not token.amount and token.kind != "homophone"


def _surely(text: str, tokens: Sequence[Token], k: int) -> bool:
    """Say whether a token is a letter, a bank's four, a country with its check digits."""
    token = tokens[k]
    if token.bank or (token.kind == "code" and token.word[:2] in IBAN_COUNTRIES):
        return True
    if not is_letter(token):
        return False
    if token.word not in ONE_LETTER_WORDS:
        return True
    capital = text[token.start].isupper() and token.word != "i"
    return capital and (len(tokens) == 1 or k > 0)


def is_letter(token: Token) -> bool:
    """Say whether a token is one letter."""
    return len(token.word) == 1 and token.word.isalpha()


def country_at(fragment: Fragment, tokens: Sequence[Token]) -> int | None:
    """Return the token at which an account number's country begins, if one stands there."""
    first = fragment.first
    if tokens[first].word[:2] in IBAN_COUNTRIES and tokens[first].kind == "code":
        return first
    before = tokens[first - 1] if first else None
    if before and before.word in IBAN_COUNTRIES and not before.filler:  # "is", "no" are words
        return first - 1 if len(fragment.digits) >= _WHOLE else None
    if first > 1 and len(tokens[first - 1].word) == len(tokens[first - 2].word) == 1:
        pair = tokens[first - 2].word + tokens[first - 1].word
        return first - 2 if pair in IBAN_COUNTRIES else None
    return None
