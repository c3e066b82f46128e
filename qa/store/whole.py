"""Files that are written whole, and are on the disk, before they take their place."""

from __future__ import annotations

import ctypes
import fcntl
import os
import secrets
import tempfile
from collections.abc import Collection, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO


@contextmanager
def held(folder: Path, *, wait: bool = True) -> Iterator[None]:
    """Hold a folder; the system lets go when the process ends, however it ends.

    Raises
    ------
    OSError : there is no such folder; or another process holds it and `wait` is False.
    """
    handle = os.open(folder, os.O_RDONLY)
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | (0 if wait else fcntl.LOCK_NB))
        yield
    finally:
        os.close(handle)


@contextmanager
def written(target: Path, *, instead_of: os.stat_result | None = None) -> Iterator[BinaryIO]:
    """Give a file to write that takes its place when all is written, and on the disk.

    Parameters
    ----------
    instead_of : the file it was made from; where another stands there by then, that one stays.
    """
    handle, name = tempfile.mkstemp(dir=target.parent, prefix=".new-")  # made 0600
    try:
        with os.fdopen(handle, "wb") as out:
            yield out
            out.flush()
            os.fsync(out.fileno())
        with held(target.parent):
            if instead_of is None or _same(target, instead_of):
                os.replace(name, target)  # noqa: PTH105
            else:
                Path(name).unlink()
    except BaseException:
        Path(name).unlink(missing_ok=True)
        raise


def write_all(contents: Mapping[Path, bytes]) -> None:
    """Write files of folders that are there, each whole or not at all.

    The disk is waited for once: a wait for each of a thousand small files takes ten times as
    long as all the rest.

    Raises
    ------
    OSError : some may have taken their places.
    """
    new: dict[Path, str] = {}
    mark = secrets.token_hex(8)  # one for all: `mkstemp` takes longer than the writing
    try:
        for number, (target, content) in enumerate(contents.items()):
            name = f"{target.parent}/.new-{mark}-{number}"
            handle = os.open(name, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
            new[target] = name
            with os.fdopen(handle, "wb") as out:
                out.write(content)
        _flush(new.values())
        for target in contents:
            with held(target.parent):
                os.replace(new[target], target)  # noqa: PTH105
            del new[target]
    finally:
        for name in new.values():
            Path(name).unlink(missing_ok=True)


def _flush(names: Collection[str]) -> None:
    """Wait until files of one file system are on the disk.

    Raises
    ------
    OSError : they are not.
    """
    # Linux alone has it; for a single file it would wait for what others wrote, too.
    whole = getattr(ctypes.CDLL(None, use_errno=True), "syncfs", None) if len(names) > 1 else None
    for name in list(names)[: 1 if whole else None]:
        handle = os.open(name, os.O_RDONLY)
        try:
            if whole is None:
                os.fsync(handle)
            elif whole(handle):
                code = ctypes.get_errno()
                raise OSError(code, os.strerror(code))
        finally:
            os.close(handle)


def _same(path: Path, was: os.stat_result) -> bool:
    try:
        return os.path.samestat(path.stat(), was)
    except FileNotFoundError:
        return False
