"""Phrases that are looked for together, found by the words that were said.

A card has a thousand variants and a conversation a few hundred words, of which most belong
to no variant; so one asks the words, not the variants.
"""

from __future__ import annotations

from collections.abc import Iterable
from functools import cached_property

from qa.scoring.branches import Tree
from qa.scoring.document import View
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

    def said(self, view: View, *, all_of: bool) -> list[tuple[Variant, int]]:
        """Return how many content words of each variant, or words like them, were said.

        Parameters
        ----------
        all_of : only variants of which all were said, of those that may be said otherwise;
            else those of which any was. They stand in their order.
        """
        using, by_key, by_word = self._content
        near = view.near()
        atoms = {a for key in view.index.keys() & by_key.keys() for a in by_key[key]}
        atoms |= {a for word in near.keys() & by_word.keys() for a in by_word[word]}
        counts: dict[int, int] = {}
        for atom in atoms:
            for number in using[atom]:
                counts[number] = counts.get(number, 0) + 1
        numbered = ((self.variants[n], counts[n]) for n in sorted(counts))
        return [(v, n) for v, n in numbered if not all_of or n == v.needs]

    @cached_property
    def _content(
        self,
    ) -> tuple[dict[Atom, list[int]], dict[str, list[Atom]], dict[str, list[Atom]]]:
        """Return the content words: variants that use them, and they by key and by form."""
        using: dict[Atom, list[int]] = {}
        for number, variant in enumerate(self.variants):
            for atom in dict.fromkeys(variant.content):
                using.setdefault(atom, []).append(number)
        by_key: dict[str, list[Atom]] = {}
        by_word: dict[str, list[Atom]] = {}
        for atom in using:
            for key in atom.keys:
                by_key.setdefault(key, []).append(atom)
            for word in atom.words if atom.kind == "word" else ():
                by_word.setdefault(word, []).append(atom)
        likeness(self._language).seek(by_word)
        return using, by_key, by_word
