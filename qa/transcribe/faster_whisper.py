"""Whisper by faster-whisper (CTranslate2): int8 on processors, float16 on a GPU, batched.

The windows of all channels go through the model together. On a processor the
encoder reads 24 s instead of 30 (its cost grows faster than its input), which a
window of packed speech fits into; the few windows that come out doubtful are read
again at full length.
"""

from __future__ import annotations

import logging
import os
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import ctranslate2
import faster_whisper
import numpy as np
from faster_whisper.tokenizer import Tokenizer
from faster_whisper.transcribe import get_suppressed_tokens
from numpy.typing import NDArray

from qa.errors import ModelError
from qa.records import SpeechSpan, Transcript, Waveform
from qa.settings import Settings
from qa.transcribe.language import Habits, base
from qa.transcribe.packing import Window
from qa.transcribe.plausible import MAX_COMPRESSION, compression, doubtful
from qa.transcribe.words import Spoken, Timed, fingerprint
from qa.transcribe.writing import write_down

log = logging.getLogger(__name__)

BEAM = 5
#: Frames of 10 ms that the encoder reads: all it can, and what the quick way gives it.
FULL = 3000
QUICK = 2400
#: Seconds of speech in a window; some silence must follow, or the model does not stop.
LIMIT = 18.0
#: Windows at once.
BATCH = {"cpu": 8, "cuda": 32}


@dataclass(frozen=True)
class _Reading:
    """What the decoder wrote for one window, and how sure it was."""

    tokens: list[int]
    text: str
    log_probability: float
    no_speech: float


class FasterWhisperTranscriber:
    """Writes down regions with a CTranslate2 model.

    Parameters
    ----------
    model : folder of a converted model, or the name of one that faster-whisper knows.

    Raises
    ------
    ModelError : the folder does not hold a model that can be read, or the GPU that was
        asked for cannot be used.
    """

    name = "faster-whisper"

    def __init__(self, *, model: Path | str, settings: Settings) -> None:
        cuda = settings.device != "cpu" and ctranslate2.get_cuda_device_count() > 0
        self._languages = settings.languages
        self._use(model, "cuda" if cuda else "cpu", settings)
        trouble = _trouble_with_gpu(self._model) if cuda else ""
        if trouble and settings.device == "cuda":
            raise ModelError(
                f"faster-whisper cannot use the GPU: {trouble}",
                "Install the libraries it names (pip install nvidia-cublas-cu12 nvidia-cudnn-cu12),"
                " or set QA_DEVICE to cpu or QA_TRANSCRIBER to whisper.",
            )
        if trouble:
            log.warning("faster-whisper cannot use the GPU, so it uses the processor: %s", trouble)
            self._use(model, "cpu", settings)
        self._tokenizers: dict[str, Any] = {}
        self.recipe = {
            "engine": self.name,
            "version": faster_whisper.__version__,
            "model": Path(model).name,
            "weights": fingerprint(Path(model) / "model.bin"),
            "precision": self._precision,
            "beam": str(BEAM),
            "window": str(LIMIT),
            "languages": ",".join(self._languages),
        }

    def _use(self, model: Path | str, device: str, settings: Settings) -> None:
        self._device = device
        self._precision = "float16" if device == "cuda" else "int8"
        try:
            self._model = faster_whisper.WhisperModel(
                str(model),
                device=device,
                compute_type=self._precision,
                cpu_threads=settings.threads or len(os.sched_getaffinity(0)),
                local_files_only=True,
            )
        except (RuntimeError, ValueError, OSError) as err:
            raise ModelError(
                f"The Whisper model in '{Path(model).name}' cannot be loaded: {err}",
                "Check it: qa models check; fetch it again: qa models pull",
            ) from err

    def transcribe(
        self, audio: Waveform, regions: Sequence[SpeechSpan], *, language: str | None
    ) -> Transcript:
        """Write down the regions and nothing else; see `qa.transcribe.Transcriber`."""
        habits = Habits(self._languages)
        return write_down(
            audio,
            regions,
            lambda windows: self._read(windows, audio, language, habits),
            limit=LIMIT,
            at_once=BATCH[self._device],
            recipe=self.recipe,
        )

    def _read(
        self,
        windows: Sequence[Window],
        audio: Waveform,
        language: str | None,
        habits: Habits,
    ) -> Iterator[Spoken]:
        """Read a batch of windows; those of one language go through the decoder together."""
        sounds = [self._features(w.samples(audio)) for w in windows]
        encoded = self._encode(sounds, QUICK if self._device == "cpu" else FULL)
        languages = self._languages_of(encoded, windows, language, habits)
        for name in sorted({name for name, _ in languages}):
            mine = [i for i, (other, _) in enumerate(languages) if other == name]
            part = encoded if len(mine) == len(windows) else self._take(encoded, mine)
            readings = self._decode(part, name, len(mine))
            aligned = self._align(part, name, [windows[i] for i in mine], readings)
            for i, reading, words in zip(mine, readings, aligned, strict=True):
                if doubtful(reading.text, reading.log_probability):
                    reading, words = self._read_again(windows[i], sounds[i], name, reading, words)  # noqa: PLW2901
                yield Spoken(
                    window=windows[i],
                    words=tuple(words),
                    language=name,
                    language_confidence=languages[i][1],
                    no_speech=reading.no_speech,
                    log_probability=reading.log_probability,
                )

    def _read_again(
        self,
        window: Window,
        sound: NDArray[np.float32],
        language: str,
        first: _Reading,
        words: list[Timed],
    ) -> tuple[_Reading, list[Timed]]:
        """Read a doubtful window at full length, then without leave to repeat itself."""
        encoded = self._encode([sound], FULL)
        best = first
        for ngram in (0, 4):
            found = self._decode(encoded, language, 1, no_repeat_ngram_size=ngram)[0]
            best = max(best, found, key=_merit)
            if not doubtful(found.text, found.log_probability):
                break
        if best is not first:
            words = self._align(encoded, language, [window], [best])[0]
        return best, words

    def _features(self, samples: NDArray[np.float32]) -> NDArray[np.float32]:
        """Return the log-mel spectrum, shape (mels, frames of 10 ms)."""
        found: NDArray[np.float32] = self._model.feature_extractor(samples)[..., :-1]
        return found

    def _encode(self, sounds: Sequence[NDArray[np.float32]], frames: int) -> Any:
        """Run the encoder over spectra padded to `frames`; silence follows the speech."""
        padded = np.zeros((len(sounds), sounds[0].shape[0], frames), dtype=np.float32)
        for row, sound in zip(padded, sounds, strict=True):
            width = min(frames, sound.shape[1])
            row[:, :width] = sound[:, :width]
        return self._model.encode(padded)

    def _languages_of(
        self,
        encoded: Any,
        windows: Sequence[Window],
        language: str | None,
        habits: Habits,
    ) -> list[tuple[str, float]]:
        """Return the language of each window and how sure it is."""
        if language is not None:
            return [(base(language), 1.0)] * len(windows)
        if not self._model.model.is_multilingual:
            return [("en", 1.0)] * len(windows)
        return habits.judge(
            windows,
            [
                {token[2:-2]: p for token, p in row}
                for row in self._model.model.detect_language(encoded)
            ],
        )

    def _tokenizer(self, language: str) -> Any:
        if language not in self._tokenizers:
            self._tokenizers[language] = Tokenizer(
                self._model.hf_tokenizer,
                self._model.model.is_multilingual,
                task="transcribe",
                language=language,
            )
        return self._tokenizers[language]

    def _take(self, encoded: Any, rows: Sequence[int]) -> Any:
        """Return some rows of what the encoder made."""
        host = encoded.to_device(ctranslate2.Device.cpu) if self._device == "cuda" else encoded
        part = ctranslate2.StorageView.from_array(
            np.ascontiguousarray(np.asarray(host)[list(rows)])
        )
        return part.to_device(ctranslate2.Device.cuda) if self._device == "cuda" else part

    def _decode(
        self, encoded: Any, language: str, count: int, *, no_repeat_ngram_size: int = 0
    ) -> list[_Reading]:
        tokenizer = self._tokenizer(language)
        results = self._model.model.generate(
            encoded,
            [self._model.get_prompt(tokenizer, [], without_timestamps=True)] * count,
            beam_size=BEAM,
            max_length=self._model.max_length,
            suppress_tokens=get_suppressed_tokens(tokenizer, [-1]),
            return_scores=True,
            return_no_speech_prob=True,
            no_repeat_ngram_size=no_repeat_ngram_size,
        )
        readings = []
        for result in results:
            tokens = [t for t in result.sequences_ids[0] if t < tokenizer.eot]
            # The score is the mean over the tokens; the token that ends them counts as well.
            mean = result.scores[0] * len(tokens) / (len(tokens) + 1)
            readings.append(
                _Reading(tokens, tokenizer.decode(tokens).strip(), mean, result.no_speech_prob)
            )
        return readings

    def _align(
        self, encoded: Any, language: str, windows: Sequence[Window], readings: Sequence[_Reading]
    ) -> list[list[Timed]]:
        """Find when each piece of text was said, by the decoder's attention."""
        found = self._model.find_alignment(
            self._tokenizer(language),
            [r.tokens for r in readings],
            encoded,
            [int(w.duration * self._model.frames_per_second) for w in windows],
        )
        return [
            [
                Timed(
                    text=piece["word"],
                    start=float(piece["start"]),
                    end=float(piece["end"]),
                    probabilities=(float(piece["probability"]),) * max(1, len(piece["tokens"])),
                )
                for piece in row
            ]
            for row in found
        ]


def _merit(reading: _Reading) -> tuple[bool, float]:
    return compression(reading.text) <= MAX_COMPRESSION, reading.log_probability


def _trouble_with_gpu(model: Any) -> str:
    """Return why the GPU cannot be used; "" where it can.

    CTranslate2 counts a GPU whose CUDA libraries are missing or of another version, loads a
    model onto it, and fails when first asked to compute: so it is asked once, with silence.
    """
    try:
        model.encode(np.zeros((1, model.model.n_mels, FULL), dtype=np.float32))
    except RuntimeError as err:
        return str(err)
    return ""
