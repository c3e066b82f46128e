"""What the audit log costs: a row, a look that is known, a page that leaves one, checking.

    scripts/bench audit [--rows N] [--json]

On a SQLite file, N rows in the log already. Processor time of this process, best of several
rounds. The page is that of a made call of two minutes, asked for within this process in turn with
and without the log, median of sixty; "first look" lets every request write a row, which happens
once an hour.
"""

from __future__ import annotations

import argparse
import json
import statistics
import tempfile
import time
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from unittest.mock import patch

from starlette.testclient import TestClient

from benches.pages import fill
from qa.api import create_app
from qa.settings import Settings
from qa.store import Store, database
from qa.store.acts import Act, Done, Kind
from qa.store.chain import note

_ROUNDS, _AGAIN, _ASKED = 4, 40, 60
_PAGE = "/conversations/long"


def main(arguments: list[str]) -> int:
    """Measure and print."""
    parser = argparse.ArgumentParser(prog="scripts/bench audit", description=__doc__)
    parser.add_argument("--rows", type=int, default=100_000)
    parser.add_argument("--json", action="store_true")
    options = parser.parse_args(arguments)
    figures = measure(options.rows)
    if options.json:
        print(json.dumps(figures))
        return 0
    for name, value in figures.items():
        print(f"{name}: {value:,.2f}")
    return 0


def measure(rows: int) -> dict[str, float]:
    """Fill a log and time what is done with it."""
    with tempfile.TemporaryDirectory() as folder:
        settings = Settings(data=Path(folder) / "data", requests_per_second=0)
        fill(settings, 2)
        with TestClient(create_app(settings), base_url="http://127.0.0.1") as client:
            store: Store = client.app.state.store  # type: ignore[attr-defined]  # ours
            size = _size(settings)
            _write(store, rows)
            return {
                "rows": rows,
                "bytes_a_row": (_size(settings) - size) / rows,
                "row_ms": _best(lambda: store.audit.record("dana", Act.EXPORTED)),
                "known_look_ms": _best(lambda: _look(store)),
                **_pages(client),
                "checked_a_second": rows / _seconds(store.audit.verify),
            }


def _write(store: Store, rows: int) -> None:
    """Add rows as a busy desk leaves them, many in one transaction: that is quicker."""
    for first in range(0, rows, 1000):
        with database.writing(store._engine) as session:  # noqa: SLF001 - no door writes so many
            for n in range(first, min(first + 1000, rows)):
                note(
                    session,
                    Done(
                        at=store._now(),  # noqa: SLF001
                        who=f"reviewer-{n % 40}",
                        act=Act.SEEN,
                        kind=Kind.CONVERSATION,
                        object=f"{n % 9973:032x}",
                    ),
                )


def _look(store: Store) -> None:
    store.audit.looked("dana", Act.SEEN, Kind.CONVERSATION, "known")


def _pages(client: TestClient) -> dict[str, float]:
    def ask() -> None:
        client.get(_PAGE).raise_for_status()

    ask()
    found: dict[str, list[float]] = {"page_ms": [], "page_without_ms": [], "first_look_ms": []}
    for _ in range(_ASKED):  # in turn, so that a busy machine is as busy for each
        found["page_ms"].append(_seconds(ask))
        with patch("qa.api.auditing.write"):
            found["page_without_ms"].append(_seconds(ask))
        with patch("qa.store.audit.ONE_LOOK", timedelta(seconds=-1)):
            found["first_look_ms"].append(_seconds(ask))
    return {name: 1000 * statistics.median(times) for name, times in found.items()}


def _best(act: Callable[[], None]) -> float:
    return 1000 * min(_seconds(act, _AGAIN) for _ in range(_ROUNDS))


def _seconds(act: Callable[[], object], again: int = 1) -> float:
    begin = time.process_time()
    for _ in range(again):
        act()
    return (time.process_time() - begin) / again


def _size(settings: Settings) -> int:
    return sum(path.stat().st_size for path in settings.data.glob("qa.db*"))
