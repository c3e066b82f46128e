"""Which words said are like which words looked for, remembered between conversations.

Conversations use the same words over and over, so each is compared with the words of the
cards once a process. What is remembered never changes an answer, only how soon it comes.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from collections.abc import Set as AbstractSet
from functools import lru_cache

from rapidfuzz import __version__, fuzz, process

from qa.language import load_pack

#: What compares words, with its version.
COMPARED_BY = f"rapidfuzz {__version__}"
#: Words shorter than this are like nothing but themselves: of three letters or fewer another
#: word is a letter away.
SHORTEST = 4
#: Words less like than this (0..1) are not alike at all.
FLOOR = 0.7
#: A prefix has this many letters, and the stem after it begins with this many of the word's.
_PREFIX, _STEM = (1, 2, 3), 4
#: Forms remembered per language; when there are more, all is forgotten (memory stays bounded).
_MOST = 100_000


class Likeness:
    """The words that cards of one language look for, and which forms are like them.

    Parameters
    ----------
    never : words too common to be a slip of another word, and those that turn the sense
        round; they are like nothing but themselves.
    """

    def __init__(self, never: frozenset[str] = frozenset()) -> None:
        self._never = never
        self._sought: list[str] = []
        self._known: set[str] = set()
        #: Forms compared with all of `_sought`, and of others with how many of them.
        self._compared: set[str] = set()
        self._partly: dict[str, int] = {}
        #: Of forms that are like a word: those words, and how like they are, 0..1.
        self._alike: dict[str, dict[str, float]] = {}

    def _comparable(self, word: str) -> bool:
        return len(word) >= SHORTEST and word[0] != "[" and word not in self._never

    @property
    def size(self) -> int:
        """How many words are looked for."""
        return len(self._sought)

    def seek(self, words: Iterable[str]) -> None:
        """Take up words that a card looks for."""
        new = [w for w in words if w not in self._known and self._comparable(w)]
        if new:
            self._partly |= dict.fromkeys(self._compared, len(self._sought))
            self._compared.clear()
            self._known.update(new)
            self._sought += dict.fromkeys(new)

    def among(self, forms: AbstractSet[str]) -> Iterator[tuple[str, Mapping[str, float]]]:
        """Yield the forms that are like words looked for, and those words; each itself left out."""
        new = forms - self._compared
        if len(self._compared) + len(self._partly) + len(new) > _MOST:
            for memory in (self._compared, self._partly, self._alike):
                memory.clear()
            new = forms
        for form in new:
            if self._comparable(form):
                found = self._compare(form, self._sought[self._partly.pop(form, 0) :])
                if found:
                    self._alike[form] = self._alike.get(form, {}) | found
        self._compared |= new
        for form in forms & self._alike.keys():
            yield form, self._alike[form]

    def _compare(self, form: str, words: list[str]) -> dict[str, float]:
        near = process.extract(form, words, scorer=fuzz.ratio, score_cutoff=100 * FLOOR, limit=None)
        return {word: ratio / 100 for word, ratio, _ in near if not _derived(word, form)}


def _derived(one: str, other: str) -> bool:
    """Tell whether a word is the other with a prefix, and so another ("unsuccessful", «узнаю»)."""
    if one[:_STEM] == other[:_STEM]:
        return one == other
    return any(
        a[k : k + _STEM] == b[:_STEM] for a, b in ((one, other), (other, one)) for k in _PREFIX
    )


@lru_cache(maxsize=16)
def likeness(language: str) -> Likeness:
    """Return what this process remembers of a language."""
    pack = load_pack(language)
    return Likeness(pack.function_words | pack.negations | pack.backchannels)
