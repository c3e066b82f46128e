"""A clip: some seconds of the copy for listening, names silenced as well."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from qa.audio.files import libav, open_audio
from qa.audio.playback import PLAYBACK_SUFFIX, write_playback
from qa.audio.scratch import Samples
from qa.errors import AudioError
from qa.records import SAMPLE_RATE, Waveform

#: Decoding begins so much earlier: a frame of MP3 needs those before it.
_LEAD_S = 0.5


def clip(
    path: Path,
    start: float,
    end: float,
    *,
    silence: Sequence[tuple[float, float]],
    scratch: Path,
) -> bytes:
    """Cut seconds out of the copy for listening; the same arguments give the same bytes.

    Parameters
    ----------
    path : what `write_playback` wrote: redacted spans are silent in it.
    start, end : seconds of the recording, ``[start, end)``; what lies beyond it is silent.
    silence : seconds of the recording to silence besides.
    scratch : private folder for the file on its way.

    Returns
    -------
    bytes : a file of the same kind, `PLAYBACK_TYPE`.

    Raises
    ------
    AudioError : the copy cannot be read.
    DiskFull : no room in the scratch folder.
    MissingExtra : PyAV is not installed.
    """
    spans = [(a - start, b - start) for a, b in silence if b > start and a < end]
    made = scratch / f"clip{PLAYBACK_SUFFIX}"
    write_playback(_cut(path, start, end), spans, made, margin_s=0.0)
    return made.read_bytes()


def _cut(path: Path, start: float, end: float) -> Waveform:
    """Decode the seconds alone: of a call of hours no more is read than is heard."""
    with open_audio(path) as container:
        stream = container.streams.best("audio")
        if stream is None:
            raise AudioError(f"{path.name}: no sound track.", "Let the call be heard again.")
        # An encoder's delay counts as time before the first sample.
        early = stream.start_time or 0
        container.seek(early + int(max(start - _LEAD_S, 0.0) / stream.time_base), stream=stream)
        rate, out = 0, np.zeros((1, 0), np.float32)
        for frame in _frames(container, stream):
            if not rate:
                rate = frame.sample_rate
                channels = len(frame.layout.channels)
                out = np.zeros((channels, max(round((end - start) * rate), 1)), np.float32)
            at = round((float((frame.pts - early) * stream.time_base) - start) * rate)
            if at >= out.shape[1]:
                break
            _put(out, frame.to_ndarray(), at)
    return Waveform(_at_our_rate(out, rate) if rate else np.zeros((1, SAMPLE_RATE), np.float32))


def _frames(container: Any, stream: Any) -> Iterator[Any]:
    """Yield frames that know their time; what is damaged is left out, and so silent."""
    av = libav()
    for packet in container.demux(stream):
        try:
            yield from (frame for frame in packet.decode() if frame.pts is not None)
        except av.error.FFmpegError:
            continue


def _put(out: Samples, samples: Samples, at: int) -> None:
    """Put samples, float and planar as libav's MP3 decoder gives them, where they belong."""
    skip = max(-at, 0)
    piece = samples[:, skip : skip + max(out.shape[1] - max(at, 0), 0)]
    out[:, max(at, 0) : max(at, 0) + piece.shape[1]] = piece


def _at_our_rate(samples: Samples, rate: int) -> Samples:
    if rate == SAMPLE_RATE:
        return samples
    place = np.arange(samples.shape[1] * SAMPLE_RATE // rate) * rate / SAMPLE_RATE
    known = np.arange(samples.shape[1])
    return np.stack([np.interp(place, known, row) for row in samples]).astype(np.float32)
