"""What becomes of work when a fault strikes it, over and over, at random moments.

    scripts/bench faults [--times N] [--door local|workers] [--only WORD] [--seed N] [--json]

Each time, programs of their own (`qa work` with two processes over SQLite, or two `qa worker`
over a PostgreSQL server of their own) work off 12 calls and 8 chats by a made pipeline; the fault
strikes at a random moment; they go on by themselves or are started once more. Then each
conversation must be done and scored once, what was done before must not have been done again, and
no row and no file may be there by halves (`tests/acceptance/faults.py`; each fault is a test, too).
One that this machine cannot bring about says why. Exit code 1 where something was lost or doubled.
"""

from __future__ import annotations

import argparse
import json
import random
import shutil
import sys
import tempfile
import traceback
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field
from importlib import import_module
from pathlib import Path
from typing import Any

_TESTS = Path(__file__).resolve().parents[2] / "tests" / "acceptance"
_WIDTH = 36


@dataclass
class Row:
    """A fault at one door."""

    fault: str
    door: str
    times: int = 0
    good: int = 0
    #: What was seen -> how often.
    seen: Counter[str] = field(default_factory=Counter)

    def __str__(self) -> str:
        """Write it as a line of the table."""
        seen = "; ".join(f"{text} ({n})" for text, n in self.seen.most_common())
        return f"{self.fault:{_WIDTH}} {self.door:8} {self.good:3} of {self.times:<3}  {seen}"


def main(arguments: list[str]) -> int:
    """Strike and print."""
    parser = argparse.ArgumentParser(prog="scripts/bench faults", description=__doc__)
    parser.add_argument("--times", type=int, default=20)
    parser.add_argument("--door", choices=("local", "workers"), help="one of both alone")
    parser.add_argument("--only", default="", help="faults whose names hold this")
    parser.add_argument("--seed", type=int, default=random.SystemRandom().randrange(10**6))
    parser.add_argument("--json", action="store_true")
    options = parser.parse_args(arguments)
    sys.path.insert(0, str(_TESTS))
    rows = []
    print(f"seed {options.seed}", file=sys.stderr)
    with _folder() as folder:
        for door in (options.door,) if options.door else ("local", "workers"):
            with _server(folder, door) as server:
                for row in _rows(folder, door, server, options):
                    rows.append(row)
                    print(row, file=sys.stderr if options.json else sys.stdout, flush=True)
    if options.json:
        print(json.dumps([asdict(row) for row in rows]))
    return int(any(row.good < row.times for row in rows))


@contextmanager
def _folder() -> Iterator[Path]:
    """Give a folder that stays where something went wrong in it."""
    folder = Path(tempfile.mkdtemp(prefix="qa-faults-"))
    yield folder
    if not any(folder.glob("*/said-*")):
        shutil.rmtree(folder)


@contextmanager
def _server(folder: Path, door: str) -> Iterator[Any]:
    """Give a database server where the door needs one, else None."""
    if door == "local":
        yield None
        return
    server = import_module("doors").Server(folder)
    try:
        yield server
    finally:
        server.close()


def _rows(folder: Path, door: str, server: Any, options: argparse.Namespace) -> Iterator[Row]:
    faults = import_module("faults")
    for number, fault in enumerate(faults.FAULTS):
        row = Row(fault, door)
        for time in range(options.times if options.only in fault else 0):
            place = folder / f"{door}-{number}-{time}"
            made = faults.DOORS[door](place, server.database() if server else "")
            chance = random.Random(f"{options.seed} {place.name}")  # noqa: S311 - a moment
            try:
                row.seen[faults.strike(fault, made, chance=chance, server=server)] += 1
            except faults.CannotBeHere as why:
                row.seen[f"not here: {why}"] += 1
                shutil.rmtree(place)
                break
            except AssertionError:
                traceback.print_exc()
                row.seen[f"see {place}"] += 1
            else:
                row.good += 1
                shutil.rmtree(place)
            row.times += 1
        if row.seen:
            yield row
