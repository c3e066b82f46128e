"""Words with their places, and what a word must share with another to match it."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache
from itertools import accumulate, chain, compress
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
#: What stands between spaces.
_UNSPACED = re.compile(r"\S+")
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


class Breaks(NamedTuple):
    """The clause and the sentence that each word stands in, counted through all the texts."""

    clauses: list[int]
    sentences: list[int]


class _Chunk(NamedTuple):
    """What stands between two spaces: its words, and the marks around them."""

    forms: tuple[Form, ...]
    #: Where each word begins and ends within the chunk.
    spans: tuple[tuple[int, int], ...]
    #: Marks that end a clause, and a sentence: before the first word and after each one.
    clauses: tuple[int, ...]
    sentences: tuple[int, ...]
    #: For each of those whether a word comes next; none does after the last.
    word_next: tuple[bool, ...]


#: The empty place after a text, where its last clause and sentence end.
_END = _Chunk((), (), (0, 1), (0, 1), (True, False))


def forms(text: str, language: str) -> list[Form]:
    """Return the words of a text without their places: all that most searches ask."""
    chunks = _chunks(language)
    return list(chain.from_iterable([chunks[chunk].forms for chunk in text.split()]))


def breaks(texts: Iterable[str], language: str) -> Breaks:
    """Return in which clause and sentence the words stand that `forms` gives.

    Parameters
    ----------
    texts : read in a row; after the last word of each comes one empty place more.
    """
    known = _chunks(language)
    chunks = [chunk for text in texts for chunk in (*[known[c] for c in text.split()], _END)]
    words = list(chain.from_iterable([chunk.word_next for chunk in chunks]))
    clauses = chain.from_iterable([chunk.clauses for chunk in chunks])
    sentences = chain.from_iterable([chunk.sentences for chunk in chunks])
    return Breaks(
        list(compress(accumulate(clauses), words)), list(compress(accumulate(sentences), words))
    )


def spans(text: str, language: str) -> list[tuple[int, int]]:
    """Return the characters ``[start, end)`` of each word that `forms` gives."""
    known = _chunks(language)
    chunks = text.split()
    if len(text) == sum(map(len, chunks)) + len(chunks) - 1:  # one space between any two
        begins: Iterable[int] = accumulate(
            map(len, chunks), lambda at, length: at + length + 1, initial=0
        )
    else:
        begins = [match.start() for match in _UNSPACED.finditer(text)]
    return [
        (at + start, at + end)
        for at, chunk in zip(begins, chunks, strict=False)
        for start, end in known[chunk].spans
    ]


def tokenise(text: str, language: str) -> tuple[Token, ...]:
    """Cut a text into words.

    English short forms become the words they stand for ("don't" -> do, not), so that a
    phrase matches however it was written.
    """
    places = zip(spans(text, language), *breaks([text], language), strict=False)  # one place more
    return tuple(
        Token(form, *span, clause, sentence)
        for form, (span, clause, sentence) in zip(forms(text, language), places, strict=True)
    )


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
    words: list[tuple[Form, int, int]] = []
    marks: list[tuple[bool, bool]] = []  # before each word, and after the last
    last = 0
    for match in _TOKEN.finditer(norm.text):
        marks.append(_marks(norm.text[last : match.start()]))
        last = match.end()
        parts = _parts(match.group(), match.start(), language)
        marks += [(False, False)] * (len(parts) - 1)
        for word, a, b in parts:
            start, end = norm.span(a, b)
            words.append((_form(word, text[start:end], language), start, end))
    marks.append(_marks(norm.text[last:]))
    return _Chunk(
        forms=tuple(form for form, _, _ in words),
        spans=tuple((start, end) for _, start, end in words),
        clauses=tuple(int(clause) for clause, _ in marks),
        sentences=tuple(int(sentence) for _, sentence in marks),
        word_next=(*(True for _ in words), False),
    )


def _marks(between: str) -> tuple[bool, bool]:
    """Tell whether a clause ends among these characters, and a sentence."""
    characters = set(between)
    return not _CLAUSE_END.isdisjoint(characters), not _SENTENCE_END.isdisjoint(characters)


def _form(word: str, original: str, language: str) -> Form:
    placeholder = _placeholder(original)
    form = original.lower() if placeholder else fold(word)
    found = frozenset([form]) if placeholder else keys(word, language)
    return _same(form, found, placeholder, capital=original[:1].isupper())


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
