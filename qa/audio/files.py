"""What a file is, before it is decoded."""

from __future__ import annotations

import errno
import hashlib
from collections.abc import Iterator
from contextlib import contextmanager
from io import FileIO
from pathlib import Path
from typing import Any, BinaryIO

from qa.errors import AudioError, DiskFull, InputError, MissingExtra
from qa.records import Opener

#: What names of recordings end in. Only a claim: the content decides.
AUDIO_SUFFIXES = frozenset(
    f".{suffix}"
    for suffix in (
        *("wav", "wav49", "wave", "w64", "mp3", "ogg", "oga", "opus", "flac", "aac", "m4a"),
        *("mp4", "m4v", "mov", "3gp", "webm", "mkv", "mka", "avi", "wma", "wmv", "asf"),
        *("amr", "aif", "aiff", "au", "caf", "mpg", "mpeg", "flv", "gsm"),
    )
)

#: libav's readers that may open a file. Playlists, pictures, subtitles and everything that
#: would fetch a second file or an address are left out: the content of an uploaded file
#: must never decide what this machine reads.
_READERS = "wav,w64,mp3,ogg,flac,mov,matroska,aac,avi,asf,amr,aiff,au,caf,mpeg,mpegts,flv,gsm"

_HEAD = 64
#: (offset, bytes, kind)
_MAGIC = (
    (0, b"OggS", "ogg"),
    (0, b"fLaC", "flac"),
    (0, b"ID3", "mp3"),
    (4, b"ftyp", "mp4"),
    (0, b"\x1a\x45\xdf\xa3", "matroska"),
    (0, b"#!AMR", "amr"),
    (0, b".snd", "au"),
    (0, b"caff", "caf"),
    (0, b"riff\x2e\x91\xcf\x11", "w64"),
    (0, b"\x30\x26\xb2\x75\x8e\x66\xcf\x11", "asf"),
    (0, b"FLV\x01", "flv"),
    (0, b"\x00\x00\x01\xba", "mpeg"),
)
#: RIFF and IFF name their content at byte 8.
_CHUNKED = {
    (b"RIFF", b"WAVE"): "wav",
    (b"RF64", b"WAVE"): "wav",
    (b"RIFF", b"AVI "): "avi",
    (b"FORM", b"AIFF"): "aiff",
    (b"FORM", b"AIFC"): "aiff",
}
#: Eleven set bits begin an MPEG audio frame; ADTS sets twelve and has layer 0.
_SYNC, _ADTS, _ADTS_MASK, _ADTS_RATES = 0xFFE00000, 0xFFF00000, 0xFFF60000, 13
_NO_SPACE = {errno.ENOSPC, errno.EDQUOT, errno.EFBIG}


def libav() -> Any:
    """Return the PyAV module, silenced.

    Raises
    ------
    MissingExtra : PyAV is not installed.
    """
    try:
        import av  # noqa: PLC0415  # heavy, and absent where nothing is decoded
        import av.logging  # noqa: PLC0415
    except ModuleNotFoundError as err:
        raise MissingExtra("PyAV, which decodes recordings,", "speech") from err
    # A damaged recording makes libav talk at every packet; what matters is in `AudioFacts`.
    av.logging.set_level(None)
    return av


def checksum(path: Path) -> str:
    """Return ``sha256:<hex>`` of the file's bytes; reads it in blocks.

    Raises
    ------
    InputError : the file cannot be read.
    """
    try:
        with path.open("rb") as file:
            return f"sha256:{hashlib.file_digest(file, 'sha256').hexdigest()}"
    except OSError as err:
        raise unreadable(path, err) from err


def sniff(path: Path) -> str:
    """Return what kind of recording the first bytes announce ("wav", "mp3", ...), "" for none.

    Reads 64 bytes and needs no decoder, so a folder of any size is looked through quickly.

    Raises
    ------
    InputError : the file cannot be read.
    """
    try:
        with path.open("rb") as file:
            head = file.read(_HEAD)
    except OSError as err:
        raise unreadable(path, err) from err
    return _kind(head)


def _kind(head: bytes) -> str:
    kind = _CHUNKED.get((head[:4], head[8:12]), "")
    return kind or next((k for at, magic, k in _MAGIC if head.startswith(magic, at)), _frames(head))


def _frames(head: bytes) -> str:
    """Tell MPEG audio and ADTS by their frame header; a UTF-16 byte-order mark is neither."""
    word = int.from_bytes(head[:4].ljust(4, b"\0"), "big")
    if word & _ADTS_MASK == _ADTS and word >> 10 & 15 < _ADTS_RATES:
        return "aac"
    version, layer = word >> 19 & 3, word >> 17 & 3
    bits, rate = word >> 12 & 15, word >> 10 & 3
    known = version != 1 and layer in {1, 2} and bits not in {0, 15} and rate in {0, 1, 2}
    return "mp3" if word & _SYNC == _SYNC and known else ""


def probe(path: Path) -> str:
    """Return the kind of recording that the file is, "" when it is none.

    By its first bytes; where they say nothing (an MP3 that begins with padding) libav is
    asked whether it finds a sound track.

    Raises
    ------
    InputError : the file cannot be read.
    """
    kind = sniff(path)
    if kind or path.suffix.lower() not in AUDIO_SUFFIXES:
        return kind
    try:
        with open_audio(path) as container:
            return str(container.format.name.split(",")[0])
    except AudioError:
        return ""


def opened(path: Path, opener: Opener | None = None) -> BinaryIO:
    """Open a recording: by the opener where it knows the address, else as a file.

    Raises
    ------
    InputError : the file cannot be read.
    """
    kept = opener(str(path)) if opener else None
    if kept is not None:
        return kept
    try:
        return path.open("rb")
    except OSError as err:
        raise unreadable(path, err) from err


@contextmanager
def open_audio(path: Path, opener: Opener | None = None) -> Iterator[Any]:
    """Open a recording for decoding.

    Raises
    ------
    AudioError : the file is empty, or is no recording that libav knows.
    InputError : the file cannot be read.
    """
    av = libav()
    # libav's own message for a missing or forbidden file is a number; Python's is not.
    with opened(path, opener) as file:
        try:
            empty = not file.read(1)
        except OSError as err:  # it opens, and the disk cannot read it
            raise unreadable(path, err) from err
        if empty:
            raise AudioError(
                f"{path}: the file is empty (0 bytes).",
                "Record or copy it again; the recorder may not have finished writing it.",
            )
        file.seek(0)
        # libav reads what is a file by itself, which is faster; by its absolute name, so that
        # no part of it is taken for a protocol ("concat:...").
        own = isinstance(getattr(file, "raw", None), FileIO)
        try:
            container = av.open(
                str(path.absolute()) if own else file,
                metadata_errors="ignore",
                options={"format_whitelist": _READERS, "protocol_whitelist": "file"},
            )
        except av.error.FFmpegError as err:
            file.seek(0)
            raise _not_audio(path, file.read(_HEAD)) from err
        with container:
            yield container


def seconds_of(path: Path, opener: Opener | None = None) -> float:
    """Return how long a recording is by what its head says, in seconds; 0 = it does not say.

    Raises
    ------
    AudioError, InputError : it is no recording, or cannot be read.
    MissingExtra : nothing is installed that reads recordings.
    """
    with open_audio(path, opener) as container:
        sounds = [s for s in container.streams if s.type == "audio"]
        said = container.duration
        if said is not None:
            return max(float(said) / 1e6, 0.0)
        return max((float(s.duration * s.time_base) for s in sounds if s.duration), default=0.0)


def _not_audio(path: Path, head: bytes) -> AudioError:
    kind = _kind(head)
    if kind == "mp4":
        return AudioError(
            f"{path}: an MP4 file without its table of contents, cut off while being written.",
            "Copy it again, or repair it with the recorder's own tool: its end is missing.",
        )
    found = f"begins like {kind} but cannot be read" if kind else f"holds {_looks_like(head)}"
    return AudioError(
        f"{path}: no recording; it {found}, whatever its name says.",
        "Give a WAV, MP3, Ogg/Opus, FLAC, MP4/M4A, WebM, AMR or AIFF file.",
    )


def _looks_like(head: bytes) -> str:
    if head.lstrip()[:1] in {b"{", b"["}:
        return "JSON"
    if head.lstrip()[:1] == b"<":
        return "HTML or XML"
    # Text has no control characters but these; the head may end inside a character.
    text = head.decode("utf-8", errors="ignore").translate(dict.fromkeys(map(ord, "\t\r\n")))
    cut = len(head) - len(head.decode("utf-8", errors="ignore").encode())
    plain = text.isprintable() and cut < 4  # noqa: PLR2004  # bytes of the longest character
    return "text" if plain else "data of an unknown kind"


def unreadable(path: Path, err: OSError) -> InputError:
    """Return the error for a file that the system does not let us read."""
    mends = {
        errno.EACCES: "Give the account that runs qa the right to read it.",
        errno.EPERM: "Give the account that runs qa the right to read it.",
        errno.ENOENT: "Check the name; a link may point to a file that was moved.",
        errno.ELOOP: "Mend the link: it leads back to itself.",
        errno.EISDIR: "Give the folder itself to 'qa run', or a file in it.",
    }
    why = (err.strerror or type(err).__name__).lower()
    return InputError(
        f"{path}: cannot be read ({why}).", mends.get(err.errno or 0, "Check the disk or share.")
    )


@contextmanager
def room_on(folder: Path) -> Iterator[None]:
    """Turn "no space left" while writing below `folder` into `DiskFull`.

    Raises
    ------
    DiskFull : the disk or the quota is full.
    """
    try:
        yield
    except OSError as err:
        if err.errno not in _NO_SPACE:
            raise
        raise DiskFull(
            f"No room left on the disk of {folder} ({(err.strerror or 'full').lower()}).",
            "Free some space there, or set QA_DATA to a larger disk; then run the same again.",
        ) from err
