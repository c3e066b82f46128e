"""Whisper by its makers' own code (openai-whisper).

Only the model, the decoder and the word alignment are theirs: `whisper.transcribe`
would read silence too, and wants the ffmpeg program for files. Windows of packed
regions go in as float32 arrays.
"""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from pathlib import Path
from pickle import UnpicklingError
from typing import Any

# Threads that wait in a loop for each other starve everybody on a shared machine;
# read once, when torch is loaded.
os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")

import torch
import whisper
from whisper.decoding import DecodingOptions, DecodingResult
from whisper.timing import find_alignment
from whisper.tokenizer import get_tokenizer

from qa.errors import ModelError
from qa.records import SpeechSpan, Transcript, Waveform
from qa.settings import Settings
from qa.transcribe.language import Habits, base
from qa.transcribe.packing import Window, pack
from qa.transcribe.plausible import doubtful
from qa.transcribe.words import Spoken, Timed, fingerprint
from qa.transcribe.writing import write_down

#: Readings kept at once when a doubtful window is read again. The first reading keeps one,
#: as its makers do: their search for five took three times as long on a call, for as many words.
BEAM = 5
#: Frames of 10 ms that the encoder reads, whatever it is given.
FULL = 3000
#: Seconds of speech in a window, and in a part of a window that came out doubtful.
LIMIT = 28.0
AGAIN = 10.0
#: Windows at once.
BATCH = {"cpu": 4, "cuda": 32}


class WhisperTranscriber:
    """Writes down regions with openai-whisper.

    Parameters
    ----------
    model : a ``.pt`` file, or a folder that holds one.

    Raises
    ------
    ModelError : there is no such file, or it holds no Whisper.
    """

    name = "whisper"

    def __init__(self, *, model: Path | str, settings: Settings) -> None:
        file = Path(model)
        if file.is_dir():
            file = next(iter(sorted(file.glob("*.pt"))), file)
        self._device = "cuda" if settings.device != "cpu" and torch.cuda.is_available() else "cpu"
        self._languages = settings.languages
        torch.set_num_threads(settings.threads or len(os.sched_getaffinity(0)))
        if not file.is_file():
            raise ModelError(f"No Whisper weights at '{file}'.", "Fetch them: qa models pull")
        try:
            self._model = whisper.load_model(str(file), device=self._device)
        except (UnpicklingError, RuntimeError, KeyError, TypeError, EOFError, OSError) as err:
            raise ModelError(
                f"'{file.name}' holds no Whisper model that openai-whisper can load.",
                "Check it: qa models check; fetch it again: qa models pull",
            ) from err
        heads = whisper._ALIGNMENT_HEADS.get(file.stem)  # noqa: SLF001 - the makers' only list of them
        if heads is not None:
            self._model.set_alignment_heads(heads)
        self.recipe = {
            "engine": self.name,
            "version": whisper.__version__,
            "model": file.stem,
            "weights": fingerprint(file),
            "beam": f"1, {BEAM} where doubtful",
            "window": str(LIMIT),
            "languages": ",".join(self._languages),
        }

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
        *,
        last: bool = False,
    ) -> Iterator[Spoken]:
        """Read a batch of windows; doubtful ones again in parts."""
        encoded = self._encode(windows, audio)
        languages = self._languages_of(encoded, windows, language, habits)
        for name in sorted({name for name, _ in languages}):
            mine = [i for i, (other, _) in enumerate(languages) if other == name]
            for i, result in zip(mine, self._decode(encoded[mine], name, search=last), strict=True):
                if doubtful(result.text, result.avg_logprob) and not last:
                    parts = pack([p.part for p in windows[i].pieces], audio, limit=AGAIN)
                    yield from self._read(parts, audio, name, habits, last=True)
                    continue
                yield Spoken(
                    window=windows[i],
                    words=self._align(encoded[i], windows[i], result),
                    language=name,
                    language_confidence=languages[i][1],
                    no_speech=result.no_speech_prob,
                    log_probability=result.avg_logprob,
                )

    def _encode(self, windows: Sequence[Window], audio: Waveform) -> Any:
        bands = [
            whisper.log_mel_spectrogram(
                whisper.pad_or_trim(window.samples(audio)), n_mels=self._model.dims.n_mels
            )
            for window in windows
        ]
        with torch.inference_mode():
            return self._model.embed_audio(torch.stack(bands).to(self._device))

    def _languages_of(
        self, encoded: Any, windows: Sequence[Window], language: str | None, habits: Habits
    ) -> list[tuple[str, float]]:
        """Return the language of each window and how sure it is."""
        if language is not None:
            return [(base(language), 1.0)] * len(windows)
        if not self._model.is_multilingual:
            return [("en", 1.0)] * len(windows)
        with torch.inference_mode():
            _, found = whisper.detect_language(self._model, encoded)
        return habits.judge(windows, found)

    def _decode(self, encoded: Any, language: str, *, search: bool) -> list[DecodingResult]:
        options = DecodingOptions(
            language=language,
            beam_size=BEAM if search else None,
            without_timestamps=True,
            fp16=self._device == "cuda",
        )
        # One at a time: its beam search expects a single recording.
        return [whisper.decode(self._model, one, options) for one in encoded]

    def _align(self, encoded: Any, window: Window, result: DecodingResult) -> tuple[Timed, ...]:
        """Find when each piece of text was said, by the decoder's attention."""
        tokenizer = get_tokenizer(
            self._model.is_multilingual,
            num_languages=self._model.num_languages,
            language=result.language,
            task="transcribe",
        )
        tokens = [t for t in result.tokens if t < tokenizer.eot]
        frames = max(int(window.duration * 100), 2)
        found = find_alignment(_Heard(self._model), tokenizer, tokens, encoded, frames)
        return tuple(
            Timed(
                text=piece.word,
                start=float(piece.start),
                end=float(piece.end),
                probabilities=(float(piece.probability),) * max(1, len(piece.tokens)),
            )
            for piece in found
        )


class _Heard:
    """The model for whom the sound is encoded already: alignment would encode it again."""

    def __init__(self, model: Any) -> None:
        self._model = model
        self.dims = model.dims
        self.device = model.device
        self.decoder = model.decoder
        self.alignment_heads = model.alignment_heads

    def __call__(self, encoded: Any, tokens: Any) -> Any:
        return self._model.decoder(tokens, encoded)
