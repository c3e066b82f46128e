"""What word confidences say of a transcript.

    scripts/bench confidence DIR [--json]

DIR holds calls with truth, as `scripts/bench speech` takes them. Each channel is read as it is
and with white noise added, and every word heard is aligned with the words that people wrote
down: how sure the engine was of words that are right and of words that are not, and how many
words are wrong at which mean confidence. The noise of `scripts/bench scoring --noise` and the
estimate of a transcript's noise (qa/scoring/recall.yaml) rest on these figures.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from difflib import SequenceMatcher
from pathlib import Path
from statistics import mean
from typing import Any

import numpy as np
from numpy.typing import NDArray
from rapidfuzz.distance import Levenshtein

from benches import _calls

#: Loudness of speech over the noise that is added, dB; None = as recorded.
NOISES = (None, 20, 15, 10, 5, 0)
#: Shares of words at which the spread of confidences is given.
_SHARES = (0.0, 0.05, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 0.95, 1.0)

Heard = tuple[str, float | None]


@dataclass
class Reading:
    """One channel as it was heard."""

    call: str
    noise: int | None
    #: Words that people wrote down, and edits between them and what was heard.
    words: int
    errors: int
    #: Confidence of words that are right, and of those that are not.
    right: list[float] = field(default_factory=list)
    wrong: list[float] = field(default_factory=list)

    @property
    def confidence(self) -> float:
        """Mean over the words heard."""
        return mean([*self.right, *self.wrong])


def main(arguments: list[str]) -> int:
    """Read the calls and print what their confidences say."""
    parser = argparse.ArgumentParser(prog="scripts/bench confidence", description=__doc__)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--json", action="store_true", help="one object on stdout")
    options = parser.parse_args(arguments)
    calls = _calls.find_calls(options.folder)
    if not calls:
        print(f"No derived/*.stereo.wav in {options.folder}.", file=sys.stderr)
        return 2
    readings = [r for r in read(calls) if r.right or r.wrong]
    result = summary(readings)
    if options.json:
        print(json.dumps(result, indent=2))
    else:
        _show(result)
    return 0


def read(calls: Sequence[_calls.Call]) -> Iterable[Reading]:
    """Yield each channel at each noise, as the program's fast engine hears it."""
    from benches.speech import _settings  # noqa: PLC0415 - loads nothing of the engines
    from qa import models  # noqa: PLC0415
    from qa.transcribe.faster_whisper import FasterWhisperTranscriber  # noqa: PLC0415

    settings = _settings(Path("/nonexistent"), "faster-whisper", 0)
    model = models.for_engine("faster-whisper", settings)
    engine = FasterWhisperTranscriber(model=str(model), settings=settings)
    for number, call in enumerate(calls):
        for noise in NOISES:
            print(f"{call.id} {'as it is' if noise is None else f'{noise} dB'}", file=sys.stderr)
            for side, heard in zip(_calls.SIDES, _hear(engine, call, noise, number), strict=True):
                yield compare(call.id, noise, call.words[side], heard)


def _hear(engine: Any, call: _calls.Call, noise: int | None, seed: int) -> list[list[Heard]]:
    from benches._plain import decode  # noqa: PLC0415
    from benches.speech import _settings  # noqa: PLC0415
    from qa.records import Waveform  # noqa: PLC0415
    from qa.speech import find_speech  # noqa: PLC0415

    samples = np.stack(decode(call.stereo))
    if noise is not None:
        samples = add_noise(samples, noise, seed)
    audio = Waveform(samples=samples)
    regions = find_speech(audio, settings=_settings(Path("/nonexistent"), "faster-whisper", 0))
    transcript = engine.transcribe(audio, regions, language="en")
    heard: list[list[Heard]] = [[] for _ in samples]
    for segment in transcript.segments:
        heard[segment.channel] += [(w.text, w.confidence) for w in segment.words]
    return heard


def add_noise(samples: NDArray[np.float32], decibel: float, seed: int) -> NDArray[np.float32]:
    """Return channels with white noise so many dB below their speech (its loudest fifth)."""
    rng = np.random.default_rng(seed)
    out = []
    for channel in samples:
        frames = channel[: len(channel) // 400 * 400].reshape(-1, 400)
        power = np.sort((frames.astype(np.float64) ** 2).mean(axis=1))
        loud = power[-max(1, len(power) // 5) :].mean()
        noise = rng.normal(0.0, np.sqrt(loud / 10 ** (decibel / 10)), len(channel))
        out.append(np.clip(channel + noise, -1, 1).astype(np.float32))
    return np.stack(out)


def compare(
    call: str, noise: int | None, reference: Sequence[str], heard: Sequence[Heard]
) -> Reading:
    """Align what was heard with what was said, word by word."""
    words, sure = _normalised(heard)
    edits = Levenshtein.editops(list(reference), words)
    reading = Reading(call, noise, len(reference), len(edits))
    wrong = {op.dest_pos for op in edits if op.tag != "delete"}
    for at, confidence in enumerate(sure):
        if confidence is not None:
            (reading.wrong if at in wrong else reading.right).append(confidence)
    return reading


def _normalised(heard: Sequence[Heard]) -> tuple[list[str], list[float | None]]:
    """Return the words that count, each with its confidence; None where words were joined."""
    words = _calls.normalise(" ".join(text for text, _ in heard))
    alone = [(w, sure) for text, sure in heard for w in _calls.normalise(text)]
    confidences: list[float | None] = [None] * len(words)
    match = SequenceMatcher(None, [w for w, _ in alone], words, autojunk=False)
    for a, b, size in match.get_matching_blocks():
        for i in range(size):
            confidences[b + i] = alone[a + i][1]
    return words, confidences


def summary(readings: Sequence[Reading]) -> dict[str, Any]:
    """Return spreads of confidence, and errors by noise and by mean confidence."""
    right = np.array([c for r in readings for c in r.right])
    wrong = np.array([c for r in readings for c in r.wrong])
    by_noise = [(str(n), [r for r in readings if r.noise == n]) for n in NOISES]
    return {
        "words": sum(r.words for r in readings),
        "right": {"n": len(right), "mean": round(float(right.mean()), 3), **_spread(right)},
        "wrong": {"n": len(wrong), "mean": round(float(wrong.mean()), 3), **_spread(wrong)},
        "by_noise": {name: _pooled(some) for name, some in by_noise if some},
        "readings": [
            {
                "call": r.call,
                "noise": r.noise,
                "words": r.words,
                "wer": round(r.errors / r.words, 3),
                "confidence": round(r.confidence, 3),
                "right": [round(c, 3) for c in r.right],
                "wrong": [round(c, 3) for c in r.wrong],
            }
            for r in readings
        ],
    }


def _spread(values: NDArray[np.float64]) -> dict[str, list[float]]:
    return {"quantiles": [round(float(q), 3) for q in np.quantile(values, _SHARES)]}


def _pooled(readings: Sequence[Reading]) -> dict[str, float]:
    words = sum(r.words for r in readings)
    return {
        "words": words,
        "wer": round(sum(r.errors for r in readings) / words, 3),
        "confidence": round(mean([c for r in readings for c in (*r.right, *r.wrong)]), 3),
    }


def _show(result: dict[str, Any]) -> None:
    for name in ("right", "wrong"):
        row = result[name]
        print(f"words {name}: {row['n']}, mean confidence {row['mean']}")
        shares = zip(_SHARES, row["quantiles"], strict=True)
        print("  " + " ".join(f"{q:.2f}@{share:.2f}" for share, q in shares))
    print(f"\n{'noise':>8}{'words':>8}{'wrong':>8}{'mean confidence':>18}")
    for name, row in result["by_noise"].items():
        print(f"{name:>8}{row['words']:>8}{row['wer']:>8}{row['confidence']:>18}")
