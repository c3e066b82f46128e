"""A card made ready to run: its phrases as words, per language, kept between calls."""

from __future__ import annotations

from functools import lru_cache

from qa.language import load_pack
from qa.scoring.branches import Tree
from qa.scoring.phrasebook import Phrasebook
from qa.scoring.phrases import Atom, Variant, compile_phrase
from qa.scoring.scorecard import FamilyRef, Item, ListRef, PhraseRef, Scorecard


class Compiled:
    """The phrases of a card; compiled on first use in each language."""

    def __init__(self, card: Scorecard) -> None:
        self.card = card
        #: Whether it reads sentence structure.
        self.parses = card.parses
        self._books: dict[tuple[tuple[PhraseRef, ...], str], Phrasebook] = {}
        self._worded: dict[tuple[str, tuple[str, ...]], bool] = {}
        self._variants: dict[tuple[PhraseRef, str], tuple[Variant, ...]] = {}
        self._trees: dict[str, Tree] = {}

    def book(self, refs: tuple[PhraseRef, ...], language: str) -> Phrasebook:
        """Return the phrases in that language, ready to be looked for together."""
        known = self._books.get((refs, language))
        if known is None:
            found: dict[tuple[Atom, ...], Variant] = {}
            for ref in refs:
                for variant in self._meant(ref, language):
                    found.setdefault(variant.atoms, variant)
            tree = self._trees.setdefault(language, Tree(language))
            known = self._books[refs, language] = Phrasebook(found.values(), language, tree)
        return known

    def _meant(self, ref: PhraseRef, language: str) -> tuple[Variant, ...]:
        """Return the variants that one reference means; they are the same wherever it stands."""
        known = self._variants.get((ref, language))
        if known is None:
            source = "" if isinstance(ref, str) else named(ref)
            known = self._variants[ref, language] = tuple(
                variant
                for phrase in phrases_of(self.card, (ref,), language)
                for variant in compile_phrase(phrase, language, self.card.vars, source=source)
            )
        return known

    def worded(self, item: Item, languages: tuple[str, ...]) -> bool:
        """Tell whether all that an item looks for has a phrase in one of some languages."""
        known = self._worded.get((item.id, languages))
        if known is None:
            known = self._worded[item.id, languages] = all(
                any(self.variants(tuple(group), language) for language in languages)
                for group in item.check.references()
            )
        return known

    def variants(self, refs: tuple[PhraseRef, ...], language: str) -> tuple[Variant, ...]:
        """Return all variants of the phrases in that language; may be none."""
        return self.book(refs, language).variants


def named(ref: PhraseRef) -> str:
    """Return a reference as the card words it."""
    if isinstance(ref, str):
        return ref
    return f"list: {ref.list}" if isinstance(ref, ListRef) else f"family: {ref.family}"


def phrases_of(card: Scorecard, refs: tuple[PhraseRef, ...], language: str) -> tuple[str, ...]:
    """Return the phrases, as worded, that references mean in a language."""
    found: list[str] = []
    for ref in refs:
        if isinstance(ref, str):
            found.append(ref)
        elif isinstance(ref, ListRef) and ref.list in card.lists:
            found += card.lists[ref.list].get(language, ())
        else:
            name = ref.family if isinstance(ref, FamilyRef) else ref.list
            family = load_pack(language).families.get(name)
            found += family.phrases if family else ()
    return tuple(found)


def compiled(card: Scorecard) -> Compiled:
    """Return the card ready to run; the same card (by hash) is compiled once."""
    return _compiled(_Key(card))


class _Key:
    """A card as its hash, so that looking it up does not walk through it."""

    def __init__(self, card: Scorecard) -> None:
        self.card = card

    def __hash__(self) -> int:
        return hash(self.card.hash)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _Key) and self.card.hash == other.card.hash


@lru_cache(maxsize=64)
def _compiled(key: _Key) -> Compiled:
    return Compiled(key.card)
