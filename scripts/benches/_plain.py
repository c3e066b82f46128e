"""The engines as they come, on the same weights: what the program is measured against."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from qa import models
from qa.settings import Settings

Sound = NDArray[np.float32]


def decode(file: Path) -> list[Sound]:
    """Decode a file as faster-whisper does: float32, 16 kHz, a channel an array."""
    from faster_whisper.audio import decode_audio  # noqa: PLC0415

    left, right = decode_audio(str(file), split_stereo=True)
    return [left] if np.array_equal(left, right) else [left, right]


def faster_whisper(settings: Settings, language: str | None) -> Callable[[Sound], list[Any]]:
    """Plain faster-whisper: its own speech detection, batched, beam 5; words where asked."""
    from faster_whisper import BatchedInferencePipeline, WhisperModel  # noqa: PLC0415

    model = WhisperModel(
        str(models.for_engine("faster-whisper", settings)),
        device="cpu",
        compute_type="int8",
        cpu_threads=settings.threads,
    )
    batched = BatchedInferencePipeline(model)

    def read(sound: Sound) -> list[Any]:
        segments, _ = batched.transcribe(sound, language=language, beam_size=5)
        return [(s.text, s.start, s.end) for s in segments]

    return read


def whisper(settings: Settings, language: str | None) -> Callable[[Sound], list[Any]]:
    """Plain openai-whisper, as ``model.transcribe`` comes, with word times."""
    import torch  # noqa: PLC0415
    import whisper as openai  # noqa: PLC0415

    if settings.threads:
        torch.set_num_threads(settings.threads)
    model = openai.load_model(str(models.for_engine("whisper", settings)), device="cpu")
    model.set_alignment_heads(openai._ALIGNMENT_HEADS["base"])  # noqa: SLF001

    def read(sound: Sound, *, words: bool = False) -> list[Any]:
        found = model.transcribe(sound, language=language, word_timestamps=words, fp16=False)
        if words:
            return [
                (w["word"], w["start"], w["end"]) for s in found["segments"] for w in s["words"]
            ]
        return [(s["text"], s["start"], s["end"]) for s in found["segments"]]

    return read


def pyannote(settings: Settings) -> Callable[[Sound], dict[str, list[tuple[float, float]]]]:
    """Plain pyannote.audio, told that there are two speakers."""
    from qa.diarize import pyannote_audio  # noqa: PLC0415

    made = pyannote_audio.PyannoteDiarizer(
        model=models.for_engine("pyannote", settings), settings=settings
    )
    pipeline = made._pipeline  # noqa: SLF001 - pyannote.audio's own, before anything of ours
    window = pipeline._segmentation  # noqa: SLF001
    window.step = 0.1 * window.duration
    import torch  # noqa: PLC0415

    def read(sound: Sound) -> dict[str, list[tuple[float, float]]]:
        output = pipeline(
            {"waveform": torch.from_numpy(sound[None]), "sample_rate": 16000, "uri": "call"},
            num_speakers=2,
        )
        spans: dict[str, list[tuple[float, float]]] = {}
        for turn, _, name in output.speaker_diarization.itertracks(yield_label=True):
            spans.setdefault(str(name), []).append((turn.start, turn.end))
        return spans

    return read
