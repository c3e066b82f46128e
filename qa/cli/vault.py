"""Commands about the vault: which keys seal it, sealing it with a new one."""

from __future__ import annotations

from typing import Annotated

import typer

from qa.cli import say
from qa.cli.auditing import did
from qa.cli.door import ExitCode
from qa.cli.machine import JsonOption


def key() -> None:
    """Print a new key, to be put where your keys come from."""
    from qa.sealing import new_key

    say.out(new_key())


def status(json: JsonOption = False) -> None:
    """Count what is sealed, by key: names of keys alone, never a key."""
    from qa.records import as_json
    from qa.settings import load_settings
    from qa.store import open_store
    from qa.store.resealing import status as count

    with open_store(load_settings()) as store:
        found = count(store.vault)
        source = store.vault.keys.source
    if json:
        say.out_json({"keys_from": source, "keys": [as_json(row) for row in found]})
        return
    say.table(
        ["Key", "Files", "State"],
        [
            [row.key or "none", str(row.files), _state(row.key, row.newest, row.here)]
            for row in found
        ],
        right=[1],
    )
    say.note(f"Keys come from {source}.")


def _state(key: str, newest: bool, here: bool) -> str:
    if not key:
        return "not sealed: qa vault rotate"
    if newest:
        return "in use"
    return "reads what is older" if here else "MISSING: those files cannot be read"


def rotate(
    fresh: Annotated[
        bool, typer.Option("--new-key", help="Make a new key first (keys in a file only).")
    ] = False,
) -> None:
    """Seal everything with the newest key; may be interrupted and run again."""
    from qa.settings import load_settings
    from qa.store import open_store
    from qa.store.resealing import seal_again

    done = failed = seen = 0
    with open_store(load_settings()) as store:
        did(store, "changed", {"what": "vault sealed again"})
        if fresh:
            say.note(f"The new key is {store.vault.keys.add().id.hex()}; keep a copy of the file.")
        for one in seal_again(store.vault):
            seen += 1
            done += one.changed
            if one.reason:
                failed += 1
                say.warn(one.reason)
            if seen % 1000 == 0:
                say.note(f"{seen} files looked at, {done} sealed again.")
    say.out(f"{done} files sealed again, {seen - done - failed} were already, {failed} failed.")
    if failed:
        raise typer.Exit(ExitCode.SOME_FAILED)


def forget(
    key: Annotated[str, typer.Argument(help="Its name, as qa vault status shows it.")],
) -> None:
    """Take a key that seals nothing any more out of the file of keys."""
    from qa.settings import load_settings
    from qa.store import open_store
    from qa.store.resealing import forget as take_out

    with open_store(load_settings()) as store:
        did(store, "changed", {"what": "key forgotten", "key": key})
        take_out(store.vault, key)
    say.out(f"{key} is forgotten; backups made before need it still.")
