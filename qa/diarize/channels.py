"""One speaker a channel: who speaks is where it is heard. No model.

What must be told apart is crosstalk: a voice that leaks onto the other side's
channel (an open microphone, a loud earpiece) would be transcribed twice and given
to the wrong person. A leak is a quieter, somewhat later copy: its loudness follows
the other channel's. Two people who talk at once do not follow each other.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from time import perf_counter

import numpy as np
from numpy.typing import NDArray

from qa import __version__
from qa.records import SAMPLE_RATE, Diarization, Provenance, SpeechSpan, Waveform
from qa.settings import Settings

#: Loudness is measured every 20 ms.
HOP = 320
HOP_S = HOP / SAMPLE_RATE
#: Frames read from disk at once (five minutes).
_BLOCK = 15_000

Track = NDArray[np.float32]


@dataclass(frozen=True)
class Leak:
    """When a stretch counts as a copy of the other channel."""

    #: Frames compared at once (1 s), and how far the comparison moves on.
    window: int = 50
    step: int = 12
    #: The copy is quieter by this many dB, and its loudness follows (correlation).
    quieter: float = 6.0
    follows: float = 0.75
    #: A copy that follows this closely need only be this much quieter.
    little_quieter: float = 1.0
    follows_closely: float = 0.95
    #: Frames by which the copy may be early or late: an echo's way there and back.
    early: int = 3
    late: int = 25
    #: Shortest stretch that is kept beside a leak, frames.
    shortest: int = 12


class ChannelDiarizer:
    """Gives each channel's regions to a speaker of its own, less what leaked onto it."""

    name = "channels"

    def __init__(self, *, model: object = None, settings: Settings) -> None:  # noqa: ARG002 - every diarizer is built alike
        self._leak = Leak()
        self.recipe = {"engine": self.name, "version": __version__, "leak": repr(self._leak)}

    def diarize(
        self,
        audio: Waveform,
        regions: Sequence[SpeechSpan],
        *,
        speakers: int | None,  # noqa: ARG002 - as many as channels
    ) -> Diarization:
        """Name the regions by their channels; see `qa.diarize.Diarizer`."""
        began = perf_counter()
        tracks = [loudness(audio.samples[channel]) for channel in range(audio.channels)]
        spans = [
            span for region in regions for span in without_leak(region, tracks, options=self._leak)
        ]
        spans.sort(key=lambda s: (s.start, s.channel))
        return Diarization(
            spans=tuple(spans),
            exclusive=one_at_a_time(spans, tracks),
            provenance=Provenance(
                stage="diarize",
                engine=self.name,
                version=__version__,
                options=self.recipe,
                seconds=perf_counter() - began,
            ),
        )


def loudness(samples: NDArray[np.float32]) -> Track:
    """Return the loudness every 20 ms in dB, shape (frames,); silence is -100."""
    found = []
    for at in range(0, len(samples), _BLOCK * HOP):
        block = np.asarray(samples[at : at + _BLOCK * HOP], dtype=np.float32)
        block = np.pad(block, (0, -len(block) % HOP)).reshape(-1, HOP)
        found.append(10 * np.log10(np.square(block).mean(axis=1) + 1e-10))
    return np.concatenate(found).astype(np.float32) if found else np.zeros(0, dtype=np.float32)


def without_leak(
    region: SpeechSpan, tracks: Sequence[Track], *, options: Leak | None = None
) -> list[SpeechSpan]:
    """Return what is left of a region once copies of other channels are taken out.

    Parameters
    ----------
    tracks : loudness of every channel, as `loudness` gives it.

    Returns
    -------
    Spans named after the channel, inside the region, in order; none when all of
    it leaked in.
    """
    options = options or Leak()
    first, last = int(region.start / HOP_S), int(np.ceil(region.end / HOP_S))
    own = tracks[region.channel]
    last = min(last, len(own))
    leaked = np.zeros(max(last - first, 0), dtype=bool)
    louder = np.zeros_like(leaked)
    for channel, other in enumerate(tracks):
        if channel != region.channel:
            leaked |= _copies(own, other, first, last, options)
            louder |= other[first:last] > own[first:last]
    speaker = f"speaker-{region.channel}"
    if not leaked.any():
        return [_span(region, speaker, region.start, region.end, louder)]
    return [
        _span(
            region,
            speaker,
            max(region.start, (first + a) * HOP_S),
            min(region.end, (first + b) * HOP_S),
            louder[a:b],
        )
        for a, b in _stretches(~leaked)
        if b - a >= options.shortest
    ]


def _span(
    region: SpeechSpan, speaker: str, start: float, end: float, louder: NDArray[np.bool_]
) -> SpeechSpan:
    doubt = float(louder.mean()) if len(louder) else 0.0
    return SpeechSpan(
        speaker=speaker,
        start=start,
        end=end,
        channel=region.channel,
        # Where the other side is louder all along, it may yet be theirs.
        confidence=1.0 - 0.5 * doubt,
    )


def _copies(own: Track, other: Track, first: int, last: int, options: Leak) -> NDArray[np.bool_]:
    """Say for each frame of ``[first, last)`` whether it follows the other channel."""
    votes = np.zeros(max(last - first, 0), dtype=np.int32)
    seen = np.zeros_like(votes)
    size = min(options.window, last - first)
    if size < options.shortest:
        return votes > 0
    starts = [*range(first, last - size, options.step), last - size]
    for start in starts:
        at = slice(start - first, start - first + size)
        seen[at] += 1
        votes[at] += _is_copy(own, other, start, size, options)
    return votes * 2 > seen


def _is_copy(own: Track, other: Track, start: int, size: int, options: Leak) -> bool:
    heard = own[start : start + size]
    best, ahead = 0.0, 0.0
    for lag in range(-options.early, options.late + 1):
        if start - lag < 0 or start - lag + size > len(other):
            continue
        source = other[start - lag : start - lag + size]
        follows = _correlation(heard, source)
        if follows > best:
            loud = source >= np.median(source)
            best, ahead = follows, float(np.median((source - heard)[loud]))
    return (best >= options.follows and ahead >= options.quieter) or (
        best >= options.follows_closely and ahead >= options.little_quieter
    )


def _correlation(a: Track, b: Track) -> float:
    a, b = a - a.mean(), b - b.mean()
    scale = float(np.sqrt((a * a).sum() * (b * b).sum()))
    # Less than 1 dB of movement says nothing about following.
    return float((a * b).sum()) / scale if scale > len(a) else 0.0


def _stretches(mask: NDArray[np.bool_]) -> Iterator[tuple[int, int]]:
    edges = np.flatnonzero(np.diff(np.concatenate(([False], mask, [False])).astype(np.int8)))
    for first, last in edges.reshape(-1, 2):
        yield int(first), int(last)


def one_at_a_time(spans: Sequence[SpeechSpan], tracks: Sequence[Track]) -> tuple[SpeechSpan, ...]:
    """Cut spans so that one speaker speaks at a time: where two do, the louder one.

    Loudness counts against the channel's own loudest 5 %, since lines differ in gain.
    """
    if not spans:
        return ()
    frames = max(len(track) for track in tracks)
    usual = [float(np.quantile(track, 0.95)) if len(track) else 0.0 for track in tracks]
    owner = np.full(frames, -1, dtype=np.int32)
    level = np.full(frames, -np.inf, dtype=np.float32)
    for number, span in enumerate(spans):
        at = slice(round(span.start / HOP_S), max(round(span.end / HOP_S), 0))
        own = np.convolve(tracks[span.channel][at], np.ones(15) / 15, mode="same")
        own = own[: len(level[at])] - usual[span.channel]
        wins = own > level[at]
        owner[at][wins] = number
        level[at][wins] = own[wins]
    cut = [
        span.model_copy(
            update={"start": max(span.start, a * HOP_S), "end": min(span.end, b * HOP_S)}
        )
        for number, span in enumerate(spans)
        for a, b in _stretches(owner == number)
    ]
    return tuple(sorted((s for s in cut if s.end > s.start), key=lambda s: s.start))
