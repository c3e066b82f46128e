"""Which written words are like which, remembered between conversations.

Conversations use the same words over and over, so each pair of words is compared once a
process. What is remembered never changes an answer, only how soon it comes.
"""

from __future__ import annotations

from collections.abc import Iterable
from functools import lru_cache

from rapidfuzz import fuzz, process

#: Words shorter than this are like nothing but themselves.
SHORTEST = 4
#: Forms remembered per language; when there are more, all is forgotten (memory stays bounded).
_MOST = 100_000


class Likeness:
    """The forms seen in one language, and which of them are like a word."""

    def __init__(self) -> None:
        self._forms: list[str] = []
        self._known: set[str] = set()
        #: (word, cutoff) -> forms compared so far, and those that are like it.
        self._like: dict[tuple[str, int], tuple[int, set[str]]] = {}

    def learn(self, forms: Iterable[str]) -> None:
        """Take up the forms of a conversation."""
        if len(self._forms) > _MOST:
            self._forms, self._known, self._like = [], set(), {}
        new = [f for f in forms if len(f) >= SHORTEST and f[0] != "[" and f not in self._known]
        self._known.update(new)
        self._forms += new

    def like(self, word: str, cutoff: int) -> set[str]:
        """Return the forms learnt so far whose ratio to `word` is at least `cutoff` (0..100)."""
        compared, found = self._like.get((word, cutoff), (0, set()))
        if compared < len(self._forms):
            near = process.extract(
                word, self._forms[compared:], scorer=fuzz.ratio, score_cutoff=cutoff, limit=None
            )
            found = found | {form for form, _, _ in near}
            self._like[word, cutoff] = (len(self._forms), found)
        return found


@lru_cache(maxsize=16)
def likeness(language: str) -> Likeness:  # noqa: ARG001  (one memory per language)
    """Return what this process remembers of a language."""
    return Likeness()
