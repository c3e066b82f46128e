"""Stretches of speech between silences and changes of speaker, and spans made of them.

Pure arrays: what the segmentation model saw goes in, spans with speakers come out.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from qa.records import SpeechSpan

#: Frames of 10 ms, in which stretches are counted.
FRAME_S = 0.01
#: Half the distance over which two moments are compared to find a change of speaker,
#: and the share of windows that must see it.
_APART = 25
_CHANGE = 0.5
#: Shortest stretch that a change of speaker may leave, frames.
_SHORTEST = 30
#: Gaps of one speaker shorter than this are part of the speech, frames.
GAP = 30
#: Speakers of a call that does not say.
USUAL = 2


def changes(windows: NDArray[np.float32], step: float, frames: int) -> NDArray[np.float64]:
    """Return for each 10 ms the share of windows in which the speaker changes there.

    Parameters
    ----------
    windows : shape (windows, frames of the model, speakers), 0 or 1; ten seconds each.
    step : seconds between the starts of two windows.
    """
    seen = np.zeros(frames)
    changed = np.zeros(frames)
    length = round(10.0 / FRAME_S)
    at = (np.arange(length) * windows.shape[1] / length).astype(int)
    for number, window in enumerate(windows):
        active = window[at]
        alone = np.where(active.sum(axis=1) == 1, active.argmax(axis=1), -1)
        before, after = alone[: -2 * _APART], alone[2 * _APART :]
        both = (before >= 0) & (after >= 0)
        first = round(number * step / FRAME_S) + _APART
        size = min(len(both), frames - first)
        if size > 0:
            seen[first : first + size] += both[:size]
            changed[first : first + size] += ((before != after) & both)[:size]
    return np.divide(changed, seen, out=np.zeros(frames), where=seen > 0)


def cut(start: float, end: float, cuts: NDArray[np.float64]) -> list[tuple[int, int]]:
    """Cut a region where the speaker changes; returns stretches in frames of 10 ms."""
    first, last = round(start / FRAME_S), min(round(end / FRAME_S), len(cuts))
    marks = [first]
    lively = np.concatenate(([False], cuts[first:last] >= _CHANGE, [False])).astype(np.int8)
    for a, b in np.flatnonzero(np.diff(lively)).reshape(-1, 2):
        middle = first + int(a + b) // 2
        if middle - marks[-1] >= _SHORTEST and last - middle >= _SHORTEST:
            marks.append(middle)
    return [(a, b) for a, b in zip(marks, [*marks[1:], last], strict=True) if b > a]


def assemble(
    stretches: Sequence[tuple[int, int]],
    labels: NDArray[np.int64],
    confidence: NDArray[np.float64],
    counted: NDArray[np.int64],
    *,
    speakers: int,
) -> tuple[tuple[SpeechSpan, ...], tuple[SpeechSpan, ...]]:
    """Build spans from stretches and their speakers.

    Parameters
    ----------
    counted : how many speak in each 10 ms. Where nobody does, a stretch is its
        region's padding; where two do, the other one of two speaks as well.

    Returns
    -------
    (spans, exclusive). `exclusive` covers the stretches whole, so that every word
    of a region finds its speaker.
    """
    order = {int(label): i for i, label in enumerate(dict.fromkeys(labels.tolist()))}
    exclusive: list[SpeechSpan] = []
    spans: list[SpeechSpan] = []
    for (first, last), label, sure in zip(stretches, labels, confidence, strict=True):
        speaker = order[int(label)]
        exclusive.append(_span(speaker, first, last, sure))
        here = counted[first:last]
        spans += [_span(speaker, first + a, first + b, sure) for a, b in _filled(here > 0, gap=GAP)]
        if speakers == USUAL and len(order) == USUAL:
            spans += [
                _span(1 - speaker, first + a, first + b, sure / 2)
                for a, b in _filled(here > 1, gap=0)
            ]
    spans.sort(key=lambda s: (s.start, s.end, s.speaker))
    return tuple(spans), tuple(exclusive)


def _span(speaker: int, first: int, last: int, confidence: float) -> SpeechSpan:
    return SpeechSpan(
        speaker=f"speaker-{speaker}",
        start=first * FRAME_S,
        end=last * FRAME_S,
        confidence=float(confidence),
    )


def _filled(mask: NDArray[np.bool_], *, gap: int) -> list[tuple[int, int]]:
    """Return the true stretches of a mask, over gaps shorter than `gap`."""
    edges = np.flatnonzero(np.diff(np.concatenate(([False], mask, [False])).astype(np.int8)))
    joined: list[tuple[int, int]] = []
    for first, last in edges.reshape(-1, 2).tolist():
        if joined and first - joined[-1][1] < gap:
            joined[-1] = (joined[-1][0], last)
        else:
            joined.append((first, last))
    return joined
