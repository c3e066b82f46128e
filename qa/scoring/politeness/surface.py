"""Strategies that signs tell, and rules of the languages that have no parser here."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from functools import lru_cache
from itertools import pairwise
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


#: Polite or rude, a Hungarian verb says it by its ending, accents and all: "megnéznéd"
#: (would you look), "szeretném" (I should like), but "tenned" (you have to do).
_HUNGARIAN = {
    "could_you": re.compile(r"\w{3,}(?:n[áé]d|n[áé]tok|n[áé]tek|hatnál|hetnél|hatná|hetné)"),
    "indirect": re.compile(r"\w{3,}(?:n[áé]m|nék|n[áé]nk)"),
    "first_person": re.compile(r"\w{2,}[^aáeéiíoóöőuúüű]t[ae]m"),
}
#: Words that only end so.
_HUNGARIAN_NOUNS = frozenset(["fenék", "néném", "néném"])
_HUNGARIAN_DID = re.compile(r"\w{2,}(?:t[áé]l|tad|ted)")
_SENTENCE_MARK = re.compile(r"[.!?]")


def forms(text: str, tokens: Sequence[Token], lexicon: Lexicon) -> Iterator[Strategy]:
    """Yield what the forms of words tell: intimate address, commands, prohibitions, charges."""
    words = lexicon.words
    informal = words.set("informal") - words.set("informal_not")
    please, spared = words.set("please"), words.set("no_command")
    commands = words.set("commands")
    asked = {t.sentence for t in tokens if t.text in please}
    for at, token in enumerate(tokens):
        said = said_by(token.text, lexicon.language)
        if token.text in informal or said.intimate:
            yield Strategy(token.start, token.end, "informal_address")
        begins = at == 0 or tokens[at - 1].clause != token.clause
        bare = (said.command or token.text in commands) and token.text not in spared
        if begins and bare and token.sentence not in asked:
            yield Strategy(token.start, token.end, "bare_command")
    kind = spared | {t.text for t in tokens if t.sentence in asked}
    if lexicon.language == "ru":
        yield from _russian(text, tokens, kind)
    elif lexicon.language == "hu":
        yield from _hungarian(text, tokens, kind)


def _russian(text: str, tokens: Sequence[Token], spared: frozenset[str]) -> Iterator[Strategy]:
    """What «не» makes of a verb: «не поможете?», «не лезьте», «вы не ответили»."""
    for at, (token, verb) in enumerate(pairwise(tokens)):
        if token.text != "не" or verb.clause != token.clause:
            continue
        said = said_by(verb.text, "ru")
        after = tokens[at + 2].text if at + 2 < len(tokens) else ""
        addressed = any(t.text in {"вы", "ты"} for t in tokens[max(0, at - 2) : at])
        if said.would:
            yield Strategy(token.start, verb.end, "could_you")
        elif said.command and verb.text not in spared:
            yield Strategy(token.start, verb.end, "prohibition")
        elif said.did and addressed and after != "бы":
            yield Strategy(token.start, verb.end, _charge(text, verb))


def _hungarian(text: str, tokens: Sequence[Token], spared: frozenset[str]) -> Iterator[Strategy]:
    """What endings tell, and what "ne" and "nem" make of a verb."""
    for at, token in enumerate(tokens):
        written = text[token.start : token.end].lower()
        for name, ending in _HUNGARIAN.items():
            if written not in _HUNGARIAN_NOUNS and ending.fullmatch(written):
                yield Strategy(token.start, token.end, name)
        if at + 1 < len(tokens) and tokens[at + 1].clause == token.clause:
            verb = tokens[at + 1]
            if token.text == "ne" and verb.text not in spared:
                yield Strategy(token.start, verb.end, "prohibition")
            follows = text[verb.start : verb.end].lower()
            if token.text == "nem" and _HUNGARIAN_DID.fullmatch(follows):
                yield Strategy(token.start, verb.end, _charge(text, verb))


def _charge(text: str, verb: Token) -> str:
    """Return what "you did not" is: «вы не получили?» only asks."""
    mark = _SENTENCE_MARK.search(text, verb.end)
    return "negative_question" if mark and mark.group() == "?" else "accusation"


class Said(NamedTuple):
    """What the form of a verb says of those it is said to."""

    #: It is an order.
    command: bool = False
    #: It is said to one person as ты.
    intimate: bool = False
    #: It says what they would or will do once: after «не» a polite request.
    would: bool = False
    #: It says what was done.
    did: bool = False


@lru_cache(maxsize=20_000)
def said_by(word: str, language: str) -> Said:
    """Tell what a Russian form says, by morphology; other languages have lists instead."""
    if language != "ru" or not word.isalpha():
        return Said()
    tags = [r.tag for r in readings(word) if r.score >= _LIKELY]
    if not tags or tags[0].POS != "VERB":
        return Said()
    likely = [t for t in tags if t.POS == "VERB"]
    orders = [t for t in likely if t.mood == "impr" and t.involvement != "incl"]
    second = [t for t in likely if t.person == "2per" or t in orders]
    return Said(
        command=bool(orders),
        intimate=bool(second) and all(t.number == "sing" for t in likely),
        would=any(t.person == "2per" and t.aspect == "perf" and t.mood == "indc" for t in likely),
        did=tags[0].tense == "past",
    )
