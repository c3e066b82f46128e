"""Items that ask for the same, or want what another one forbids."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import combinations

from qa.records import ItemKind
from qa.scoring.compiled import phrases_of
from qa.scoring.linting.doubts import Doubt, items, languages
from qa.scoring.references import Path_
from qa.scoring.scorecard import Item, Scorecard


def doubts(card: Scorecard) -> Iterator[Doubt]:
    """Yield pairs of items that overlap: one doubt a pair, at the second of them."""
    known = [(path, item) for path, _, item in items(card) if item.kind in {"any", "none", "count"}]
    said = {item.id: _said(card, item) for _, item in known}
    for (_, one), (path, other) in combinations(known, 2):
        if one.who == other.who and one.where == other.where:
            yield from _pair(path, one, other, said[one.id], said[other.id])


def _pair(
    path: Path_, one: Item, other: Item, first: frozenset[str], second: frozenset[str]
) -> Iterator[Doubt]:
    both = first & second
    if not both:
        return
    forbids = {i.id for i in (one, other) if i.kind == "none"}
    example = min(both)
    if len(forbids) == 1:
        message = f"'{other.id}' and '{one.id}': one asks for '{example}' and the other forbids it."
        yield Doubt((*path, other.kind), message)
        return
    counted = {ItemKind.EARNS, ItemKind.DEDUCTS}
    alike = one.only == other.only and (one.at_least or 1) == (other.at_least or 1)
    same = alike and one.effect is other.effect and one.effect in counted
    if same and (first <= second or second <= first):
        less, more = (one, other) if first <= second else (other, one)
        message = (
            f"all that '{less.id}' asks for counts for '{more.id}' as well: it is scored twice."
        )
        yield Doubt((*path, other.kind), message)


def _said(card: Scorecard, item: Item) -> frozenset[str]:
    """Return what an item looks for, phrase by phrase with its language."""
    return frozenset(
        phrase
        for language in languages(card)
        for group in item.check.references()
        for phrase in phrases_of(card, tuple(group), language)
    )
