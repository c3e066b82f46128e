"""Phrases that are looked for together, found by the words that were said.

A card has a thousand variants and a conversation a few hundred words, of which most belong
to no variant; so one asks the words, not the variants.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from functools import cached_property
from typing import NamedTuple

from qa.scoring.branches import Tree
from qa.scoring.document import Sentences, View
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
        self.tree = tree or Tree(language)
        self.tree.grow(self.variants)

    def together(self, view: View, within: Sentences) -> list[tuple[Variant, Sentences]]:
        """Return the variants of which all content words, or words like them, share a sentence.

        They stand in their order, each with those sentences; of those that may be said otherwise.
        """
        present = self._present(view, within)
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

    def partly(
        self, view: View, within: Sentences, *, at_least: float
    ) -> list[tuple[float, int, Sentences]]:
        """Return the variants of which enough content words share a sentence.

        Each with the most of it that may be there (0..1, see `Variant.there`), the most first,
        its number, and the sentences that have so much.
        """
        present = self._present(view, within)
        using = self._content.using
        counts = Counter(number for atom in present for number in using[atom])
        found = []
        for number, most in counts.items():
            there = self.variants[number].there
            if there[most] < at_least:
                continue
            shared: list[Sentences] = []  # by so many words + 1, in any order
            for atom in dict.fromkeys(self.variants[number].content):
                more = present.get(atom, 0)
                for i, had in enumerate(shared):
                    shared[i], more = had | more, had & more
                if more:
                    shared.append(more)
            beyond = 0
            for count in range(len(shared), 0, -1):
                if there[count] >= at_least and (exactly := shared[count - 1] & ~beyond):
                    found.append((there[count], number, exactly))
                beyond = shared[count - 1]
        return sorted(found, key=lambda one: (-one[0], one[1]))

    def _present(self, view: View, within: Sentences) -> dict[Atom, Sentences]:
        """Return the content words said in some sentences, or words like them, each with those."""
        using = self._content.using
        present = view.present(self.tree)
        return {
            atom: here for atom in present.keys() & using.keys() if (here := present[atom] & within)
        }

    @cached_property
    def _content(self) -> _Content:
        content = _Content({}, {})
        for number, variant in enumerate(self.variants):
            for atom in dict.fromkeys(variant.content):
                content.using.setdefault(atom, []).append(number)
            if variant.needs:
                longest = max(variant.content, key=lambda a: len(a.text))
                content.led.setdefault(longest, []).append(number)
        self.tree.seek(content.using)
        return content


class _Content(NamedTuple):
    """Numbers of the variants that use each content word, and of those it is the longest of."""

    using: dict[Atom, list[int]]
    led: dict[Atom, list[int]]
