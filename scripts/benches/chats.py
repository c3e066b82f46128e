"""How fast chats are taken in, and redacted and scored.

    scripts/bench chats [--chats N] [--judged N] [--workers N] [--importers N] [--folder DIR]
                        [--json]

Makes chats of 30 messages, always the same ones, out of the sample dialogues: two parties,
times, and in each a card or telephone number to redact. `import` registers all of them as
`qa import` does, the first ones by one command and the others by as many at once as
`--importers` says; `work` redacts and scores the first ones as `qa work` does, in
processes of their own. Memory is the most that a process held, measured after the first
tenth and at the end. See docs/benchmarks.md for what the figures mean.
"""

from __future__ import annotations

import argparse
import json
import os
import random
import resource
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from pathlib import Path
from time import perf_counter

from benches.scoring import turns_of
from qa.settings import Settings
from qa.store import Filter, open_store

MESSAGES = 30
_BEGIN = datetime(2026, 1, 1, tzinfo=UTC)
#: Numbers that are nobody's: test cards and telephone numbers kept for stories.
_SECRETS = (
    "My card is 4111 1111 1111 1111.",
    "Call me at +1 202 555 0143.",
    "It is 5500005555555559.",
)


def main(arguments: list[str]) -> int:
    """Measure and print."""
    parser = argparse.ArgumentParser(prog="scripts/bench chats", description=__doc__)
    parser.add_argument("--chats", type=int, default=10_000, help="chats to import")
    parser.add_argument("--judged", type=int, default=1_000, help="chats to score")
    parser.add_argument("--workers", type=int, default=2)
    parser.add_argument("--importers", type=int, default=1, help="qa import, so many at once")
    parser.add_argument("--folder", type=Path, help="where to write; default: a temporary folder")
    parser.add_argument("--json", action="store_true")
    options = parser.parse_args(arguments)
    with tempfile.TemporaryDirectory(dir=options.folder) as name:
        figures = measure(
            Path(name), options.chats, options.judged, options.workers, options.importers
        )
    if options.json:
        print(json.dumps(figures))
    else:
        for key, value in figures.items():
            print(f"{key:28} {value:10.1f}")
    return 0


def measure(
    folder: Path, chats: int, judged: int, workers: int, importers: int
) -> dict[str, float]:
    """Import, then score; return rates a second, processor seconds a chat and memory."""
    first, some = folder / "first.jsonl", min(judged, chats)
    _write(first, 0, some)
    edges = [some + (chats - some) * n // importers for n in range(importers + 1)]
    rest = [folder / f"rest-{n}.jsonl" for n in range(importers)]
    for path, (start, end) in zip(rest, pairwise(edges), strict=True):
        _write(path, start, end)
    figures: dict[str, float] = {}
    given = {"QA_DATA": str(folder / "data"), "QA_DEFAULT_SCORECARDS": '["chat-etiquette"]'}
    began = _usage()
    clock = perf_counter()
    _qa(given, "import", str(first))
    wall = perf_counter() - clock
    figures["work chats"] = some
    clock = perf_counter()
    before = _usage()
    _qa(given, "work", "--workers", str(workers))
    figures["work chats a second"] = some / (perf_counter() - clock)
    figures["work CPU ms a chat"] = 1000 * (_usage() - before) / some
    figures["work peak MB"] = _peak()
    with open_store(Settings(data=folder / "data")) as store:
        assert store.counts(Filter()).total == some
    clock = perf_counter()
    before_rest = _usage()
    _at_once(given, [("import", str(path)) for path in rest if path.stat().st_size])
    wall += perf_counter() - clock
    figures["import chats"] = chats
    figures["import chats a second"] = chats / wall
    figures["import CPU ms a chat"] = 1000 * (before - began + _usage() - before_rest) / chats
    return figures


def _qa(given: dict[str, str], *words: str) -> None:
    command = [sys.executable, "-m", "qa.cli", *words]
    subprocess.run(command, check=True, env=os.environ | given, capture_output=True)


def _at_once(given: dict[str, str], commands: Sequence[Sequence[str]]) -> None:
    started = [
        subprocess.Popen(
            [sys.executable, "-m", "qa.cli", *words],
            env=os.environ | given,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        for words in commands
    ]
    codes = [command.wait() for command in started]
    if any(codes):
        raise RuntimeError("qa import failed")


def _usage() -> float:
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def _peak() -> float:
    return resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1024


def _write(path: Path, start: int, end: int) -> None:
    with path.open("w", encoding="utf-8") as file:
        for chat in made(start, end):
            file.write(json.dumps(chat) + "\n")


def made(start: int, end: int) -> Iterator[dict[str, object]]:
    """Yield chats; number n is always the same."""
    said = turns_of(None)
    for n in range(start, end):
        rng = random.Random(n)  # noqa: S311 - nothing secret
        begin = _BEGIN + timedelta(seconds=240 * n)
        messages = []
        at = 0.0
        for place in range(MESSAGES):
            who = "agent" if place % 2 else "customer"
            text = rng.choice(_SECRETS) if place == MESSAGES // 2 else rng.choice(said[who])
            messages.append({"party": who, "text": text, "at": round(at, 1)})
            at += rng.uniform(2, 60)
        yield {
            "id": f"chat-{n}",
            "channel": "chat",
            "metadata": {
                "direction": "inbound",
                "queue": f"queue-{n % 7}",
                "agent_id": f"a-{n % 50}",
                "language": "en",
                "started_at": begin.isoformat(),
            },
            "messages": messages,
        }
