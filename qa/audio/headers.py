"""Whether a file holds all that it promises.

libav reads what is there and keeps quiet about what is missing, so the promise is looked
up where each kind of file makes it.
"""

from __future__ import annotations

from io import SEEK_CUR, SEEK_END
from typing import Any, BinaryIO

#: Seconds that may be missing: encoders round to frames and trim their own delay.
_TOLERANCE_S = 0.25
#: Sizes from here on mean "unknown", as recorders write them that cannot seek back.
_WAV_UNKNOWN = 0x7FFFF000
_TAIL = 65_536 + 282  # the longest Ogg page with its header
_OGG_HEADER, _OGG_LAST = 27, 0x04


def cut_off(file: BinaryIO, container: Any, stream: Any, seconds: float) -> bool:
    """Tell whether a file ends before its own header says it does.

    Parameters
    ----------
    file : the recording, open at any place.
    seconds : how much could be decoded.
    """
    kind = container.format.name.split(",")[0]
    if kind == "wav":
        return _wav_short(file)
    if kind == "ogg":
        return _ogg_open(file)
    if kind == "mp3" and not _mp3_counted(file):
        return False  # libav guesses the length from the bit rate
    if kind in {"aac", "amr", "gsm", "mpeg", "mpegts"}:
        return False  # these promise nothing
    promised = float(stream.duration * stream.time_base) if stream.duration else 0.0
    if not promised and container.duration and len(container.streams) == 1:
        promised = container.duration / 1_000_000
    return bool(seconds + max(_TOLERANCE_S, 0.005 * promised) < promised)


def _wav_short(file: BinaryIO) -> bool:
    size = file.seek(0, SEEK_END)
    file.seek(0)
    if file.read(12)[:4] != b"RIFF":
        return False  # RF64 keeps its sizes elsewhere
    while len(head := file.read(8)) == 8:  # noqa: PLR2004  # a chunk's name and size
        length = int.from_bytes(head[4:], "little")
        if head[:4] == b"data":
            return 0 < length < _WAV_UNKNOWN and file.tell() + length > size
        file.seek(length + length % 2, SEEK_CUR)
    return False


def _ogg_open(file: BinaryIO) -> bool:
    """Tell whether the last page is incomplete or does not say that it is the last."""
    file.seek(max(file.seek(0, SEEK_END) - _TAIL, 0))
    tail = file.read()
    at = tail.rfind(b"OggS")
    page = tail[at:]
    if at < 0 or len(page) < _OGG_HEADER:
        return True
    lengths = page[_OGG_HEADER : _OGG_HEADER + page[26]]
    whole = len(page) >= _OGG_HEADER + page[26] + sum(lengths)
    return not whole or not page[5] & _OGG_LAST


def _mp3_counted(file: BinaryIO) -> bool:
    """Tell whether the first frame counts the frames (Xing, Info or VBRI)."""
    file.seek(0)
    head = file.read(10)
    start = 0
    if head[:3] == b"ID3" and len(head) == 10:  # noqa: PLR2004  # the tag's header
        a, b, c, d = head[6:]
        start = 10 + (a << 21 | b << 14 | c << 7 | d)
    file.seek(start)
    frame = file.read(4096)
    return any(mark in frame for mark in (b"Xing", b"Info", b"VBRI"))
