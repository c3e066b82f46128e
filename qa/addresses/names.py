"""Addresses as people write them: which scheme, where, and that no secret is in them."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from types import MappingProxyType
from typing import Any
from urllib.parse import SplitResult, unquote, urlsplit

from qa.errors import UsageError

#: Seconds until a server must take a connection, and until the next piece of an answer.
CONNECT_S, ANSWER_S = 10, 30
_SCHEME = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*://")
#: What a query would be; a "?" alone stands for any letter.
_QUERY = re.compile(r"\?[\w.-]+=")
#: Patterns of names.
_PATTERN = re.compile(r"[*?\[]")


@dataclass(frozen=True)
class Scheme:
    """What stands before "://", and how it is reached."""

    #: As fsspec calls it, or "module:class" of our own.
    system: str
    #: The extra of this program that it comes with.
    extra: str
    #: What it is called in errors.
    title: str
    #: The host is a server to connect to, rather than a bucket.
    server: bool = False
    #: Things that are read at the same time.
    at_once: int = 8
    #: Given to the library: its timeouts.
    options: Mapping[str, Any] = field(default_factory=dict)


_S3 = Scheme(
    "s3",
    "s3",
    "S3",
    options={
        "use_listings_cache": False,
        "config_kwargs": {
            "connect_timeout": CONNECT_S,
            "read_timeout": ANSWER_S,
            "retries": {"max_attempts": 2, "mode": "standard"},
        },
    },
)
_GOOGLE = Scheme(
    "gcs",
    "google",
    "Google Cloud Storage",
    options={"use_listings_cache": False, "requests_timeout": ANSWER_S},
)
_AZURE = Scheme(
    "abfs",
    "azure",
    "Azure",
    options={
        "use_listings_cache": False,
        "connection_timeout": CONNECT_S,
        "read_timeout": ANSWER_S,
    },
)
_SFTP = Scheme(
    "qa.addresses.sftp:Sftp",
    "sftp",
    "SFTP",
    server=True,
    at_once=1,
    options={
        "timeout": CONNECT_S,
        "banner_timeout": ANSWER_S,
        "auth_timeout": ANSWER_S,
        "channel_timeout": ANSWER_S,
    },
)
SCHEMES: Mapping[str, Scheme] = MappingProxyType(
    {
        "s3": _S3,
        "gs": _GOOGLE,
        "gcs": _GOOGLE,
        "az": _AZURE,
        "abfs": _AZURE,
        "abfss": _AZURE,
        "sftp": _SFTP,
    }
)


@dataclass(frozen=True, order=True)
class Address:
    """Where something lies; its text holds no credential.

    Attributes
    ----------
    lead : what every address of the same server begins with: "s3://", "sftp://qa@host:22/".
    path : what follows, as the server has it: "bucket/2026-11/a.wav"; nothing is escaped.
    """

    scheme: str
    lead: str
    path: str

    def __str__(self) -> str:
        """Return it as a person writes it."""
        return self.lead + self.path

    @property
    def kind(self) -> Scheme:
        """What its scheme is."""
        return SCHEMES[self.scheme]

    @property
    def root(self) -> str:
        """What the library's name of a thing has before the path."""
        if self.kind.server:
            return "/"
        container = self.lead.removeprefix(f"{self.scheme}://").partition("@")
        return f"{container[0]}/" if container[1] else ""

    @property
    def options(self) -> dict[str, Any]:
        """What the library is told: where, as whom, and how long it may wait."""
        host = urlsplit(self.lead)
        told: dict[str, Any] = dict(self.kind.options)
        if self.kind.server:
            given = {"host": host.hostname, "port": host.port, "username": host.username}
            told |= {name: value for name, value in given.items() if value}
        elif host.username:  # container@account.dfs.core.windows.net
            told["account_name"] = (host.hostname or "").partition(".")[0]
        return told

    def is_pattern(self) -> bool:
        """Say whether it stands for many: `*`, `?` or `[` in it."""
        return bool(_PATTERN.search(self.path))

    def holds(self, other: Address) -> bool:
        """Say whether another address is this one, or lies below it."""
        below = self.path if self.path.endswith("/") or not self.path else f"{self.path}/"
        inside = other.path == self.path or other.path.startswith(below)
        return other.lead == self.lead and inside and ".." not in other.path.split("/")

    def at(self, path: str) -> Address:
        """Return the address of another path of the same server."""
        return Address(self.scheme, self.lead, path)


def is_address(text: str) -> bool:
    """Say whether a text is an address rather than the path of a file; "file://" is one, too."""
    return bool(_SCHEME.match(text))


def place_of(text: str) -> Path | Address:
    """Return the file or folder that a text names, or the address that it is.

    Raises
    ------
    UsageError : as `parse`; an address with a query; or a file of another machine.
    """
    if not is_address(text):
        return Path(text)
    if not text.lower().startswith("file://"):
        address = parse(text)
        if _QUERY.search(text):  # a name may hold one, but a person has pasted a signed address
            raise _secret(address.scheme)
        return address
    host, slash, path = text[len("file://") :].partition("/")
    if host not in {"", "localhost"} or not slash:
        raise UsageError(f"{text}: no file of this machine.", "Write file:///folder/name.")
    return Path(unquote(f"/{path}"))


def parse(text: str) -> Address:
    """Read an address.

    Raises
    ------
    UsageError : a scheme that is not known, no bucket or host, or a secret in it, which is
        not repeated.
    """
    scheme, _, rest = text.partition("://")
    scheme = scheme.lower()
    if scheme not in SCHEMES:
        raise UsageError(
            f"Nothing is read from '{scheme}://'.",
            f"Known: {', '.join(SCHEMES)}; files and folders by their names.",
        )
    place, _, path = rest.partition("/")
    host = _host(scheme, place)
    if host.password is not None:
        raise _secret(scheme)
    if not host.hostname:
        raise UsageError(
            f"{text}: says neither bucket nor host.", f"Write {scheme}://NAME/path/ as it is."
        )
    if SCHEMES[scheme].server or host.username:
        return Address(scheme, f"{scheme}://{place}/", path)
    return Address(scheme, f"{scheme}://", rest)


def _secret(scheme: str) -> UsageError:
    return UsageError(
        f"An address of {SCHEMES[scheme].title} holds a password, a key or a token.",
        "Leave it out, and change it: shells keep what was typed. Where credentials belong: "
        "docs/howto/buckets.md.",
    )


def _host(scheme: str, place: str) -> SplitResult:
    """Return what stands between "://" and "/", taken apart."""
    try:
        host = urlsplit(f"{scheme}://{place}")
        _ = host.port
    except ValueError as err:
        raise UsageError(f"{scheme}://: its host or port is none.", "Check the address.") from err
    return host
