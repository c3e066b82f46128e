"""Callers as keyed hashes: whoever knows a number finds its calls, and nobody reads it here.

The key lies beside the data for its owner alone and never leaves it. Without it a hash
tells nothing: there are so few telephone numbers that a hash without a key could be tried out.
"""

from __future__ import annotations

import hmac
import os
import re
import secrets
from contextlib import suppress
from pathlib import Path

from qa.store.database import from_os_error, private_folder

_KEY = "callers.key"
_BYTES = 32
#: Digits that a telephone number has at least.
_FEWEST = 5


class Callers:
    """Makes the hashes; the key is made when it is first needed.

    Parameters
    ----------
    folder : where the key lies.
    region : whose numbers come without a country ("RO"); "" = as they are.
    """

    def __init__(self, folder: Path, *, region: str) -> None:
        self._folder = folder
        self._region = region
        self._known: bytes | None = None

    def key(self, caller: str | None) -> str | None:
        """Return the hash of a number or an address; None where there is neither.

        Raises
        ------
        StoreError : the key cannot be read or made.
        """
        plain = plain_caller(caller, region=self._region) if caller else ""
        if not plain:
            return None
        return hmac.digest(self._secret(), plain.encode(), "sha256").hex()

    def digest(self, *parts: str) -> str:
        """Return the hash of anything else that is to be known again and not to be read.

        Raises
        ------
        StoreError : the key cannot be read or made.
        """
        return hmac.digest(self._secret(), "\0".join(parts).encode(), "sha256").hex()

    def _secret(self) -> bytes:
        if self._known is None:
            path = self._folder / _KEY
            try:
                private_folder(self._folder)
                # Whoever comes first makes it; a half-written one is never seen.
                if not path.exists():
                    self._make(path)
                self._known = path.read_bytes()
            except OSError as err:
                raise from_os_error(err, path) from err
        return self._known

    def _make(self, path: Path) -> None:
        new = path.with_name(f"{_KEY}.{secrets.token_hex(8)}")
        file = os.open(new, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        try:
            with os.fdopen(file, "wb") as out:
                out.write(secrets.token_bytes(_BYTES))
                out.flush()
                os.fsync(out.fileno())
            with suppress(FileExistsError):
                os.link(new, path)
        finally:
            new.unlink()


def plain_caller(caller: str, *, region: str = "") -> str:
    """Return a caller in the one form that all spellings have; "" where it names nobody.

    >>> plain_caller("+40 (21) 555-01.43"), plain_caller("021 555 0143", region="RO")
    ('+40215550143', '+40215550143')
    """
    import phonenumbers  # noqa: PLC0415 - its tables load on first use

    text = caller.strip()
    if "@" in text:
        return text.casefold()
    # A telephone system writes a country after two zeros; a person, after a plus.
    dialled = re.sub(r"^00(?=[1-9])", "+", text)
    with suppress(phonenumbers.NumberParseException):
        parsed = phonenumbers.parse(dialled, region or None)
        return phonenumbers.format_number(parsed, phonenumbers.PhoneNumberFormat.E164)
    digits = re.sub(r"\D", "", text)
    return digits if len(digits) >= _FEWEST else ""
