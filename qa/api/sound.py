"""Sending a sound that may be erased while somebody listens."""

from __future__ import annotations

import os
import re
import sys
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


#: One range of bytes (RFC 9110, 14.1.2): from a place on, up to one, or the last so many.
_RANGE = re.compile(r"\s*bytes\s*=\s*([0-9]*)-([0-9]*)\s*", re.IGNORECASE | re.ASCII)
#: More than any file's size has; Python refuses to read numbers of thousands.
_DIGITS = 20


def _byte_range(asked: str, size: int) -> tuple[int, int] | None:
    """Read one range of bytes, ``[start, end)``; None = all of it, as for what is no range."""
    told = _RANGE.fullmatch(asked)
    if told is None or not any(told.groups()):
        return None
    first, last = (_place(digits) for digits in told.groups())
    if first is None:  # the last so many bytes
        return max(size - (last or 0), 0), size
    if last is not None and last < first:
        return None  # says nothing, by RFC 9110
    return first, size if last is None else min(last + 1, size)


def _place(digits: str) -> int | None:
    """Read a place in a file, None = none; one of thousands of digits lies behind any file."""
    return min(int(digits.lstrip("0")[:_DIGITS] or "0"), sys.maxsize) if digits else None


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
