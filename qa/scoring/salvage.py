"""What can be read of a card with mistakes, so that all the others are named at once."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeVar

from pydantic import BaseModel, ValidationError

from qa.scoring.scorecard import Item, Scorecard, Section

M = TypeVar("M", bound=BaseModel)


def salvage(data: Mapping[str, Any]) -> tuple[Scorecard, frozenset[str]]:
    """Return a card of what fits, and the keys at its top of which nothing could be read.

    Every section and item keeps its place; where the id of one cannot be read it gets one
    that no person would write.

    Parameters
    ----------
    data : the card as read, each item's check made into its model (None where it cannot be).
    """
    given = data.get("sections")
    sections = [_section(s, n) for n, s in enumerate(given if isinstance(given, list) else [])]
    whole = {**data, "sections": sections or [_section(None, 0)]}
    return _fitting(Scorecard, whole, {"scorecard": "0"})


def _section(data: Any, n: int) -> Section:
    data = data if isinstance(data, dict) else {}
    given = data.get("items")
    items = [_item(x, f"0-{n}-{i}") for i, x in enumerate(given if isinstance(given, list) else [])]
    whole = {**data, "items": items or [_item(None, f"0-{n}")]}
    return _fitting(Section, whole, {"id": f"0-{n}"})[0]


def _item(data: Any, id: str) -> Item:
    needed = {"id": id, "ask": "?", "kind": "", "check": None}
    return _fitting(Item, data if isinstance(data, dict) else {}, needed)[0]


def _fitting(
    model: type[M], data: Mapping[Any, Any], needed: Mapping[str, Any]
) -> tuple[M, frozenset[str]]:
    """Return the model of the keys that fit, `needed` filled in, and the keys left out."""
    try:
        return model.model_validate(data), frozenset()
    except ValidationError as err:
        wrong = frozenset(str(e["loc"][0]) for e in err.errors() if e["loc"])
    kept = {k: v for k, v in data.items() if str(k) not in wrong}
    return model.model_validate({**needed, **kept}), wrong
