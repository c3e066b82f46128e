"""What is told because somebody has asked for it: dates of birth, addresses, passwords."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from functools import lru_cache

from qa.records import SafeTurn, Turn
from qa.redact.asking import words_of
from qa.redact.births import find_births, may_be_date
from qa.redact.found import Found
from qa.redact.passwords import find_passwords
from qa.redact.postal import find_postal, may_be_street
from qa.redact.tokens import Token

Turns = Sequence[Turn | SafeTurn]
Rows = Sequence[Sequence[Token]]
Find = Callable[[Turns, Rows, set[tuple[int, int]]], Iterator[Found]]

#: Without one of these nothing of the kind is spoken of: most conversations are passed over.
_BIRTHS = re.compile(r"birth|born|dob|d o b|рожд|родил|naster|nascut|szulet")
_SECRETS = re.compile(
    r"passw|pass ?phrase|(?:memorable|security|secret|code) ?word|парол|слов[оа]|parol|cuvant"
    r"|jelsz|jelig|biztonsagi szo"
)
_HOMES = re.compile(
    r"address|where (?:do|are|sh|c)|live|moved|post ?code|zip|(?:deliver|send|ship|post) it"
    r"|адрес|прожив|жив[уе]|куда|переех|прописан|доставьте|привезите"
    r"|adres|unde|locui|stau|mutat|cim|lak|hova|elek|koltoz"
)


def find_told(turns: Turns, tokens: Rows, taken: set[tuple[int, int]]) -> list[Found]:
    """Return dates of birth, addresses and passwords, and mark them as taken."""
    words = [words_of(row) for row in tokens]
    finders: list[tuple[Find, bool]] = [
        (find_births, _speak_of(_BIRTHS, words) or any(map(may_be_date, tokens))),
        (find_passwords, _speak_of(_SECRETS, words)),
        (find_postal, _speak_of(_HOMES, words) or any(map(may_be_street, words))),
    ]
    found: list[Found] = []
    for find, spoken_of in finders:
        for hit in find(turns, tokens, taken) if spoken_of else ():
            places = {(hit.turn, k) for k in range(hit.first, hit.last + 1)}
            if places.isdisjoint(taken):
                taken |= places
                found.append(hit)
    return found


def _speak_of(stems: re.Pattern[str], words: Sequence[tuple[str, ...]]) -> bool:
    return any(_holds(stems, row) for row in words)


@lru_cache(maxsize=4096)  # each pass over a conversation asks again
def _holds(stems: re.Pattern[str], words: tuple[str, ...]) -> bool:
    return stems.search(" ".join(words)) is not None
