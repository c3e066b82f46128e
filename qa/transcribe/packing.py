"""Regions of speech, packed into the windows that Whisper reads, and times mapped back.

Whisper reads a window of up to 30 s at once. A region of its own would waste most
of it and lose its context; so the regions of one speaker stand one after the other
in a window, in order of time, and every time that comes out is mapped back to the
region it fell into.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from math import ceil

import numpy as np
from numpy.typing import NDArray

from qa.records import SAMPLE_RATE, SpeechSpan, Waveform

#: Where a region longer than a window is cut: the quietest 20 ms of its last third.
_HOP = 320


@dataclass(frozen=True)
class Piece:
    """A region, or a part of a long one, and its place in a window. Seconds."""

    region: SpeechSpan
    start: float
    end: float
    #: Where it begins in the window.
    at: float

    @property
    def duration(self) -> float:
        """Length in seconds."""
        return self.end - self.start

    @property
    def part(self) -> SpeechSpan:
        """Its own share of the region."""
        return self.region.model_copy(update={"start": self.start, "end": self.end})


@dataclass(frozen=True)
class Window:
    """Pieces of one speaker on one channel, read by the model at once."""

    pieces: tuple[Piece, ...]

    @property
    def duration(self) -> float:
        """Length in seconds."""
        return self.pieces[-1].at + self.pieces[-1].duration

    @property
    def voice(self) -> tuple[int, str]:
        """Channel and speaker."""
        return self.pieces[0].region.channel, self.pieces[0].region.speaker

    def samples(self, audio: Waveform) -> NDArray[np.float32]:
        """Return what the model hears, shape (n,); silence between the pieces."""
        heard = np.zeros(round(self.duration * SAMPLE_RATE), dtype=np.float32)
        for piece in self.pieces:
            sound = audio.region(piece.start, piece.end, piece.region.channel)
            first = round(piece.at * SAMPLE_RATE)
            sound = sound[: len(heard) - first]
            heard[first : first + len(sound)] = sound
        return heard

    def place(self, start: float, end: float) -> tuple[Piece, float, float]:
        """Map a stretch of the window to the piece it lies in and the recording's clock.

        The piece that most of it falls into; both ends are clipped to that piece.
        """
        middle = (start + end) / 2
        piece = min(
            self.pieces,
            key=lambda p: max(p.at - middle, middle - (p.at + p.duration), 0.0),
        )
        first = min(max(piece.start + start - piece.at, piece.start), piece.end)
        last = min(max(piece.start + end - piece.at, first), piece.end)
        return piece, first, last


def pack(
    regions: Iterable[SpeechSpan], audio: Waveform, *, limit: float, gap: float = 0.0
) -> list[Window]:
    """Pack regions into windows of about equal length.

    Parameters
    ----------
    regions : of any channels and speakers; no window mixes two voices.
    limit : seconds a window may hold.
    gap : seconds of silence put between two regions.

    Returns
    -------
    Windows in order of their first region. Every moment of every region lies in
    exactly one of them.
    """
    voices: dict[tuple[int, str], list[SpeechSpan]] = {}
    for region in sorted(regions, key=lambda r: (r.start, r.channel)):
        if round(region.end * SAMPLE_RATE) > round(region.start * SAMPLE_RATE):
            voices.setdefault((region.channel, region.speaker), []).append(region)
    windows = [w for spans in voices.values() for w in _fill(spans, audio, limit, gap)]
    return sorted(windows, key=lambda w: (w.pieces[0].start, w.voice))


def _fill(regions: Sequence[SpeechSpan], audio: Waveform, limit: float, gap: float) -> list[Window]:
    parts = [part for region in regions for part in split(region, audio, limit=limit)]
    total = sum(part.duration + gap for part in parts)
    # As long as the fullest need be: a short last window would be read without context.
    target = total / ceil(total / limit)
    windows: list[list[Piece]] = [[]]
    length = 0.0
    for region, start, end in ((p.region, p.start, p.end) for p in parts):
        lead = gap if windows[-1] else 0.0
        full = length + lead + (end - start) > limit
        if windows[-1] and (full or length + lead + (end - start) / 2 > target):
            windows.append([])
            length = lead = 0.0
        windows[-1].append(Piece(region=region, start=start, end=end, at=length + lead))
        length += lead + (end - start)
    return [Window(pieces=tuple(pieces)) for pieces in windows if pieces]


def split(region: SpeechSpan, audio: Waveform, *, limit: float) -> list[Piece]:
    """Cut a region that no window holds at its quietest moments; `at` is 0 throughout."""
    pieces = []
    start = region.start
    while region.end - start > limit:
        sound = audio.region(start + limit * 2 / 3, start + limit, region.channel)
        energy = np.square(sound[: len(sound) // _HOP * _HOP]).reshape(-1, _HOP).sum(axis=1)
        cut = start + limit * 2 / 3 + (int(energy.argmin()) + 0.5) * _HOP / SAMPLE_RATE
        pieces.append(Piece(region=region, start=start, end=cut, at=0.0))
        start = cut
    pieces.append(Piece(region=region, start=start, end=region.end, at=0.0))
    return pieces
