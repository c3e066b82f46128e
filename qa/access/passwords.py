"""Passwords that people choose: what is taken, how it is kept, how it is compared."""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from functools import cached_property
from threading import BoundedSemaphore

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from qa.errors import UsageError

#: Characters; see NIST SP 800-63B-4, 3.1.1.2: length counts, mixtures of kinds do not.
SHORTEST = 12
LONGEST = 256
#: Guessable with fewer guesses than 10 ** this: too common, whatever its length.
_GUESSES_LOG10 = 8.0
#: Of one that is made up: no letter that looks like another, for it is read from a screen.
_LETTERS = "abcdefghjkmnpqrstuvwxyz23456789"
_GROUPS, _GROUP = 4, 4
#: Passwords hashed at the same time.
_AT_ONCE = 2
#: As much of a password as its strength is told by.
_JUDGED = 72


class Passwords:
    """Hashes passwords by Argon2id (RFC 9106) and compares them.

    Parameters
    ----------
    hasher : its cost; the library's default is RFC 9106's for machines with little memory:
        64 MiB and 3 passes.
    """

    def __init__(self, hasher: PasswordHasher | None = None) -> None:
        self._hasher = hasher or PasswordHasher()
        # Each takes memory: a crowd at the door must not take all of it.
        self._turn = BoundedSemaphore(_AT_ONCE)

    @cached_property
    def _nobody(self) -> str:
        """Compared with where there is no account, so that both take as long."""
        return self._hasher.hash("nobody has this password")

    def hash(self, password: str) -> str:
        """Return what is kept of a password."""
        with self._turn:
            return self._hasher.hash(password)

    def fits(self, password: str, kept: str) -> bool:
        """Say whether a password is the kept one; takes as long where none is kept ("")."""
        if len(password) > LONGEST:
            return False
        try:
            with self._turn:
                self._hasher.verify(kept or self._nobody, password)
        except (VerificationError, InvalidHashError):
            return False
        return bool(kept)

    def outdated(self, kept: str) -> bool:
        """Say whether a kept one should be hashed again: the cost was raised since."""
        return self._hasher.check_needs_rehash(kept)


def made_up() -> str:
    """Return a password by chance, for somebody else to log in with once: about 79 bits."""
    return "-".join(
        "".join(secrets.choice(_LETTERS) for _ in range(_GROUP)) for _ in range(_GROUPS)
    )


def check_new(password: str, *, about: Sequence[str] = ()) -> None:
    """Refuse a password that is too short, or among the first that anybody would try.

    Parameters
    ----------
    about : names of the account, which make a password easy to guess.

    Raises
    ------
    UsageError : says what is wrong with it, never what it is.
    """
    if not SHORTEST <= len(password) <= LONGEST:
        raise UsageError(
            f"A password of {len(password)} characters cannot be used.",
            f"Choose one of {SHORTEST} to {LONGEST}; four words that do not belong together do.",
        )
    from zxcvbn import zxcvbn  # noqa: PLC0415 - its lists take time to load

    judged = zxcvbn(password[:_JUDGED], user_inputs=[*about, "callcenter-qa"])
    if float(judged["guesses_log10"]) < _GUESSES_LOG10:
        raise UsageError(
            "This password is among the first that would be guessed.",
            "Choose another; four words that do not belong together do.",
        )
