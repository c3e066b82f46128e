"""Who speaks when on one channel: pyannote.audio, told how many speakers there are.

The pipeline is pyannote.audio's own `SpeakerDiarization`; of its steps the
segmentation (who changes with whom within ten seconds, and who overlaps) and the
counting of speakers are used as they are. Its clustering of windows is replaced:
voices are embedded once per stretch between silences and changes of speaker, and
the stretches are grouped into the known number of speakers (`qa.diarize.grouping`).
docs/benchmarks.md has both.
"""

from __future__ import annotations

import importlib
import os
import sys
import types
import warnings
from collections.abc import Sequence
from pathlib import Path
from pickle import UnpicklingError
from time import perf_counter
from typing import Any

# Read when pyannote.audio is imported: no telemetry, no hub.
os.environ["PYANNOTE_METRICS_ENABLED"] = "0"
os.environ.setdefault("HF_HUB_OFFLINE", "1")
# Threads that wait in a loop for each other starve everybody on a shared machine.
os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")

import numpy as np
import torch
from numpy.typing import NDArray

from qa.diarize.grouping import group
from qa.diarize.stretches import FRAME_S, GAP, USUAL, assemble, changes, cut
from qa.errors import ModelError
from qa.records import SAMPLE_RATE, Diarization, Provenance, SpeechSpan, Waveform
from qa.settings import Settings

#: The segmentation model's window moves by this share of its ten seconds.
STEP = 0.2


def _torchaudio() -> None:
    """Import torchaudio, also where its compiled part belongs to another build of torch.

    Its wheel is built for CUDA and cannot be loaded beside a CPU torch. What is used
    of it (Kaldi's filter bank) is plain Python.
    """
    try:
        importlib.import_module("torchaudio")
    except (OSError, ImportError):
        for name in [n for n in sys.modules if n.partition(".")[0] == "torchaudio"]:
            del sys.modules[name]
        absent = types.ModuleType("torchaudio._extension")
        vars(absent).update(
            _IS_TORCHAUDIO_EXT_AVAILABLE=False,
            _IS_ALIGN_AVAILABLE=False,
            fail_if_no_align=lambda function: function,
        )
        sys.modules["torchaudio._extension"] = absent
        importlib.import_module("torchaudio")


def _load_pipeline(segmentation: Path, embedding: Any, device: str) -> Any:
    """Build pyannote.audio's pipeline on weights that lie here."""
    _torchaudio()
    with warnings.catch_warnings():
        # torchcodec decodes files; sound arrives decoded.
        warnings.simplefilter("ignore")
        from pyannote.audio import Model  # noqa: PLC0415 - after torchaudio is made loadable
        from pyannote.audio.core.plda import PLDA  # noqa: PLC0415
        from pyannote.audio.pipelines import SpeakerDiarization  # noqa: PLC0415

        pipeline = SpeakerDiarization(
            segmentation=Model.from_pretrained(str(segmentation)),
            segmentation_step=STEP,
            segmentation_batch_size=8,
            embedding=embedding(Model),
            embedding_exclude_overlap=True,
            clustering="AgglomerativeClustering",
            # Needed by another clustering only, and not to be had without an account.
            plda=object.__new__(PLDA),
        )
        pipeline.instantiate(
            {
                "segmentation": {"min_duration_off": 0.0},
                "clustering": {"method": "centroid", "min_cluster_size": 12, "threshold": 0.6},
            }
        )
        pipeline.to(torch.device(device))
    return pipeline


class PyannoteDiarizer:
    """Gives the speech of one channel to its speakers.

    Parameters
    ----------
    model : folder that holds ``segmentation-3.0/pytorch_model.bin`` and
        ``campplus/campplus_cn_en_common.pt``; None = the model folder of the settings.

    Raises
    ------
    ModelError : a file is missing or holds something else.
    """

    name = "pyannote"

    def __init__(self, *, model: Path | None = None, settings: Settings) -> None:
        folder = Path(model or settings.model_folder)
        segmentation = folder / "segmentation-3.0" / "pytorch_model.bin"
        voice = folder / "campplus" / "campplus_cn_en_common.pt"
        for file in (segmentation, voice):
            if not file.is_file():
                raise ModelError(
                    f"No diarization weights at '{file}'.", "Fetch them: qa models pull"
                )
        self._threads = settings.threads or len(os.sched_getaffinity(0))
        self._device = "cuda" if settings.device != "cpu" and torch.cuda.is_available() else "cpu"
        try:
            _torchaudio()
            self._voice = importlib.import_module("qa.diarize.voices")
            net = self._voice.load(voice, device=self._device)
            self._net = net
            self._pipeline = _load_pipeline(
                segmentation, lambda base: self._voice.as_pyannote(base, net), self._device
            )
        except (UnpicklingError, RuntimeError, KeyError, EOFError, OSError, AttributeError) as err:
            raise ModelError(
                f"The diarization weights in '{folder}' cannot be loaded ({type(err).__name__}).",
                "Check them: qa models check; fetch them again: qa models pull",
            ) from err
        self.recipe = {
            "engine": self.name,
            "version": importlib.import_module("pyannote.audio").__version__,
            "model": "segmentation-3.0 + campplus",
            "step": str(STEP),
            "gap": str(GAP),
        }

    def diarize(
        self, audio: Waveform, regions: Sequence[SpeechSpan], *, speakers: int | None
    ) -> Diarization:
        """Give every stretch of speech a speaker; see `qa.diarize.Diarizer`."""
        began = perf_counter()
        torch.set_num_threads(self._threads)
        heard = sorted(((r.start, r.end) for r in regions if r.channel == 0), key=lambda r: r[0])
        spans: tuple[SpeechSpan, ...] = ()
        exclusive: tuple[SpeechSpan, ...] = ()
        if heard:
            spans, exclusive = self._diarize(audio, heard, speakers or USUAL)
        return Diarization(
            spans=spans,
            exclusive=exclusive,
            provenance=Provenance(
                stage="diarize",
                engine=self.name,
                model=self.recipe["model"],
                version=self.recipe["version"],
                options={**self.recipe, "speakers": str(speakers or USUAL)},
                seconds=perf_counter() - began,
            ),
        )

    def _diarize(
        self, audio: Waveform, regions: Sequence[tuple[float, float]], speakers: int
    ) -> tuple[tuple[SpeechSpan, ...], tuple[SpeechSpan, ...]]:
        frames = int(np.ceil(audio.duration / FRAME_S))
        segmentation = self._pipeline.get_segmentations(
            {
                "waveform": torch.from_numpy(np.asarray(audio.samples[:1])),
                "sample_rate": SAMPLE_RATE,
            }
        )
        counted = self._count(segmentation, frames)
        cuts = changes(segmentation.data, segmentation.sliding_window.step, frames)
        stretches = [s for a, b in regions for s in cut(a, b, cuts)]
        bands = [
            self._voice.mel_bands(audio.region(a * FRAME_S, b * FRAME_S)) for a, b in stretches
        ]
        found = group(
            self._voice.embed(self._net, bands, threads=self._threads, device=self._device),
            np.array([(b - a) * FRAME_S for a, b in stretches]),
            speakers=speakers,
        )
        return assemble(stretches, found.labels, found.confidence, counted, speakers=speakers)

    def _count(self, segmentation: Any, frames: int) -> NDArray[np.int64]:
        """Return how many speak in each 10 ms, by the segmentation model."""
        counted = self._pipeline.speaker_count(
            segmentation,
            self._pipeline._segmentation.model.receptive_field,  # noqa: SLF001 - as the pipeline itself does
            warm_up=(0.0, 0.0),
        )
        window = counted.sliding_window
        middle = (np.arange(frames) + 0.5) * FRAME_S
        at = ((middle - window.start) / window.step).astype(int).clip(0, len(counted.data) - 1)
        return counted.data[at, 0].astype(np.int64)  # type: ignore[no-any-return]
