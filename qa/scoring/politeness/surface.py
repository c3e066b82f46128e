"""Strategies that signs tell, and rules of the languages that have no parser here."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from functools import lru_cache
from typing import NamedTuple

from qa.language import Token
from qa.language.morphology import readings
from qa.scoring.politeness.lexicon import Lexicon


class Strategy(NamedTuple):
    """A way of being polite or rude, and the characters ``[start, end)`` that show it."""

    start: int
    end: int
    name: str


#: Readings of a form less likely than this do not count.
_LIKELY = 0.2
_SIGNS = {
    "insistence": re.compile(r"[?!]{2,}|\.{3,}|…"),
    "quoting": re.compile(r"[\"“”„«»]|''"),
    "smiley": re.compile(r"(?<!\w)[:;]-?[)D](?!\w)|[🙂😊😀😃😄☺]"),
}


def signs(text: str) -> Iterator[Strategy]:
    """Yield what the signs of a text tell, in every language."""
    for name, pattern in _SIGNS.items():
        for match in pattern.finditer(text):
            yield Strategy(*match.span(), name)


def forms(tokens: Sequence[Token], lexicon: Lexicon) -> Iterator[Strategy]:
    """Yield what the forms of words tell: intimate address, commands without please."""
    words = lexicon.words
    informal = words.set("informal") - words.set("informal_not")
    please, spared = words.set("please"), words.set("no_command")
    commands = words.set("commands")
    asked = {t.sentence for t in tokens if t.text in please}
    for at, token in enumerate(tokens):
        command, intimate = commands_in(token.text, lexicon.language)
        if token.text in informal or intimate:
            yield Strategy(token.start, token.end, "informal_address")
        begins = at == 0 or tokens[at - 1].clause != token.clause
        bare = (command or token.text in commands) and token.text not in spared
        if begins and bare and token.sentence not in asked:
            yield Strategy(token.start, token.end, "bare_command")


@lru_cache(maxsize=20_000)
def commands_in(word: str, language: str) -> tuple[bool, bool]:
    """Tell of a Russian form whether it commands, and whether it says ты; by morphology.

    Other languages have lists of forms instead.
    """
    if language != "ru" or not word.isalpha():
        return False, False
    tags = [r.tag for r in readings(word) if r.score >= _LIKELY]
    if not tags or tags[0].POS != "VERB":
        return False, False
    likely = [t for t in tags if t.POS == "VERB"]
    orders = [t for t in likely if t.mood == "impr" and t.involvement != "incl"]
    second = [t for t in likely if t.person == "2per" or t in orders]
    return bool(orders), bool(second) and all(t.number == "sing" for t in likely)
