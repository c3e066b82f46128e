"""Whether many people at once are served in time.

    scripts/bench load [--keep FOLDER] [--database WHICH] [--users 200] [--seconds 60]
        [--processes 1] [--json]

A server runs in a process of its own over the store that `scripts/bench desk` makes (100,000
conversations, in FOLDER, or in the database WHICH). Each of the people, nine of ten of them at home
in one team and one who sees everything, asks every 5 seconds, begun at times of their own: a page
of a list, one conversation, or a search, by the API and as pages. Times are those of this process,
from sending to the last byte, in milliseconds; beside them stands what a request took of a
processor, in milliseconds, of the server, of PostgreSQL where it runs in FOLDER, and of this
program, and how much of the machine was in use at all, by others, too.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import random
import statistics
import time
from collections import defaultdict
from pathlib import Path
from typing import NamedTuple

import httpx
import psutil

from benches import _databases as databases
from benches import _serving
from benches.desk import made_store
from qa.access import Grant, UserRole

#: Seconds between two requests of one person.
_EVERY_S = 5.0
#: Seconds that everybody asks before it counts.
_WARM_S = 20.0
_TEAMS = 20
_WORDS = ("refund", "parcel warehouse", "order number", '"quick answer"', "Monday")
_PAGE = {"accept": "text/html"}


class Taken(NamedTuple):
    """What one kind of request took, in milliseconds."""

    requests: int
    errors: int
    p50: float
    p95: float
    longest: float


class Person:
    """Somebody who asks every few seconds."""

    def __init__(self, client: httpx.AsyncClient, token: str, *, seed: int) -> None:
        self._client = client
        self._shown = {"authorization": f"Bearer {token}"}
        self._random = random.Random(seed)  # noqa: S311 - a lot, no secret
        self._seen: list[str] = []
        #: kind -> (milliseconds, whether it was answered well)
        self.taken: defaultdict[str, list[tuple[float, bool]]] = defaultdict(list)

    async def work(self, until: float) -> None:
        """Ask until then, begun at a time of one's own."""
        due = time.monotonic() + self._random.random() * _EVERY_S
        while due < until:
            await asyncio.sleep(max(0.0, due - time.monotonic()))
            await self._ask()
            due += _EVERY_S

    async def _ask(self) -> None:
        kind = self._random.choices(("list", "detail", "search"), (4, 4, 2))[0]
        if not self._seen:
            kind = "list"
        path = {
            "list": "/conversations",
            "detail": f"/conversations/{self._random.choice(self._seen or [''])}",
            "search": f"/search?q={self._random.choice(_WORDS)}",
        }[kind]
        page = self._random.random() < 0.5 and bool(self._seen)  # noqa: PLR2004 - half of them
        address = path if page else f"/api/v1{path}"
        begun = time.perf_counter()
        try:
            answer = await self._client.get(address, headers=self._shown | (_PAGE if page else {}))
            good = answer.is_success
        except httpx.HTTPError:
            good = False
        spent = (time.perf_counter() - begun) * 1000
        self.taken[kind].append((spent, good))
        if kind == "list" and not page and good:
            self._seen = [each["id"] for each in answer.json()["items"]]


def main(arguments: list[str]) -> int:
    """Measure and print; 1 where a request failed."""
    parser = argparse.ArgumentParser(prog="scripts/bench load", description=__doc__)
    parser.add_argument("--conversations", type=int, default=100_000)
    parser.add_argument("--database", default=databases.SQLITE, help=databases.HELP)
    parser.add_argument("--keep", type=Path, help="folder of the made store")
    parser.add_argument("--users", type=int, default=200)
    parser.add_argument("--seconds", type=float, default=60)
    parser.add_argument("--processes", type=int, default=1, help="of the server")
    parser.add_argument("--json", action="store_true")
    options = parser.parse_args(arguments)
    with made_store(options.keep, options.database, options.conversations) as settings:
        people = {f"bench-{n}": _grant(n) for n in range(options.users)}
        shown = _serving.tokens(settings, people)
        with _serving.served(settings, processes=options.processes) as server:
            parts = _parts(server.process, settings.data / "server" / "postmaster.pid")
            measured = measure(server.address, parts, [*shown.values()], options.seconds)
            taken, each_ms, busy = asyncio.run(measured)
    if options.json:
        figures = {kind: each._asdict() for kind, each in taken.items()}
        print(json.dumps({"taken": figures, "cpu_ms": each_ms, "machine_share": busy}))
    else:
        print(
            f"{'kind':8} {'requests':>8} {'errors':>6} {'p50 ms':>7} {'p95 ms':>7} {'longest':>7}"
        )
        for kind, each in taken.items():
            print(
                f"{kind:8} {each.requests:8} {each.errors:6} {each.p50:7.0f} {each.p95:7.0f}"
                f" {each.longest:7.0f}"
            )
        spent = ", ".join(f"{name} {ms:.1f}" for name, ms in each_ms.items())
        print(f"processor ms a request: {spent}; {busy:.0%} of the machine was in use")
    return 1 if any(each.errors for each in taken.values()) else 0


def _grant(number: int) -> Grant:
    """Return what one of the people may do; the first keeps the accounts."""
    if number % 10:
        return Grant(UserRole.SUPERVISOR, team=f"team-{number % _TEAMS}")
    return Grant(UserRole.AUDITOR if number else UserRole.ADMINISTRATOR)


def _parts(server: int, postmaster: Path) -> dict[str, psutil.Process]:
    """Return the processes that take part, with their children, by what they are called."""
    parts = {"server": psutil.Process(server)}
    if postmaster.exists():
        parts["database"] = psutil.Process(int(postmaster.read_text().split()[0]))
    return parts


def _used(parts: dict[str, psutil.Process]) -> dict[str, float]:
    """Return the seconds of a processor that each part took, all of its processes together."""
    used = {
        name: sum(sum(p.cpu_times()[:2]) for p in [one, *one.children(recursive=True)])
        for name, one in parts.items()
    }
    return used | {"asking": time.process_time()}


async def measure(
    address: str, parts: dict[str, psutil.Process], tokens: list[str], seconds: float
) -> tuple[dict[str, Taken], dict[str, float], float]:
    """Let everybody work so long; return times, a request's processor time, and the machine's."""
    limits = httpx.Limits(max_connections=None, max_keepalive_connections=len(tokens))
    async with httpx.AsyncClient(base_url=address, limits=limits, timeout=60) as client:
        people = [Person(client, token, seed=n) for n, token in enumerate(tokens)]
        # What is loaded on first use is loaded, by each process of the server.
        until = time.monotonic() + _WARM_S
        await asyncio.gather(*(person.work(until) for person in people))
        for person in people:
            person.taken.clear()
        used, begun = _used(parts), time.monotonic()
        psutil.cpu_percent()
        await asyncio.gather(*(person.work(begun + seconds) for person in people))
        spent = {name: now - used[name] for name, now in _used(parts).items()}
    found: defaultdict[str, list[tuple[float, bool]]] = defaultdict(list)
    for person in people:
        for kind, each in person.taken.items():
            found[kind] += each
    asked = sum(map(len, found.values())) or 1
    each_ms = {name: 1000 * s / asked for name, s in spent.items()}
    return {k: summed(found[k]) for k in sorted(found)}, each_ms, psutil.cpu_percent() / 100


def summed(found: list[tuple[float, bool]]) -> Taken:
    """Sum up requests of one kind."""
    times = sorted(spent for spent, _ in found)
    p95 = times[min(len(times) - 1, int(len(times) * 0.95))]
    errors = sum(not good for _, good in found)
    return Taken(len(times), errors, statistics.median(times), p95, times[-1])
