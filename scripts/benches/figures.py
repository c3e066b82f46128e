"""How long figures take with many conversations.

    scripts/bench figures [--conversations N] [--json]

N conversations (100,000 when left out) of 60 agents in 5 teams over 52 weeks are written into a
SQLite database, each with one assessment of three kilobytes, the newer ones with ten verdicts.
Processor time of this process for one answer, median of five: the figures of twelve weeks by
agent, of one team, of a year by team, the items of one team, and a page of the conversations
behind a number.
"""

from __future__ import annotations

import argparse
import json
import random
import statistics
import tempfile
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from sqlalchemy import insert

from qa.settings import Settings
from qa.store import Store, database, open_store
from qa.store.desk.figured import Question, Show
from qa.store.joining import Agent
from qa.store.tables import AssessmentRow, ConversationRow, FindingRow, PartyRow, ScorecardRow

_NOW = datetime(2026, 11, 22, tzinfo=UTC)
_WEEKS, _AGENTS, _TEAMS, _ITEMS, _AGAIN, _AT_ONCE = 52, 60, 5, 10, 5, 2_000
_FILLER = "x" * 1400


def main(arguments: list[str]) -> int:
    """Measure and print."""
    parser = argparse.ArgumentParser(prog="scripts/bench figures", description=__doc__)
    parser.add_argument("--conversations", type=int, default=100_000)
    parser.add_argument("--json", action="store_true")
    options = parser.parse_args(arguments)
    with tempfile.TemporaryDirectory() as folder:
        settings = Settings(data=Path(folder))
        with open_store(settings) as store:
            _fill(store, settings, options.conversations)
            found = {}
            for name, ask in _asked(store):
                found[name] = _median(ask)
                if not options.json:
                    print(f"{name}: {found[name]:.0f} ms", flush=True)
    if options.json:
        print(json.dumps(found))
    return 0


def _asked(store: Store) -> Iterator[tuple[str, Callable[[], object]]]:
    quarter = Question(since=_NOW - timedelta(weeks=12), until=_NOW)
    year = Question(since=_NOW - timedelta(weeks=52), until=_NOW)
    team = quarter.model_copy(update={"team": "team 1"})
    agent = quarter.model_copy(update={"agent": "a7"})
    yield "12 weeks by agent", lambda: store.figures.sheet(quarter, by="agent")
    yield "12 weeks of a team by agent", lambda: store.figures.sheet(team, by="agent")
    yield "12 weeks of an agent", lambda: store.figures.sheet(agent)
    yield "52 weeks by team", lambda: store.figures.sheet(year, by="team")
    yield "items of a team", lambda: store.figures.items(team)
    yield "items of an agent", lambda: store.figures.items(agent)
    yield "a list", lambda: store.figures.conversations(team, show=Show.PASSED)


def _median(ask: Callable[[], object]) -> float:
    spent = []
    for _ in range(_AGAIN):
        began = time.process_time()
        ask()
        spent.append(time.process_time() - began)
    return statistics.median(spent) * 1000


def _fill(store: Store, settings: Settings, count: int) -> None:
    rng = random.Random(1)  # noqa: S311 - made figures, the same every time
    people = [Agent(id=f"a{n}", name=f"Agent {n:02}") for n in range(_AGENTS)]
    store.roster.replace(people, who="bench")
    engine = database.make_engine(database.address(settings))
    for first in range(0, count, _AT_ONCE):
        rows: dict[Any, list[dict[str, Any]]] = {}
        if not first:
            rows[ScorecardRow] = [
                {"hash": "h", "card": "desk", "version": 1, "source": "", "saved_at": _NOW}
            ]
        for number in range(first, min(first + _AT_ONCE, count)):
            for table, row in _rows(number, count, rng):
                rows.setdefault(table, []).append(row)
        with database.writing(engine) as session:
            for table, values in rows.items():
                session.connection().execute(insert(table.__table__), values)
    with engine.connect() as connection:
        connection.exec_driver_sql("ANALYZE")
    engine.dispose()


def _rows(number: int, count: int, rng: random.Random) -> Iterator[tuple[Any, dict[str, Any]]]:
    at = _NOW - timedelta(weeks=_WEEKS) * (number + 1) / count
    name, agent = f"{rng.getrandbits(64):016x}", rng.randrange(_AGENTS)
    total = min(100.0, max(0.0, rng.gauss(80, 12)))
    status = "provisional" if rng.random() < 0.1 else "final"  # noqa: PLR2004
    yield (
        ConversationRow,
        {
            "id": name, "channel": "call", "source": f"{name}.wav", "checksum": name,
            "direction": "inbound", "team": f"team {agent % _TEAMS}", "project": "retail",
            "agent_id": f"a{agent}", "agent_name": f"Agent {agent:02}", "joined": "agent_id",
            "details": {"extra": _FILLER[:500]}, "state": "done", "needs": "judge",
            "load": "text", "attempts": 0, "triage_reason": "", "error_reason": "",
            "error_mend": "", "at": at, "registered_at": at, "updated_at": at,
        },
    )  # fmt: skip
    yield (
        PartyRow,
        {
            "conversation": name, "place": 0, "party": "agent", "role": "agent",
            "role_confidence": 1.0, "role_source": "metadata", "person": f"a{agent}",
            "agent_id": f"a{agent}",
        },
    )  # fmt: skip
    yield (
        AssessmentRow,
        {
            "id": number + 1, "conversation": name, "card": "desk", "card_version": 1,
            "card_hash": "h", "party": "agent", "current": True, "machine": {"x": _FILLER},
            "standing": {"status": status, "mode": "sections", "reason": _FILLER},
            "status": status, "provenance": {}, "made_at": at,
            "total": None if status == "provisional" else total, "passed": total >= 80,  # noqa: PLR2004
        },
    )  # fmt: skip
    if at < _NOW - timedelta(weeks=13):
        return  # no question here looks at its verdicts
    for place in range(_ITEMS):
        verdict = "fail" if rng.random() * 100 > total else "pass"
        yield (
            FindingRow,
            {
                "assessment": number + 1, "place": place, "item": f"item_{place}",
                "section": "all", "ask": "Was it said?", "verdict": verdict, "standing": verdict,
                "kind": "earns", "weight": 1.0, "evidence": [_FILLER[:400]], "reason": "said",
                "advice": "",
            },
        )  # fmt: skip
