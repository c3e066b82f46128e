"""A conversation made ready for looking things up: words, places, an index.

Built once per conversation and shared by all cards.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from functools import cached_property
from typing import NamedTuple

from qa.language import (
    Token,
    base_language,
    guess_language,
    load_pack,
    pack_languages,
    tokenise,
)
from qa.language.parsing import Parsers
from qa.records import Role, SafeConversation, SafeTurn
from qa.scoring.likeness import likeness
from qa.scoring.phrases import Atom
from qa.scoring.structure import Structure

#: A turn's own language counts from this confidence on, and a language counts as heard
#: in the conversation from this share of its words on.
_SURE = 0.5
_HEARD_SHARE = 0.1


#: Where a word stands: (turn, word).
Spot = tuple[int, int]


class Line(NamedTuple):
    """One turn as words of one language."""

    turn: SafeTurn
    tokens: tuple[Token, ...]


class View:
    """All turns of a conversation that are read in one language."""

    def __init__(self, language: str, turns: tuple[SafeTurn, ...]) -> None:
        self.language = language
        self.pack = load_pack(language)
        self.lines = {t.index: Line(t, tokenise(t.text, language)) for t in turns}
        #: Where each key and each form stands.
        self.index: dict[str, list[Spot]] = {}
        self.forms: dict[str, list[Spot]] = {}
        for (form, keys), spots in self._by_word().items():
            self.forms[form] = [*self.forms[form], *spots] if form in self.forms else spots
            for key in keys:
                self.index[key] = [*self.index[key], *spots] if key in self.index else spots
        self._spots: dict[Atom, dict[Spot, float]] = {}

    def _by_word(self) -> dict[tuple[str, frozenset[str]], list[Spot]]:
        words: dict[tuple[str, frozenset[str]], list[Spot]] = {}
        for number, (_, tokens) in self.lines.items():
            for at, token in enumerate(tokens):
                words.setdefault(token[:2], []).append((number, at))
        return words

    def near(self) -> Mapping[str, list[tuple[str, float]]]:
        """Return, by word looked for, the forms said here that are like it, and how like.

        Complete for every card that was made ready in this language before.
        """
        memory = likeness(self.language)
        if self._near is None or self._near[0] != memory.size:
            near: dict[str, list[tuple[str, float]]] = {}
            for form in self.forms:
                for word, ratio in memory.of(form).items():
                    near.setdefault(word, []).append((form, ratio))
            self._near = (memory.size, near)
            self._spots.clear()
        return self._near[1]

    _near: tuple[int, dict[str, list[tuple[str, float]]]] | None = None

    def spots(self, atom: Atom) -> Mapping[Spot, float]:
        """Return where a word is said, or one like it, and how like it is (0..1)."""
        near = self.near()
        found = self._spots.get(atom)
        if found is None:
            found = {}
            if atom.kind == "word" and atom.content:
                for word in atom.words:
                    for form, ratio in near.get(word, ()):
                        for spot in self.forms[form]:
                            found[spot] = max(found.get(spot, 0.0), ratio)
            found.update((spot, 1.0) for k in atom.keys for spot in self.said(atom, k))
            self._spots[atom] = found
        return found

    def said(self, atom: Atom, key: str) -> Sequence[Spot]:
        """Return where a key of a word stands; of an exact word the form itself."""
        return (self.forms if atom.kind == "exact" else self.index).get(key, ())


class Document:
    """A conversation with its languages, ready for every card.

    Parameters
    ----------
    parsers : for items that need sentence structure; without them those are for a human.
    """

    def __init__(self, safe: SafeConversation, *, parsers: Parsers | None = None) -> None:
        self.safe = safe
        self.turns = {t.index: t for t in safe.turns}
        self.structure = Structure(self.turns, parsers)
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
