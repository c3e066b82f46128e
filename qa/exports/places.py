"""Where the pieces of an export go: a folder, or a ZIP file that is written as it is read."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Iterable, Iterator
from itertools import groupby
from pathlib import Path
from typing import Any

from qa.exports.base import Chunk

#: ZIP knows no date before this one; files get it, so that the same export has the same bytes.
_NO_DATE = (1980, 1, 1, 0, 0, 0)


def into_folder(chunks: Iterable[Chunk], folder: Path) -> int:
    """Write the files below a folder; return how many there are.

    Raises
    ------
    OSError : a file cannot be written.
    """
    files = 0
    for name, pieces in groupby(chunks, key=lambda chunk: chunk.name):
        path = folder.joinpath(*name.split("/"))
        path.parent.mkdir(parents=True, exist_ok=True)
        with path.open("xb") as out:
            for piece in pieces:
                out.write(piece.data)
        files += 1
    return files


class Drain(io.RawIOBase):
    """A file that can only be written to, and emptied."""

    def __init__(self) -> None:
        self._held = bytearray()
        self._at = 0

    def writable(self) -> bool:
        """Say that it can be written to."""
        return True

    def write(self, data: Any) -> int:
        """Hold on to the bytes until they are taken."""
        piece = bytes(data)
        self._held += piece
        self._at += len(piece)
        return len(piece)

    def tell(self) -> int:
        """Return how many bytes were written in all."""
        return self._at

    def taken(self) -> bytes:
        """Return what was written since last time."""
        data = bytes(self._held)
        self._held.clear()
        return data


def into_zip(chunks: Iterable[Chunk]) -> Iterator[bytes]:
    """Yield the bytes of a ZIP file; holds its list of names, nothing else."""
    drain = Drain()
    with zipfile.ZipFile(drain, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, pieces in groupby(chunks, key=lambda chunk: chunk.name):
            with archive.open(zipfile.ZipInfo(name, _NO_DATE), "w", force_zip64=True) as out:
                for piece in pieces:
                    out.write(piece.data)
                    if data := drain.taken():
                        yield data
    yield drain.taken()
