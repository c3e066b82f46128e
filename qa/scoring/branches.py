"""Phrases grown together into one tree, along which a conversation is walked once.

A card has a thousand variants and a conversation a few hundred words, of which most begin
no variant; so one asks the words, not the variants.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence

from qa.language import Form
from qa.scoring.likeness import likeness
from qa.scoring.phrases import Atom, Variant

#: Words remembered that begin no phrase.
_MOST = 100_000


class Branch:
    """Where several phrases stand after the same words.

    What a word leads to is worked out when it first comes there, and remembered by its form.
    Words that lead nowhere are not remembered, so the memory is bounded by the phrases.
    """

    __slots__ = ("_open", "keys", "known", "whole")

    def __init__(self, standing: Iterable[tuple[Variant, int]]) -> None:
        #: Variants of which all words of the anchor have come.
        self.whole: list[Variant] = []
        #: The others with the number of words that have come, by the keys of the next one.
        self._open: dict[str, list[tuple[Variant, int]]] = {}
        #: The keys by which any of them goes on.
        self.keys = self._open.keys()
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

    def after(self, form: Form) -> Branch:
        """Return where a word leads that shares a key with this branch."""
        standing = {
            (variant, number + 1): None
            for key in form.keys & self.keys
            for variant, number in self._open[key]
            if variant.anchor.words[number].takes(form)
        }
        branch = self.known[form] = Branch(standing)
        return branch


class Tree:
    """All phrases of a card in one language, grown together: a conversation is walked once."""

    def __init__(self, language: str) -> None:
        self._language = language
        self._root = Branch(())
        #: Words asked for where they lead, whether they do or not.
        self._asked: set[Form] = set()
        #: Variants without a word.
        self.wordless: list[Variant] = []
        self._known: set[Variant] = set()
        #: The content words sought: by key, those of one form alone by it, and by the words
        #: that others may be like.
        self.by_key: dict[str, list[Atom]] = {}
        self.by_exact: dict[str, list[Atom]] = {}
        self.by_word: dict[str, list[Atom]] = {}
        self._sought: set[Atom] = set()

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
        self._asked.clear()

    @property
    def sought(self) -> int:
        """How many content words are sought."""
        return len(self._sought)

    def seek(self, atoms: Iterable[Atom]) -> None:
        """Take up content words of which it is asked where they, or words like them, are said."""
        for atom in atoms:
            if atom not in self._sought:
                self._sought.add(atom)
                exact = atom.kind == "exact"
                for key in atom.keys:
                    (self.by_exact if exact else self.by_key).setdefault(key, []).append(atom)
                for word in () if exact else atom.words:
                    self.by_word.setdefault(word, []).append(atom)
        likeness(self._language).seek(self.by_word)

    def walk(
        self, said: Mapping[Form, Sequence[int]], words: Sequence[Form | None]
    ) -> Iterator[tuple[Variant, int, int]]:
        """Yield each variant whose anchor stands at the words [at, end), in no order.

        Parameters
        ----------
        said : the places of each form.
        words : the words of a conversation in a row, None after the last of each turn.
        """
        for form in self._leading(said):
            begun = self._root.known[form]
            for at in said[form]:
                branch, end = begun, at + 1
                while True:
                    for variant in branch.whole:
                        yield variant, at, end
                    following = words[end]
                    if following is None:
                        break
                    found = branch.known.get(following)
                    if found is None:
                        if branch.keys.isdisjoint(following.keys):
                            break
                        found = branch.after(following)
                    branch, end = found, end + 1

    def _leading(self, said: Mapping[Form, object]) -> Iterable[Form]:
        """Return the words that a phrase begins with."""
        root = self._root
        new = said.keys() - self._asked
        if len(self._asked) + len(new) > _MOST:
            self._asked.clear()  # memory stays bounded
        self._asked |= new
        for form in new:
            if form not in root.known and not root.keys.isdisjoint(form.keys):
                root.after(form)
        return said.keys() & root.known.keys()
