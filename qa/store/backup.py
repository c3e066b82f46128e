"""A copy of everything that is kept, in one file: database, vault, keys; and back again.

The file is a tar, so it can be looked into without this program. The database goes first: what
the vault gets while the rest is written belongs to conversations that the copy does not know,
and does no harm. Sealed files stay sealed; with the keys beside them the file opens all of it,
so it is for its owner alone, and the keys can be left out.
"""

from __future__ import annotations

import hashlib
import io
import json
import os
import shutil
import sqlite3
import subprocess
import tarfile
import tempfile
from collections.abc import Iterator
from contextlib import closing, contextmanager
from datetime import UTC, datetime
from pathlib import Path, PurePosixPath
from typing import Any

from pydantic import AwareDatetime, ValidationError

from qa import __version__
from qa.errors import InputError, StoreError, UsageError
from qa.records import Record
from qa.settings import Settings
from qa.store import database
from qa.store.migrations import REVISIONS

_ABOUT = "about.json"
_SQLITE, _POSTGRES = "database.sqlite", "database.pgdump"
_KEYS, _VAULT = "vault.key", "vault"


class Backup(Record):
    """What a backup holds."""

    made_at: AwareDatetime
    program: str
    #: Of the database's schema.
    revision: str
    #: "database.sqlite" or "database.pgdump", and its sha256.
    database: str
    checksum: str
    #: Whether the keys of the vault are in it.
    keys: bool
    #: Files of the vault; counted when it is written, and compared when it is read.
    files: int = 0


def write(settings: Settings, target: Path, *, keys: bool = True) -> Backup:
    """Write everything into one file, all of it or nothing. Others may work meanwhile.

    Raises
    ------
    UsageError : the file is there already.
    StoreError : the database does not answer, or cannot be copied.
    DiskFull : no room left.
    """
    if target.exists():
        raise UsageError(f"{target} exists already.", "Name another file, or remove it first.")
    engine = database.make_engine(database.address(settings))
    try:
        database.check(engine)
    finally:
        engine.dispose()
    part = target.with_name(f".{target.name}.part")
    try:
        with _private(part) as file, tempfile.TemporaryDirectory(dir=target.parent) as scratch:
            made = _write(settings, file, Path(scratch), keys=keys)
        part.replace(target)
    except OSError as err:
        raise database.from_os_error(err, target) from err
    finally:
        part.unlink(missing_ok=True)
    return made


@contextmanager
def _private(path: Path) -> Iterator[io.BufferedWriter]:
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as file:
        yield file
        file.flush()
        os.fsync(file.fileno())


def _write(settings: Settings, file: Any, scratch: Path, *, keys: bool) -> Backup:
    copy = _dump(settings, scratch)
    keys = keys and settings.key_file.is_file()
    with tarfile.open(fileobj=file, mode="w|") as tar:
        tar.add(copy, copy.name)
        if keys:
            tar.add(settings.key_file, _KEYS)
        count = 0
        for path in _vault(settings):
            # A file of the vault may go while the rest is written.
            if _add(tar, path, f"{_VAULT}/{path.relative_to(settings.vault_folder)}"):
                count += 1
        about = Backup(
            made_at=datetime.now(UTC),
            program=__version__,
            revision=REVISIONS[-1],
            database=copy.name,
            checksum=_checksum(copy),
            keys=keys,
            files=count,
        )
        content = about.model_dump_json(indent=2).encode()
        entry = tarfile.TarInfo(_ABOUT)
        entry.size, entry.mode = len(content), 0o600
        tar.addfile(entry, io.BytesIO(content))
    return about


def _vault(settings: Settings) -> Iterator[Path]:
    for path in sorted(settings.vault_folder.rglob("*")):
        # What begins with a dot is being written just now.
        hidden = any(p.startswith(".") for p in path.relative_to(settings.vault_folder).parts)
        if path.is_file() and not path.is_symlink() and not hidden:
            yield path


def _add(tar: tarfile.TarFile, path: Path, name: str) -> bool:
    try:
        content = path.open("rb")
    except FileNotFoundError:
        return False
    with content:
        tar.addfile(tar.gettarinfo(arcname=name, fileobj=content), content)
    return True


def _dump(settings: Settings, scratch: Path) -> Path:
    """Copy the database as it is at one moment."""
    url = database.address(settings)
    own = database.sqlite_file(url)
    if own is not None:
        copy = scratch / _SQLITE
        with closing(sqlite3.connect(own)) as source, closing(sqlite3.connect(copy)) as target:
            source.backup(target)
        return copy
    copy = scratch / _POSTGRES
    _postgres(settings, "pg_dump", "--format=custom", "--no-owner", f"--file={copy}")
    return copy


def _postgres(settings: Settings, program: str, *options: str) -> None:
    """Run one of PostgreSQL's own programs on our database; its address is on no command line."""
    url = database.address(settings)
    found = shutil.which(program)
    if found is None:
        raise StoreError(
            f"{program} is not here; it makes and reads copies of PostgreSQL databases.",
            "Install PostgreSQL's client programs (Debian: postgresql-client).",
        )
    given = {
        "PGHOST": str(url.query.get("host", "")) or url.host,
        "PGPORT": str(url.port) if url.port else str(url.query.get("port", "")) or None,
        "PGUSER": url.username,
        "PGPASSWORD": url.password,
        "PGDATABASE": url.database,
        "PGSSLMODE": str(url.query.get("sslmode", "")) or None,
    }
    env = os.environ | {name: str(value) for name, value in given.items() if value}
    done = subprocess.run(  # noqa: S603 - the program that was found, our own options
        [found, "--no-password", *options], env=env, capture_output=True, text=True, check=False
    )
    if done.returncode:
        said = (done.stderr.strip().splitlines() or ["it says nothing"])[-1]
        raise StoreError(f"{program} failed: {said}", "Mend that, then try again.")


def _checksum(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


# --- back again ----------------------------------------------------------------------------


def restore(settings: Settings, source: Path) -> Backup:
    """Bring everything back, into a data folder and a database that hold nothing yet.

    Run ``qa db upgrade`` afterwards where the backup is of an older program.

    Raises
    ------
    UsageError : there is a database or a vault already.
    InputError : the file is no backup, or damaged.
    StoreError : it cannot be put back.
    """
    _refuse_what_is_there(settings)
    database.private_folder(settings.data)
    with tempfile.TemporaryDirectory(dir=settings.data, prefix=".restore-") as name:
        scratch = Path(name)
        about = _unpack(source, scratch)
        copy = scratch / about.database
        own = database.sqlite_file(database.address(settings))
        if (own is None) != (about.database == _POSTGRES):
            raise UsageError(
                "The backup is of the other kind of database.",
                "Restore it under its own kind, then: qa db copy",
            )
        if own is None:
            _postgres(settings, "pg_restore", "--no-owner", "--exit-on-error",
                      f"--dbname={database.address(settings).database}", str(copy))  # fmt: skip
        if (scratch / _VAULT).is_dir():
            settings.vault_folder.mkdir(parents=True, exist_ok=True)
            settings.vault_folder.rmdir()
            (scratch / _VAULT).rename(settings.vault_folder)
        if about.keys and not settings.key_file.exists():
            database.private_folder(settings.key_file.parent)
            shutil.move(scratch / _KEYS, settings.key_file)
        if own is not None:
            # Last: without it nothing of the rest is looked at, so a half is no whole.
            database.private_folder(own.parent)
            shutil.move(copy, own)
            own.chmod(0o600)
    return about


def _refuse_what_is_there(settings: Settings) -> None:
    url = database.address(settings)
    own = database.sqlite_file(url)
    there = own is not None and own.exists()
    if own is None:
        engine = database.make_engine(url)
        try:
            there = database.revision(engine) is not None
        finally:
            engine.dispose()
    kept = settings.vault_folder
    if there or (kept.is_dir() and any(path.is_file() for path in kept.rglob("*"))):
        raise UsageError(
            "There is a database or a vault already; nothing was changed.",
            "Restore into an empty QA_DATA (and database), or move what is there away.",
        )


def _extract(tar: tarfile.TarFile, folder: Path) -> None:
    """Write what an archive holds into a folder, and nothing anywhere else.

    Raises
    ------
    TarError : links out of the folder, devices, or absolute names.
    """
    if hasattr(tarfile, "data_filter"):
        tar.extractall(folder, filter="data")
        return
    # Python 3.11 before 3.11.4 (Debian 12 has 3.11.2): a backup is of plain files and folders.
    members = tar.getmembers()
    for one in members:
        path = PurePosixPath(one.name)
        if path.is_absolute() or ".." in path.parts or not (one.isfile() or one.isdir()):
            raise tarfile.TarError(f"{one.name} is no plain file in its folder.")
        one.uid, one.gid, one.uname, one.gname = os.getuid(), os.getgid(), "", ""
    tar.extractall(folder, members)  # noqa: S202 - looked at above


def _unpack(source: Path, scratch: Path) -> Backup:
    damaged = InputError(f"{source} is no backup of this program, or damaged.", "Take another one.")
    try:
        with tarfile.open(source) as tar:
            _extract(tar, scratch)
        about = Backup.model_validate(json.loads((scratch / _ABOUT).read_text("utf-8")))
    except (tarfile.TarError, ValueError, ValidationError, FileNotFoundError) as err:
        raise damaged from err
    except OSError as err:
        raise database.from_os_error(err, scratch) from err
    files = sum(path.is_file() for path in (scratch / _VAULT).rglob("*"))
    if files != about.files or _checksum(scratch / about.database) != about.checksum:
        raise damaged
    for path in (scratch, *scratch.rglob("*")):
        path.chmod(0o700 if path.is_dir() else 0o600)
    return about
