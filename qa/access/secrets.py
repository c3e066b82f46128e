"""Secrets that a machine makes: session ids and API tokens. Only their digests are kept."""

from __future__ import annotations

import hashlib
import secrets

#: What every API token begins with, so that a scan for leaked secrets finds it.
TOKEN_PREFIX = "qa_"  # noqa: S105 - no secret, but what marks one
#: Random bytes of a secret: beyond guessing, so a plain digest of it hides it.
_BYTES = 32


def new_session() -> str:
    """Return a new session id: 256 random bits."""
    return secrets.token_urlsafe(_BYTES)


def new_token() -> str:
    """Return a new API token: 256 random bits behind its prefix."""
    return TOKEN_PREFIX + secrets.token_urlsafe(_BYTES)


def digest(secret: str) -> str:
    """Return what is kept of a secret: SHA-256, hexadecimal.

    No salt and no slow hash: unlike a password it cannot be guessed, and it is looked
    up by this digest.
    """
    return hashlib.sha256(secret.encode()).hexdigest()
