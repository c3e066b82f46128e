"""What the local pool makes of a machine: against one process, and against the bare stages.

    scripts/bench pool DIR [--calls N] [--row NAME ...] [--json]

The sample calls, N of them (each copy a file of its own, so that nothing is known before), with
the engines and models as they are installed. Each row works off the same calls in a process of
its own, with a database of its own below DIR:

- `bare-1`, `bare-2` ...: the stages alone, one call after the other, by so many threads: no
  database, no queue, no other process.
- `one-1`, `one-2` ...: `qa work --workers 1` with so many threads.
- `pool`: `qa work` with the workers and threads that it chooses for the machine; `pool-2x1`: with
  2 workers of 1 thread each.
- `first`: `qa run` of one call of under a minute, until it is scored and the command has ended.

Without --row: one-1, one-CORES, bare at the better of the two, pool, first. Seconds by the clock
run from the start of the command to its end, loading of program and models included; processor
seconds are those of all its processes. A row that DIR holds is not measured again: stop it and
start it again as you like, or name another DIR.
"""

# ruff: noqa: PLC0415 - a process loads only what it measures

from __future__ import annotations

import argparse
import json
import os
import re
import resource
import shutil
import subprocess
import sys
from collections.abc import Iterator, Mapping, Sequence
from itertools import count, islice
from pathlib import Path
from time import perf_counter
from typing import Any

#: Of a row: processor and clock, in seconds.
Row = dict[str, Any]

_ROOT = Path(__file__).resolve().parents[2]
_SAMPLES = _ROOT / "samples"
#: Samples that are one recording for each side, by what stands behind the call's name.
_SIDES = ("-agent", "-customer")
#: The one that `first` takes: 42 s.
_SHORT = "rude-agent.mp3"
#: Aims: of the pool's throughput, of the overhead, and seconds until the first result.
AIMS = {"times": 1.7, "overhead": 0.05, "first_s": 15.0}


def main(arguments: list[str]) -> int:
    """Measure what is missing, and print."""
    parser = argparse.ArgumentParser(prog="scripts/bench pool", description=__doc__)
    parser.add_argument("folder", type=Path, metavar="DIR")
    parser.add_argument("--calls", type=int, default=40)
    parser.add_argument("--row", action="append", help="bare-T, one-T, pool, pool-WxT, first")
    parser.add_argument("--json", action="store_true")
    parser.add_argument("--bare", type=int, default=0, help=argparse.SUPPRESS)
    options = parser.parse_args(arguments)
    folder = options.folder.resolve() / f"{options.calls}-calls"
    if options.bare:
        _stages(folder / "calls", folder / f"bare-{options.bare}", options.bare)
        return 0
    seconds = make(folder / "calls", options.calls)
    rows: dict[str, Row] = {}
    for name in options.row or _default(len(os.sched_getaffinity(0)), rows):
        rows[name] = _kept(folder, name, options.calls, seconds)
    found = {"calls": options.calls, "seconds": seconds, "rows": rows, **compared(rows)}
    print(json.dumps(found, indent=2)) if options.json else _table(found)
    return 0


def _default(cores: int, rows: Mapping[str, Row]) -> Iterator[str]:
    """Name the rows; which bare one depends on what came out before."""
    for threads in dict.fromkeys((1, cores)):
        yield f"one-{threads}"
    yield best(rows).replace("one", "bare")
    yield "pool"
    yield "first"


def best(rows: Mapping[str, Row]) -> str:
    """Return which of the rows of one process was the fastest."""
    return min((n for n in rows if n.startswith("one-")), key=lambda n: float(rows[n]["clock_s"]))


def compared(rows: Mapping[str, Row]) -> dict[str, float]:
    """Return how rows stand to each other, as far as they are there."""
    found = {}
    ones = [n for n in rows if n.startswith("one-")]
    for name in [n for n in rows if n.startswith("pool") and ones]:
        found[f"{name} times {best(rows)}"] = rows[best(rows)]["clock_s"] / rows[name]["clock_s"]
    for name in ones:
        bare = rows.get(name.replace("one", "bare"))
        if bare:
            found[f"overhead of {name} by processor"] = rows[name]["cpu_s"] / bare["cpu_s"] - 1
            found[f"overhead of {name} by clock"] = rows[name]["clock_s"] / bare["clock_s"] - 1
    return found


# --- the calls ---------------------------------------------------------------------


def make(folder: Path, calls: int) -> float:
    """Copy the sample calls, each with a number in its name, its sidecar and its file.

    Returns
    -------
    float : seconds of all calls together.
    """
    done = folder / "seconds.txt"
    if not done.exists():
        folder.mkdir(parents=True, exist_ok=True)
        samples = sorted((_SAMPLES / "calls").glob("*.json"))
        numbered = ((n, sample) for n in count() for sample in samples)
        seconds = sum(_copy(sample, folder, n) for n, sample in islice(numbered, calls))
        done.write_text(f"{seconds:.1f}\n", encoding="ascii")
    return float(done.read_text(encoding="ascii"))


def _copy(sidecar: Path, folder: Path, number: int) -> float:
    told = json.loads(sidecar.read_text(encoding="utf-8"))
    told["id"] = f"{told['id']}-{number}"
    stem = f"{sidecar.stem}-{number}"
    (folder / f"{stem}.json").write_text(json.dumps(told), encoding="utf-8")
    seconds = 0.0
    files = sidecar.parent.glob(f"{sidecar.stem}*")
    for file in sorted(f for f in files if f.suffix != ".json"):
        side = file.stem.removeprefix(sidecar.stem)
        if side not in {"", *_SIDES}:
            continue
        seconds = max(seconds, _remux(file, folder / f"{stem}{side}{file.suffix}", number))
    return seconds


def _remux(source: Path, target: Path, number: int) -> float:
    """Copy a recording's packets into a file that says another title: other bytes, same sound."""
    import av

    with av.open(str(source)) as inside, av.open(str(target), "w") as outside:
        stream = inside.streams.audio[0]
        copied = outside.add_stream_from_template(stream)
        outside.metadata["title"] = str(number)
        for packet in inside.demux(stream):
            if packet.dts is not None:
                packet.stream = copied
                outside.mux(packet)
        return float((inside.duration or 0) / av.time_base)


# --- the rows ----------------------------------------------------------------------


def _kept(folder: Path, name: str, calls: int, seconds: float) -> Row:
    """Return a row as it was measured before, or measure it."""
    place = folder / f"{name}.json"
    if not place.exists():
        print(f"measuring {name} ...", file=sys.stderr)
        place.write_text(json.dumps(_measured(folder, name, calls, seconds)), encoding="ascii")
    row: Row = json.loads(place.read_text(encoding="ascii"))
    return row


def _measured(folder: Path, name: str, calls: int, seconds: float) -> Row:
    data = folder / name
    shutil.rmtree(data, ignore_errors=True)
    kind, _, size = name.partition("-")
    if kind == "first":
        return _first(data)
    if kind == "bare":
        bench = str(Path(__file__).parents[1] / "bench")
        command = [bench, "pool", str(folder.parent), f"--calls={calls}", f"--bare={size}"]
        return _timed([sys.executable, *command], _environment(data, ""), seconds)
    workers, threads = {"one": ("1", size), "pool": tuple(size.split("x")) if size else ("", "")}[
        kind
    ]
    environment = _environment(data, threads)
    _qa(["import", str(folder / "calls")], environment)
    asked = ["--workers", workers] if workers else []
    row = _timed([*_command("work"), *asked], environment, seconds)
    left = json.loads(_qa(["list", "--state", "failed", "--json"], environment))["items"]
    return {**row, "failed": len(left)}


def _first(data: Path) -> Row:
    """Take a call in and score it, as a person does who tries the program."""
    file = str(_SAMPLES / "calls" / _SHORT)
    return _timed(_command("run", file), _environment(data, ""), 0.0)


def _timed(command: Sequence[str], environment: Mapping[str, str], seconds: float) -> Row:
    before, began = _spent(), perf_counter()
    subprocess.run(
        command, env=environment, check=True, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE
    )
    clock, cpu = perf_counter() - began, _spent() - before
    row = {"clock_s": round(clock, 2), "cpu_s": round(cpu, 2)}
    return {**row, "speed": round(seconds / clock, 2)} if seconds else row


def _spent() -> float:
    """Return processor seconds of the processes that were waited for, theirs included."""
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def _environment(data: Path, threads: str) -> dict[str, str]:
    given = {k: v for k, v in os.environ.items() if not re.match("QA_(?!MODELS)", k)}
    return given | {
        "QA_DATA": str(data),
        "QA_MODELS": os.environ.get("QA_MODELS", str(_ROOT / ".models")),
        "QA_CONFIG": str(_SAMPLES / "qa.toml"),
        **({"QA_THREADS": threads} if threads else {}),
    }


def _command(*arguments: str) -> list[str]:
    return [sys.executable, "-m", "qa.cli", *arguments]


def _qa(arguments: Sequence[str], environment: Mapping[str, str]) -> str:
    command = _command(*arguments)
    done = subprocess.run(command, env=environment, check=True, stdout=subprocess.PIPE, text=True)
    return done.stdout


def _stages(calls: Path, data: Path, threads: int) -> None:
    """Hear, write what is played, and judge: what no pool could do without."""
    from qa import scoring
    from qa.importers import find
    from qa.pipeline import Pipeline
    from qa.records import Conversation
    from qa.settings import load_settings

    settings = load_settings(data=data, threads=threads)
    data.mkdir(parents=True, exist_ok=True)
    pipeline = Pipeline(settings)
    cards = [scoring.find_card(card, settings) for card in settings.default_scorecards]
    for found in find([calls], settings):
        if not isinstance(found, Conversation):
            raise SystemExit(str(found))
        heard = pipeline.listen(found, playback=data / "playback.mp3")
        pipeline.judge(heard.safe, cards)


# --- what is told ------------------------------------------------------------------


def _table(found: Mapping[str, Any]) -> None:
    print(f"{found['calls']} calls of {found['seconds']:.0f} s together")
    print(f"{'row':12}{'clock s':>10}{'processor s':>14}{'x real time':>14}")
    for name, row in found["rows"].items():
        print(f"{name:12}{row['clock_s']:10.1f}{row['cpu_s']:14.1f}{row.get('speed', 0):14.2f}")
    for name, value in found.items():
        if name not in {"calls", "seconds", "rows"}:
            print(f"{name:40}{value:10.3f}")
