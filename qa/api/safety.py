"""What must hold before the server starts: unsafe settings are named, never worked around."""

from __future__ import annotations

import stat
from collections.abc import Iterator
from ipaddress import ip_network
from pathlib import Path
from urllib.parse import urlsplit

from sqlalchemy import make_url

from qa.errors import SettingsError
from qa.settings import Settings

#: Names of this machine: nobody else's browser reaches a server under them.
LOOPBACK = frozenset({"127.0.0.1", "localhost", "::1"})
#: What everybody tries first.
_KNOWN_SECRETS = frozenset(
    {"admin", "callcenter-qa", "changeme", "changethis", "example", "password", "postgres", "qa",
     "root", "secret", "test"}
)  # fmt: skip
#: Fewer addresses than this stand behind any one proxy.
_WIDEST_PROXY = {4: 8, 6: 32}
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
        found += [*_outside_dev(settings), *_secrets(settings), *open_files(settings)]
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
    if not is_local(settings) and not settings.requests_per_second:
        yield (
            "QA_REQUESTS_PER_SECOND is 0, so anybody may ask as fast as they like",
            "set it to 20 or so",
        )
    if _far(settings.oidc_issuer):
        yield (
            "QA_OIDC_ISSUER begins with http://, so who logs in could be forged on the way",
            "set it to the provider's https://...",
        )
    if settings.smtp_user and not settings.smtp_tls and settings.smtp_host not in LOOPBACK:
        yield (
            "QA_SMTP_TLS is off, so the password of the mail account could be read on the way",
            "leave QA_SMTP_TLS on",
        )
    for proxy in settings.trusted_proxies:
        if _anybody(proxy):
            yield (
                f"QA_TRUSTED_PROXIES holds {proxy}, so anybody may say from where they call",
                "name the proxy's own address in QA_TRUSTED_PROXIES",
            )


def _far(address: str) -> bool:
    return address.startswith("http:") and urlsplit(address).hostname not in LOOPBACK


def _anybody(proxy: str) -> bool:
    try:
        network = ip_network(proxy, strict=False)
    except ValueError:  # a name, or "*"
        return proxy.strip() == "*"
    return network.prefixlen < _WIDEST_PROXY[network.version]


def _secrets(settings: Settings) -> Iterator[tuple[str, str]]:
    given = {
        "QA_DATABASE_URL": make_url(settings.database).password or "",
        "QA_OIDC_CLIENT_SECRET": settings.oidc_client_secret.get_secret_value(),
        "QA_SMTP_PASSWORD": settings.smtp_password.get_secret_value(),
    }
    for name, secret in given.items():
        if secret.lower() in _KNOWN_SECRETS:
            yield f"{name} has a password that everybody tries first", f"change that of {name}"


def open_files(settings: Settings) -> Iterator[tuple[str, str]]:
    """Yield what others on this machine may read or change, and what to do about it."""
    private = (settings.vault_folder, settings.cache_folder)
    for path, bits, may, mend in (
        (settings.data, 0o022, "change what is in", "chmod go-w"),
        *((folder, 0o077, "read", "chmod 700") for folder in private),
        (_own_keys(settings), 0o077, "read the keys in", "chmod 600"),
        # A group of those who may read certificates is usual.
        (settings.tls_key, 0o027, "read or change", "chmod 640"),
    ):
        if path is not None and path.exists() and stat.S_IMODE(path.stat().st_mode) & bits:
            yield f"others may {may} {path}", f"run: {mend} {path}"


def _own_keys(settings: Settings) -> Path | None:
    elsewhere = settings.vault_key_command or settings.vault_keys.get_secret_value()
    return None if elsewhere else settings.key_file
