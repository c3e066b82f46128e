"""One doubt about a card, and the ways to name its parts."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Literal, NamedTuple

from qa.scoring.references import Path_
from qa.scoring.scorecard import Item, Scorecard, Section


class Doubt(NamedTuple):
    """What looks wrong, and where in the file."""

    path: Path_
    message: str
    level: Literal["warning", "note"] = "warning"


def items(card: Scorecard) -> Iterator[tuple[Path_, Section, Item]]:
    """Yield every item with its path."""
    for s, section in enumerate(card.sections):
        for i, item in enumerate(section.items):
            yield ("sections", s, "items", i), section, item


def languages(card: Scorecard) -> tuple[str, ...]:
    """Return the languages a card is looked over in: its own, else English."""
    return card.languages or ("en",)
