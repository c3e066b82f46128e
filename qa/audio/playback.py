"""What a listener gets: a copy that every browser plays and seeks, and the peaks to draw.

MP3 at a constant bit rate: see docs/decisions/0019-mp3-playback.md.
"""

from __future__ import annotations

import os
import tempfile
from collections.abc import Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from qa.audio.files import libav, room_on
from qa.audio.scratch import BLOCK, Samples
from qa.records import SAMPLE_RATE, Waveform

PLAYBACK_SUFFIX = ".mp3"
PLAYBACK_TYPE = "audio/mpeg"
#: The peaks lie beside the copy, under its name with this ending.
PEAKS_SUFFIX = ".npy"
#: Peaks a second that are kept: a word is some ten of them wide.
PEAKS_PER_SECOND = 25

#: Bits a second for one channel; two take a third more, the sides seldom speaking at once.
_BIT_RATE = 48_000
#: LAME's search, 0 (best) to 9: from 5, the usual, to 7 a third of the time is saved, and
#: nothing that a telephone lets through.
_EFFORT = "7"
#: Fading takes this long on each side of a silenced span, outside it.
_FADE = SAMPLE_RATE // 100
_MAX_CHANNELS = 2


def write_playback(
    audio: Waveform,
    silence: Sequence[tuple[float, float]],
    path: Path,
    *,
    margin_s: float = 0.1,
) -> None:
    """Write a copy for listening, with spans silenced on every channel, and its peaks.

    Appears under `path` whole or not at all, readable by its owner only. The peaks are
    those of the copy, so that nothing of what is silenced can be seen in them.

    Parameters
    ----------
    silence : seconds ``[start, end)``; may overlap, and reach beyond the recording.
    margin_s : silenced besides on each side, since word times are good to about a tenth.

    Raises
    ------
    DiskFull : no room for the copy.
    MissingExtra : PyAV is not installed.
    """
    spans = _merged(silence, margin_s)
    with room_on(path.parent):
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        handle, name = tempfile.mkstemp(dir=path.parent, suffix=".part")
        os.close(handle)
        try:
            drawn = _encode(audio, spans, Path(name))
            save_peaks(drawn, path.with_suffix(PEAKS_SUFFIX))
            Path(name).replace(path)
        except BaseException:
            Path(name).unlink(missing_ok=True)
            path.with_suffix(PEAKS_SUFFIX).unlink(missing_ok=True)
            raise


def _encode(audio: Waveform, spans: Sequence[tuple[int, int]], path: Path) -> NDArray[np.float32]:
    """Encode to a file; return the peaks of what was written."""
    av = libav()
    samples = audio.samples[:_MAX_CHANNELS]
    drawn = [np.zeros((len(samples), 0), np.float32)]
    layout = "mono" if len(samples) == 1 else "stereo"
    with av.open(str(path.absolute()), "w", format="mp3") as container:
        stream = container.add_stream(
            "mp3", rate=SAMPLE_RATE, layout=layout, options={"compression_level": _EFFORT}
        )
        stream.bit_rate = _BIT_RATE if len(samples) == 1 else _BIT_RATE * 4 // 3
        for at in range(0, samples.shape[1], BLOCK):
            block = _silenced(samples[:, at : at + BLOCK], at, spans)
            frame = av.AudioFrame.from_ndarray(block, format="fltp", layout=layout)
            frame.sample_rate, frame.pts = SAMPLE_RATE, at
            container.mux(stream.encode(frame))
            drawn.append(peaks(Waveform(block), per_second=PEAKS_PER_SECOND))
        container.mux(stream.encode(None))
    return np.concatenate(drawn, axis=1)


def _merged(silence: Sequence[tuple[float, float]], margin_s: float) -> list[tuple[int, int]]:
    """Return the spans in samples, in order, those that touch made one."""
    spans: list[tuple[int, int]] = []
    for start, end in sorted(silence):
        a, b = (round(t * SAMPLE_RATE) for t in (max(start - margin_s, 0.0), end + margin_s))
        if spans and a <= spans[-1][1] + 2 * _FADE:
            spans[-1] = (spans[-1][0], max(spans[-1][1], b))
        else:
            spans.append((a, b))
    return spans


def _silenced(block: Samples, at: int, spans: Sequence[tuple[int, int]]) -> Samples:
    """Return a copy of the block that begins at sample `at`, with the spans faded out and in."""
    out = np.array(block, np.float32, order="C")
    n = out.shape[1]
    for start, end in spans:
        if start - _FADE < at + n and end + _FADE > at:
            place = np.arange(at, at + n)
            away = np.maximum(start - place, place - (end - 1))
            out *= np.clip(away / _FADE, 0.0, 1.0).astype(np.float32)
    return out


def peaks(audio: Waveform, *, per_second: int) -> NDArray[np.float32]:
    """Return the loudest sample of each stretch, for drawing.

    Returns
    -------
    float32, shape (channels, ceil(duration * per_second)), 0..1.
    """
    n = audio.samples.shape[1]
    count = -(-n * per_second // SAMPLE_RATE)
    edges = np.arange(count + 1) * SAMPLE_RATE // per_second
    out = np.zeros((audio.channels, count), np.float32)
    for k in range(0, count, 60 * per_second):  # a minute at a time: long recordings are mapped
        part = edges[k : k + 60 * per_second + 1]
        block = np.abs(audio.samples[:, part[0] : min(part[-1], n)])
        if block.shape[1]:
            loudest = np.maximum.reduceat(block, part[:-1] - part[0], axis=1)
            out[:, k : k + len(part) - 1] = loudest
    return out


def save_peaks(drawn: NDArray[np.float32], path: Path) -> None:
    """Keep peaks, a byte each; readable by their owner only."""
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as out:
        np.save(out, np.rint(drawn * 255).astype(np.uint8))
