"""What is told because somebody has asked for it: dates of birth, addresses, passwords."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from functools import partial

from qa.records import SafeTurn, Turn
from qa.redact.asking import joined_words
from qa.redact.births import find_births, may_be_date
from qa.redact.found import Found
from qa.redact.passwords import find_passwords
from qa.redact.postal import find_postal, may_be_street
from qa.redact.tokens import Row

Turns = Sequence[Turn | SafeTurn]
Rows = Sequence[Row]
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


def _speaks(stems: re.Pattern[str], row: Row) -> bool:
    return stems.search(row.once(joined_words)) is not None


_OF_BIRTHS, _OF_SECRETS, _OF_HOMES = (partial(_speaks, s) for s in (_BIRTHS, _SECRETS, _HOMES))


def find_told(turns: Turns, tokens: Rows, taken: set[tuple[int, int]]) -> list[Found]:
    """Return dates of birth, addresses and passwords, and mark them as taken."""
    finders: list[tuple[Find, bool]] = [
        (find_births, _any(_OF_BIRTHS, tokens) or _any(may_be_date, tokens)),
        (find_passwords, _any(_OF_SECRETS, tokens)),
        (find_postal, _any(_OF_HOMES, tokens) or _any(may_be_street, tokens)),
    ]
    found: list[Found] = []
    for find, spoken_of in finders:
        for hit in find(turns, tokens, taken) if spoken_of else ():
            places = {(hit.turn, k) for k in range(hit.first, hit.last + 1)}
            if places.isdisjoint(taken):
                taken |= places
                found.append(hit)
    return found


def _any(find: Callable[[Row], bool], tokens: Rows) -> bool:
    return any(row.once(find) for row in tokens)
