"""Whether any request makes the server fail, or answer otherwise than its description says.

    scripts/bench api-fuzz [--requests 5000] [--seed N] [--json]

schemathesis reads the OpenAPI description of a server that runs in a process of its own, over a
made store of 50 conversations, and asks every operation what the description allows and what it
does not, about things that exist and others: half of the requests as an administrator, half as
a reviewer. An answer is wrong if its status is 500 or more, if its status, type, headers or body
are not as described, or if it takes what the description forbids.
"""

from __future__ import annotations

import argparse
import json
import tempfile
from pathlib import Path

from benches import _serving
from benches._asking import NOTHING, Asked, ask, operations
from benches.desk import make
from qa.access import Grant, UserRole
from qa.settings import Settings
from qa.store import open_store, upgrade

_CARD = "support-standard"
_CONVERSATIONS = 50
_ROLES = (UserRole.ADMINISTRATOR, UserRole.REVIEWER)
#: Ways in which one operation is asked nothing new after a while.
_ROUNDS = 20


def main(arguments: list[str]) -> int:
    """Measure and print; 1 where an answer was wrong."""
    parser = argparse.ArgumentParser(prog="scripts/bench api-fuzz", description=__doc__)
    parser.add_argument("--requests", type=int, default=5_000)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--json", action="store_true")
    options = parser.parse_args(arguments)
    with tempfile.TemporaryDirectory() as folder:
        settings = Settings(data=Path(folder), default_scorecards=(_CARD,))
        upgrade(settings)
        make(settings, _CONVERSATIONS)
        told = measure(settings, options.requests, options.seed)
    wrong = sorted({(one.operation, one.why): one for one in told.wrong}.values())
    if options.json:
        print(json.dumps({"requests": told.requests, "statuses": told.statuses, "wrong": wrong}))
    else:
        print(f"{told.requests} requests; answers by status:")
        for status, count in sorted(told.statuses.items()):
            print(f"  {status}  {count}")
        print(f"{len(told.wrong)} wrong")
        for operation, why, again in wrong:
            print(f"  {operation}: {why}\n    {again}")
    return 1 if wrong else 0


def measure(settings: Settings, wanted: int, seed: int) -> Asked:
    """Ask so many times at least."""
    people = {f"bench-{role}".replace(" ", "-"): Grant(role) for role in _ROLES}
    shown = _serving.tokens(settings, people)
    with open_store(settings) as store:
        one = store.list(limit=1).items[0].id
    known = {
        "/api/v1/": {"id": one, "scorecard": _CARD, "item": "greeting", "format": "jsonl",
                     "number": "1", "turn": "1", "agent": "a7", "team": "team-1",
                     "project": "project-1", "ref": "1-0"},
        "/api/v1/scorecards/": {"id": _CARD},
    }  # fmt: skip
    told = NOTHING
    with _serving.served(settings) as server:
        for number in range(_ROUNDS):
            missing = wanted - told.requests
            if missing <= 0:
                break
            for token in shown.values():
                each = -(-missing // (len(shown) * operations(server.address, token)))
                begin = (seed * _ROUNDS + number) * 100
                told += ask(server.address, token, each=each, known=known, start=begin)
    return told
