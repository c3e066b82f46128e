"""``qa roster``: who the recordings' agents are, and in which team."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from qa.cli import say
from qa.cli.auditing import did
from qa.cli.door import ExitCode

if TYPE_CHECKING:
    from qa.store import Store

JsonOption = Annotated[bool, typer.Option("--json", help="Answer as JSON.")]


def import_(
    file: Annotated[
        Path, typer.Argument(help="CSV: id, name, extension, team, project, from, to.")
    ],
) -> None:
    """Take a roster in place of the one before, and join all recordings to its people.

    Entries that could both be meant on some day are named; recordings of those days are
    nobody's until the roster is mended.
    """
    from qa.access import machine_user
    from qa.store.joining import overlaps
    from qa.store.roster_csv import read_roster

    agents = read_roster(file)
    with _store() as store:
        store.roster.replace(agents, who=machine_user().name)
        say.note(f"{len(agents)} entries were taken.")
        _join(store)
    unclear = overlaps(agents)
    for each in unclear:
        say.warn(f"Overlapping days: {each}")
    if unclear:
        raise typer.Exit(ExitCode.SOME_FAILED)


def list_(json: JsonOption = False) -> None:
    """List the roster."""
    from qa.records import as_json

    with _store() as store:
        found = store.roster.all()
    if json:
        say.out_json([as_json(agent) for agent in found])
        return
    say.table(
        ["Id", "Name", "Extension", "Team", "Project", "From", "To"],
        [
            [
                a.id,
                a.name,
                a.extension,
                a.team,
                a.project,
                a.valid_from.isoformat() if a.valid_from else "",
                a.valid_to.isoformat() if a.valid_to else "",
            ]
            for a in found
        ],
    )


def join() -> None:
    """Join all recordings to the roster's people again."""
    with _store() as store:
        did(store, "changed", {"what": "roster joined again"})
        _join(store)


def check(json: JsonOption = False) -> None:
    """List what could not be joined, and entries of the roster that overlap."""
    from qa.records import as_json
    from qa.store.joining import Joined, overlaps

    reasons = {
        Joined.UNNAMED: "names no agent",
        Joined.UNKNOWN: "not in the roster on that day",
        Joined.AMBIGUOUS: "several could be meant",
    }
    with _store() as store:
        found, unclear = store.roster.unjoined(), overlaps(store.roster.all())
    if json:
        say.out_json({"unjoined": [as_json(u) for u in found], "overlapping": list(unclear)})
    else:
        say.table(
            ["Agent's id", "Name", "Conversations", "First", "Last", "Why"],
            [
                [
                    u.agent_id or "",
                    u.agent_name or "",
                    str(u.conversations),
                    f"{u.first:%Y-%m-%d}",
                    f"{u.last:%Y-%m-%d}",
                    reasons[u.why],
                ]
                for u in found
            ],
            right=(2,),
        )
        for each in unclear:
            say.warn(f"Overlapping days: {each}")
    if found or unclear:
        raise typer.Exit(ExitCode.SOME_FAILED)


def _join(store: Store) -> None:
    from qa.store.joining import KNOWN

    counted = store.roster.join()
    known = sum(n for how, n in counted.items() if how in KNOWN)
    left = sum(counted.values()) - known
    say.note(f"{known} conversations are joined to a person, {left} are not.")
    if left:
        say.note("Which: qa roster check")


def _store() -> Store:
    from qa.settings import load_settings
    from qa.store import open_store

    return open_store(load_settings())
