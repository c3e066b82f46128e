"""Phrases grown together into one tree, along which a conversation is walked once.

A card has a thousand variants and a conversation a few hundred words, of which most begin
no variant; so one asks the words, not the variants.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from qa.language import Form
from qa.scoring.phrases import Variant


class Branch:
    """Where several phrases stand after the same words.

    What a word leads to is worked out when it first comes there, and remembered by its form.
    Words that lead nowhere are not remembered, so the memory is bounded by the phrases.
    """

    __slots__ = ("_open", "known", "whole")

    def __init__(self, standing: Iterable[tuple[Variant, int]]) -> None:
        #: Variants of which all words of the anchor have come.
        self.whole: list[Variant] = []
        #: The others with the number of words that have come, by the keys of the next one.
        self._open: dict[str, list[tuple[Variant, int]]] = {}
        self.known: dict[Form, Branch] = {}
        for variant, number in standing:
            self.add(variant, number)

    def add(self, variant: Variant, number: int) -> None:
        """Take up a variant of which a number of words have come."""
        self.known.clear()
        if number == len(variant.anchor.words):
            self.whole.append(variant)
            return
        for key in variant.anchor.words[number].keys:
            self._open.setdefault(key, []).append((variant, number))

    def after(self, form: Form) -> Branch | None:
        """Return where a word leads; None where no phrase goes on with it."""
        branch = self.known.get(form)
        if branch is None and not self._open.keys().isdisjoint(form.keys):
            standing = {
                (variant, number + 1): None
                for key in form.keys & self._open.keys()
                for variant, number in self._open[key]
                if variant.anchor.words[number].takes(form)
            }
            branch = self.known[form] = Branch(standing)
        return branch


class Tree:
    """All phrases of a card in one language, grown together: a conversation is walked once."""

    def __init__(self) -> None:
        self._root = Branch(())
        #: Variants without a word.
        self.wordless: list[Variant] = []
        self._known: set[Variant] = set()

    @property
    def size(self) -> int:
        """How many phrases it has."""
        return len(self._known)

    def grow(self, variants: Iterable[Variant]) -> None:
        """Take up more phrases."""
        for variant in variants:
            if variant not in self._known:
                self._known.add(variant)
                if variant.anchor.words:
                    self._root.add(variant, 0)
                else:
                    self.wordless.append(variant)

    def walk(self, forms: Sequence[Form]) -> Iterator[tuple[Variant, int, int]]:
        """Yield each variant whose anchor stands at the words [at, end)."""
        known, find, last = self._root.known, self._root.after, len(forms)
        for at, first in enumerate(forms):
            end, branch = at + 1, known.get(first) or find(first)
            while branch:
                for variant in branch.whole:
                    yield variant, at, end
                if end == last:
                    break
                form, end = forms[end], end + 1
                branch = branch.known.get(form) or branch.after(form)
