"""Whether a file is whole yet: recorders write for as long as a call lasts."""

from __future__ import annotations

import fcntl
import os
import signal
import time
from collections.abc import Callable, Iterable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

#: Size and time of change (ns) of a file.
_Look = tuple[int, int]


def is_being_written(path: Path) -> bool:
    """Say whether a process has a file open for writing; False where the system cannot tell.

    Asks for a lease, which Linux gives for a file of our own (any, for root) that nobody has
    open for writing; shares of other machines mostly do not tell.
    """
    try:
        handle = os.open(path, os.O_RDONLY | os.O_NONBLOCK)
    except OSError:
        return False
    try:
        # Who opens it in this very moment is held up, and we are told by a signal; by default
        # one that ends a process, so another is chosen that does nothing.
        fcntl.fcntl(handle, fcntl.F_SETSIG, signal.SIGURG)
        fcntl.fcntl(handle, fcntl.F_SETLEASE, fcntl.F_RDLCK)
    except BlockingIOError:
        return True
    except OSError:
        return False
    finally:
        with suppress(OSError):
            fcntl.fcntl(handle, fcntl.F_SETLEASE, fcntl.F_UNLCK)
        os.close(handle)
    return False


@dataclass
class _Seen:
    look: _Look
    #: Since when it looks so, by `clock`.
    since: float
    taken: bool = False


class Settling:
    """Tells, look by look, which files have stopped growing and were not taken yet.

    A file has when its size and time of change stayed the same for a while and nobody has it
    open for writing. Only differences count: the clock of a share may be wrong.

    Parameters
    ----------
    settle_s : how long, in seconds.
    clock : seconds, from any beginning.
    """

    def __init__(self, settle_s: float, *, clock: Callable[[], float] = time.monotonic) -> None:
        self._settle_s, self._clock = settle_s, clock
        self._seen: dict[Path, _Seen] = {}
        #: How things look that are no files of this machine, by their names.
        self.afar: dict[Path, tuple[int, int]] = {}

    def ready(self, paths: Sequence[Path]) -> bool:
        """Say whether files that belong together are to be taken: all are whole, not all taken."""
        settled = [self._settled(path) for path in paths]  # each is looked at
        if not all(settled) or all(self._seen[path].taken for path in paths):
            return False
        return not any(map(is_being_written, paths))

    def take(self, paths: Sequence[Path]) -> bool:
        """Note that files were read; False when one of them changed meanwhile: it waits on."""
        if not all(self._settled(path) for path in paths):
            return False
        for path in paths:
            self._seen[path].taken = True
        return True

    def knows(self, paths: Iterable[Path]) -> bool:
        """Say whether all of these were taken, and look as they did then."""
        seen = ((self._seen.get(path), self._look(path)) for path in paths)
        return all(one is not None and one.taken and one.look == look for one, look in seen)

    def _look(self, path: Path) -> _Look:
        return self.afar.get(path) or _look(path)

    def _settled(self, path: Path) -> bool:
        look, now = self._look(path), self._clock()
        seen = self._seen.get(path)
        if seen is None or seen.look != look:
            self._seen[path] = _Seen(look, now)
            return self._settle_s <= 0
        return now - seen.since >= self._settle_s


def _look(path: Path) -> _Look:
    try:
        stat = path.stat()
    except OSError:  # gone, or a link that leads nowhere: told of as it is
        return -1, -1
    return stat.st_size, stat.st_mtime_ns
