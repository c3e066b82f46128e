"""Sending a sound that may be erased while somebody listens."""

from __future__ import annotations

import os
from pathlib import Path

from fastapi.responses import FileResponse
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
