"""A card made ready to run: its phrases as words, per language, kept between calls."""

from __future__ import annotations

from functools import lru_cache

from qa.language import load_pack
from qa.scoring.phrases import Variant, compile_phrase
from qa.scoring.scorecard import FamilyRef, ListRef, PhraseRef, Scorecard


class Compiled:
    """The phrases of a card; compiled on first use in each language."""

    def __init__(self, card: Scorecard) -> None:
        self.card = card
        self._variants: dict[tuple[tuple[PhraseRef, ...], str], tuple[Variant, ...]] = {}

    def variants(self, refs: tuple[PhraseRef, ...], language: str) -> tuple[Variant, ...]:
        """Return all variants of the phrases in that language; may be none."""
        known = self._variants.get((refs, language))
        if known is None:
            unique = {
                v.atoms: v
                for phrase in phrases_of(self.card, refs, language)
                for v in compile_phrase(phrase, language, self.card.vars)
            }
            known = self._variants[refs, language] = tuple(unique.values())
        return known


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
