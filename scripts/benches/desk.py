"""How long the review desk takes over many conversations.

    scripts/bench desk [--conversations N] [--database WHICH] [--keep FOLDER] [--json]

A store of N conversations is made from a few that were judged by `support-standard`: copied
row by row, with other ids, days, teams and agents, one in seven waiting for a human, some suspected
criticals, some drawn, some reviewed. It is kept in FOLDER between runs and can be served
(``QA_DATA=FOLDER qa serve``). WHICH is `sqlite`, `postgresql` (a server of its own, in FOLDER), or
the address of an empty database. Each page and its JSON twin is answered ten times by this process:
its processor time (median) and what the clock says (median and longest), in milliseconds, and how
many queries that took. A server's own processor time is only in what the clock says.
"""

from __future__ import annotations

import argparse
import json
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path

from platformdirs import user_cache_path
from sqlalchemy import Connection, inspect, text
from starlette.testclient import TestClient

from benches import _databases as databases
from benches._fakes import CARD, SAID
from qa.api import create_app
from qa.records import Direction, Heard, Metadata, Turn
from qa.scoring import find_card, judge
from qa.settings import Settings
from qa.store import database, name_worker, open_store, upgrade
from qa.store.desk.draws import Occasion, Rule
from qa.testing import fake_provenance, make_chat, make_safe

_AGAIN = 10
_TEAMS, _PROJECTS, _AGENTS = 20, 8, 400
#: Ways a conversation may go; each is judged once and copied.
_GOOD = [*SAID]
_SHORT = [_GOOD[1], ("agent", "It comes tomorrow."), ("customer", "The refund, too?"), _GOOD[6]]
_RUDE = [*_GOOD[:2], ("agent", "You are an idiot, read the mail."), *_GOOD[3:]]
_WAYS = (_GOOD, _SHORT, _GOOD, _GOOD, _RUDE)
_PATHS = (
    "/inbox",
    "/inbox?team=team-3&given=mine",
    "/inbox?group=human",
    "/conversations",
    "/conversations?team=team-3",
    "/conversations?needs_review=true",
    "/conversations?failed_item=greeting",
    "/search?q=refund",
    "/search?q=parcel+warehouse",
    "/search?q=%22idiot+read%22",
    "/samples",
    "/examples",
    "/examples?item=greeting&verdict=pass",
    "/examples?item=greeting&verdict=pass&team=team-3",
    "/conversations/{one}",
)


def main(arguments: list[str]) -> int:
    """Measure and print."""
    parser = argparse.ArgumentParser(prog="scripts/bench desk", description=__doc__)
    parser.add_argument("--conversations", type=int, default=100_000)
    parser.add_argument("--database", default=databases.SQLITE, help=databases.HELP)
    parser.add_argument("--keep", type=Path, help="folder of the made store")
    parser.add_argument("--json", action="store_true")
    options = parser.parse_args(arguments)
    with made_store(options.keep, options.database, options.conversations) as settings:
        figures = measure(settings)
    if options.json:
        print(json.dumps({path: spent._asdict() for path, spent in figures.items()}))
        return 0
    print(databases.HEAD)
    for path, spent in figures.items():
        print(f"{spent}  {path}")
    return 0


@contextmanager
def made_store(keep: Path | None, which: str, count: int) -> Iterator[Settings]:
    """Give the settings of a store of so many conversations, which is made where it is not."""
    cache = user_cache_path("callcenter-qa", appauthor=False) / "bench"
    name = f"desk-{count}"
    if which != databases.SQLITE:
        name += "-postgresql"
    folder = keep or cache / name
    plain = Settings(data=folder, default_scorecards=(CARD,), requests_per_second=0)
    with databases.placed(plain, which) as settings:
        upgrade(settings)
        if not (folder / "made").exists():
            make(settings, count)
            (folder / "made").touch()
        yield settings


def measure(settings: Settings) -> dict[str, databases.Spent]:
    """Return what the pages and their twins take."""
    found = {}
    with TestClient(create_app(settings), base_url="http://127.0.0.1") as client:
        store = client.app.state.store  # type: ignore[attr-defined]  # the application's own
        one = store.list(limit=1).items[0].id
        client.get("/inbox")  # what is loaded on first use is loaded

        def answer(path: str) -> None:
            client.get(path.format(one=one), headers={"accept": "text/html"}).raise_for_status()

        for path in (*_PATHS, *(f"/api/v1{path}" for path in _PATHS)):
            found[path] = databases.measure(partial(answer, path), times=_AGAIN)
    return found


def make(settings: Settings, count: int) -> None:
    """Fill a store with so many conversations, some of them drawn."""
    begin(settings)
    engine = database.make_engine(database.address(settings))
    with database.writing(engine) as session:
        copy(session.connection(), range(1, count // len(_WAYS)), tables=_TABLES)
    engine.dispose()
    databases.tidy(settings)
    with open_store(settings) as store:
        for week in range(2):
            occasion = Occasion(who="bench", reason="by chance", blind=week > 0)
            store.draws.draw(Rule(per_agent=4), occasion, seed=week)


def begin(settings: Settings) -> None:
    """Make those that all others are copies of."""
    with open_store(settings) as store:
        card = find_card(CARD, settings)
        for way, lines in enumerate(_WAYS):
            meta = Metadata(
                direction=Direction.INBOUND,
                agent_id="0",
                agent_name="Dana",
                started_at=datetime.now(UTC) - timedelta(minutes=way),
            )
            told = [(who, text, 6.0 * n) for n, (who, text) in enumerate(lines)]
            store.register(make_chat(told, id=f"t{way}", metadata=meta), [card.id])
            job = store.claim(name_worker(), lease_s=60, only=[f"t{way}"])
            if job is None:
                raise RuntimeError("a made conversation cannot be claimed")
            safe = make_safe(told, id=f"t{way}", metadata=meta, language="en")
            turns = tuple(Turn(**turn.model_dump()) for turn in safe.turns)
            heard = Heard(turns=turns, safe=safe, provenance=(fake_provenance("listen"),))
            store.save_heard(safe.id, heard)
            store.save_assessments(safe.id, card, judge(safe, card))
            store.finish(job)


def copy(
    base: Connection,
    numbers: range,
    *,
    tables: Sequence[str],
    changed: Mapping[str, Mapping[str, str]] | None = None,
) -> None:
    """Copy the made conversations row by row, once for each number.

    Parameters
    ----------
    changed : what some columns of some tables become instead, in SQL with the number as i.
    """
    n = len(_WAYS)
    postgres = base.dialect.name == "postgresql"
    earlier = _EARLIER[base.dialect.name]
    other = {
        "conversation": {
            "id": "id || '-' || i",
            "checksum": "checksum || i",
            "external_id": "'T-' || i || id",
            "ticket": "'K-' || i",
            "at": earlier.format("at"),
            "registered_at": earlier.format("registered_at"),
            "agent_id": f"'a' || (i * 7 % {_AGENTS})",
            "agent_name": f"'Agent ' || (i * 7 % {_AGENTS})",
            "team": f"'team-' || (i % {_TEAMS})",
            "project": f"'project-' || (i % {_PROJECTS})",
            # One of seven waits for a human, a third of all was reviewed.
            "waits": "CASE WHEN waits = 'critical' AND i % 50 <> 0 THEN NULL "
            "WHEN i % 7 = 0 THEN coalesce(waits, 'human') ELSE waits END",
            "reviewed_at": "CASE WHEN i % 3 = 0 THEN at END",
        },
        "assessment": {"id": f"id + i * {n}", "conversation": "conversation || '-' || i"},
        "finding": {"assessment": f"assessment + i * {n}"},
        "searchable": {"id": f"id + i * {n}", "conversation": "conversation || '-' || i"},
    }
    copied = {"conversation": "conversation || '-' || i"}
    for table in tables:
        names = [column["name"] for column in inspect(base).get_columns(table)]
        given = other.get(table, copied) | dict((changed or {}).get(table, {}))
        values = [given.get(name, f'"{name}"') for name in names]
        listed = ", ".join(f'"{name}"' for name in names)
        statement = " ".join(
            [
                "WITH RECURSIVE more(i) AS",
                "(SELECT :first UNION ALL SELECT i + 1 FROM more WHERE i < :last)",
                f"INSERT INTO {table} ({listed}) SELECT {', '.join(values)} FROM {table}, more",  # noqa: S608 - names of our own
                f"WHERE {_ORIGINAL.get(table, f'conversation IN ({_MADE})')}",
            ]
        )
        base.execute(text(statement), {"first": numbers.start, "last": numbers.stop - 1})
        if postgres and table in {"assessment", "searchable"}:
            last = f"(SELECT max(id) FROM {table})"  # noqa: S608 - names of our own
            base.execute(text(f"SELECT setval(pg_get_serial_sequence('{table}', 'id'), {last})"))


_TABLES = ("conversation", "want", "heard", "party", "turn", "assessment", "finding", "searchable")
#: Tells the made ones from their copies, by an index.
_MADE = ", ".join(f"'t{way}'" for way in range(len(_WAYS)))
_ORIGINAL = {
    "conversation": f"id IN ({_MADE})",
    "assessment": f"id <= {len(_WAYS)}",
    "finding": f"assessment <= {len(_WAYS)}",
    "searchable": f"id <= {len(_WAYS)}",
}
_EARLIER = {
    "sqlite": "strftime('%Y-%m-%d %H:%M:%f000', {0}, '-' || (i * 2) || ' minutes')",
    "postgresql": "{0} - i * interval '2 minutes'",
}
