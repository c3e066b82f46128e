"""Whose stretch is whose: embeddings of voices into a known number of speakers.

Pure numbers, no model. Stretches are parts of speech regions, which silence parts
on the telephone: they are purer than the ten-second windows that a diarizer slides
over a call, and there are far fewer of them to embed.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.cluster.hierarchy import fcluster, linkage
from scipy.sparse.linalg import LinearOperator, eigsh

Floats = NDArray[np.float64]
Labels = NDArray[np.int64]

#: A voice is judged from stretches at least this long, seconds, where there are enough.
LONG = 0.8
#: Rounds of refinement; it settles in fewer than ten.
_ROUNDS = 30
#: Most stretches that are compared each with each.
_MOST = 1500
#: How fast the difference between two likenesses becomes certainty.
_SLOPE = 8.0


@dataclass(frozen=True)
class Grouped:
    """Speakers of stretches.

    Attributes
    ----------
    labels : shape (stretches,), 0 .. speakers - 1.
    confidence : shape (stretches,), 0..1; 0.5 where the voice could not be told.
    """

    labels: Labels
    confidence: Floats


def group(embeddings: NDArray[np.float32], seconds: Floats, *, speakers: int) -> Grouped:
    """Give each stretch to one of `speakers`.

    Parameters
    ----------
    embeddings : shape (stretches, width); NaN rows are given to their neighbour's speaker.
    seconds : shape (stretches,); long stretches count for more.
    """
    count = len(embeddings)
    told = np.flatnonzero(~np.isnan(embeddings).any(axis=1))
    labels = np.zeros(count, dtype=np.int64)
    confidence = np.full(count, 0.5)
    if speakers == 1 or len(told) < 2:  # noqa: PLR2004 - one voice cannot be told from another
        return Grouped(labels, np.full(count, 1.0 if speakers == 1 else 0.5))
    voices = _unit(embeddings[told].astype(np.float64))
    weights = seconds[told]
    starts = [_linked(voices, weights, speakers)]
    if speakers == 2:  # noqa: PLR2004 - the sign of one direction parts two
        starts.append(_parted(voices, weights))
    found = [_refined(voices, weights, start, speakers) for start in starts]
    best, likeness = max(found, key=lambda f: _fit(f[0], f[1], weights))
    labels[told] = best
    top = np.sort(likeness, axis=1)
    confidence[told] = 1 / (1 + np.exp(-_SLOPE * (top[:, -1] - top[:, -2])))
    for lost in np.setdiff1d(np.arange(count), told):
        labels[lost] = labels[told[np.abs(told - lost).argmin()]]
    return Grouped(labels, confidence)


def _unit(rows: Floats) -> Floats:
    return rows / np.maximum(np.linalg.norm(rows, axis=-1, keepdims=True), 1e-9)  # type: ignore[no-any-return]


def _long(weights: Floats, least: int) -> NDArray[np.int64]:
    """Return the long stretches, or the longest where these are too few to go by."""
    chosen = np.flatnonzero(weights >= LONG)
    if len(chosen) < least:
        chosen = np.argsort(-weights)[:least]
    return chosen[np.argsort(-weights[chosen], kind="stable")[:_MOST]]


def _parted(voices: Floats, weights: Floats) -> Labels:
    """Two groups by the leading direction of likeness above the usual one."""
    chosen = _long(weights, 2)
    usual = float(np.square(voices[chosen].mean(axis=0)).sum())
    scale = np.sqrt(weights)
    scaled = voices * scale[:, None]
    size = len(voices)

    def times(vector: Floats) -> Floats:
        vector = vector.reshape(-1)
        product: Floats = scaled @ (scaled.T @ vector) - usual * scale * (scale @ vector)
        return product

    if size <= 3:  # noqa: PLR2004 - too small for the iterative solver
        matrix = np.stack([times(row) for row in np.eye(size)])
        direction = np.linalg.eigh(matrix)[1][:, -1]
    else:
        operator = LinearOperator((size, size), matvec=times, dtype=np.float64)
        direction = eigsh(operator, k=1, which="LA", v0=np.ones(size))[1][:, 0]
    return (direction > 0).astype(np.int64)


def _linked(voices: Floats, weights: Floats, speakers: int) -> Labels:
    """Groups by average linkage of the long stretches; the others join the nearest."""
    chosen = _long(weights, speakers)
    if len(chosen) < 2:  # noqa: PLR2004
        return np.zeros(len(voices), dtype=np.int64)
    tree = linkage(voices[chosen], method="average", metric="cosine")
    # Single odd stretches part first: go down the tree until enough groups have weight.
    parts: Labels = np.ones(len(chosen), dtype=np.int64)
    for groups in range(speakers, len(chosen) + 1):
        parts = fcluster(tree, groups, criterion="maxclust").astype(np.int64) - 1
        held = np.bincount(parts, weights=weights[chosen])
        if (held >= 0.05 * weights[chosen].sum()).sum() >= speakers:
            break
    heaviest = np.argsort(-np.bincount(parts, weights=weights[chosen]))[:speakers]
    centres = _unit(
        np.stack(
            [(voices[chosen] * weights[chosen, None])[parts == g].sum(axis=0) for g in heaviest]
        )
    )
    nearest: Labels = (voices @ centres.T).argmax(axis=1)
    return nearest


def _refined(
    voices: Floats, weights: Floats, labels: Labels, speakers: int
) -> tuple[Labels, Floats]:
    """Move stretches to the voice they are most like until none moves (spherical k-means)."""
    likeness = np.zeros((len(voices), speakers))
    for _ in range(_ROUNDS):
        centres = np.stack(
            [(voices * (weights * (labels == g))[:, None]).sum(axis=0) for g in range(speakers)]
        )
        likeness = voices @ _unit(centres).T
        moved = likeness.argmax(axis=1)
        if (moved == labels).all():
            break
        labels = moved
    return labels, likeness


def _fit(labels: Labels, likeness: Floats, weights: Floats) -> float:
    return float((likeness[np.arange(len(labels)), labels] * weights).sum())
