"""Taking recordings in as they come: `qa watch`."""

from __future__ import annotations

import time
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated

import typer

from qa.addresses import Address
from qa.cli import say
from qa.cli.process import CardsOption, FormatOption
from qa.errors import UsageError


def watch(
    paths: Annotated[
        list[str] | None,
        typer.Argument(help="Folders and addresses to watch; none = those of QA_WATCH."),
    ] = None,
    kind: FormatOption = "auto",
    cards: CardsOption = None,
    settle: Annotated[
        float, typer.Option(min=0, help="Seconds for which a file must not have changed.")
    ] = 10.0,
    every: Annotated[float, typer.Option(min=0.1, help="Seconds between looks.")] = 10.0,
    looks: Annotated[int, typer.Option(min=0, help="End after so many; 0 = Ctrl-C ends it.")] = 0,
) -> None:
    """Register what comes into folders, each file once it has stopped growing.

    Processing is for others: 'qa work --follow', 'qa serve' or workers.
    """
    from qa.addresses import place_of
    from qa.cli import intake
    from qa.importers.settling import Settling
    from qa.settings import load_settings
    from qa.store import open_store

    settings = load_settings()
    chosen = [place_of(path) for path in paths or settings.watch]
    if not chosen:
        raise UsageError("No folder to watch.", "Name one, or set QA_WATCH.")
    settling, done = Settling(settle), 0
    say.note(f"Watching {', '.join(map(str, chosen))}.")
    while True:
        there = _there(chosen)
        if there:
            with open_store(settings) as store:
                taken = intake.take_in(
                    store, settings, there, format=kind, cards=cards or (), settling=settling
                )
            if taken.found or taken.rejected:
                intake.report(taken)
        done += 1
        if done == looks:
            return
        time.sleep(every)


def _there(places: Sequence[Path | Address]) -> list[Path | Address]:
    """Return what is there; a share that is away comes back. An address is asked in its turn."""
    gone = [place for place in places if isinstance(place, Path) and not place.exists()]
    for folder in gone:
        say.warn(f"{folder}: not there just now.")
    return [place for place in places if place not in gone]
