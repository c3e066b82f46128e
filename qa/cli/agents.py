"""``qa agent``: what is stored about one agent."""

from __future__ import annotations

import os
import shutil
from pathlib import Path
from typing import Annotated

import typer

from qa.cli import say
from qa.errors import UsageError


def export(
    agent: Annotated[str, typer.Argument(help="Their id in the roster.")],
    out: Annotated[Path, typer.Option(help="Folder, which must not exist yet.")],
) -> None:
    """Write all that is stored about an agent into a folder: JSON, CSV, and a page to begin with.

    What customers said is redacted; nothing of colleagues is in it.
    """
    from qa.access import machine_user
    from qa.api.agent_export import files
    from qa.exports import into_folder
    from qa.settings import load_settings
    from qa.store import open_store
    from qa.store.acts import Act, Kind

    if out.exists():
        raise UsageError(f"{out} exists already.", "Name another folder, or remove it first.")
    beside = out.with_name(f".{out.name}.{os.getpid()}")
    with open_store(load_settings()) as store:
        found = store.agents.of(agent)
        store.audit.record(machine_user().name, Act.EXPORTED, Kind.AGENT, agent)
        try:
            beside.mkdir(parents=True)
            written = into_folder(files(found), beside)
            beside.replace(out)
        finally:  # of an export that broke off nothing is left
            shutil.rmtree(beside, ignore_errors=True)
    say.note(f"{written} files written. Begin with {out / 'index.html'}")
