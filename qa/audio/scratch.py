"""Samples on their way: in memory while they are few, in a file once they are many.

The files have no name: the system frees their room when the process ends, however it
ends, and nobody else can open what a caller said.
"""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterable, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import IO, Self

import numpy as np
from numpy.typing import NDArray

from qa.audio.files import room_on
from qa.records import SAMPLE_RATE

Samples = NDArray[np.float32]

#: Samples read at once while a track is looked through.
BLOCK = 30 * SAMPLE_RATE
_BYTES = 4


class Room:
    """Where samples may go while one recording is decoded; closes its files at the end.

    Parameters
    ----------
    folder : for the files of long recordings; made where it is missing.
    in_memory : samples up to which no file is needed, of all channels of a recording together.
    """

    def __init__(self, folder: Path, *, in_memory: int) -> None:
        self.folder = folder
        self.in_memory = in_memory
        self._files = ExitStack()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._files.close()  # what is mapped stays readable

    def file(self) -> IO[bytes]:
        """Open a file without a name.

        Raises
        ------
        DiskFull : no room in the folder.
        """
        with room_on(self.folder):
            self.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            # Unbuffered: a full disk is met while writing, never while closing.
            return self._files.enter_context(tempfile.TemporaryFile(dir=self.folder, buffering=0))

    def write(self, file: IO[bytes], blocks: Iterable[Samples]) -> None:
        """Write samples at the file's place.

        Raises
        ------
        DiskFull : no room in the folder.
        """
        with room_on(self.folder):
            for block in blocks:
                left = np.ascontiguousarray(block).data.cast("B")
                while left:
                    left = left[os.write(file.fileno(), left) :]


@dataclass(frozen=True, eq=False)
class Track:
    """One channel of a recording, float32, -1..1, in memory or in a file without a name.

    It begins `offset` samples after the call's clock; before that it is silent.
    """

    length: int
    samples: Samples | None = None
    file: IO[bytes] | None = None
    offset: int = 0

    @property
    def end(self) -> int:
        """Where the track ends on the call's clock, in samples."""
        return self.offset + self.length

    def read(self, start: int, end: int) -> Samples:
        """Return the samples ``[start, end)`` of the call's clock, silent where the track is not.

        Reads from the file rather than mapping it, so that looking through a long recording
        does not fill this process's memory.
        """
        out = np.zeros(end - start, np.float32)
        a, b = max(start - self.offset, 0), min(end - self.offset, self.length)
        if a < b:
            at = a + self.offset - start
            out[at : at + b - a] = self._own(a, b)
        return out

    def _own(self, a: int, b: int) -> Samples:
        if self.samples is not None:
            return self.samples[a:b]
        if self.file is None:
            raise ValueError("a track needs samples or a file")
        data = os.pread(self.file.fileno(), (b - a) * _BYTES, a * _BYTES)
        return np.frombuffer(data, np.float32)


class Sink:
    """Takes the blocks of a recording of unknown length and makes tracks of them."""

    def __init__(self, channels: int, *, room: Room) -> None:
        self.length = 0
        self._channels = channels
        self._room = room
        self._blocks: list[Samples] = []
        self._files: list[IO[bytes]] = []

    def append(self, block: Samples) -> None:
        """Add samples, shape (channels, n).

        Raises
        ------
        DiskFull : no room for them.
        """
        self._blocks.append(block)
        self.length += block.shape[1]
        if self.length * self._channels > self._room.in_memory:
            self._files = self._files or [self._room.file() for _ in range(self._channels)]
            for k, file in enumerate(self._files):
                self._room.write(file, (b[k] for b in self._blocks))
            self._blocks.clear()

    def tracks(self) -> tuple[Track, ...]:
        """Return what was taken, a track a channel."""
        if self._files:
            return tuple(Track(length=self.length, file=file) for file in self._files)
        none = np.zeros((self._channels, 0), np.float32)
        rows: Samples = np.concatenate([none, *self._blocks], axis=1)
        return tuple(Track(length=self.length, samples=row) for row in rows)


def stack(tracks: Sequence[Track], *, room: Room) -> Samples:
    """Lay tracks side by side: float32, shape (tracks, n); mapped from a file when long.

    Raises
    ------
    DiskFull : no room for them.
    """
    n = max(track.end for track in tracks)
    if n * len(tracks) <= room.in_memory:
        together: Samples = np.stack([track.read(0, n) for track in tracks])
        return together
    first = tracks[0]
    if len(tracks) == 1 and first.file is not None and not first.offset:
        return _mapped(first.file, (1, n))
    out = room.file()
    for track in tracks:
        room.write(out, (track.read(at, min(at + BLOCK, n)) for at in range(0, n, BLOCK)))
    return _mapped(out, (len(tracks), n))


def mix(tracks: Sequence[Track], *, room: Room) -> Track:
    """Return the mean of tracks as one track.

    Raises
    ------
    DiskFull : no room for it.
    """
    n = max(track.end for track in tracks)
    sink = Sink(1, room=room)
    for at in range(0, n, BLOCK):
        blocks = [track.read(at, min(at + BLOCK, n)) for track in tracks]
        sink.append(np.mean(blocks, axis=0, keepdims=True, dtype=np.float32))
    return sink.tracks()[0]


def _mapped(file: IO[bytes], shape: tuple[int, int]) -> Samples:
    # Copy-on-write: readers that insist on writable arrays (torch) get one, the file stays.
    samples: Samples = np.memmap(file, dtype=np.float32, mode="c", shape=shape)
    return samples
