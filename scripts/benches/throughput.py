"""How many conversations a second are claimed, kept and closed, engines left aside.

    scripts/bench throughput [--conversations N] [--channel call|chat] [--turns N]
                             [--database WHICH ...] [--workers N] [--folder DIR] [--json]

Registers N conversations and has them worked off by engines that take no time (each hears the
same conversation and gives it the same scores), so that what is left is claims, real writes of
turns, scores and sealed texts, and the processes' own work; nothing is redacted. On `sqlite` by
the local pool, as `qa work --workers N` does it; on `postgresql` (a server of its own) by N
processes `qa worker`, with the queue of Procrastinate, each doing one call or up to 32 chats at a
time. Rates are taken from when the first twentieth is done until the last is, so that no start
counts; processor time is that of all processes, the server's included where it is of our own.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from threading import Event, Thread

from sqlalchemy import func
from sqlmodel import col, select

from benches import _databases as databases
from benches import _fakes as fakes
from qa.jobs.cluster import schema
from qa.jobs.local import work
from qa.records import Channel
from qa.settings import Settings
from qa.store import database, open_store, upgrade
from qa.store.tables import ConversationRow, State

#: Conversations that are registered at once, as an import does it.
_TOGETHER = 200
_LOOK_S = 0.25
_SCRIPTS = Path(__file__).resolve().parents[1]
#: What stands in /proc/PID/stat behind the name: ticks of the processor, own and children's.
_TICKS = slice(11, 15)


def main(arguments: list[str]) -> int:
    """Measure and print."""
    parser = argparse.ArgumentParser(prog="scripts/bench throughput", description=__doc__)
    parser.add_argument("--conversations", type=int, default=5_000)
    parser.add_argument("--channel", choices=["call", "chat"], default="call")
    parser.add_argument("--turns", type=int, default=len(fakes.SAID), help="of each conversation")
    parser.add_argument("--database", nargs="+", help=databases.HELP)
    parser.add_argument("--workers", type=int, default=0, help="default: 2 on sqlite, else 4")
    parser.add_argument("--folder", type=Path, help="where to write; default: a temporary folder")
    parser.add_argument("--json", action="store_true")
    options = parser.parse_args(arguments)
    os.environ[fakes.TURNS] = str(options.turns)
    figures = {}
    for name in options.database or (databases.SQLITE, databases.POSTGRES):
        with tempfile.TemporaryDirectory(dir=options.folder) as folder:
            given = Settings(data=Path(folder), default_scorecards=(fakes.CARD,))
            workers = options.workers or (2 if name == databases.SQLITE else 4)
            with databases.placed(given, name) as settings:
                figures[name] = measure(
                    settings, options.conversations, Channel(options.channel), workers
                )
    if options.json:
        print(json.dumps(figures))
        return 0
    for name, found in figures.items():
        print(name)
        for key, value in found.items():
            print(f"  {key:28} {value:10.1f}")
    return 0


def measure(settings: Settings, count: int, channel: Channel, workers: int) -> dict[str, float]:
    """Register, work off; return rates a second and processor milliseconds a conversation."""
    upgrade(settings)
    many = schema.upgrade(settings)
    began = time.perf_counter()
    _register(settings, count, channel)
    figures = {"registered a second": count / (time.perf_counter() - began)}
    watched = _Watched(settings, count)
    spent = _spent(os.getpid())
    run = _by_workers if many else _by_pool
    with run(settings, channel, workers, watched.through):
        watched.watch()
        spent = _spent(os.getpid()) - spent
    figures |= watched.figures()
    figures["processor ms each"] = 1000 * spent / count
    return figures


def _register(settings: Settings, count: int, channel: Channel) -> None:
    with open_store(settings) as store:
        for start in range(0, count, _TOGETHER):
            some = range(start, min(start + _TOGETHER, count))
            store.register_all([(fakes.conversation(n, channel), [fakes.CARD]) for n in some])


@contextmanager
def _by_pool(
    settings: Settings, _channel: Channel, workers: int, through: Callable[[], bool]
) -> Iterator[None]:
    stop = Event()
    pool = Thread(
        target=work,
        args=(settings,),
        kwargs={"workers": workers, "stop": stop, "pipeline": fakes.PIPELINE, "follow": True},
    )
    pool.start()
    try:
        yield
    finally:
        stop.set()
        pool.join()
    assert through()


@contextmanager
def _by_workers(
    settings: Settings, channel: Channel, workers: int, _through: Callable[[], bool]
) -> Iterator[None]:
    given = {
        "QA_DATA": str(settings.data),
        "QA_DATABASE_URL": settings.database_url or "",
        "QA_DEFAULT_SCORECARDS": json.dumps([fakes.CARD]),
        # Compiled once, as where it is installed, and not in each of them.
        "PYTHONDONTWRITEBYTECODE": "",
        "PYTHONPYCACHEPREFIX": str(settings.data / "compiled"),
        "PYTHONPATH": os.pathsep.join([str(_SCRIPTS), os.environ.get("PYTHONPATH", "")]),
    }
    queue = "speech" if channel is Channel.CALL else "text"
    command = [sys.executable, "-m", "qa.cli", "worker", "--queue", f"{queue}=1", "--grace", "5"]
    command += ["--pipeline", fakes.PIPELINE]
    running = [subprocess.Popen(command, env=os.environ | given) for _ in range(workers)]
    try:
        yield
    finally:
        for one in running:
            one.terminate()
        for one in running:
            one.wait()


class _Watched:
    """Looks how many are done, from the first to the last."""

    def __init__(self, settings: Settings, count: int) -> None:
        self._engine = database.make_engine(database.address(settings))
        self._count = count
        self._seen: list[tuple[float, int]] = []

    def watch(self) -> None:
        """Look until all are done."""
        while not self.through():
            time.sleep(_LOOK_S)

    def through(self) -> bool:
        """Say whether all are done, and note how many are."""
        row = ConversationRow
        ended = select(func.count()).where(col(row.state).in_([State.DONE, State.TRIAGED]))
        failed = select(func.count()).where(row.state == State.FAILED)
        with database.reading(self._engine) as session:
            done, lost = session.exec(ended).one(), session.exec(failed).one()
        if lost:
            raise RuntimeError(f"{lost} conversations failed")
        self._seen.append((time.perf_counter(), done))
        return done == self._count

    def figures(self) -> dict[str, float]:
        """Return the rate, and how long all of it took with the start."""
        first = next(seen for seen in self._seen if seen[1] * 20 >= self._count)
        at, last = next(seen for seen in self._seen if seen[1] == self._count)
        rate = (last - first[1]) / (at - first[0]) if at > first[0] else float("inf")
        return {"done a second": rate, "seconds with the start": at - self._seen[0][0]}


def _spent(pid: int) -> float:
    """Return processor seconds of a process and of all below it, those that ended included."""
    below: dict[int, list[int]] = {}
    ticks: dict[int, int] = {}
    for found in Path("/proc").glob("[0-9]*/stat"):
        try:
            fields = found.read_text("utf-8", "replace").rpartition(")")[2].split()
        except OSError:
            continue  # it ended just now
        name = int(found.parent.name)
        below.setdefault(int(fields[1]), []).append(name)
        ticks[name] = sum(map(int, fields[_TICKS]))
    total, todo = 0, [pid]
    while todo:
        one = todo.pop()
        total += ticks.get(one, 0)
        todo += below.get(one, [])
    return total / os.sysconf("SC_CLK_TCK")
