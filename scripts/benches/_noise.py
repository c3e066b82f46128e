"""Recognition noise: what a recogniser makes of words, and how sure it says it is.

Of the errors 65 % are other words (60 % of these look like the word), 20 % lost words and
15 % added ones. How sure the words are is drawn from what `scripts/bench confidence`
measured. The same texts, rate and seed give the same words.
"""

from __future__ import annotations

import random
import re
from bisect import bisect_right
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import accumulate

import numpy as np
from rapidfuzz import fuzz, process

from qa.records import SafeTurn, Word
from qa.testing import make_safe_turns

#: Of the errors: other words, lost words; the rest are added words.
OTHER, LOST = 0.65, 0.20
#: Of the other words, those that look like the word: at least this ratio, one of so many.
LOOK_ALIKE = 0.6
_RATIO, _NEAREST = 60, 5

#: Confidence at these shares of the words ...
_SHARES = (0.0, 0.05, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 0.95, 1.0)
#: ... of right and of wrong ones, in calls of which these shares of the words were wrong.
_RATES = (0.131, 0.399)
_RIGHT = (
    (0.05, 0.59, 0.73, 0.87, 0.94, 0.97, 0.98, 0.99, 0.99, 1.0, 1.0, 1.0, 1.0),
    (0.06, 0.32, 0.49, 0.72, 0.85, 0.91, 0.96, 0.98, 0.99, 0.99, 1.0, 1.0, 1.0),
)
_WRONG = (
    (0.08, 0.3, 0.43, 0.59, 0.69, 0.75, 0.79, 0.81, 0.89, 0.94, 0.99, 0.99, 1.0),
    (0.04, 0.12, 0.17, 0.25, 0.34, 0.43, 0.53, 0.59, 0.71, 0.79, 0.91, 0.96, 1.0),
)
_EDGES = re.compile(r"^(\W*)(.*?)(\W*)$", re.DOTALL)
_STOPS = ".?!"


@dataclass(frozen=True)
class Heard:
    """A word as it was heard."""

    text: str
    #: 0..1, as the engine would say.
    confidence: float
    #: It is what was said.
    right: bool


class Noise:
    """A recogniser that gets a share of the words wrong.

    Parameters
    ----------
    texts : what is said in such conversations; other words are drawn from it, as often as
        they are said.
    rate : word errors a word, 0..1.
    """

    def __init__(self, texts: Iterable[str], rate: float, *, seed: int = 3) -> None:
        counts = Counter(bare for text in texts for w in text.split() if (bare := _bare(w)))
        self._words = sorted(counts)
        self._sums = list(accumulate(counts[w] for w in self._words))
        self._alike: dict[str, list[str]] = {}
        #: Word errors a word, 0..1.
        self.rate = rate
        self._rng = random.Random(seed)  # noqa: S311 - nothing secret
        self._sure = {right: _spread(rate, right=right) for right in (True, False)}

    def hear(self, text: str) -> list[Heard]:
        """Return the words that are heard of a text; placeholders stay."""
        heard: list[Heard] = []
        for word in text.split():
            chance = self._rng.random() / self.rate if self.rate and word[0] != "[" else 1.0
            if chance < OTHER:
                heard.append(self._word(self._instead_of(word), right=False))
            elif chance >= OTHER + LOST:
                heard.append(self._word(word, right=True))
            elif heard and word[-1] in _STOPS:  # the sentence ends all the same
                last = heard.pop()
                heard.append(
                    Heard(last.text.rstrip(".,?!") + word[-1], last.confidence, last.right)
                )
            if self._rng.random() < self.rate * (1 - OTHER - LOST):
                heard.append(self._word(self._any(), right=False))
        return heard

    def turns(self, talk: Iterable[tuple[str, str]]) -> tuple[SafeTurn, ...]:
        """Return turns of ``(who, text)`` as they are heard; those lost whole are not there."""
        heard = [(who, self.hear(text)) for who, text in talk]
        return as_turns([(who, words) for who, words in heard if words])

    def _word(self, text: str, *, right: bool) -> Heard:
        at = self._rng.random()
        return Heard(text, round(float(np.interp(at, _SHARES, self._sure[right])), 3), right)

    def _any(self) -> str:
        return self._words[bisect_right(self._sums, self._rng.random() * self._sums[-1])]

    def _instead_of(self, word: str) -> str:
        before, bare, after = _split(word)
        other = bare
        alike = self._like(bare.lower()) if self._rng.random() < LOOK_ALIKE else []
        while other.lower() == bare.lower():
            other = self._rng.choice(alike) if alike else self._any()
        return before + (other.capitalize() if bare[:1].isupper() else other) + after

    def _like(self, word: str) -> list[str]:
        found = self._alike.get(word)
        if found is None:
            near = process.extract(
                word, self._words, scorer=fuzz.ratio, score_cutoff=_RATIO, limit=_NEAREST + 1
            )
            found = self._alike[word] = [w for w, _, _ in near if w != word][:_NEAREST]
        return found


def as_turns(talk: Sequence[tuple[str, Sequence[Heard]]]) -> tuple[SafeTurn, ...]:
    """Return turns of heard words, one after the other, each word as sure as it was heard."""
    turns = make_safe_turns([(who, " ".join(w.text for w in words)) for who, words in talk])
    return tuple(
        turn.model_copy(
            update={
                "words": tuple(
                    Word(text=w.text, start=w.start, end=w.end, confidence=h.confidence)
                    for w, h in zip(turn.words, words, strict=True)
                )
            }
        )
        for turn, (_, words) in zip(turns, talk, strict=True)
    )


def _spread(rate: float, *, right: bool) -> list[float]:
    """Return confidences at the shares, in a call of that error rate."""
    quiet, loud = _RIGHT if right else _WRONG
    return [float(np.interp(rate, _RATES, pair)) for pair in zip(quiet, loud, strict=True)]


def _split(word: str) -> tuple[str, str, str]:
    found = _EDGES.match(word)
    return found.groups() if found else ("", word, "")  # type: ignore[return-value]


def _bare(word: str) -> str:
    """Return a word without its punctuation, in small letters; "" for what is no word."""
    bare = _split(word)[1].lower()
    return bare if bare.replace("'", "").isalpha() else ""
