"""A conversation made ready for looking things up: words, places, an index.

Built once per conversation and shared by all cards.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from functools import cached_property

from qa.language import (
    Token,
    base_language,
    guess_language,
    keys,
    load_pack,
    pack_languages,
    tokenise,
)
from qa.records import Role, SafeConversation, SafeTurn
from qa.scoring.likeness import SHORTEST, likeness

#: A turn's own language counts from this confidence on, and a language counts as heard
#: in the conversation from this share of its words on.
_SURE = 0.5
_HEARD_SHARE = 0.1


@dataclass(frozen=True)
class Line:
    """One turn as words of one language."""

    turn: SafeTurn
    tokens: tuple[Token, ...]

    @cached_property
    def forms(self) -> frozenset[str]:
        """The forms of all its words."""
        return frozenset(t.text for t in self.tokens)

    @cached_property
    def lemmas(self) -> str:
        """The words' lemmas, joined by a space."""
        return " ".join(t.lemma for t in self.tokens)

    @cached_property
    def starts(self) -> tuple[int, ...]:
        """Where each word begins in `lemmas`."""
        starts, at = [], 0
        for token in self.tokens:
            starts.append(at)
            at += len(token.lemma) + 1
        return tuple(starts)


class View:
    """All turns of a conversation that are read in one language."""

    def __init__(self, language: str, turns: tuple[SafeTurn, ...]) -> None:
        self.language = language
        self.pack = load_pack(language)
        self.lines = {t.index: Line(t, tokenise(t.text, language)) for t in turns}
        #: Where each key stands: (turn, word).
        self.index: dict[str, list[tuple[int, int]]] = {}
        #: Where each form stands.
        self.forms: dict[str, list[tuple[int, int]]] = {}
        for number, line in self.lines.items():
            for at, token in enumerate(line.tokens):
                self.forms.setdefault(token.text, []).append((number, at))
                for key in token.keys:
                    self.index.setdefault(key, []).append((number, at))
        self._likeness = likeness(language)
        self._likeness.learn(self.forms)
        self._similar: dict[tuple[tuple[str, ...], int], frozenset[str]] = {}

    def similar(self, words: tuple[str, ...], cutoff: int) -> frozenset[str]:
        """Return the forms said here that are like one of `words` (ratio, 0..100)."""
        known = self._similar.get((words, cutoff))
        if known is None:
            near = {w for w in words if w in self.forms}
            for word in words:
                if len(word) >= SHORTEST:
                    near |= self._likeness.like(word, cutoff) & self.forms.keys()
            known = frozenset(near)
            self._similar[words, cutoff] = known
        return known

    def lemma(self, word: str) -> str:
        """Return the one form that stands for all forms of a word."""
        return min(keys(word, self.language) - {word}, default=word)


class Document:
    """A conversation with its languages, ready for every card."""

    def __init__(self, safe: SafeConversation) -> None:
        self.safe = safe
        self.turns = {t.index: t for t in safe.turns}
        self._views: dict[str, View] = {}

    @cached_property
    def languages(self) -> tuple[str, ...]:
        """Languages heard that have a pack, the most spoken first."""
        return tuple(c for c, _ in self._counted.most_common() if c in pack_languages())

    @cached_property
    def unknown_languages(self) -> tuple[str, ...]:
        """Languages heard that have no pack."""
        return tuple(sorted(c for c in self._counted if c and c not in pack_languages()))

    @property
    def mainly_unknown(self) -> bool:
        """Whether most of what was said is in a language without a pack."""
        [(language, _)] = self._counted.most_common(1)
        return language not in pack_languages()

    @cached_property
    def _counted(self) -> Counter[str]:
        """Words per language, those that make out too little of the whole left out."""
        counts: Counter[str] = Counter()
        for turn in self.safe.turns:
            if turn.role in {Role.AGENT, Role.CUSTOMER, Role.UNKNOWN}:
                counts[self._own(turn)] += len(turn.text.split())
        counts.pop("", None)
        if not counts:
            counts[self._given or self._guessed] += 1
        total = sum(counts.values())
        return Counter({c: n for c, n in counts.items() if n >= total * _HEARD_SHARE})

    @cached_property
    def _given(self) -> str:
        return base_language(self.safe.metadata.language or "")

    @cached_property
    def _guessed(self) -> str:
        return guess_language(" ".join(t.text for t in self.safe.turns))

    def _own(self, turn: SafeTurn) -> str:
        if turn.language and turn.language_confidence >= _SURE:
            return base_language(turn.language)
        return self._given

    def view(self, language: str) -> View:
        """Return the turns as words of that language; built on first use."""
        view = self._views.get(language)
        if view is None:
            view = self._views[language] = View(language, self._read_in(language))
        return view

    def _read_in(self, language: str) -> tuple[SafeTurn, ...]:
        """Return the turns to read in a language: its own, and all of unclear language."""
        return tuple(
            t
            for t in self.safe.turns
            if self._own(t) not in self.languages or self._own(t) == language
        )
