"""Lemmas without a parser: fast, offline, the same on every machine.

Both sides of a comparison go through the same function, so a lemma need not be right,
only the same for all forms of a word.
"""

from __future__ import annotations

from functools import lru_cache
from typing import Any

from qa.language.normalise import fold

#: Readings of a Russian form less likely than this do not count.
_LIKELY = 0.15
#: Languages that simplemma knows and we have packs for, besides Russian.
_SIMPLEMMA = frozenset(["en", "ro", "hu"])


@lru_cache(maxsize=200_000)
def keys(word: str, language: str) -> frozenset[str]:
    """Return what a normalised word matches by: its form and its lemmas, without diacritics.

    A Russian form with several likely readings has several lemmas. A language without
    a lemmatiser gives the form alone.
    """
    forms = {fold(word)}
    if word[:1].isalpha():
        forms.update(fold(lemma) for lemma in _lemmas(word, language))
    return frozenset(forms)


def _lemmas(word: str, language: str) -> set[str]:
    if language == "ru":
        readings = _russian().parse(word)
        return {r.normal_form.replace("ё", "е") for r in readings if r.score >= _LIKELY}
    if language in _SIMPLEMMA:
        from simplemma import lemmatize  # noqa: PLC0415  (its word lists load on first use)

        return {lemmatize(word, lang=language).lower()}
    return set()


@lru_cache(maxsize=1)
def _russian() -> Any:
    from pymorphy3 import MorphAnalyzer  # noqa: PLC0415  (opens a dictionary of 15 MB)

    return MorphAnalyzer()
