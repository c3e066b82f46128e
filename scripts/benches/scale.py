"""How long `qa status`, `qa list` and what is behind them take over a million conversations.

    scripts/bench scale [--conversations N] [--waiting N] [--database WHICH] [--keep FOLDER]
                        [--json]

A store of N conversations is made as `scripts/bench desk` makes one, without their turns and
findings, which none of these read: one in ten was heard in the last day, so many wait, two in a
thousand failed. Of each question the processor time of this process (median of five) and what
the clock says (median and longest), in milliseconds, with the queries it took; then the commands,
each as a program of its own, by its own processor time and by the clock (best of three).
"""

from __future__ import annotations

import argparse
import json
import os
import resource
import subprocess
import sys
import time
from collections.abc import Callable, Mapping
from pathlib import Path

from platformdirs import user_cache_path

from benches import _databases as databases
from benches import _fakes as fakes
from benches import desk
from qa.settings import Settings
from qa.store import Filter, State, Store, database, name_worker, open_store, upgrade

_TABLES = ("conversation", "want", "heard", "party", "assessment")
_AT_ONCE = 4_000
_AGAIN, _COMMANDS_AGAIN = 5, 3
_WAYS = 5
#: A share of ten was heard within a day.
_A_DAY = 10
_COMMANDS = (("--help",), ("status",), ("list",), ("list", "--state", "failed"))


def main(arguments: list[str]) -> int:
    """Measure and print."""
    parser = argparse.ArgumentParser(prog="scripts/bench scale", description=__doc__)
    parser.add_argument("--conversations", type=int, default=1_000_000)
    parser.add_argument("--waiting", type=int, default=50_000)
    parser.add_argument("--database", default=databases.SQLITE, help=databases.HELP)
    parser.add_argument("--keep", type=Path, help="folder of the made store")
    parser.add_argument("--json", action="store_true")
    options = parser.parse_args(arguments)
    cache = user_cache_path("callcenter-qa", appauthor=False) / "bench"
    name = f"scale-{options.conversations}-{options.waiting}"
    if options.database != databases.SQLITE:
        name += "-postgresql"
    folder = options.keep or cache / name
    given = Settings(data=folder, default_scorecards=(fakes.CARD,))
    with databases.placed(given, options.database) as settings:
        upgrade(settings)
        if not (folder / "made").exists():
            make(settings, options.conversations, options.waiting)
            (folder / "made").touch()
        with open_store(settings) as store:
            figures = {name: databases.measure(ask, times=_AGAIN) for name, ask in _asked(store)}
        commands = {" ".join(words): _command(settings, words) for words in _COMMANDS}
    if options.json:
        print(json.dumps({k: v._asdict() for k, v in figures.items()} | commands))
        return 0
    print(databases.HEAD)
    for name, spent in figures.items():
        print(f"{spent}  {name}")
    for name, (cpu, wall) in commands.items():
        print(f"{cpu:8.0f} {wall:8.0f} {'':14}  qa {name}")
    return 0


def make(settings: Settings, count: int, waiting: int) -> None:
    """Fill a store."""
    desk.begin(settings)
    engine = database.make_engine(database.address(settings))
    postgres = engine.dialect.name == "postgresql"
    times = count // _WAYS
    apart = max(times * _WAYS // max(waiting, 1), 1)
    seconds = 86_400 * _A_DAY / times
    then = (
        f"heard_at - i * interval '{seconds} seconds'"
        if postgres
        else f"strftime('%Y-%m-%d %H:%M:%f000', heard_at, '-' || (i * {seconds}) || ' seconds')"
    )
    state = (
        f"CASE WHEN i % {apart} = 2 THEN 'waiting' WHEN i % 500 = 1 THEN 'failed' ELSE 'done' END"
    )
    changed: Mapping[str, Mapping[str, str]] = {
        "conversation": {
            "state": state,
            "error_reason": "CASE WHEN i % 500 = 1 THEN 'The recording is empty.' ELSE '' END",
            "place": f"CASE WHEN i % {apart} = 2 THEN i ELSE 0 END",
        },
        "heard": {"heard_at": then},
    }
    for start in range(1, times, _AT_ONCE):
        numbers = range(start, min(start + _AT_ONCE, times))
        with database.writing(engine) as session:
            desk.copy(session.connection(), numbers, tables=_TABLES, changed=changed)
    engine.dispose()
    databases.tidy(settings)


def _asked(store: Store) -> list[tuple[str, Callable[[], object]]]:
    some = store.list(limit=1).items[0]
    worker = name_worker()

    def claim() -> None:
        store.give_back(store.claim_some(worker, lease_s=60, most=32))

    return [
        ("status", store.standing),
        ("list", lambda: store.list(limit=50)),
        ("list --state failed", lambda: store.list(Filter(state=State.FAILED), limit=50)),
        ("list --state waiting", lambda: store.list(Filter(state=State.WAITING), limit=50)),
        ("list --agent", lambda: store.list(Filter(agent=some.agent_id), limit=50)),
        ("list --team", lambda: store.list(Filter(team=some.team), limit=50)),
        ("list to review", lambda: store.list(Filter(needs_review=True), limit=50)),
        ("counts", store.counts),
        ("claim, give back", claim),
        ("plan", store.nights.plan),
        ("ahead", store.nights.ahead),
    ]


def _command(settings: Settings, words: tuple[str, ...]) -> tuple[float, float]:
    """Return processor and clock milliseconds of a command, the best of some."""
    given = {
        "QA_DATA": str(settings.data),
        "QA_DATABASE_URL": settings.database_url or "",
        # Compiled at the first time, as where it is installed.
        "PYTHONDONTWRITEBYTECODE": "",
        "PYTHONPYCACHEPREFIX": str(settings.data / "compiled"),
    }
    found = []
    for _ in range(_COMMANDS_AGAIN):
        before, at = resource.getrusage(resource.RUSAGE_CHILDREN), time.perf_counter()
        command = [sys.executable, "-m", "qa.cli", *words]
        subprocess.run(command, env=os.environ | given, check=True, capture_output=True)
        wall = time.perf_counter() - at
        after = resource.getrusage(resource.RUSAGE_CHILDREN)
        spent = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
        found.append((1000 * spent, 1000 * wall))
    return min(cpu for cpu, _ in found), min(wall for _, wall in found)
