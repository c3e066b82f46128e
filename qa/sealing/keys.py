"""Where the keys come from: a command, the environment, or a file made at the first start.

A key is 32 random bytes, written as base64, one a line; the last one is in use, the others
read what was sealed before it. Keys are never logged and never shown after they were made.
"""

from __future__ import annotations

import base64
import binascii
import errno
import hashlib
import os
import secrets
import shlex
import subprocess
import tempfile
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from qa.errors import DiskFull, SettingsError, StoreError
from qa.settings import Settings

#: Folders of the vault whose files are sealed: what was said, and recordings.
SEALED = frozenset({"conversation", "turns", "original", "upload"})
_SIZE = 32
#: Seconds that a command may take to hand the keys out.
_PATIENCE_S = 30


@dataclass(frozen=True)
class Key:
    """A key, and the name that sealed files know it by: a digest, which tells nothing of it."""

    secret: bytes = field(repr=False)

    @property
    def id(self) -> bytes:
        """Eight bytes."""
        return hashlib.sha256(b"callcenter-qa key id" + self.secret).digest()[:8]


@dataclass(frozen=True)
class KeyRing:
    """The keys that there are, the newest last; at least one."""

    keys: tuple[Key, ...]

    @property
    def newest(self) -> Key:
        """The one that seals."""
        return self.keys[-1]

    def find(self, id: bytes) -> Key | None:
        """Return the key of that id, if it is here."""
        return next((key for key in self.keys if key.id == id), None)


class Keys:
    """The keys of one installation, fetched when they are first needed.

    Parameters
    ----------
    settings : name the command, the variable or the file.
    in_use : says whether anything was sealed already: then a missing file is a loss, and no
        new key may take its place.
    """

    def __init__(self, settings: Settings, *, in_use: Callable[[], bool]) -> None:
        self._settings = settings
        self._in_use = in_use
        self._ring: KeyRing | None = None
        #: Of the file, when it was read: other processes may put a new key there.
        self._stamp: tuple[int, int] | None = None

    @property
    def source(self) -> str:
        """Where they come from, for people: names no key."""
        if self._settings.vault_key_command:
            return "QA_VAULT_KEY_COMMAND"
        if self._settings.vault_keys.get_secret_value():
            return "QA_VAULT_KEYS"
        return str(self._settings.key_file)

    @property
    def ring(self) -> KeyRing:
        """The keys.

        Raises
        ------
        StoreError : they are missing although something was sealed with them, or the command
            or the file cannot be read.
        SettingsError : what was given is no key.
        """
        if self._ring is None or (self._stamp and self._stamp != _stamp(self._settings.key_file)):
            self._ring = self._fetched()
        return self._ring

    def add(self) -> Key:
        """Make a new key the newest, in the file.

        Raises
        ------
        SettingsError : the keys are not kept in a file of ours.
        StoreError : the file cannot be written.
        """
        file = self._settings.key_file
        if self.source != str(file):
            raise SettingsError(
                f"The keys come from {self.source}.",
                "Put the new one last there (qa vault key makes one), then: qa vault rotate",
            )
        ring = self.ring
        made = Key(secrets.token_bytes(_SIZE))
        _replace(file, (*ring.keys, made))
        return made

    def forget(self, ids: Sequence[bytes]) -> None:
        """Take keys out of the file; whoever calls has made sure that nothing needs them.

        Raises
        ------
        StoreError : the file cannot be written.
        """
        kept = tuple(key for key in self.ring.keys if key.id not in ids)
        _replace(self._settings.key_file, kept)

    def _fetched(self) -> KeyRing:
        command = self._settings.vault_key_command
        if command:
            return parsed(_said(command), self.source)
        given = self._settings.vault_keys.get_secret_value()
        if given:
            return parsed(given, self.source)
        file = self._settings.key_file
        if not file.exists():
            if self._in_use():
                raise StoreError(
                    f"The keys are missing: {file}.",
                    "Bring the file back from where you keep a copy; without it what was said "
                    "in the clear cannot be read.",
                )
            _make(file)
        self._stamp = _stamp(file)
        return parsed(_read(file), str(file))


def keys_of(settings: Settings) -> Keys:
    """Return the keys of an installation, which seal its vault and its cache."""

    def in_use() -> bool:
        kept = [settings.vault_folder / kind for kind in SEALED]
        places = (p.rglob("*") for p in (*kept, settings.cache_folder))
        return any(p.is_file() for place in places for p in place)

    return Keys(settings, in_use=in_use)


def new_key() -> str:
    """Return a new key as it is written."""
    return base64.b64encode(secrets.token_bytes(_SIZE)).decode()


def parsed(text: str, source: str) -> KeyRing:
    """Read keys, one a line; lines that begin with "#" are comments.

    Raises
    ------
    SettingsError : there is none, or something else stands there.
    """
    lines = [line.strip() for line in text.replace(",", "\n").splitlines()]
    keys = []
    for number, line in enumerate(lines, 1):
        if not line or line.startswith("#"):
            continue
        try:
            secret = base64.b64decode(line, validate=True)
        except binascii.Error:
            secret = b""
        if len(secret) != _SIZE:
            raise SettingsError(
                f"{source}, line {number}: is no key.",
                f"A key is {_SIZE} random bytes as base64; qa vault key makes one.",
            )
        keys.append(Key(secret))
    if not keys:
        raise SettingsError(f"{source}: holds no key.", "qa vault key makes one.")
    return KeyRing(tuple(keys))


def _said(command: str) -> str:
    try:
        done = subprocess.run(  # noqa: S603 - whoever sets it may run programs here
            shlex.split(command), check=False, capture_output=True, text=True, timeout=_PATIENCE_S
        )
    except (OSError, ValueError, subprocess.TimeoutExpired) as err:
        raise StoreError(
            f"The command that gives the keys failed ({type(err).__name__}).",
            "Try QA_VAULT_KEY_COMMAND by hand.",
        ) from err
    if done.returncode:
        raise StoreError(
            f"The command that gives the keys ended with {done.returncode}.",
            "Try QA_VAULT_KEY_COMMAND by hand.",
        )
    return done.stdout


def _read(file: Path) -> str:
    try:
        if file.stat().st_mode & 0o077:
            raise StoreError(
                f"{file}: others may read the keys.", f"Make it yours alone: chmod 600 {file}"
            )
        return file.read_text(encoding="ascii")
    except UnicodeDecodeError as err:
        raise SettingsError(f"{file}: is no file of keys.", "Bring it back from a copy.") from err
    except OSError as err:
        raise StoreError(
            f"{file}: cannot be read ({(err.strerror or 'failed').lower()}).",
            "Give the account that runs qa the right to read it.",
        ) from err


def _stamp(file: Path) -> tuple[int, int]:
    try:
        found = file.stat()
    except OSError:  # reading it says why
        return (0, 0)
    return (found.st_ino, found.st_mtime_ns)


def _make(file: Path) -> None:
    """Make the file with a first key; where another process was quicker, its key stays."""
    _write(file, (Key(secrets.token_bytes(_SIZE)),), over=False)


def _replace(file: Path, keys: Sequence[Key]) -> None:
    _write(file, keys, over=True)


def _write(file: Path, keys: Sequence[Key], *, over: bool) -> None:
    lines = [base64.b64encode(key.secret).decode() for key in keys]
    note = "# Keys of what callers said; the last is in use. Keep a copy in another place."
    try:
        file.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        handle, name = tempfile.mkstemp(dir=file.parent, prefix=".keys-")  # made 0600
        try:
            with os.fdopen(handle, "w", encoding="ascii") as out:
                out.write("\n".join([note, *lines]) + "\n")
                out.flush()
                os.fsync(out.fileno())
            if over:
                Path(name).replace(file)
            elif not file.exists():
                os.link(name, file)
        except FileExistsError:  # another process was quicker
            pass
        finally:
            Path(name).unlink(missing_ok=True)
    except OSError as err:
        if err.errno in {errno.ENOSPC, errno.EDQUOT}:
            raise DiskFull(
                f"No room left on the disk of {file.parent}.",
                "Free some space there; then run the same again.",
            ) from err
        raise StoreError(
            f"{file}: cannot be written ({(err.strerror or 'failed').lower()}).",
            "Give the account that runs qa the right to write there, or set QA_VAULT_KEY_FILE.",
        ) from err
