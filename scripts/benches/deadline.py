"""How late work ends that is to be over at a time of day.

    scripts/bench deadline [--times N] [--door local|workers] [--seconds S] [--json]

The programs are those of `scripts/bench faults`, two processes each (`qa work` over SQLite, two
`qa worker` over a PostgreSQL server of their own), with `--until` a minute that is full soon. 400
calls wait, of up to twice S seconds each, more than can be done; every other night one of them
hangs for ever. Told is how many seconds after the deadline the last program was gone. Afterwards
each conversation is done or waits, and none is half done; else, or two minutes late, exit code 1.
"""

from __future__ import annotations

import argparse
import json
import shutil
import sys
import tempfile
import time
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from importlib import import_module
from pathlib import Path
from typing import Any

from qa.store import State, open_store

_TESTS = Path(__file__).resolve().parents[2] / "tests" / "acceptance"
_CALLS = 400
#: What their heads say that they last (seconds), by which programs choose what can still end.
_LENGTH_S = 20.0
#: Seconds that programs have at least before their deadline.
_AT_LEAST_S = 60
#: As both doors are started, besides.
_COMMANDS = {
    "local": ("work", "--workers", "2"),
    "workers": ("worker", "--queue", "speech=1", "--queue", "text=1"),
}


@dataclass(frozen=True)
class Row:
    """One night."""

    door: str
    hangs: bool
    #: Seconds after the deadline at which the last program was gone; before it: negative.
    late_s: float
    done: int
    waiting: int
    #: Neither done nor waiting.
    others: int

    def __str__(self) -> str:
        """Write it as a line of the table."""
        hangs = "one call hangs" if self.hangs else "no call hangs"
        rest = f"{self.done} done, {self.waiting} wait, {self.others} neither"
        return f"{self.door:8} {hangs:15} over {self.late_s:+6.1f} s after the deadline; {rest}"


def main(arguments: list[str]) -> int:
    """Measure and print."""
    parser = argparse.ArgumentParser(prog="scripts/bench deadline", description=__doc__)
    parser.add_argument("--times", type=int, default=2)
    parser.add_argument("--door", choices=tuple(_COMMANDS), help="one of both alone")
    parser.add_argument("--seconds", type=float, default=10.0, help="that a step takes at most")
    parser.add_argument("--json", action="store_true")
    options = parser.parse_args(arguments)
    sys.path.insert(0, str(_TESTS))
    rows = []
    for door in (options.door,) if options.door else tuple(_COMMANDS):
        folder = Path(tempfile.mkdtemp(prefix="qa-deadline-"))
        server = import_module("doors").Server(folder) if door == "workers" else None
        try:
            for number in range(2 * options.times):
                made = import_module("faults").DOORS[door](
                    folder / str(number), server.database() if server else ""
                )
                row = _night(door, made, hangs=number % 2 == 0, seconds=options.seconds)
                rows.append(row)
                print(row, file=sys.stderr if options.json else sys.stdout, flush=True)
        finally:
            if server is not None:
                server.close()
            shutil.rmtree(folder, ignore_errors=True)
    if options.json:
        print(json.dumps([asdict(row) for row in rows]))
    return int(any(row.others or row.late_s > 120 for row in rows))  # noqa: PLR2004 - two minutes


def _night(name: str, door: Any, *, hangs: bool, seconds: float) -> Row:
    """Let the programs of a door work until a minute is full."""
    door.prepare()
    door.mark("takes", str(seconds))
    calls = [f"call-{n}" for n in range(_CALLS)]
    calls += ["slow-1"] if hangs else []  # the newest come first
    with open_store(door.settings) as store:
        import_module("doors").register(store, *calls)
        store.nights.set_lengths(dict.fromkeys(calls, _LENGTH_S))
    end = datetime.now().astimezone() + timedelta(seconds=_AT_LEAST_S + 60)
    end = end.replace(second=0, microsecond=0)
    command = (*_COMMANDS[name], "--until", f"{end:%H:%M}")
    try:
        for _ in range(door.programs):
            door.start(*command)
        while door.alive():
            time.sleep(0.05)
        late = (datetime.now().astimezone() - end).total_seconds()
    finally:
        door.end()
    with open_store(door.settings) as store:
        states = store.counts().states
    done, waiting = states.get(State.DONE, 0), states.get(State.WAITING, 0)
    return Row(name, hangs, round(late, 1), done, waiting, len(calls) - done - waiting)
