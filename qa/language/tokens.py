"""Words with their places, and what a word must share with another to match it."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache
from itertools import chain
from typing import NamedTuple
from weakref import WeakValueDictionary

from qa.language.lemmas import keys
from qa.language.normalise import fold, normalise

#: A placeholder of redaction is one word, as it is written ("[CARD_NUMBER]", "[PERSON_1]").
_PLACEHOLDER = re.compile(r"\[([A-Z][A-Z_]*?)(?:_\d+)?\]")
_TOKEN = re.compile(
    r"\[[a-z][a-z_]*(?:_\d+)?\]"  # placeholder, lower-cased by the normaliser
    r"|[\w.+-]+@[\w-]+(?:\.[\w-]+)+"  # e-mail address
    r"|[$€£₽]?\d+(?:[.,:/]\d+)*%?[$€£₽]?"  # number, time, date, sum
    r"|[^\W\d_]+(?:'[^\W\d_]+)*"  # word, apostrophes inside
    r"|\w+"
)
#: Chunks remembered per language.
_MOST = 100_000
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


@dataclass(frozen=True, eq=False, slots=True, weakref_slot=True)
class Form:
    """A word as it is compared, wherever it stands.

    Equal ones are one and the same object as long as anybody holds it, so that whoever
    remembers something about a form looks it up by its identity.
    """

    #: Normalised, diacritics of Latin letters dropped.
    text: str
    #: What it matches by: its own form and its lemmas.
    keys: frozenset[str]
    #: Kind of a placeholder ("CARD_NUMBER"); "" for an ordinary word.
    placeholder: str = ""
    #: Written with a capital first letter.
    capital: bool = False


class Token(NamedTuple):
    """One word of a text, in its place."""

    form: Form
    #: Characters ``[start, end)`` of the original text.
    start: int
    end: int
    #: Clause and sentence it stands in: how many marks that end one stand before it.
    clause: int = 0
    sentence: int = 0

    @property
    def text(self) -> str:
        """The word, normalised."""
        return self.form.text

    @property
    def keys(self) -> frozenset[str]:
        """What it matches by."""
        return self.form.keys

    @property
    def placeholder(self) -> str:
        """The kind of a placeholder; "" for an ordinary word."""
        return self.form.placeholder

    @property
    def capital(self) -> bool:
        """Whether it is written with a capital first letter."""
        return self.form.capital


class Places(NamedTuple):
    """Where the words of a text stand: one number a word in each list, as `Token` has them."""

    starts: list[int]
    ends: list[int]
    clauses: list[int]
    sentences: list[int]


class _Chunk(NamedTuple):
    """What stands between two spaces: its words, and the marks around them."""

    forms: tuple[Form, ...]
    #: The words in their places within the chunk.
    tokens: tuple[Token, ...]
    #: Marks that end a clause and a sentence.
    clauses: int
    sentences: int


def forms(text: str, language: str) -> list[Form]:
    """Return the words of a text without their places: all that most searches ask."""
    chunks = _chunks(language)
    return list(chain.from_iterable([chunks[chunk].forms for chunk in text.split()]))


def places(text: str, language: str) -> Places:
    """Return where the words that `forms` gives stand."""
    chunks = _chunks(language)
    starts: list[int] = []
    ends: list[int] = []
    clauses: list[int] = []
    sentences: list[int] = []
    at = clause = sentence = 0
    for chunk in text.split():
        at = text.index(chunk, at)
        _, inside, ended_clauses, ended_sentences = chunks[chunk]
        for _, start, end, c, s in inside:
            starts.append(at + start)
            ends.append(at + end)
            clauses.append(clause + c)
            sentences.append(sentence + s)
        at += len(chunk)
        clause += ended_clauses
        sentence += ended_sentences
    return Places(starts, ends, clauses, sentences)


def tokenise(text: str, language: str) -> tuple[Token, ...]:
    """Cut a text into words.

    English short forms become the words they stand for ("don't" -> do, not), so that a
    phrase matches however it was written.
    """
    return tuple(map(Token, forms(text, language), *places(text, language)))


class _Chunks(dict[str, _Chunk]):
    """The chunks met so far in one language; conversations repeat them, so each is cut once."""

    def __init__(self, language: str) -> None:
        self._language = language

    def __missing__(self, text: str) -> _Chunk:
        if len(self) >= _MOST:
            self.clear()  # memory stays bounded
        chunk = self[text] = _cut(text, self._language)
        return chunk


@lru_cache(maxsize=16)
def _chunks(language: str) -> _Chunks:
    return _Chunks(language)


def _cut(text: str, language: str) -> _Chunk:
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
            same = _same(form, found, placeholder, capital=original[:1].isupper())
            tokens.append(Token(same, start, end, clause, sentence))
    after = set(norm.text[last:])
    clause += not _CLAUSE_END.isdisjoint(after)
    sentence += not _SENTENCE_END.isdisjoint(after)
    return _Chunk(tuple(t.form for t in tokens), tuple(tokens), clause, sentence)


#: All forms that somebody holds, by what they are.
_FORMS: WeakValueDictionary[tuple[str, frozenset[str], str, bool], Form] = WeakValueDictionary()


def _same(text: str, found: frozenset[str], placeholder: str, *, capital: bool) -> Form:
    form = Form(text, found, placeholder, capital)
    return _FORMS.setdefault((text, found, placeholder, capital), form)


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
