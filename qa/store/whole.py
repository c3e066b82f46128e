"""Files that are written whole, and are on the disk, before they take their place."""

from __future__ import annotations

import ctypes
import fcntl
import os
import shutil
import tempfile
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from contextlib import contextmanager, suppress
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


@contextmanager
def staged(
    folder: Path, contents: Mapping[Path, bytes]
) -> Iterator[Callable[[Iterable[Path]], None]]:
    """Write files; give what puts some of them in their places. The others go in the end.

    They are on the disk before any takes its place. The disk is waited for once: a wait for
    each of a thousand small files takes ten times as long as all the rest. Until then they lie in
    a folder of their own, since to make one in each of a thousand folders may take that long, too.

    Parameters
    ----------
    folder : is there, on the file system on which the files are to lie.
    contents : by their places, whose folders are there.

    Raises
    ------
    OSError : when it comes from what is given, some may have taken their places.
    """
    apart = tempfile.mkdtemp(dir=folder, prefix=".new-")  # made 0700
    new = {target: f"{apart}/.new-{number}" for number, target in enumerate(contents)}

    def place(targets: Iterable[Path]) -> None:
        for target in targets:
            with held(target.parent):
                os.replace(new[target], target)  # noqa: PTH105

    try:
        for target, name in new.items():
            handle = os.open(name, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
            with os.fdopen(handle, "wb") as out:
                out.write(contents[target])
        _flush(new.values())
        yield place
    finally:
        shutil.rmtree(apart, ignore_errors=True)


def swept(folder: Path, moment: float) -> int:
    """Remove what is half-written since before a moment, two folders deep; count the files."""
    gone = 0
    # Folders of their own first: one changes, and seems young, once a file of it goes.
    apart = [left for left in folder.glob("*/.new-*") if _is_older(left, moment)]
    for pattern in ("*/??/.new-*", "*/.new-*/.new-*"):
        for left in folder.glob(pattern):
            with suppress(OSError):
                if _is_older(left, moment):
                    left.unlink()
                    gone += 1
    for left in apart:
        with suppress(OSError):  # somebody writes there
            left.rmdir()
    return gone


def _is_older(path: Path, moment: float) -> bool:
    """Say whether a file or folder is unchanged since a moment; False when it is gone."""
    try:
        return path.stat().st_mtime <= moment
    except OSError:
        return False


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
