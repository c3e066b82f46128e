"""Which keys the vault's files are sealed with, and sealing them with the newest."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from qa.errors import QaError, UsageError
from qa.records import Record
from qa.sealing import HEAD, key_of
from qa.store.vault import Vault


class Sealed(Record):
    """A key, and how many files it seals."""

    #: What sealed files know it by; "" = not sealed at all.
    key: str
    files: int
    #: It seals what is written now.
    newest: bool
    #: It is here; else those files cannot be read.
    here: bool


class Resealed(Record):
    """What came of a file."""

    #: "original call-1-0"
    name: str
    changed: bool
    #: Why it could not be sealed again; "" = it could.
    reason: str = ""


def status(vault: Vault) -> tuple[Sealed, ...]:
    """Count the vault's files by key, the newest key last.

    Raises
    ------
    StoreError, SettingsError : the keys cannot be had.
    """
    ring = vault.keys.ring
    counts: Counter[str] = Counter()
    for _, path in vault.sealed():
        with path.open("rb") as file:
            counts[key_of(file.read(HEAD))] += 1
    here = [key.id.hex() for key in ring.keys]
    return tuple(
        Sealed(key=key, files=counts[key], newest=key == here[-1], here=key in here or not key)
        for key in (*sorted(set(counts) - set(here)), *here)
    )


def seal_again(vault: Vault) -> Iterator[Resealed]:
    """Seal every file with the newest key that is not, one by one; may be stopped and gone on.

    Raises
    ------
    StoreError, SettingsError : the keys cannot be had.
    """
    for kind, path in vault.sealed():
        name = f"{kind} {path.stem}"
        try:
            yield Resealed(name=name, changed=vault.seal_again(kind, path))
        except QaError as err:
            yield Resealed(name=name, changed=False, reason=err.reason)


def forget(vault: Vault, key: str) -> None:
    """Take a key out of the file of keys.

    Raises
    ------
    UsageError : it is the newest, is not here, or something is sealed with it.
    SettingsError, StoreError : the keys are not in a file of ours, or it cannot be written.
    """
    found = next((row for row in status(vault) if row.key == key and row.here and key), None)
    if found is None:
        raise UsageError(f"There is no key {key} here.", "See: qa vault status")
    if found.newest:
        raise UsageError("The newest key is in use.", "Make another one: qa vault rotate --new-key")
    if found.files:
        raise UsageError(
            f"{found.files} files are sealed with {key}.",
            "Seal them with the newest: qa vault rotate",
        )
    vault.keys.forget([bytes.fromhex(key)])
