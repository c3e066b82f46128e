"""Which characters of which turns a search may begin in."""

from __future__ import annotations

from collections.abc import Iterable
from math import ceil, inf

from qa.records import SafeTurn
from qa.scoring.matching import Window
from qa.scoring.parts import Part
from qa.scoring.scorecard import Where

#: A place in a conversation: turn, character.
Place = tuple[int, int]


def window(
    part: Part,
    who: str,
    where: Where | None,
    *,
    after: Place | None = None,
    before: Place | None = None,
) -> dict[int, tuple[int, int]]:
    """Return the stretch to search: per turn, the characters ``[start, end)``.

    Parameters
    ----------
    after, before : where the trigger was found, and the place that the search ends at.
    """
    found = _widest(part, who, where) if where and where.conditions else part.all_of(who)
    if where and where.after_trigger and after:
        found = cut(found, low=after)
    return cut(found, high=before) if before else found


def place_at(part: Part, seconds: float) -> Place:
    """Return where the first word that is said from a moment on stands; the end where none is."""
    for turn in part.turns:
        chars = _chars(turn, seconds, inf)
        if chars:
            return turn.index, chars[0]
    return (part.turns[-1].index, _all(part.turns[-1])[1]) if part.turns else (0, 0)


def needs_times(where: Where | None) -> bool:
    """Tell whether a window is given in seconds alone."""
    if where is None or (where.first_seconds is None and where.last_seconds is None):
        return False
    return not any((where.first_turns, where.last_turns, where.first_share, where.last_share))


def _widest(part: Part, who: str, where: Where) -> dict[int, tuple[int, int]]:
    turns = part.spoken_by(who)
    found: dict[int, tuple[int, int]] = {}
    for side, unit, size in where.conditions:
        if unit == "share" and part.is_call and part.speech_limits is not None:
            began, ended = part.speech_limits
            unit, size = "seconds", (ended - began) * size  # noqa: PLW2901 - the same, in seconds
        if unit == "seconds":
            _join(found, _by_seconds(part, turns, side, size))
        else:
            count = int(size) if unit == "turns" else ceil(len(turns) * size)
            chosen = turns[:count] if side == "first" else turns[max(0, len(turns) - count) :]
            _join(found, ((t.index, _all(t)) for t in chosen))
    return dict(sorted(found.items()))


def _all(turn: SafeTurn) -> tuple[int, int]:
    return 0, max(len(turn.text), 1)


def _join(found: dict[int, tuple[int, int]], more: Iterable[tuple[int, tuple[int, int]]]) -> None:
    for turn, (a, b) in more:
        low, high = found.get(turn, (a, b))
        found[turn] = min(low, a), max(high, b)


def _by_seconds(
    part: Part, turns: tuple[SafeTurn, ...], side: str, seconds: float
) -> Iterable[tuple[int, tuple[int, int]]]:
    limits = part.speech_limits
    if limits is None:
        return
    for turn in turns:
        if side == "first":
            chars = _chars(turn, limits[0], limits[0] + seconds)
        else:
            chars = _chars(turn, limits[1] - seconds, limits[1] + 1.0)
        if chars:
            yield turn.index, chars


def _chars(turn: SafeTurn, start: float, end: float) -> tuple[int, int] | None:
    """Return the characters of the words that begin in ``[start, end)`` seconds."""
    if turn.start is not None and turn.start >= end:
        return None
    if turn.end is not None and turn.end < start:
        return None
    if turn.words:
        inside = [
            offsets
            for word, offsets in zip(turn.words, turn.word_offsets, strict=True)
            if start <= word.start < end
        ]
        return (inside[0][0], inside[-1][1]) if inside else None
    if turn.start is None:
        return None
    if turn.end is None or turn.end <= turn.start:  # a written message is there at once
        return _all(turn) if start <= turn.start < end else None
    rate = len(turn.text) / (turn.end - turn.start)
    a = max(0, int((start - turn.start) * rate))
    b = len(turn.text) if end == inf else min(len(turn.text), ceil((end - turn.start) * rate))
    return (a, b) if a < b else None


def cut(
    found: Window, *, low: Place = (-1, 0), high: Place | None = None
) -> dict[int, tuple[int, int]]:
    """Return what of a window lies at or after a place, and before another."""
    out = {}
    for turn, (start, end) in found.items():
        a = max(start, low[1]) if turn == low[0] else start
        b = min(end, high[1]) if high and turn == high[0] else end
        if turn >= low[0] and (high is None or turn <= high[0]) and a < b:
            out[turn] = (a, b)
    return out
