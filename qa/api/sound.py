"""Sending a sound that may be erased while somebody listens."""

from __future__ import annotations

import os
from collections.abc import Iterator
from http import HTTPStatus
from io import SEEK_END
from pathlib import Path
from typing import BinaryIO, NamedTuple

from fastapi.responses import FileResponse, StreamingResponse
from starlette.types import Receive, Scope, Send

from qa.errors import NotFound

#: Media types of sound by the endings of its files.
SOUND_TYPES = {
    ".ogg": "audio/ogg",
    ".opus": "audio/ogg",
    ".wav": "audio/wav",
    ".mp3": "audio/mpeg",
    ".m4a": "audio/mp4",
    ".mp4": "audio/mp4",
    ".webm": "audio/webm",
    ".flac": "audio/flac",
}


class SoundResponse(FileResponse):
    """A file that is open before the answer begins, whole or the range that was asked for.

    It is sent to its end even where it is erased meanwhile: an answer that broke off in the
    middle would be an error to whoever listens. The next range is not found.
    """

    def __init__(self, path: Path) -> None:
        try:
            self._file = path.open("rb")
        except FileNotFoundError as err:
            raise NotFound(
                "This recording was just erased.", "Its verdicts stand where they are kept."
            ) from err
        super().__init__(
            f"/proc/self/fd/{self._file.fileno()}",  # the file itself, whatever its name is now
            media_type=SOUND_TYPES.get(path.suffix, "application/octet-stream"),
            headers={"cache-control": "private, no-cache"},
            stat_result=os.fstat(self._file.fileno()),
        )

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Send it, and let go of the file however that ends."""
        try:
            await super().__call__(scope, receive, send)
        finally:
            self._file.close()


class Ranged(NamedTuple):
    """The part of a file that is sent, and how that is told."""

    status: HTTPStatus
    #: Bytes, from here and before there.
    start: int
    end: int
    headers: dict[str, str]


def ranged(asked: str, size: int) -> Ranged:
    """Return what is sent of so many bytes to who asked with that `Range`: "" = for all."""
    headers = {"accept-ranges": "bytes"}
    span = _byte_range(asked, size)
    if span is None:
        return Ranged(HTTPStatus.OK, 0, size, headers)
    start, end = span
    if start >= end:
        headers["content-range"] = f"bytes */{size}"
        return Ranged(HTTPStatus.REQUESTED_RANGE_NOT_SATISFIABLE, 0, 0, headers)
    headers["content-range"] = f"bytes {start}-{end - 1}/{size}"
    return Ranged(HTTPStatus.PARTIAL_CONTENT, start, end, headers)


def _byte_range(asked: str, size: int) -> tuple[int, int] | None:
    """Read one range of bytes, ``[start, end)``; None = all of it, as for what is no range."""
    unit, _, span = asked.partition("=")
    first, dash, last = span.strip().partition("-")
    if unit.strip() != "bytes" or not dash or not f"{first}{last}".isascii():
        return None
    if not all(part.isdigit() or not part for part in (first, last)) or not first + last:
        return None
    if not first:  # the last so many bytes
        return max(size - int(last), 0), size
    return int(first), min(int(last) + 1, size) if last else size


#: Bytes of a recording that are read at once.
_PIECE = 1 << 16


class OriginalResponse(StreamingResponse):
    """A recording as it came, unsealed while it is sent, whole or a range; kept by nobody.

    Parameters
    ----------
    file : can be sought in; closed at the end, however that comes.
    """

    def __init__(self, file: BinaryIO, name: str, asked: str) -> None:
        self._file = file
        status, start, end, headers = ranged(asked, file.seek(0, SEEK_END))
        headers |= {
            "cache-control": "no-store",
            "content-disposition": "inline",
            "content-length": str(end - start),
        }
        kind = SOUND_TYPES.get(Path(name).suffix.lower(), "application/octet-stream")
        super().__init__(
            self._pieces(start, end), status_code=status, media_type=kind, headers=headers
        )

    def _pieces(self, start: int, end: int) -> Iterator[bytes]:
        self._file.seek(start)
        while start < end:
            piece = self._file.read(min(_PIECE, end - start))
            if not piece:
                return
            start += len(piece)
            yield piece

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Send it, and let go of the file however that ends."""
        try:
            await super().__call__(scope, receive, send)
        finally:
            self._file.close()
