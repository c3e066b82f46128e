"""Commands that keep the database: back it up, bring it back, move it."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from qa.cli import say
from qa.cli.auditing import did
from qa.errors import UsageError

JsonOption = Annotated[bool, typer.Option("--json", help="Answer as JSON.")]


def backup(
    file: Annotated[Path, typer.Argument(help="File to write; must not exist yet.")],
    without_keys: Annotated[
        bool, typer.Option("--without-keys", help="Leave out the keys that open the vault.")
    ] = False,
    json: JsonOption = False,
) -> None:
    """Write database, vault and keys into one file; others may go on working."""
    from qa.records import as_json
    from qa.settings import load_settings
    from qa.store import backup as backups
    from qa.store import open_store

    settings = load_settings()
    with open_store(settings) as store:
        did(store, "exported", {"of": "backup"})
        made = backups.write(settings, file, keys=not without_keys)
    if json:
        say.out_json(as_json(made))
    else:
        say.note(f"{file}: the database and {made.files} files of the vault.")
    if made.keys:
        say.warn("It holds the keys and so opens the vault: keep it as you keep those.")
    else:
        say.warn("It holds no keys. Without them nobody can open its vault: keep them elsewhere.")


def restore(
    file: Annotated[Path, typer.Argument(help="File that 'qa db backup' wrote.")],
    json: JsonOption = False,
) -> None:
    """Bring a backup back, into an empty data folder and database."""
    from qa.records import as_json
    from qa.settings import load_settings
    from qa.store import backup as backups

    settings = load_settings()
    made = backups.restore(settings, file)
    if json:
        say.out_json(as_json(made))
    say.note(f"Everything is back as of {made.made_at.astimezone():%Y-%m-%d %H:%M}.")
    if not made.keys and not settings.key_file.exists():
        say.warn(f"The keys were not in it: put them into {settings.key_file}.")
    say.note("Of an older program? Then: qa db upgrade")


def copy(
    target: Annotated[str, typer.Argument(help="Address: postgresql://user:password@host/name")],
    json: JsonOption = False,
) -> None:
    """Copy all rows into another, empty database: from SQLite to PostgreSQL."""
    from qa.jobs.cluster.schema import upgrade as upgrade_queue
    from qa.settings import load_settings
    from qa.store import copying, open_store, upgrade

    settings = load_settings()
    other = load_settings(database_url=target)
    if other.database == settings.database:
        raise UsageError("Both are the same database.", "Name another one.")
    with open_store(settings) as store:
        did(store, "exported", {"of": "all rows, into another database"})
    upgrade(other)
    counts = copying.copy(settings, other, told=lambda name, n: say.note(f"{name}: {n}"))
    upgrade_queue(other)
    with open_store(other) as store:
        store.searching.fill()
    if json:
        say.out_json(counts)
    say.note("All of it is there. From now on: QA_DATABASE_URL names that one.")
