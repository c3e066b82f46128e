"""Inputs that nobody would export, and what must hold of the importers for each of them.

Nothing but the named error leaves an importer; no input takes 5 seconds or 500 MB; no file
outside the input is opened, no address asked, no program started (an audit hook listens).
"""

from __future__ import annotations

import argparse
import faulthandler
import json
import random
import resource
import signal
import sys
import tempfile
import traceback
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from time import monotonic
from types import FrameType
from typing import Any

from hypothesis import HealthCheck, Phase, given, seed, settings
from hypothesis import strategies as st

from qa.errors import InputError, UsageError
from qa.importers import FORMATS, Rejected, find
from qa.settings import Settings

ROOT = Path(__file__).resolve().parent.parent
#: What one input may take: seconds, and bytes on top of what was held before.
SECONDS, MEMORY = 5.0, 500 << 20
#: Share of inputs that Hypothesis draws; the others are mutated samples.
DRAWN = 0.2
#: Values that have broken programs before.
_NASTY: tuple[Any, ...] = (
    None, True, -1, 0, 1e308, -1e308, 10**400, 2**63, "", " ", "\0", "\ud800", "NaN", "-0", "1e999",
    "file:///etc/passwd", "../../../../etc/passwd", "/etc/passwd", "\\\\host\\share", "x" * 70_000,
    "0001-01-01T00:00:00", "9999-12-31T23:59:59+14:00", "PT999999999999H", "\u202e", "{}", "[]",
    [], {}, [[]], [None], {"": None}, "http://127.0.0.1:9/x", "<p>" * 5_000, "&" * 5_000,
)  # fmt: skip
_BYTES = (
    b"\0", b"\xff\xfe", b"\xef\xbb\xbf", b"\xed\xa0\x80", b"PK\x03\x04", b"\x1f\x8b",
    b"RIFF\xff\xff\xff\xffWAVE", b"[" * 3_000, b'{"a":' * 3_000, b'"', b"\\u", b"\\ud800", b"NaN",
    b"<?xml version='1.0'?><!DOCTYPE a [<!ENTITY b SYSTEM 'file:///etc/passwd'>]><a>&b;</a>",
    b"Infinity", b"9" * 6_000, b"\r", b"\n\n\n", b"From ", b"WEBVTT\n", b"../../", b"<v ",
    b"00:00:00.000 --> 99:99:99.999\n", b"1" + b"," * 9_000, b"=?utf-8?b?/////w==?=",
    b"Content-Type: multipart/mixed; boundary=a\n\n",
)  # fmt: skip
#: Folders that Python itself reads from.
_OWN = tuple({sys.prefix, sys.base_prefix, str(ROOT / "qa"), "/usr/share/zoneinfo", "/usr/lib"})
_ALWAYS = frozenset({"/dev/null", "/dev/urandom", "/etc/localtime", "/etc/mime.types"})
_FORBIDDEN = ("socket.connect", "socket.getaddrinfo", "subprocess.Popen", "os.system", "os.exec")


class Hang(BaseException):
    """An input took too long; no importer can swallow it."""


@dataclass
class Failure:
    """An input that did what none may."""

    number: int
    name: str
    what: str
    content: bytes


@dataclass
class Watch:
    """Listens to what is opened and asked while an input is read."""

    folder: str = ""
    seen: list[str] = field(default_factory=list)

    def hear(self, event: str, arguments: tuple[Any, ...]) -> None:
        """Note what no importer may do; an audit hook."""
        if not self.folder:
            return
        if event == "open" and isinstance(arguments[0], (str, bytes)):
            name = arguments[0] if isinstance(arguments[0], str) else arguments[0].decode()
            ours = name.startswith((self.folder, *_OWN)) or name in _ALWAYS
            if not ours or ".." in Path(name).parts:
                self.seen.append(f"opened {name}")
        elif event.startswith(_FORBIDDEN):
            self.seen.append(event)


_WATCH = Watch()


def main(arguments: list[str]) -> int:
    """Try, and tell what failed; 1 where something did."""
    parser = argparse.ArgumentParser(prog="scripts/fuzz", description=__doc__)
    parser.add_argument("--inputs", type=int, default=2_000)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--keep", type=Path, help="folder for inputs that failed")
    options = parser.parse_args(arguments)
    begun = monotonic()
    failures, slowest = fuzz(options.inputs, options.seed)
    for failure in failures:
        print(f"input {failure.number} ({failure.name}): {failure.what}")
        if options.keep:
            options.keep.mkdir(parents=True, exist_ok=True)
            (options.keep / f"{failure.number}-{failure.name}").write_bytes(failure.content)
    print(
        f"{options.inputs:,} inputs, {len(failures)} failed; slowest {slowest:.2f} s,"
        f" {_held() >> 20:,} MB at most, {monotonic() - begun:.0f} s"
    )
    return 1 if failures else 0


def fuzz(inputs: int, start: int) -> tuple[list[Failure], float]:
    """Try so many inputs; the same seed tries the same ones.

    Returns
    -------
    the failures, and the seconds of the slowest input.
    """
    if not _WATCH.folder:
        sys.addaudithook(_WATCH.hear)
    drawn = int(inputs * DRAWN)
    trial = _Trial()
    samples = _samples()
    rng = random.Random(start)  # noqa: S311 - the same inputs each time
    for _ in range(inputs - drawn):
        path, content = rng.choice(samples)
        suffix = path.suffix if rng.random() < 0.95 else rng.choice(_SUFFIXES)  # noqa: PLR2004
        trial.run(path.parent.name, suffix, _mutated(content, rng, samples))
    if drawn:
        _draw(drawn, start, lambda name, value: trial.run(name, ".json", _dumped(value)))
    return trial.failures, trial.slowest


_SUFFIXES = (
    ".json",
    ".jsonl",
    ".vcon",
    ".eml",
    ".mbox",
    ".vtt",
    ".srt",
    ".csv",
    ".txt",
    ".wav",
    "",
)


class _Trial:
    """Reads one input after another."""

    def __init__(self) -> None:
        self.failures: list[Failure] = []
        self.slowest = 0.0
        self._count = 0
        self._settings = Settings(time_zone="Europe/Bucharest")

    def run(self, name: str, suffix: str, content: bytes) -> None:
        """Read an input as whatever it is, and as what its sample was."""
        self._count += 1
        before, begun = _held(), monotonic()
        with tempfile.TemporaryDirectory(prefix="fuzz-") as folder:
            path = Path(folder) / f"input{suffix}"
            path.write_bytes(content)
            what = self._read(path, ["auto", name] if name in FORMATS else ["auto"])
        took, grown = monotonic() - begun, _held() - before
        self.slowest = max(self.slowest, took)
        if not what and took > SECONDS:
            what = f"took {took:.1f} s"
        if not what and grown > MEMORY:
            what = f"took {grown >> 20} MB"
        if what:
            self.failures.append(Failure(self._count, f"{name}{suffix}", what, content))

    def _read(self, path: Path, formats: Sequence[str]) -> str:
        """Return what went wrong; "" where all that must hold did."""
        faulthandler.dump_traceback_later(60, exit=True)  # a hang within C
        signal.signal(signal.SIGALRM, _hang)
        signal.setitimer(signal.ITIMER_REAL, 2 * SECONDS)
        _WATCH.folder, _WATCH.seen = str(path.parent), []
        try:
            for name in formats:
                with suppress(UsageError, InputError):
                    for one in find([path], self._settings, format=name):
                        if isinstance(one, Rejected) and not isinstance(one.error, InputError):
                            return f"{name}: rejected by {type(one.error).__name__}"
        except Hang:
            return "hangs"
        except BaseException as err:  # noqa: BLE001 - that is what is looked for
            where = traceback.extract_tb(err.__traceback__)[-1]
            return f"{type(err).__name__} at {Path(where.filename).name}:{where.lineno}"
        finally:
            _WATCH.folder = ""
            signal.setitimer(signal.ITIMER_REAL, 0)
            faulthandler.cancel_dump_traceback_later()
        return "; ".join(dict.fromkeys(_WATCH.seen))


def _hang(_number: int, _frame: FrameType | None) -> None:
    raise Hang


def _held() -> int:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss << 10


def _samples() -> list[tuple[Path, bytes]]:
    """Return the samples of the contract and the sample chats, with their content."""
    files = [*(ROOT / "tests/contract/importers").glob("*/*"), *(ROOT / "samples/chats").glob("*")]
    return [(p, p.read_bytes()) for p in sorted(files) if p.is_file() and p.name[0] != "."]


def _mutated(content: bytes, rng: random.Random, samples: Sequence[tuple[Path, bytes]]) -> bytes:
    """Return a sample with one to four things done to it."""
    if rng.random() < 0.5:  # noqa: PLR2004 - as often in its structure as in its bytes
        with suppress(ValueError, RecursionError):
            value = json.loads(content)
            for _ in range(rng.randint(1, 3)):
                value = _changed(value, rng)
            content = _dumped(value)
            if rng.random() < 0.7:  # noqa: PLR2004
                return content
    for _ in range(rng.randint(1, 4)):
        content = rng.choice(_DAMAGES)(content, rng, samples)
    return content[: 4 << 20]


def _changed(value: Any, rng: random.Random) -> Any:
    """Return a JSON value with one node replaced, left out, repeated or renamed."""
    if not isinstance(value, (dict, list)) or not value or rng.random() < 0.1:  # noqa: PLR2004
        return rng.choice(_NASTY)
    what = rng.choice(("out", "again", *["inside"] * 8))
    if isinstance(value, list):
        at = rng.randrange(len(value))
        inside = {"out": [], "again": [value[at]] * rng.choice((2, 3, 200))}.get(what)
        return [
            *value[:at],
            *([_changed(value[at], rng)] if inside is None else inside),
            *value[at + 1 :],
        ]
    key = rng.choice(list(value))
    if what == "out":
        return {k: v for k, v in value.items() if k != key}
    name = rng.choice(list(value)) if what == "again" else key
    return {**value, name: _changed(value[key], rng)}


def _dumped(value: Any) -> bytes:
    return json.dumps(value).encode("utf-8", "surrogatepass")


_Damage = Callable[[bytes, random.Random, Sequence[tuple[Path, bytes]]], bytes]


def _cut(content: bytes, rng: random.Random, _: object) -> bytes:
    return content[: rng.randrange(len(content) + 1)]


def _flip(content: bytes, rng: random.Random, _: object) -> bytes:
    made = bytearray(content)
    for _n in range(rng.randint(1, 8) if made else 0):
        made[rng.randrange(len(made))] = rng.randrange(256)
    return bytes(made)


def _insert(content: bytes, rng: random.Random, _: object) -> bytes:
    at = rng.randrange(len(content) + 1)
    return content[:at] + rng.choice(_BYTES) + content[at:]


def _repeat(content: bytes, rng: random.Random, _: object) -> bytes:
    low, high = sorted((rng.randrange(len(content) + 1), rng.randrange(len(content) + 1)))
    return content[:high] + content[low:high] * rng.choice((1, 2, 50)) + content[high:]


def _splice(content: bytes, rng: random.Random, samples: Sequence[tuple[Path, bytes]]) -> bytes:
    other = rng.choice(samples)[1]
    return content[: rng.randrange(len(content) + 1)] + other[rng.randrange(len(other) + 1) :]


def _recode(content: bytes, rng: random.Random, _: object) -> bytes:
    name = rng.choice(("utf-16", "utf-16-be", "utf-32", "cp1251", "cp1250", "utf-7"))
    return content.decode("utf-8", "replace").encode(name, "replace")


_DAMAGES: tuple[_Damage, ...] = (_cut, _flip, _insert, _repeat, _splice, _recode)


def _draw(count: int, start: int, use: Callable[[str, Any], None]) -> None:
    """Draw JSON of the formats' own keys and call `use` with a format and each value."""
    keys = sorted({key for value in _values() for key in _keys(value)})
    plain = st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=30)
    plain |= st.sampled_from([v for v in _NASTY if isinstance(v, (str, int, float))])
    tree = st.recursive(
        plain,
        lambda inner: (
            st.lists(inner, max_size=4) | st.dictionaries(st.sampled_from(keys), inner, max_size=8)
        ),
        max_leaves=25,
    )

    @seed(start)
    @settings(
        max_examples=count,
        database=None,
        deadline=None,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @given(st.sampled_from(sorted(FORMATS)), tree)
    def drawn(name: str, value: Any) -> None:
        use(name, value)

    drawn()


def _values() -> Iterator[Any]:
    for _, content in _samples():
        with suppress(ValueError):
            yield json.loads(content)


def _keys(value: Any) -> Iterator[str]:
    for part in value.values() if isinstance(value, dict) else value:
        if isinstance(part, (dict, list)):
            yield from _keys(part)
    if isinstance(value, dict):
        yield from value
