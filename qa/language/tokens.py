"""Words with their places, and what a word must share with another to match it."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache

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


@dataclass(frozen=True, slots=True)
class Token:
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

    @property
    def lemma(self) -> str:
        """The one form that stands for all others."""
        return min(self.keys - {self.text}, default=self.text)


def tokenise(text: str, language: str) -> tuple[Token, ...]:
    """Cut a text into words.

    English short forms become the words they stand for ("don't" -> do, not), so that a
    phrase matches however it was written.
    """
    norm = normalise(text)
    tokens: list[Token] = []
    clause = sentence = 0
    last = 0
    for match in _TOKEN.finditer(norm.text):
        between = norm.text[last : match.start()]
        clause += bool(_CLAUSE_END & set(between)) and bool(tokens)
        sentence += bool(_SENTENCE_END & set(between)) and bool(tokens)
        last = match.end()
        for word, a, b in _parts(match.group(), match.start(), language):
            start, end = norm.span(a, b)
            original = text[start:end]
            placeholder = _placeholder(original)
            form = original.lower() if placeholder else fold(word)
            tokens.append(
                Token(
                    text=form,
                    keys=frozenset([form]) if placeholder else keys(word, language),
                    start=start,
                    end=end,
                    placeholder=placeholder,
                    capital=original[:1].isupper(),
                    clause=clause,
                    sentence=sentence,
                )
            )
    return tuple(tokens)


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
