"""Phrases that are looked for together, found by the words that were said.

A card has a thousand variants and a conversation a few hundred words, of which most belong
to no variant; so one asks the words, not the variants.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from functools import cached_property
from typing import NamedTuple

from qa.scoring.branches import Tree
from qa.scoring.document import Turns, View
from qa.scoring.likeness import likeness
from qa.scoring.phrases import Atom, Variant


class Phrasebook:
    """The variants of some phrases in one language.

    Parameters
    ----------
    tree : where they grow, with other phrases that are looked for in the same conversations.
    """

    def __init__(
        self, variants: Iterable[Variant], language: str, tree: Tree | None = None
    ) -> None:
        self.variants = tuple(variants)
        self.known = frozenset(self.variants)
        self._language = language
        self.tree = tree or Tree()
        self.tree.grow(self.variants)

    def together(self, view: View, turns: Turns) -> list[tuple[Variant, Turns]]:
        """Return the variants of which all content words, or words like them, are in one turn.

        They stand in their order, each with those turns; of those that may be said otherwise.
        """
        present = self._present(view, turns)
        found = []
        for atom in present.keys() & self._content.led.keys():
            for number in self._content.led[atom]:
                where = present[atom]
                for other in self.variants[number].content:
                    where &= present.get(other, 0)
                    if not where:
                        break
                else:
                    found.append((number, where))
        return [(self.variants[number], where) for number, where in sorted(found)]

    def partly(self, view: View, turns: Turns) -> Iterator[tuple[int, int, Turns]]:
        """Yield a variant's number, how many of its content words a turn has, and such turns."""
        present = self._present(view, turns)
        using = self._content.using
        for number in {n for atom in present for n in using[atom]}:
            at_least: list[Turns] = []  # of so many words + 1, in any order
            for atom in dict.fromkeys(self.variants[number].content):
                more = present.get(atom, 0)
                for i, had in enumerate(at_least):
                    at_least[i], more = had | more, had & more
                if more:
                    at_least.append(more)
            for i, where in enumerate(at_least):
                rest = at_least[i + 1] if i + 1 < len(at_least) else 0
                if exactly := where & ~rest:
                    yield number, i + 1, exactly

    def _present(self, view: View, turns: Turns) -> dict[Atom, Turns]:
        """Return the content words said in some turns, or words like them, each with its turns."""
        by_key, by_word = self._content.by_key, self._content.by_word
        near = view.near()
        present = view.present.get(self)
        if present is None:
            said = {a for key in view.index.keys() & by_key.keys() for a in by_key[key]}
            said |= {a for word in near.keys() & by_word.keys() for a in by_word[word]}
            present = view.present[self] = {atom: view.turns(atom) for atom in said}
        return {atom: here for atom, where in present.items() if (here := where & turns)}

    @cached_property
    def _content(self) -> _Content:
        content = _Content({}, {}, {}, {})
        for number, variant in enumerate(self.variants):
            for atom in dict.fromkeys(variant.content):
                content.using.setdefault(atom, []).append(number)
            if variant.needs:
                longest = max(variant.content, key=lambda a: len(a.text))
                content.led.setdefault(longest, []).append(number)
        for atom in content.using:
            for key in atom.keys:
                content.by_key.setdefault(key, []).append(atom)
            for word in atom.words if atom.kind == "word" else ():
                content.by_word.setdefault(word, []).append(atom)
        likeness(self._language).seek(content.by_word)
        return content


class _Content(NamedTuple):
    """The content words of some variants."""

    #: Numbers of the variants that use each, and of those that it is the longest one of.
    using: dict[Atom, list[int]]
    led: dict[Atom, list[int]]
    #: They by key and by form.
    by_key: dict[str, list[Atom]]
    by_word: dict[str, list[Atom]]
