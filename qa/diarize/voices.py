"""Voices as numbers: one embedding per stretch of one speaker's frames."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn
from torchaudio.compliance import kaldi

from qa.diarize.campplus import BANDS, DIMENSION, load_voice
from qa.records import SAMPLE_RATE

#: Samples between two frames of mel bands, and samples one frame looks at.
HOP = 160
SPAN = 400
#: Fewest frames that say anything about a voice (0.3 s).
FEWEST = 30
#: Lengths are rounded down to a multiple: the processor's kernels are prepared per shape.
_STEP = 20
#: Most frames read of one stretch, and stretches read at once.
_MOST = 600
_BATCH = 4


def mel_bands(samples: NDArray[np.float32]) -> NDArray[np.float32]:
    """Return the log mel bands of 10 ms frames, shape (frames, 80).

    The filter bank of Kaldi, on samples of -1..1: its floor hides what a resampler
    leaves in the upper half of a telephone's band.
    """
    if len(samples) < SPAN:
        return np.zeros((0, BANDS), dtype=np.float32)
    found = kaldi.fbank(
        torch.from_numpy(np.array(samples, dtype=np.float32))[None],
        num_mel_bins=BANDS,
        sample_frequency=SAMPLE_RATE,
        dither=0.0,
    )
    bands: NDArray[np.float32] = found.numpy()
    return bands


def embed(
    net: nn.Module,
    stretches: Sequence[NDArray[np.float32]],
    *,
    threads: int,
    device: str = "cpu",
) -> NDArray[np.float32]:
    """Return one embedding per stretch of mel bands, shape (stretches, 192).

    NaN where a stretch is too short to tell. On a processor, every thread reads
    batches of its own: the network's layers are too small to share one.
    """
    found = np.full((len(stretches), DIMENSION), np.nan, dtype=np.float32)
    by_length: dict[int, list[int]] = {}
    for index, bands in enumerate(stretches):
        if len(bands) >= FEWEST:
            by_length.setdefault(min(len(bands), _MOST) // _STEP * _STEP, []).append(index)
    batches = [
        (length, group[at : at + _BATCH])
        for length, group in sorted(by_length.items())
        for at in range(0, len(group), _BATCH)
    ]

    def read(batch: tuple[int, list[int]]) -> None:
        length, group = batch
        stack = np.stack([_middle(stretches[i], length) for i in group])
        stack -= stack.mean(axis=1, keepdims=True)
        with torch.inference_mode():
            voice: Tensor = net(torch.from_numpy(stack.transpose(0, 2, 1)).to(device))
        found[group] = voice.cpu().numpy()

    _share(read, batches, threads=threads if device == "cpu" else 1)
    return found


def _middle(bands: NDArray[np.float32], length: int) -> NDArray[np.float32]:
    first = (len(bands) - length) // 2
    return bands[first : first + length]


def _share(
    work: Callable[[tuple[int, list[int]]], None],
    batches: Sequence[tuple[int, list[int]]],
    *,
    threads: int,
) -> None:
    """Do the batches, `threads` at a time, each with one thread of torch's own."""
    before = torch.get_num_threads()
    with ThreadPoolExecutor(threads, initializer=lambda: torch.set_num_threads(1)) as pool:
        for _ in pool.map(work, batches):
            pass
    torch.set_num_threads(before)


def load(file: Path, *, device: str) -> nn.Module:
    """Load the network that `embed` reads with."""
    return load_voice(file).to(device)


def as_pyannote(base: Any, net: nn.Module) -> Any:
    """Return the network in the form that pyannote.audio's pipelines embed with.

    Parameters
    ----------
    base : ``pyannote.audio.Model``.
    """
    from pyannote.audio.core.task import (  # noqa: PLC0415 - only beside pyannote.audio
        Problem,
        Resolution,
        Specifications,
    )

    class Voice(base):  # type: ignore[misc]  # a class that is known at run time only
        """CAM++ on waveforms (batch, 1, samples), frames masked by weights (batch, frames)."""

        def __init__(self) -> None:
            super().__init__(sample_rate=SAMPLE_RATE, num_channels=1)
            self.net = net
            self.specifications = Specifications(
                problem=Problem.REPRESENTATION, resolution=Resolution.CHUNK, duration=10.0
            )

        @property
        def dimension(self) -> int:
            """Width of the embedding."""
            return DIMENSION

        def forward(self, waveforms: Tensor, weights: Tensor | None = None) -> Tensor:
            """Return the embeddings, shape (batch, 192); NaN where nothing can be told."""
            stretches = []
            for number, waveform in enumerate(waveforms):
                bands = mel_bands(waveform[0].cpu().numpy())
                if weights is not None and len(bands):
                    mask = weights[number].cpu().numpy() > 0.5  # noqa: PLR2004 - active or not
                    at = np.arange(len(bands)) * len(mask) // len(bands)
                    bands = bands[mask[at]]
                stretches.append(bands)
            device = next(self.net.parameters()).device.type
            found = embed(self.net, stretches, threads=torch.get_num_threads(), device=device)
            return torch.from_numpy(found).to(waveforms.device)

    return Voice()
