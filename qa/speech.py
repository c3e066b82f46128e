"""Speech regions: where somebody speaks, per channel, once per call.

Everything later reads these regions: transcription writes down nothing outside
them, so silence, noise and hold music cannot become words.

The model is Silero VAD (https://github.com/snakers4/silero-vad) through
onnxruntime. The packages that carry its weights are looked up without being
imported, since one of them loads torch.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from qa.errors import MissingExtra, ModelError
from qa.records import SAMPLE_RATE, SpeechSpan, Waveform
from qa.settings import Settings

#: Samples per frame of the model, and samples of the frame before that it sees as well.
FRAME = 512
CONTEXT = 64
#: Seconds a frame.
FRAME_S = FRAME / SAMPLE_RATE
#: Frames given to the model at once: 131 s; bounds memory on long recordings.
BLOCK = 4096
#: A block that is nowhere louder (-80 dB) holds no speech that anything could hear.
SILENT = 1e-4
#: Files that hold the sequence form of the model: package, path in it; the first found wins.
_CARRIERS = (
    ("silero_vad", "data/silero_vad_16k_sequence.onnx"),
    ("faster_whisper", "assets/silero_vad_v6.onnx"),
)


@dataclass(frozen=True)
class Hysteresis:
    """How probabilities become regions. Durations in seconds."""

    #: Speech begins at this probability, and ends below `off`.
    on: float = 0.5
    off: float = 0.35
    #: Silences shorter than this do not end a region.
    min_silence: float = 0.3
    #: Regions shorter than this are clicks, before padding.
    min_speech: float = 0.1
    #: Added on both sides; neighbours meet in the middle.
    pad: float = 0.2


def find_speech(audio: Waveform, *, settings: Settings) -> tuple[SpeechSpan, ...]:  # noqa: ARG001 - every room's verb takes the settings
    """Find where somebody speaks on each channel.

    Parameters
    ----------
    audio : may be memory-mapped; two minutes of one channel are read at a time.

    Returns
    -------
    Spans in order of start, with an empty speaker; no two of one channel overlap.

    Raises
    ------
    MissingExtra : onnxruntime is not installed.
    ModelError : no installed package carries the model.
    """
    spans = [
        SpeechSpan(speaker="", start=start, end=end, channel=channel, confidence=confidence)
        for channel in range(audio.channels)
        for start, end, confidence in to_regions(
            speech_probability(audio.samples[channel]), audio.duration
        )
    ]
    return tuple(sorted(spans, key=lambda s: (s.start, s.channel)))


def speech_probability(samples: NDArray[np.float32]) -> NDArray[np.float32]:
    """Return the probability of speech, one value per 32 ms.

    Parameters
    ----------
    samples : float32, shape (n,), 16 kHz, -1..1.

    Returns
    -------
    float32, shape (ceil(n / 512),), 0..1.
    """
    session = _session()
    hidden, cell = _start()
    context = np.zeros(CONTEXT, dtype=np.float32)
    found = []
    for at in range(0, len(samples), BLOCK * FRAME):
        block = np.asarray(samples[at : at + BLOCK * FRAME], dtype=np.float32)
        if np.abs(block).max() < SILENT:
            found.append(np.zeros(-(-len(block) // FRAME), dtype=np.float32))
            hidden, cell, context = *_start(), np.zeros(CONTEXT, dtype=np.float32)
            continue
        frames = np.zeros((-(-len(block) // FRAME), CONTEXT + FRAME), dtype=np.float32)
        body = np.zeros(frames.shape[0] * FRAME, dtype=np.float32)
        body[: len(block)] = block
        frames[:, CONTEXT:] = body.reshape(-1, FRAME)
        frames[0, :CONTEXT] = context
        frames[1:, :CONTEXT] = frames[:-1, -CONTEXT:]
        context = frames[-1, -CONTEXT:]
        values, hidden, cell = session.run(None, {"input": frames, "h": hidden, "c": cell})
        found.append(values.reshape(-1))
    return np.concatenate(found) if found else np.zeros(0, dtype=np.float32)


def _start() -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    """Return the state of the recurrent layer before anything was heard."""
    return np.zeros((1, 1, 128), dtype=np.float32), np.zeros((1, 1, 128), dtype=np.float32)


def to_regions(
    probability: NDArray[np.float32], duration: float, options: Hysteresis | None = None
) -> list[tuple[float, float, float]]:
    """Turn frame probabilities into padded regions.

    Parameters
    ----------
    probability : shape (frames,), 0..1, one per `FRAME_S`.
    duration : seconds; regions end there at the latest.

    Returns
    -------
    (start, end, mean probability of its frames), in order, never overlapping.
    """
    options = options or Hysteresis()
    kept = [
        (first, last)
        for first, last in _join(_runs(probability, options), options)
        if (last - first) * FRAME_S >= options.min_speech
    ]
    regions = []
    for index, (first, last) in enumerate(kept):
        start, end = first * FRAME_S, min(last * FRAME_S, duration)
        before = kept[index - 1][1] * FRAME_S if index else -options.pad
        after = kept[index + 1][0] * FRAME_S if index + 1 < len(kept) else duration + options.pad
        regions.append(
            (
                max(0.0, start - min(options.pad, (start - before) / 2)),
                min(duration, end + min(options.pad, (after - end) / 2)),
                float(np.clip(probability[first:last].mean(), 0, 1)),
            )
        )
    return [region for region in regions if region[1] > region[0]]


def _runs(probability: NDArray[np.float32], options: Hysteresis) -> list[tuple[int, int]]:
    """Return frames ``[first, last)`` that rise to `on` and have not yet fallen below `off`."""
    lively = np.concatenate(([False], probability >= options.off, [False]))
    edges = np.flatnonzero(np.diff(lively.astype(np.int8)))
    runs = []
    for first, last in edges.reshape(-1, 2):
        above = np.flatnonzero(probability[first:last] >= options.on)
        if len(above):
            runs.append((int(first + above[0]), int(last)))
    return runs


def _join(runs: list[tuple[int, int]], options: Hysteresis) -> list[tuple[int, int]]:
    joined: list[tuple[int, int]] = []
    for first, last in runs:
        if joined and (first - joined[-1][1]) * FRAME_S < options.min_silence:
            joined[-1] = (joined[-1][0], last)
        else:
            joined.append((first, last))
    return joined


@cache
def _session() -> Any:
    """Return the model, loaded once a process."""
    try:
        import onnxruntime  # noqa: PLC0415 - part of the extra [speech]
    except ModuleNotFoundError as err:
        raise MissingExtra(
            "Finding speech needs the package 'onnxruntime', which", "speech"
        ) from err
    options = onnxruntime.SessionOptions()
    # The model is a small recurrent one: threads only add waiting.
    options.inter_op_num_threads = options.intra_op_num_threads = 1
    options.log_severity_level = 3
    return onnxruntime.InferenceSession(
        str(_weights()), sess_options=options, providers=["CPUExecutionProvider"]
    )


def _weights() -> Path:
    for package, inside in _CARRIERS:
        spec = find_spec(package)
        for folder in (spec and spec.submodule_search_locations) or ():
            if (file := Path(folder) / inside).is_file():
                return file
    raise ModelError(
        "The model of speech regions (Silero VAD) is in none of the packages "
        + " and ".join(package for package, _ in _CARRIERS)
        + ".",
        "Install it: pip install 'callcenter-qa[speech]'",
    )
