"""Answers that are nothing but digits: a code, whatever the question was heard as."""

from __future__ import annotations

import re
from collections.abc import Sequence

from qa.records import SafeTurn, Turn
from qa.redact.context import Fragment
from qa.redact.tokens import Row, Token

#: Digits of a code; so many are left of one where the rest was lost.
CODE, LEFT = range(3, 9), 2
#: Words of such an answer that are no digits: one that was heard wrongly.
_OTHER = 1
_YEAR = re.compile(r"(19|20)\d\d")
#: Asks for a count, a sum, a time: what is answered is none of anybody's secrets.
_COUNTS = re.compile(
    r"how (many|much|long|often|old|far)|what (time|year|price|size|amount)|which year|quantity"
    r"|amount|price|cost|budget|rate|pay|сколько|котор\w+ час|како\w+ (год|сумм|цен|размер)\w*"
    r"|сумм\w+|цен\w+|размер\w*|cat(e|i|a)?|ce (suma|pret|an|marime|ora)|pret\w*|sum\w+"
    r"|hany\w*|mennyi\w*|mekkora|osszeg\w*|ar(a|at)|melyik ev\w*|mikor|when|когда|cand"
)
_ASKS = re.compile(
    r"\?|\b(code|number|digits|pin|код\w*|номер\w*|цифр\w*|cod\w*|numar\w*|cifre\w*|kod\w*|szam\w*"
    r"|sms|смс|tell me|give me|read (me|out)|(назов|скаж|продиктуй|подскаж)\w+"
    r"|dicta\w+|spune\w*|mondja|diktalja|olvassa)\b"
)
#: Says that what follows in the same turn is a code, and does not say of what: "my code is".
_CODE = re.compile(
    r"((the|my|that|a|is) )*code( is)?|((мой|этот) )?код( это)?|(az? )?kod(om)?( az)?"
    r"|codul( de)?( (am|ar|e|si|nu))*( meu)?( este| e)?"
)
_IS = (" is", " это", " este", " e", " az")
_READ_OUT = frozenset({"unit", "repeat"})


def answers_in_digits(
    parts: Sequence[Fragment],
    digits: str,
    turns: Sequence[Turn | SafeTurn],
    tokens: Sequence[Row],
) -> bool:
    """Say whether somebody answers with a code: three digits or more, and nothing else.

    Read out digit by digit, or in pairs that make no number ("seventy eight, four"), it is
    one after any turn of another, and where its own turn calls it a code ("the code is four one
    two"); written in digits, after a question. Two digits, said one by
    one after a question ("five two"), are what a recogniser has left of a code.
    """
    first = parts[0]
    few = len(digits) == LEFT
    code = (few or len(digits) in CODE) and not _YEAR.fullmatch(digits)
    if not code or any(not p.bare or p.counted for p in parts):
        return False
    kinds = [t.kind for p in parts for t in tokens[p.turn][p.first : p.last + 1] if t.kind]
    if not few and _called_a_code(first, tokens[first.turn], kinds):
        return True
    if first.turn == 0 or any(p.lead + p.tail > _OTHER for p in parts):
        return False
    before = turns[first.turn - 1]
    words = " ".join(token.word for token in tokens[first.turn - 1])
    if before.party == turns[first.turn].party or _COUNTS.search(words):
        return False
    if {"hundreds", "hundred", "large"} & set(kinds) or (few and kinds != ["unit"] * LEFT):
        return False
    asks = bool(_ASKS.search(words) or "?" in before.text)
    return asks or (not few and (set(kinds) <= _READ_OUT or len(kinds) > 1))


def _called_a_code(part: Fragment, row: Sequence[Token], kinds: Sequence[str]) -> bool:
    led = " ".join(token.word for token in row[: part.first])
    sure = set(kinds) <= _READ_OUT or led.endswith(_IS)
    return sure and part.tail == 0 and _CODE.fullmatch(led) is not None
