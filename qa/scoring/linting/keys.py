"""Keys that do nothing where they stand, or contradict one another."""

from __future__ import annotations

from collections.abc import Iterator

from pydantic import BaseModel, RootModel

from qa.records import ItemKind
from qa.scoring.compiled import phrases_of
from qa.scoring.linting.doubts import Doubt, items, languages
from qa.scoring.references import Path_
from qa.scoring.scorecard import Item, Scorecard, Where


def doubts(card: Scorecard) -> Iterator[Doubt]:
    """Yield what is written in vain."""
    for s, section in enumerate(card.sections):
        if section.weight == 0:
            yield Doubt(("sections", s, "weight"), f"the section '{section.id}' weighs nothing.")
    for path, section, item in items(card):
        yield from _item(path, section.id, item)
        yield from _speechless(card, path, item)
        for found in _unbounded(item, path):
            yield Doubt(
                found, f"'{item.id}' has an empty 'where', so the whole conversation is searched."
            )


def _item(path: Path_, section: str, item: Item) -> Iterator[Doubt]:
    name = f"'{item.id}'"
    if item.critical and item.advice_only:
        message = f"{name} is advice only, so its 'critical' does nothing."
        yield Doubt((*path, "critical"), message)
    if item.bonus and item.effect is not ItemKind.BONUS:
        yield Doubt((*path, "bonus"), f"{name} is advice, so its 'bonus' does nothing.")
    triggered = item.only and (item.only.seen or item.only.when)
    if item.where and item.where.after_trigger and not triggered:
        message = f"{name} searches after a trigger and has none ('only: seen')."
        yield Doubt((*path, "where", "after_trigger"), message)
    for key in ("within_turns", "within_seconds"):
        if getattr(item, key) and item.kind != "sequence":
            message = f"{name} has 'within_...', which only a sequence uses."
            yield Doubt((*path, key), message)
    if item.weight == 0 and not item.advice_only and not item.critical:
        message = f"{name} in '{section}' weighs nothing; write 'advice_only: true'."
        yield Doubt((*path, "weight"), message)
    if item.at_least and item.at_most is not None and item.at_least > item.at_most:
        message = (
            f"{name} wants at least {item.at_least} and at most {item.at_most}: it never passes."
        )
        yield Doubt((*path, "at_least"), message)


def _unbounded(value: object, path: Path_) -> Iterator[Path_]:
    """Yield where windows stand that say nothing: the item's, and those of its searches."""
    if isinstance(value, Where):
        if not value.conditions and not value.after_trigger:
            yield path
    elif isinstance(value, RootModel):
        yield from _unbounded(value.root, path)
    elif isinstance(value, BaseModel):
        for name in type(value).model_fields:
            key = value.kind if isinstance(value, Item) and name == "check" else name
            yield from _unbounded(getattr(value, name), (*path, key))
    elif isinstance(value, tuple):
        for i, one in enumerate(value):
            yield from _unbounded(one, (*path, i))


def _speechless(card: Scorecard, path: Path_, item: Item) -> Iterator[Doubt]:
    """Name the languages in which an item has nothing to look for."""
    silent = [
        language
        for language in languages(card)
        if any(not phrases_of(card, tuple(g), language) for g in item.check.references())
    ]
    if silent:
        listed = "', '".join(silent)
        yield Doubt(
            (*path, item.kind),
            f"'{item.id}' has no phrase in '{listed}', so it will not apply there.",
        )
