"""Words with their places, and what a word must share with another to match it."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import NamedTuple

from qa.language.lemmas import keys
from qa.language.normalise import fold, normalise

_SOLID = re.compile(r"\S+")
#: A placeholder of redaction is one word, as it is written ("[CARD_NUMBER]", "[PERSON_1]").
_PLACEHOLDER = re.compile(r"\[([A-Z][A-Z_]*?)(?:_\d+)?\]")
_TOKEN = re.compile(
    r"\[[a-z][a-z_]*(?:_\d+)?\]"  # placeholder, lower-cased by the normaliser
    r"|[\w.+-]+@[\w-]+(?:\.[\w-]+)+"  # e-mail address
    r"|[$€£₽]?\d+(?:[.,:/]\d+)*%?[$€£₽]?"  # number, time, date, sum
    r"|[^\W\d_]+(?:'[^\W\d_]+)*"  # word, apostrophes inside
    r"|\w+"
)
_CLAUSE_END = frozenset(",.!?;:")
_SENTENCE_END = frozenset(".!?")
#: English short forms: what follows the stem, and the word that it stands for.
_SHORT = {
    "n't": "not", "'m": "am", "'re": "are", "'ll": "will", "'ve": "have", "'d": "would",
}  # fmt: skip
#: Words after which 's is "is", not a genitive; "let's" is "let us".
_IS_AFTER = frozenset(
    ["it", "that", "this", "there", "here", "what", "who", "how", "where", "he", "she", "when"]
)
_WITHOUT_APOSTROPHE = {
    "dont": ("do", "not"), "doesnt": ("does", "not"), "didnt": ("did", "not"),
    "cant": ("can", "not"), "wont": ("will", "not"), "isnt": ("is", "not"),
    "wasnt": ("was", "not"), "arent": ("are", "not"), "im": ("i", "am"), "ive": ("i", "have"),
    "youre": ("you", "are"), "thats": ("that", "is"), "whats": ("what", "is"),
    "couldnt": ("could", "not"), "wouldnt": ("would", "not"), "shouldnt": ("should", "not"),
    "cannot": ("can", "not"), "havent": ("have", "not"), "hasnt": ("has", "not"),
}  # fmt: skip


class Token(NamedTuple):
    """One word of a text."""

    #: Normalised, diacritics of Latin letters dropped.
    text: str
    #: What it matches by: its own form and its lemmas.
    keys: frozenset[str]
    #: Characters ``[start, end)`` of the original text.
    start: int
    end: int
    #: Kind of a placeholder ("CARD_NUMBER"); "" for an ordinary word.
    placeholder: str = ""
    #: Written with a capital first letter.
    capital: bool = False
    #: Clause and sentence it stands in, counted from 0.
    clause: int = 0
    sentence: int = 0


class _Chunk(NamedTuple):
    """What stands between two spaces: its words, and the marks around them."""

    #: Words with places within the chunk; clause and sentence counted from its start, 1 for
    #: a word that a mark stands before.
    tokens: tuple[Token, ...]
    #: Marks after the last word (all marks where there is no word).
    ends_clause: bool
    ends_sentence: bool


def tokenise(text: str, language: str) -> tuple[Token, ...]:
    """Cut a text into words.

    English short forms become the words they stand for ("don't" -> do, not), so that a
    phrase matches however it was written.
    """
    tokens: list[Token] = []
    clause = sentence = 0
    clause_due = sentence_due = False
    for match in _SOLID.finditer(text):
        inside, ends_clause, ends_sentence = _chunk(match.group(), language)
        if not inside:
            clause_due |= ends_clause
            sentence_due |= ends_sentence
            continue
        at = match.start()
        if tokens:  # a mark before the first word opens nothing
            clause += clause_due and not inside[0].clause
            sentence += sentence_due and not inside[0].sentence
        else:
            clause, sentence = -inside[0].clause, -inside[0].sentence
        for word, keys_, start, end, placeholder, capital, c, s in inside:
            tokens.append(
                Token(
                    word,
                    keys_,
                    at + start,
                    at + end,
                    placeholder,
                    capital,
                    clause + c,
                    sentence + s,
                )
            )
        clause, sentence = tokens[-1].clause, tokens[-1].sentence
        clause_due, sentence_due = ends_clause, ends_sentence
    return tuple(tokens)


@lru_cache(maxsize=100_000)
def _chunk(text: str, language: str) -> _Chunk:
    """Cut one solid piece of text; conversations repeat them, so each is cut once."""
    norm = normalise(text)
    tokens: list[Token] = []
    clause = sentence = last = 0
    for match in _TOKEN.finditer(norm.text):
        between = set(norm.text[last : match.start()])
        clause += not _CLAUSE_END.isdisjoint(between)
        sentence += not _SENTENCE_END.isdisjoint(between)
        last = match.end()
        for word, a, b in _parts(match.group(), match.start(), language):
            start, end = norm.span(a, b)
            original = text[start:end]
            placeholder = _placeholder(original)
            form = original.lower() if placeholder else fold(word)
            found = frozenset([form]) if placeholder else keys(word, language)
            capital = original[:1].isupper()
            tokens.append(Token(form, found, start, end, placeholder, capital, clause, sentence))
    after = set(norm.text[last:])
    return _Chunk(
        tuple(tokens), not _CLAUSE_END.isdisjoint(after), not _SENTENCE_END.isdisjoint(after)
    )


def _placeholder(original: str) -> str:
    match = _PLACEHOLDER.fullmatch(original)
    return match.group(1) if match else ""


def _parts(word: str, at: int, language: str) -> list[tuple[str, int, int]]:
    if language == "en":
        return [(w, at + a, at + b) for w, a, b in _english(word)]
    if "'" not in word or word.startswith("["):
        return [(word, at, at + len(word))]
    return [
        (m.group(), at + m.start(), at + m.end()) for m in re.finditer(r"[^']+", word)
    ]  # "n-am", "c'est": each side is a word


@lru_cache(maxsize=50_000)
def _english(word: str) -> tuple[tuple[str, int, int], ...]:
    """Split a short form into what it stands for, with places within the word."""
    end = len(word)
    if word in _WITHOUT_APOSTROPHE:
        first, second = _WITHOUT_APOSTROPHE[word]
        cut = max(1, end - (2 if word.endswith("nt") else 1))
        return (first, 0, cut), (second, cut, end)
    if "'" not in word:
        return ((word, 0, end),)
    if word.endswith("n't"):
        stem = {"ca": "can", "wo": "will", "sha": "shall"}.get(word[:-3], word[:-3])
        return ((stem, 0, end - 3), ("not", end - 3, end)) if stem else (("not", 0, end),)
    stem, _, tail = word.rpartition("'")
    meant = _SHORT.get("'" + tail)
    if tail == "s":
        meant = "us" if stem == "let" else "is" if stem in _IS_AFTER else None
        if meant is None:
            return ((stem, 0, end),) if stem else ((word, 0, end),)
    if meant and stem:
        return (stem, 0, len(stem)), (meant, len(stem), end)
    return ((word, 0, end),)
