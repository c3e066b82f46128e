"""Where the phrases of a card stand in its file."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from pydantic import BaseModel, RootModel

from qa.scoring.scorecard import FamilyRef, ListRef, Scorecard, Search

#: Where a value stands in the file: keys and places from the root.
Path_ = tuple[str | int, ...]


def references(card: Scorecard) -> Iterator[tuple[Path_, Any]]:
    """Yield every phrase and reference of the items, with its path in the file."""
    for s, section in enumerate(card.sections):
        for i, item in enumerate(section.items):
            path: Path_ = ("sections", s, "items", i)
            yield from _inside(item.check, (*path, item.kind))
            for key in ("not_if", "or_if", "before", "after"):
                search = getattr(item, key)
                if search:
                    yield from _inside(search.any, (*path, key, "any"))
                    asked = search.unless_answering
                    yield from _inside(asked, (*path, key, "unless_answering"))
            if item.only:
                yield from _inside(item.only.when, (*path, "only", "when"))
                if item.only.seen and not item.only.when:
                    yield (*path, "only", "seen"), ListRef(list=item.only.seen)


def _inside(value: Any, path: Path_) -> Iterator[tuple[Path_, Any]]:
    if isinstance(value, (ListRef, FamilyRef)):
        yield path, value
    elif isinstance(value, RootModel):
        if not hasattr(value, "references") or value.references():
            yield from _inside(value.root, path)
    elif isinstance(value, BaseModel):
        for name in type(value).model_fields:
            inner = getattr(value, name)
            if isinstance(inner, (tuple, Search)):
                yield from _inside(inner, (*path, name))
    elif isinstance(value, str):
        yield path, value
    elif isinstance(value, (tuple, list)):
        for i, one in enumerate(value):
            yield from _inside(one, (*path, i))
