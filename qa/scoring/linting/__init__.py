"""What a card may say but probably does not mean: warnings and notes, never errors.

A warning is about something that cannot work or works against itself; a note about
something that works and often disappoints.
"""

from __future__ import annotations

from qa.errors import Mistake
from qa.scoring.linting import conditions, keys, overlaps, wording
from qa.scoring.reading import positions
from qa.scoring.scorecard import Scorecard


def check(card: Scorecard, *, name: str = "") -> list[Mistake]:
    """Return doubts about a card that loads, each with its place, in order of place.

    Mistakes proper are raised by `load_scorecard`.
    """
    places = positions(card.source)
    found = []
    for room in (keys, wording, conditions, overlaps):
        for doubt in room.doubts(card):
            path = doubt.path
            while path and path not in places:
                path = path[:-1]
            line, column = places.get(path, (1, 1))
            found.append(Mistake(name or card.id, line, column, f"{doubt.level}: {doubt.message}"))
    return sorted(set(found), key=lambda m: (m.line, m.column, m.message))


def warnings(card: Scorecard, *, name: str = "") -> list[Mistake]:
    """Return the doubts that are more than notes."""
    return [m for m in check(card, name=name) if m.message.startswith("warning")]
