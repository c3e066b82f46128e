"""What libraries raise, in words of ours: theirs may hold what is secret."""

from __future__ import annotations

import errno
from collections.abc import Iterator
from contextlib import contextmanager

from qa.addresses.names import Address
from qa.errors import Away, InputError, QaError

#: Libraries whose errors are those of a server or a network.
_OF_LIBRARIES = frozenset(
    {
        *("aiobotocore", "aiohttp", "azure", "botocore", "fsspec", "gcsfs", "google"),
        *("paramiko", "requests", "s3fs", "urllib3"),
    }
)
_CREDENTIALS = "Where credentials belong, and which rights they need: docs/howto/buckets.md."
#: What will not pass by itself: what is wrong, and what to do.
_LASTING = {
    "gone": ("nothing is there.", "Check the name; it may have been moved or deleted."),
    "forbidden": ("its server does not let us read it.", _CREDENTIALS),
    "nobody": ("no credentials that its server takes.", _CREDENTIALS),
    "stranger": (
        "the key of the server is not the one that is known, or none is.",
        "Add it to ~/.ssh/known_hosts after comparing it with what its administrator says.",
    ),
    "changed": (
        "it is not what it was: it was replaced, or written on.",
        "Take it in again once nothing writes it any more: qa run, with its address.",
    ),
    "nonsense": ("its server has no such names.", "Check the address."),
}
#: The same by the names of errors.
_BY_NAME = {
    "UnknownServer": "stranger",
    "BadHostKeyException": "stranger",
    "FileExpired": "changed",
    "ParamValidationError": "nonsense",
    **dict.fromkeys(
        (
            *("NoCredentialsError", "PartialCredentialsError", "CredentialRetrievalError"),
            *("ProfileNotFound", "TokenRetrievalError", "UnauthorizedSSOTokenError"),
            *("ClientAuthenticationError", "CredentialUnavailableError"),
            *("DefaultCredentialsError", "RefreshError"),
            *("AuthenticationException", "BadAuthenticationType", "PasswordRequiredException"),
        ),
        "nobody",
    ),
}
_BY_STATUS = {401: "forbidden", 403: "forbidden", 404: "gone", 410: "gone"}


class Gone(InputError):
    """Nothing is there."""


@contextmanager
def told(address: Address) -> Iterator[None]:
    """Turn what a library raises into errors of ours.

    Raises
    ------
    Away : it may pass: no answer, too slow, too busy, broken off.
    Gone : nothing is there.
    InputError : it will not pass by itself for another reason.
    """
    try:
        yield
    except QaError:
        raise
    except Exception as err:
        kind, name = _kind(err), type(err).__name__
        if kind in _LASTING:
            what, mend = _LASTING[kind]
            refusal = Gone if kind == "gone" else InputError
            raise refusal(f"{address}: {what}", mend) from err
        library = type(err).__module__.partition(".")[0] in _OF_LIBRARIES
        if not library and not isinstance(err, OSError | EOFError):
            raise  # a mistake of the program
        raise Away(
            f"{address}: its server does not answer as it should ({name}).",
            "Check the server and the network. Work is tried again by itself; an import is not.",
        ) from err


def _kind(err: Exception) -> str:
    """Return which of `_LASTING` an error is; "" for what may pass."""
    if isinstance(err, FileNotFoundError | NotADirectoryError):
        return "gone"
    if isinstance(err, PermissionError) or _forbids(err):
        return "forbidden"
    named = _BY_NAME.get(type(err).__name__)
    if named is not None:
        return named
    status = getattr(err, "status_code", None) or getattr(err, "code", None)
    found = _BY_STATUS.get(status, "") if isinstance(status, int) else ""
    return found or ("nonsense" if isinstance(err, ValueError) else "")


def _forbids(err: Exception) -> bool:
    """Say whether it is how Google says no, or SFTP."""
    if not isinstance(err, OSError):
        return False
    return str(err).startswith("Forbidden") or err.errno in {errno.EACCES, errno.EPERM}


def changed(address: Address) -> InputError:
    """Return the error for what became another since it was taken in, or while it was read."""
    what, mend = _LASTING["changed"]
    return InputError(f"{address}: {what}", mend)
