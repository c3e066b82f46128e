"""Lemmas without a parser: fast, offline, the same on every machine.

Both sides of a comparison go through the same function, so a lemma need not be right,
only the same for all forms of a word.
"""

from __future__ import annotations

from functools import lru_cache
from importlib.metadata import version
from typing import Any

from qa.language.normalise import fold

#: Marks the lemma of a verb in the first person.
FIRST_PERSON = "+1"
#: Readings of a Russian form less likely than this do not count.
_LIKELY = 0.15


@lru_cache(maxsize=200_000)
def keys(word: str, language: str) -> frozenset[str]:
    """Return what a normalised word matches by: its form and its lemmas, without diacritics.

    A Russian form with several likely readings has several lemmas, and what somebody says
    of themselves («напишу») the lemma marked with `FIRST_PERSON` besides. A language
    without a lemmatiser gives the form alone.
    """
    forms = {fold(word)}
    if word[:1].isalpha():
        forms.update(fold(lemma) for lemma in _lemmas(word, language))
    return frozenset(forms)


def sought(found: frozenset[str], text: str) -> frozenset[str]:
    """Return what a word of a phrase looks for, given what it matches by.

    A promise in the first person («напишу») is not kept by an order («напиши»), so such a
    word looks for first persons alone; every other word for all its forms.
    """
    own = [k for k in found if k.endswith(FIRST_PERSON)]
    return frozenset([*own, text]) if own else found


@lru_cache(maxsize=16)
def lemmas_by(language: str) -> str:
    """Return name and version of what gives a language its lemmas; "" where it has none."""
    if language == "ru":
        return f"pymorphy3 {version('pymorphy3')} {version('pymorphy3-dicts-ru')}"
    return f"simplemma {version('simplemma')}" if language in _known() else ""


def _lemmas(word: str, language: str) -> set[str]:
    if language == "ru":
        likely = [r for r in _russian().parse(word) if r.score >= _LIKELY]
        lemmas = {r.normal_form.replace("ё", "е") for r in likely}
        own = {r.normal_form.replace("ё", "е") for r in likely if "1per" in r.tag}
        return lemmas | {lemma + FIRST_PERSON for lemma in own}
    from simplemma import lemmatize  # noqa: PLC0415  (its word lists load on first use)

    return {lemmatize(word, lang=language).lower()} if language in _known() else set()


@lru_cache(maxsize=1)
def _known() -> frozenset[str]:
    """Return the languages that simplemma has word lists of."""
    from simplemma.strategies.dictionaries import dictionary_factory  # noqa: PLC0415

    return frozenset(dictionary_factory.SUPPORTED_LANGUAGES)


@lru_cache(maxsize=1)
def _russian() -> Any:
    from pymorphy3 import MorphAnalyzer  # noqa: PLC0415  (opens a dictionary of 15 MB)

    return MorphAnalyzer()
