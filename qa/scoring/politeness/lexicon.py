"""Strategies that words alone tell: lists per language, and a small grammar to write them in.

thank you     these forms in a row
~thank        any form of a word
köszön*       every form that begins so
^hello        at the beginning of a sentence
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property, lru_cache
from importlib.resources import files
from typing import Any

from pydantic import BaseModel, ConfigDict, ValidationError, field_validator
from ruamel.yaml import YAML

from qa.errors import UsageError
from qa.language import Form, Token, base_language, fold, keys, normalise

#: Shorter beginnings would fit by accident.
_SHORTEST_BEGINNING = 3
#: Words remembered; when there are more, all is forgotten (memory stays bounded).
_MOST = 100_000


class Words(BaseModel):
    """What a language's ``politeness.yaml`` says."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    version: int
    #: Whether somebody who speaks the language has read the lists.
    read_by_speaker: bool
    #: Phrases by strategy.
    strategies: Mapping[str, tuple[str, ...]]
    #: Sets of words that the rules of a language use.
    words: Mapping[str, str] = {}

    @field_validator("strategies", mode="before")
    @classmethod
    def _listed(cls, value: Any) -> Any:
        """Lists are written as running text, with commas: a list is long enough."""
        if not isinstance(value, dict):
            return value
        return {
            k: tuple(p.strip() for p in v.split(",") if p.strip()) if isinstance(v, str) else v
            for k, v in value.items()
        }

    def set(self, name: str) -> frozenset[str]:
        """Return one of the sets of words; empty when the language has none."""
        return self.sets.get(name, frozenset())

    @cached_property
    def sets(self) -> Mapping[str, frozenset[str]]:
        """The sets of words, ready to compare with; every turn that is read asks for some."""
        return {
            name: frozenset(fold(normalise(w).text) for w in listed.split())
            for name, listed in self.words.items()
        }


@dataclass(frozen=True)
class _Atom:
    #: "form", "lemma" or "beginning".
    kind: str
    text: str
    keys: frozenset[str]

    def fits(self, token: Token) -> bool:
        if self.kind == "form":
            return token.text == self.text
        if self.kind == "lemma":
            return not self.keys.isdisjoint(token.keys)
        return token.text.startswith(self.text)


@dataclass(frozen=True)
class _Phrase:
    strategy: str
    first: bool
    atoms: tuple[_Atom, ...]


class Lexicon:
    """The lists of one language, ready to look things up."""

    def __init__(self, language: str, words: Words) -> None:
        self.language = language
        self.words = words
        self._by_form: dict[str, list[_Phrase]] = {}
        self._by_lemma: dict[str, list[_Phrase]] = {}
        self._by_beginning: dict[str, list[_Phrase]] = {}
        self._begun: dict[Form, tuple[_Phrase, ...]] = {}
        for strategy, listed in words.strategies.items():
            for worded in listed:
                self._add(_phrase(strategy, worded, language))

    def _add(self, phrase: _Phrase) -> None:
        head = phrase.atoms[0]
        if head.kind == "form":
            self._by_form.setdefault(head.text, []).append(phrase)
        elif head.kind == "lemma":
            for key in head.keys:
                self._by_lemma.setdefault(key, []).append(phrase)
        else:
            self._by_beginning.setdefault(head.text[:_SHORTEST_BEGINNING], []).append(phrase)

    def find(self, tokens: Sequence[Token]) -> Iterator[tuple[str, int, int]]:
        """Yield each strategy found with its first and last word."""
        for at, token in enumerate(tokens):
            candidates = self._begun_by(token.form)
            if not candidates:
                continue
            begins = at == 0 or tokens[at - 1].sentence != token.sentence
            for phrase in candidates:
                span = tokens[at : at + len(phrase.atoms)]
                if (
                    len(span) == len(phrase.atoms)
                    and (begins or not phrase.first)
                    and span[-1].sentence == token.sentence
                    and all(a.fits(t) for a, t in zip(phrase.atoms, span, strict=True))
                ):
                    yield phrase.strategy, at, at + len(span) - 1

    def _begun_by(self, form: Form) -> tuple[_Phrase, ...]:
        """Return the phrases that a word may be the first one of."""
        known = self._begun.get(form)
        if known is None:
            if len(self._begun) >= _MOST:
                self._begun.clear()
            known = self._begun[form] = (
                *self._by_form.get(form.text, ()),
                *(p for key in form.keys for p in self._by_lemma.get(key, ())),
                *self._by_beginning.get(form.text[:_SHORTEST_BEGINNING], ()),
            )
        return known


def _phrase(strategy: str, worded: str, language: str) -> _Phrase:
    text = fold(normalise(worded).text)
    first = text.startswith("^")
    atoms = tuple(_atom(w, language) for w in text.removeprefix("^").split())
    return _Phrase(strategy, first, atoms)


def _atom(word: str, language: str) -> _Atom:
    if word.startswith("~"):
        return _Atom("lemma", word[1:], keys(word[1:], language))
    if word.endswith("*"):
        return _Atom("beginning", word[:-1], frozenset())
    return _Atom("form", word, frozenset())


@lru_cache(maxsize=16)
def lexicon(language: str) -> Lexicon | None:
    """Return the lists of a language; None when it has none.

    Raises
    ------
    UsageError : the file does not fit; names the field.
    """
    base = base_language(language)
    file = files("qa.language").joinpath("packs", base, "politeness.yaml")
    if not file.is_file():
        return None
    data = YAML(typ="safe").load(file.read_text("utf-8"))
    try:
        return Lexicon(base, Words.model_validate(data))
    except ValidationError as err:
        wrong = "; ".join(f"{'.'.join(map(str, e['loc']))}: {e['msg']}" for e in err.errors())
        raise UsageError(f"packs/{base}/politeness.yaml does not fit: {wrong}.") from err
