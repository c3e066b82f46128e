"""Stable numbers: the same person is the same placeholder all through a conversation."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace

from qa.records import SafeTurn
from qa.redact.forms import ENDING, stem_of
from qa.redact.found import Found
from qa.redact.tokens import Row, Token

_NUMBERED = re.compile(r"\[PERSON_(\d+)\]")


class People:
    """Who has been named so far, in a conversation.

    A part of a name is the person that it is a part of ("Dana" and "Dana Reed"), in any
    case; two people who share a surname are two.
    """

    def __init__(self, turns: Sequence[SafeTurn]) -> None:
        numbers = [int(n) for turn in turns for n in _NUMBERED.findall(turn.text)]
        self._next = max(numbers, default=0) + 1
        self._known: list[tuple[int, list[str]]] = []

    def number(self, found: Sequence[Found], tokens: Sequence[Row]) -> list[Found]:
        """Return what was found with each person's number in its kind ("PERSON_2")."""
        ordered = sorted(found, key=lambda hit: (hit.turn, hit.first))
        return [
            replace(hit, kind=f"{hit.kind}_{self._of(hit, tokens[hit.turn])}") for hit in ordered
        ]

    def _of(self, hit: Found, tokens: Sequence[Token]) -> int:
        names = [stem_of(t.word) or t.word for t in tokens[hit.first : hit.last + 1]]
        for number, known in self._known:
            if _within(names, known) or _within(known, names):
                known += [name for name in names if not any(_same(name, k) for k in known)]
                return number
        self._known.append((self._next, names))
        self._next += 1
        return self._next - 1


def _within(names: Sequence[str], known: Sequence[str]) -> bool:
    return all(any(_same(name, k) for k in known) for name in names)


def _same(one: str, other: str) -> bool:
    """Say whether two stems are one name in two cases."""
    short, long = sorted((one, other), key=len)
    return long.startswith(short) and len(long) - len(short) <= ENDING
