"""How long it takes to look through a folder in which nothing, or little, is new.

    scripts/bench intake [--files N] [--kb N] [--new N] [--bucket] [--keep FOLDER] [--json]

A folder of N recordings (made: noise, of so many kilobytes each) is taken in; then again, where
nothing is new, as each night does; then with some new ones among them. What it takes this process
is told: processor time and what the clock says, in seconds. With --bucket the folder is served by
a process of its own that answers as S3 does, and taken in from there.
"""

from __future__ import annotations

import argparse
import json
import os
import random
import sys
import tempfile
import time
import wave
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from importlib import import_module
from pathlib import Path
from typing import Any

from qa.addresses import Address, parse
from qa.cli.intake import take_in
from qa.settings import Settings
from qa.store import open_store

_TESTS = Path(__file__).resolve().parents[2] / "tests" / "acceptance"
#: Files of a folder, as recorders lay them by the day.
_FOLDER = 500


def main(arguments: list[str]) -> int:
    """Measure and print."""
    parser = argparse.ArgumentParser(prog="scripts/bench intake", description=__doc__)
    parser.add_argument("--files", type=int, default=10_000)
    parser.add_argument("--kb", type=int, default=50, help="size of each")
    parser.add_argument("--new", type=int, default=100, help="how many are added")
    parser.add_argument("--bucket", action="store_true", help="by an S3 server")
    parser.add_argument("--keep", type=Path, help="where to make it; stays")
    parser.add_argument("--json", action="store_true")
    options = parser.parse_args(arguments)
    with _place(options.keep) as folder:
        figures = _measure(folder, options)
    if options.json:
        print(json.dumps(figures))
        return 0
    for what, (cpu, wall) in figures.items():
        print(f"{what:28} {cpu:8.2f} s of the processor {wall:8.2f} s by the clock")
    return 0


@contextmanager
def _place(keep: Path | None) -> Iterator[Path]:
    if keep is not None:
        yield keep
        return
    with tempfile.TemporaryDirectory(prefix="qa-intake-") as folder:
        yield Path(folder)


def _measure(place: Path, options: argparse.Namespace) -> dict[str, tuple[float, float]]:
    settings = Settings(data=place / "data", default_scorecards=("support-standard",))
    calls, count, new = place / "buckets" / "calls", options.files, options.new
    made = 0 if not calls.exists() else sum(1 for _ in calls.glob("*/*.wav"))
    _make(calls, range(made, count), options.kb)
    figures = {}
    with open_store(settings) as store:

        def take(what: str, where: Path | Address) -> None:
            cpu, wall = time.process_time(), time.perf_counter()
            taken = take_in(store, settings, [where], format="auto", cards=())
            figures[what] = time.process_time() - cpu, time.perf_counter() - wall
            if taken.rejected:
                raise RuntimeError("a made recording was rejected")

        with _served(calls.parent) if options.bucket else nullcontext() as server:
            where = parse(f"s3://{calls.name}/") if server is not None else calls
            take(f"{count:,} files, all or none new", where)
            take(f"{count:,} files, nothing new", where)
            _make(calls, range(count, count + new), options.kb)
            if server is not None:
                server.kill()
                server.make_ready()  # reads what there is now
                server.start()
            take(f"{count + new:,} files, {new:,} new", where)
    return figures


@contextmanager
def _served(folder: Path) -> Iterator[Any]:
    """Let a server have the folders in a folder as its buckets."""
    sys.path.insert(0, str(_TESTS))
    server = import_module("buckets").S3Server(folder)
    os.environ.update(server.env)
    try:
        yield server
    finally:
        server.close()


def _make(folder: Path, numbers: range, kb: int) -> None:
    for number in numbers:
        path = folder / f"day-{number // _FOLDER}" / f"call-{number}.wav"
        path.parent.mkdir(parents=True, exist_ok=True)
        with wave.open(str(path), "wb") as file:
            file.setnchannels(1)
            file.setsampwidth(2)
            file.setframerate(8000)
            file.writeframes(random.Random(number).randbytes(kb * 1024))  # noqa: S311 - noise
