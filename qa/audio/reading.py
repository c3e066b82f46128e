"""One pass through one sound track: packets in, blocks at 16 kHz out."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from qa.audio.files import libav
from qa.audio.scratch import Samples
from qa.errors import AudioError
from qa.records import SAMPLE_RATE

#: More channels than any telephone system writes; such a file is measurement data.
_MAX_CHANNELS = 32
#: Fewer samples a second hold no speech, and each would stand for very many of ours.
_LEAST_RATE = 2000
#: A hole in the time stamps longer than this is filled with silence, so that times stay
#: those of the call; a longer one than the second is a broken clock and is closed up.
_HOLE_S, _BROKEN_CLOCK_S = 0.2, 6 * 3600
#: Share of full scale that counts as clipped: the top step of G.711 u-law is 0.9803.
_FULL_SCALE = 0.98
#: Seconds that are converted at once; a frame is 20 to 100 ms, and each costs a call.
_BATCH_S = 2.0


@dataclass
class Reading:
    """One pass through one sound track, and what it learns on the way."""

    path: Path
    container: Any
    stream: Any
    #: Seconds of stereo that may be read: a few bytes can stand for years of silence.
    longest_s: float = math.inf
    #: Samples a second and channels of the first frame; 0 before it.
    rate: int = 0
    channels: int = 0
    #: The last packet of the file could not be decoded.
    tail_broken: bool = False
    _packets: int = 0
    _damaged: int = 0
    #: Samples at the stored rate: decoded, and put in for holes.
    _taken: int = 0
    _filled: int = 0
    #: Time stamp of the first frame, seconds.
    _first: float | None = None
    _clipped: NDArray[np.int64] = field(default_factory=lambda: np.zeros(1, np.int64))
    _batch: list[Samples] = field(default_factory=list)
    _batched: int = 0
    _batch_rate: int = 0
    _resampler: Any = None

    @property
    def seconds(self) -> float:
        """Length of what was read."""
        return (self._taken + self._filled) / self.rate if self.rate else 0.0

    @property
    def clipping(self) -> float:
        """Share of samples at full scale, worst channel."""
        return float(self._clipped.max()) / max(self._taken, 1)

    def notes(self) -> tuple[str, ...]:
        """Return what a user should know about the file."""
        found = []
        if self._damaged:
            found.append(f"{self._damaged} of {self._packets} packets are damaged, left out.")
        if self._filled:
            found.append(f"{self._filled / self.rate:.1f} s are missing in the file, now silent.")
        return tuple(found)

    def nothing(self) -> str:
        """Say why nothing could be read."""
        if self._taken:
            return f"{self._taken} samples are too few to be sound."
        if self._packets:
            return f"none of its {self._packets} packets can be decoded; the file is damaged."
        return "the recording is empty: a header and no sound."

    def blocks(self) -> Iterator[Samples]:
        """Yield the sound at 16 kHz, shape (channels, n).

        Raises
        ------
        AudioError : a codec that libav does not know, too many channels, too few samples a
            second to hold speech, or more sound than may be read.
        """
        for frame in self._frames():
            if not self.rate:
                self._begin(frame)
            hole = self._hole(frame)
            self._check(frame, hole)
            # A format that changes inside a file: two recordings put end to end.
            if hole or frame.sample_rate != self._batch_rate:
                yield from self._flush()
                self._batch_rate = frame.sample_rate
            yield from self._silence(hole)
            self._take(frame)
            if self._batched >= _BATCH_S * self._batch_rate:
                yield from self._resampled()
        yield from self._flush()

    def _frames(self) -> Iterator[Any]:
        av = libav()
        packets = self.container.demux(self.stream)
        while True:
            try:
                packet = next(packets)
            except (StopIteration, EOFError):
                return
            except av.error.FFmpegError:  # the container breaks off; what came is used
                self.tail_broken = True
                return
            self._packets += bool(packet.size)
            try:
                frames = packet.decode()
            except av.error.DecoderNotFoundError as err:
                raise self._unknown_codec() from err
            except av.error.FFmpegError:
                self._damaged += bool(packet.size)
                self.tail_broken |= bool(packet.size)
                continue
            if packet.size:
                self.tail_broken = False
            yield from frames

    def _unknown_codec(self) -> AudioError:
        return AudioError(
            f"{self.path}: coded in a way that libav does not know.",
            "Set the recorder to WAV, GSM, MP3 or Opus, or convert the file with its own tool.",
        )

    def _begin(self, frame: Any) -> None:
        self.rate = self._batch_rate = frame.sample_rate
        self.channels = len(frame.layout.channels)
        self._clipped = np.zeros(self.channels, np.int64)
        if frame.pts is not None:
            self._first = self._time(frame)
        if self.channels > _MAX_CHANNELS:
            raise AudioError(
                f"{self.path}: {self.channels} channels; at most {_MAX_CHANNELS} are read.",
                "Export the channels of the call only.",
            )

    def _check(self, frame: Any, hole: float) -> None:
        if frame.sample_rate < _LEAST_RATE:
            raise AudioError(
                f"{self.path}: {frame.sample_rate} samples a second; no speech fits into them.",
                "Export it as the telephone system recorded it, with 8000 or more.",
            )
        seconds = self.seconds + hole + frame.samples / frame.sample_rate
        if seconds * max(self.channels, 2) > 2 * self.longest_s:
            raise AudioError(
                f"{self.path}: more than {self.longest_s / 3600:g} hours of sound"
                f" in {self.channels} channels; that is no call.",
                "Cut it into its calls, or set QA_LONGEST_HOURS.",
            )

    @staticmethod
    def _time(frame: Any) -> float:
        base = frame.time_base
        return float(frame.pts * base.numerator / base.denominator)

    def _hole(self, frame: Any) -> float:
        """Return the seconds that are missing before the frame: pauses never sent, lost packets."""
        if self._first is None or frame.pts is None:
            return 0.0
        hole = self._time(frame) - self._first - self.seconds
        return hole if _HOLE_S < hole < _BROKEN_CLOCK_S else 0.0

    def _silence(self, seconds: float) -> Iterator[Samples]:
        self._filled += round(seconds * self.rate)
        left = round(seconds * SAMPLE_RATE)
        while left > 0:
            yield np.zeros((self.channels, min(left, SAMPLE_RATE)), np.float32)
            left -= SAMPLE_RATE

    def _take(self, frame: Any) -> None:
        """Add a frame to the batch, shape (n, channels), and count what is at full scale.

        Counted as it was stored: resampling rounds off clipped tops.
        """
        raw = frame.to_ndarray()
        stored = len(frame.layout.channels)
        samples = _as_float(raw.T if frame.format.is_planar else raw.reshape(-1, stored))
        if stored != self.channels:
            samples = samples.mean(axis=1, keepdims=True).repeat(self.channels, axis=1)
        self._clipped += (np.abs(samples) >= _FULL_SCALE).sum(axis=0)
        self._taken += frame.samples * self.rate // frame.sample_rate
        self._batch.append(samples)
        self._batched += len(samples)

    def _resampled(self) -> Iterator[Samples]:
        if not self._batch:
            return
        av = libav()
        # Packed, not planar: the filter graph behind PyAV's resampler crashes on eight planes.
        # A plain count, not a layout: no channel may be mixed into another.
        layout = f"{self.channels} channels"
        packed = np.concatenate(self._batch).reshape(1, -1)
        frame = av.AudioFrame.from_ndarray(packed, format="flt", layout=layout)
        frame.sample_rate = self._batch_rate
        if self._resampler is None:
            self._resampler = av.AudioResampler(format="flt", layout=layout, rate=SAMPLE_RATE)
        self._batch.clear()
        self._batched = 0
        for out in self._resampler.resample(frame):
            yield self._block(out)

    def _flush(self) -> Iterator[Samples]:
        yield from self._resampled()
        if self._resampler is not None:
            for out in self._resampler.resample(None):
                yield self._block(out)
            self._resampler = None

    def _block(self, frame: Any) -> Samples:
        samples: Samples = np.ascontiguousarray(frame.to_ndarray().reshape(-1, self.channels).T)
        return np.clip(samples, -1.0, 1.0, out=samples)


def _as_float(raw: NDArray[Any]) -> Samples:
    """Return samples of any stored type as float32, full scale 1; what is no number as 0."""
    if raw.dtype.kind == "f":
        return np.nan_to_num(raw.astype(np.float32, copy=False), posinf=1.0, neginf=-1.0)
    info = np.iinfo(raw.dtype)
    middle = 0 if info.min else (info.max + 1) // 2
    scaled: Samples = raw.astype(np.float32)
    scaled -= middle
    scaled /= (info.max - info.min) // 2 + 1
    return scaled
