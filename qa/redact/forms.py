"""Forms of a name: how two spellings and two cases of one are known to be the same."""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import lru_cache

from qa.language import fold, load_pack, normalise, pack_languages

#: Endings of cases are at most so long ("Danával", "Ивановой").
ENDING = 4
_VOWELS = "aeiouyаеёиоуыэюяйьáéíóöőúüűăâî"


@lru_cache(maxsize=65_536)
def forms_of(word: str) -> tuple[str, ...]:
    """Return what a word is compared by: whole, and each half of "Anna-Maria" and "Dana's"."""
    whole = fold(normalise(word).text)
    parts = re.split(r"[-']", whole)
    return tuple(dict.fromkeys([whole, *(p for p in parts if len(p) > 1)]))


def stem_of(name: str) -> str:
    """Return a name without the vowel that a case takes away ("Ана" -> "Ан", "Дану")."""
    return name.rstrip(_VOWELS) if name[-1:] in _VOWELS else name


def stems_of(names: Iterable[str], shortest: int) -> frozenset[str]:
    """Return the stems of names that have so many letters at least."""
    return frozenset(stem for stem in map(stem_of, names) if len(stem) >= shortest)


def inflected(key: str, stems: frozenset[str]) -> bool:
    """Say whether a word is a stem with an ending of a case, or none."""
    return any(key[:n] in stems for n in range(max(len(key) - ENDING, 1), len(key) + 1))


@lru_cache(maxsize=1)
def common_words() -> frozenset[str]:
    """Return the words that are no names by themselves, of all languages."""
    packs = [load_pack(name) for name in pack_languages()]
    words = [
        p.function_words | p.time_words | p.backchannels | p.pronouns | p.negations for p in packs
    ]
    return frozenset(fold(word) for some in words for word in some)
