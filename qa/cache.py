"""Results of stages, kept by what they were made of.

A stage's key is a hash over its inputs and its recipe (engine, model, options),
so the same key means the same result: a retry starts at the first missing stage
and a new scorecard transcribes nothing. The entries hold what callers said,
unredacted, so they are sealed. Their names begin with what they are about, so that
all of one conversation can be erased.
"""

from __future__ import annotations

import errno
import hashlib
import io
import json
import os
import tempfile
import time
from collections.abc import Collection, Iterable, Iterator, Mapping
from contextlib import suppress
from pathlib import Path
from typing import TypeAlias, TypeVar

from pydantic import BaseModel, ValidationError

from qa.errors import DiskFull, StoreError
from qa.sealing import Keys, seal, unseal

R = TypeVar("R", bound=BaseModel)

#: Raised when what is stored changes its meaning without changing its shape.
_GENERATION = 1
#: How names of entries end, and how many digits of what they are about they begin with.
_ENDING = ".stage"
_TAG = 24
#: When a file was used last, its bytes, its path.
_File: TypeAlias = tuple[float, int, str]
#: Seconds since its last use in which an entry is not removed to make room: what it belongs to
#: may be at work, and would begin anew if it failed now.
IN_USE_S = 900.0


def key(*parts: object) -> str:
    """Return the key of a stage's inputs and recipe: 64 hexadecimal digits.

    Parameters
    ----------
    parts : text, numbers, None, and mappings, lists and records of these. The order
        of a mapping's keys does not count.

    Raises
    ------
    TypeError : a part of another type, whose text might differ from run to run.
    """
    text = json.dumps(
        [_GENERATION, *parts], sort_keys=True, ensure_ascii=True, default=_plain, allow_nan=False
    )
    return hashlib.sha256(text.encode()).hexdigest()


class StageCache:
    """Stage results as files, one a key; safe for many processes at once.

    Parameters
    ----------
    folder : made on first use, readable for the owner alone (0700).
    keys : seal the entries.
    """

    def __init__(self, folder: Path, *, keys: Keys) -> None:
        self._folder = folder
        self._keys = keys

    def get(self, key: str, kind: type[R], *, about: str = "") -> R | None:
        """Return what is kept under the key, or None.

        Parameters
        ----------
        about : checksum of the conversation it was made for.

        An entry that is damaged, sealed with a key that is gone, or written by a program
        with other records, counts as missing and is removed.

        Raises
        ------
        StoreError, SettingsError : there are no keys.
        """
        path = self._path(key, kind, about)
        ring = self._keys.ring
        try:
            with path.open("rb") as file:
                body = unseal(file, ring=ring, about=path.name, name=path.name).read()
            found = kind.model_validate_json(body)
        except FileNotFoundError:
            return None
        except (StoreError, ValidationError):
            path.unlink(missing_ok=True)
            return None
        # Its last use: times of access are kept by few file systems, and late.
        with suppress(OSError):
            os.utime(path)
        return found

    def put(self, key: str, record: BaseModel, *, about: str = "") -> None:
        """Keep a record under the key: whole or not at all.

        Parameters
        ----------
        about : checksum of the conversation it was made for.

        Raises
        ------
        DiskFull : no room left; nothing half-written stays.
        StoreError : the folder cannot be written.
        """
        path = self._path(key, type(record), about)
        body = record.model_dump_json().encode()
        try:
            for folder in (self._folder, path.parent):
                folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            _write(path, body, self._keys)
        except OSError as err:
            if err.errno in {errno.ENOSPC, errno.EDQUOT}:
                raise DiskFull(
                    f"No room left in {self._folder}.", "Free some space; the next run goes on."
                ) from err
            raise StoreError(
                f"{self._folder} cannot be written: {err.strerror}.",
                "Give the program a folder of its own with QA_DATA.",
            ) from err

    def size(self) -> int:
        """Bytes that all entries take."""
        return sum(size for _, size, _ in self._entries())

    def clear(self) -> int:
        """Remove all entries; return the bytes set free. Nothing but time is lost."""
        freed = 0
        for _, size, path in self._entries():
            Path(path).unlink(missing_ok=True)
            freed += size
        return freed

    def forget(self, about: Collection[str]) -> int:
        """Remove all entries about conversations, by their checksums; return how many."""
        gone = 0
        for tag in map(_tag, about):
            for path in (self._folder / tag[:2]).glob(f"{tag}.*"):
                path.unlink(missing_ok=True)
                gone += 1
        return gone

    def keep_only(self, about: Iterable[str]) -> int:
        """Remove entries about any but these conversations, by checksums; return how many.

        What was used in the last `IN_USE_S` stays: it may be of one that nobody registers.
        """
        known, long_ago, gone = set(map(_tag, about)), time.time() - IN_USE_S, 0
        for used, _, path in self._entries():
            if used < long_ago and Path(path).name.partition(".")[0] not in known:
                _remove(path)
                gone += 1
        return gone

    def forget_nameless(self) -> int:
        """Remove entries of older programs, which do not say what they are about."""
        gone = 0
        for _, _, path in self._entries():
            if _is_nameless(path):
                _remove(path)
                gone += 1
        return gone

    def has(self, about: str) -> bool:
        """Say whether anything is kept about a conversation, by its checksum."""
        tag = _tag(about)
        return any((self._folder / tag[:2]).glob(f"{tag}.*"))

    def trim(self, *, most: int) -> int:
        """Make all entries fit into `most` bytes; return the bytes set free.

        What was used longest ago goes first; what was used in the last `IN_USE_S` stays, even
        where that is more. Whoever reads an entry meanwhile still reads all of it. What a process
        left half-written when it was killed goes, too, and what an older program named otherwise.
        """
        long_ago = time.time() - IN_USE_S
        found: list[_File] = []
        for used, size, path in self._files():
            if path.endswith(_ENDING) and not _is_nameless(path):
                found.append((used, size, path))
            elif used < long_ago:  # half-written, or never read again
                _remove(path)
        found.sort()
        total = sum(size for _, size, _ in found)
        freed = 0
        for used, size, path in found:
            if total - freed <= most or used >= long_ago:
                break
            _remove(path)
            freed += size
        return freed

    def _entries(self) -> Iterator[_File]:
        return (file for file in self._files() if file[2].endswith(_ENDING))

    def _files(self) -> Iterator[_File]:
        """Find entries, and half-written ones."""
        for folder in _scan(self._folder):
            for file in _scan(folder):
                with suppress(FileNotFoundError):  # another process removed it
                    found = file.stat()
                    yield found.st_mtime, found.st_size, file.path

    def _path(self, key: str, kind: type[BaseModel], about: str) -> Path:
        tag = _tag(about)
        return self._folder / tag[:2] / f"{tag}.{key}.{kind.__name__}{_ENDING}"


def _tag(about: str) -> str:
    """Return how names of entries about a conversation begin."""
    return hashlib.sha256(about.encode()).hexdigest()[:_TAG]


def _is_nameless(path: str) -> bool:
    """Say whether an entry does not say what it is about."""
    return len(Path(path).name.partition(".")[0]) != _TAG


def _write(path: Path, content: bytes, keys: Keys) -> None:
    # mkstemp makes the file 0600; a rename within one folder is atomic.
    handle, name = tempfile.mkstemp(dir=path.parent, prefix=".new-")
    try:
        with os.fdopen(handle, "wb") as file:
            seal(file, io.BytesIO(content), ring=keys.ring, about=path.name)
        Path(name).replace(path)
    except BaseException:
        Path(name).unlink(missing_ok=True)
        raise


def _scan(folder: Path | os.DirEntry[str]) -> list[os.DirEntry[str]]:
    try:
        with os.scandir(folder) as found:
            return list(found)
    except (FileNotFoundError, NotADirectoryError):
        return []


def _remove(path: str) -> None:
    with suppress(OSError):  # a folder that cannot be written is told of by who writes there
        Path(path).unlink(missing_ok=True)


def _plain(part: object) -> object:
    if isinstance(part, BaseModel):
        return part.model_dump(mode="json")
    if isinstance(part, Mapping):
        return dict(part)
    raise TypeError(f"a key cannot be made of a {type(part).__name__}")
