"""What the form of a Russian word tells besides its lemma: person, number, mood."""

from __future__ import annotations

from typing import Any

from qa.language.lemmas import _russian


def readings(word: str) -> tuple[Any, ...]:
    """Return pymorphy3's readings of a Russian form, the likeliest first."""
    return tuple(_russian().parse(word))
