"""What must hold before the server starts: unsafe settings are named, never worked around."""

from __future__ import annotations

from collections.abc import Iterator
from urllib.parse import urlsplit

from qa.errors import SettingsError
from qa.settings import Settings

#: Names of this machine: nobody else's browser reaches a server under them.
LOOPBACK = frozenset({"127.0.0.1", "localhost", "::1"})
_ADMINISTRATOR = "make one: qa user add NAME --role administrator"


def is_local(settings: Settings) -> bool:
    """Say whether only this machine's own browsers are served."""
    return settings.host in LOOPBACK and not settings.public_url


def hosts(settings: Settings) -> frozenset[str] | None:
    """Return the names by which the server answers; None = any, on a developer's network."""
    if settings.public_url:
        return LOOPBACK | {urlsplit(settings.public_url).hostname or ""}
    return LOOPBACK if settings.host in LOOPBACK else None


def refuse_unsafe(settings: Settings, *, accounts: bool) -> None:
    """Refuse to start with settings that would show conversations to strangers.

    Raises
    ------
    SettingsError : names each of them, and what to do.
    """
    found = list(_always(settings, accounts=accounts))
    if not settings.dev:
        found += _outside_dev(settings)
    if found:
        raise SettingsError(
            f"Unsafe: {'; '.join(what for what, _ in found)}.",
            f"{_sentence('; '.join(mend for _, mend in found))}.",
        )


def _sentence(text: str) -> str:
    return text[:1].upper() + text[1:]


def _always(settings: Settings, *, accounts: bool) -> Iterator[tuple[str, str]]:
    if (settings.tls_certificate is None) != (settings.tls_key is None):
        yield (
            "QA_TLS_CERTIFICATE and QA_TLS_KEY belong together, and one is missing",
            "give both or neither",
        )
    if not is_local(settings) and not accounts:
        which = "QA_HOST" if settings.host not in LOOPBACK else "QA_PUBLIC_URL"
        yield (
            f"{which} lets other machines in, and nobody has an account",
            _ADMINISTRATOR,
        )


def _outside_dev(settings: Settings) -> Iterator[tuple[str, str]]:
    tls = settings.tls_certificate is not None
    if settings.host not in LOOPBACK:
        if not settings.public_url:
            yield (
                f"QA_HOST is {settings.host}, and QA_PUBLIC_URL does not say under which name",
                "set QA_PUBLIC_URL to https://...",
            )
        if not tls and not settings.trusted_proxies:
            yield (
                f"QA_HOST is {settings.host} without TLS, so passwords could be read on the way",
                "set QA_TLS_CERTIFICATE and QA_TLS_KEY, or QA_TRUSTED_PROXIES to a proxy with TLS",
            )
    name = urlsplit(settings.public_url).hostname
    if settings.public_url.startswith("http:") and name not in LOOPBACK:
        yield (
            "QA_PUBLIC_URL begins with http://, so passwords could be read on the way",
            "set it to https://...",
        )
