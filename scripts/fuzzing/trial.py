"""What must hold while an input is read, and the ears that listen for what must not be."""

from __future__ import annotations

import os
import resource
import shutil
import signal
import sys
import traceback
from collections.abc import Callable, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from time import process_time
from types import FrameType
from typing import Any

from fuzzing.nasty import CANARY
from qa.errors import InputError, UsageError
from qa.importers import FORMATS, Rejected, find
from qa.records import Conversation
from qa.settings import Settings

Found = Conversation | Rejected

ROOT = Path(__file__).resolve().parents[2]
#: What one input may take: seconds of the processor between one conversation and the next (of
#: what holds one, for all of it), and bytes on top of what was held before.
SECONDS, MEMORY = 5.0, 500 << 20
#: Seconds by the clock without a moment's work: it waits for what never comes.
WAITS = 10.0
#: Folders that Python itself reads from.
_OWN = tuple(
    {os.path.realpath(p) for p in (sys.prefix, sys.base_prefix, ROOT / "qa")}
    | {"/usr/share/zoneinfo", "/usr/lib"}
)
_ALWAYS = frozenset({"/dev/null", "/dev/urandom", "/etc/localtime", "/etc/mime.types"})
#: Characters of what went wrong.
_SHOWN = 300
_LISTED = ("open", "os.scandir", "os.listdir")
_FORBIDDEN = (
    "socket.connect", "socket.getaddrinfo", "subprocess.Popen", "os.system", "os.exec", "os.fork",
    "os.posix_spawn", "os.remove", "os.rename", "os.mkdir", "os.rmdir", "os.link", "os.symlink",
    "os.chmod", "os.truncate", "shutil.",
)  # fmt: skip


@dataclass(frozen=True)
class Link:
    """A symbolic link; its target is relative to the folder of the input."""

    target: str


@dataclass(frozen=True)
class Pipe:
    """A named pipe, into which nobody ever writes."""


@dataclass(frozen=True)
class Input:
    """What is tried at once: a file, or a folder of some."""

    number: int
    #: Of the format that it was made from, and is read as besides "auto".
    name: str
    files: Mapping[str, bytes | Link | Pipe]
    #: The folder is given, not its one file.
    whole: bool = False

    def size(self) -> int:
        """Return how many bytes its files hold."""
        return sum(len(content) for content in self.files.values() if isinstance(content, bytes))


@dataclass(frozen=True)
class Outcome:
    """What came of an input."""

    #: What it did that none may; "" = nothing.
    what: str
    #: Of the processor, until the slowest of its conversations.
    seconds: float
    #: Bytes that it took on top of what was held before.
    grown: int


class Hang(BaseException):
    """An input took too long; no importer can swallow it."""


@dataclass
class Watch:
    """Listens to what is opened and asked while an input is read."""

    folder: str = ""
    seen: list[str] = field(default_factory=list)

    def hear(self, event: str, arguments: tuple[Any, ...]) -> None:
        """Note what no importer may do; an audit hook."""
        if not self.folder:
            return
        if event in _LISTED and isinstance(arguments[0], (str, bytes, Path)):
            name = os.fsdecode(arguments[0])
            real = _real(name)
            inside = real == self.folder or real.startswith(self.folder + os.sep)
            importing = event == "os.listdir" and name in sys.path
            ours = real.startswith(_OWN) or name in _ALWAYS or importing
            if not inside and not ours:
                self.seen.append(f"{event} {name}")
            elif event == "open" and _writes(arguments):
                self.seen.append(f"writes {name}")
        elif event.startswith(_FORBIDDEN):
            self.seen.append(event)


def _real(name: str) -> str:
    """Return where a path leads; a link that leads nowhere is where it lies."""
    try:
        return os.path.realpath(name, strict=True)
    except OSError:
        nowhere = os.path.islink(name)  # noqa: PTH114 - an audit hook is called with strings
        return os.path.abspath(name) if nowhere else os.path.realpath(name)  # noqa: PTH100


def _writes(arguments: tuple[Any, ...]) -> bool:
    flags = arguments[2] if len(arguments) > 2 else 0  # noqa: PLR2004 - as the event has them
    return isinstance(flags, int) and bool(flags & (os.O_CREAT | os.O_TRUNC))


_WATCH = Watch()


class Trial:
    """Reads one input after another, each in a folder beside which lies what is not for it.

    Parameters
    ----------
    base : an empty folder to work in.
    alive : told of each conversation that is read: a file may hold a hundred thousand.
    """

    def __init__(self, base: Path, *, alive: Callable[[], None] = lambda: None) -> None:
        self._settings = Settings(time_zone="Europe/Bucharest")
        self._base = base.resolve()
        self._folder = self._base / "input"
        self._slowest = 0.0
        self._alive = alive
        sys.dont_write_bytecode = True  # in a new clone, what is imported would write beside itself
        _lay_outside(self._base / "outside")
        if not getattr(sys, "_qa_fuzzing", False):  # a hook cannot be taken off again
            sys.addaudithook(_WATCH.hear)
            sys._qa_fuzzing = True  # type: ignore[attr-defined]  # noqa: SLF001

    def run(self, tried: Input) -> Outcome:
        """Read an input as whatever it is, and as what it was made from."""
        _lay(self._folder, tried)
        whole = tried.whole or not tried.files
        path = self._folder if whole else self._folder / next(iter(tried.files))
        held, self._slowest = _peak_from_now(), 0.0
        what = self._read(path, ["auto", tried.name] if tried.name in FORMATS else ["auto"])
        took, grown = self._slowest, max(0, _peak() - held)
        if not what and took > SECONDS:
            what = f"took {took:.1f} s"
        if not what and grown > MEMORY:
            what = f"took {grown >> 20} MB"
        return Outcome(what, took, grown)

    def _read(self, path: Path, formats: list[str]) -> str:
        """Return what went wrong; "" where all that must hold did."""
        signal.signal(signal.SIGPROF, _hang)
        signal.signal(signal.SIGALRM, _Waiting())
        signal.setitimer(signal.ITIMER_REAL, WAITS, WAITS)
        _WATCH.folder, _WATCH.seen = str(self._folder), []
        try:
            for name in formats:
                with suppress(UsageError, InputError):
                    for one in self._timed(find([path], self._settings, format=name)):
                        if isinstance(one, Rejected) and not isinstance(one.error, InputError):
                            return f"{name}: rejected by {type(one.error).__name__}"
                        if CANARY in _told(one):
                            return f"{name}: tells of what lies outside"
        except Hang as err:
            return str(err)
        except BaseException as err:  # noqa: BLE001 - that is what is looked for
            where = traceback.extract_tb(err.__traceback__)[-1]
            return f"{type(err).__name__} at {Path(where.filename).name}:{where.lineno}"
        finally:
            _WATCH.folder = ""
            signal.setitimer(signal.ITIMER_REAL, 0)
        return "; ".join(dict.fromkeys(_WATCH.seen))[:_SHOWN]

    def _timed(self, found: Iterator[Found]) -> Iterator[Found]:
        """Yield what is found, and keep the longest time that one of them took."""
        while True:
            begun = process_time()
            signal.setitimer(signal.ITIMER_PROF, 2 * SECONDS)
            try:
                one = next(found, None)
            finally:
                signal.setitimer(signal.ITIMER_PROF, 0)
                self._slowest = max(self._slowest, process_time() - begun)
            if one is None:
                return
            self._alive()
            yield one


def _told(one: Any) -> str:
    if isinstance(one, Rejected):
        return f"{one.error.reason} {one.raw}"
    return str(one.messages) + str(one.transcript) + str(one.metadata) + str(one.parties)


def _hang(_number: int, _frame: FrameType | None) -> None:
    raise Hang("hangs")


class _Waiting:
    """Tells a process that waits from one that others keep from working."""

    def __init__(self) -> None:
        self._worked = process_time()

    def __call__(self, _number: int, _frame: FrameType | None) -> None:
        if process_time() - self._worked < 0.01:  # noqa: PLR2004 - no work, but this
            raise Hang("waits")
        self._worked = process_time()


def _lay(folder: Path, tried: Input) -> None:
    """Put an input into a new folder; names that the file system does not take are left out."""
    if folder.exists():
        shutil.rmtree(folder)
    folder.mkdir()
    for name, content in tried.files.items():
        path = folder / name
        with suppress(OSError, ValueError):
            path.parent.mkdir(parents=True, exist_ok=True)
            if isinstance(content, Link):
                path.unlink(missing_ok=True)
                path.symlink_to(_target(folder, content))
            elif isinstance(content, Pipe):
                os.mkfifo(path)
            elif not path.is_symlink():
                path.write_bytes(content)


def _target(folder: Path, link: Link) -> str:
    return link.target if link.target.startswith("/") else os.path.join(folder, link.target)  # noqa: PTH118 - keeps '..'


def _lay_outside(folder: Path) -> None:
    """Put what no input may tell of where a path that climbs out finds it."""
    folder.mkdir(parents=True)
    said = f'{{"party": "agent", "text": "{CANARY}"}}'
    (folder / "chat.json").write_text(f'{{"messages": [{said}]}}')
    (folder / "call.json").write_text(f'{{"queue": "{CANARY}"}}')
    shutil.copy(ROOT / "samples/calls/bad-line.mp3", folder / "call.wav")
    (folder / "linked.wav").symlink_to(folder / "call.wav")


_RESET, _STATUS = Path("/proc/self/clear_refs"), Path("/proc/self/status")


def _peak_from_now() -> int:
    """Count the peak of memory from now on, where the system can; return what is held, in bytes."""
    with suppress(OSError):
        _RESET.write_text("5")
    return _peak()


def _peak() -> int:
    """Return the most memory that was held, in bytes."""
    try:
        lines = _STATUS.read_text().splitlines()
    except OSError:
        return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss << 10
    return next(int(line.split()[1]) << 10 for line in lines if line.startswith("VmHWM:"))
