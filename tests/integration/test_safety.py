"""What the server refuses to start with; each is named, with what to do."""

import pytest

from qa.access import Grant, UserRole
from qa.api import create_app
from qa.api.safety import refuse_unsafe
from qa.errors import SettingsError
from qa.settings import Settings
from qa.store import open_store

SAFE = {
    "host": "192.0.2.10",
    "public_url": "https://qa.example.org",
    "trusted_proxies": ("192.0.2.1",),
}
MAIL = {"smtp_host": "mail.example.org", "smtp_user": "qa-mail"}


@pytest.fixture
def safe(tmp_path):
    """Settings that the server starts with, over a data folder of its own."""
    data = tmp_path / "data"
    for folder in (data, data / "vault", data / "cache"):
        folder.mkdir(mode=0o700)
    for file in (data / "vault.key", tmp_path / "tls.key"):
        file.touch(mode=0o600)
    return Settings(data=data, **SAFE)


def refused(settings, **change):
    with pytest.raises(SettingsError) as found:
        refuse_unsafe(Settings(**settings.model_dump() | change), accounts=True)
    return found.value


def test_safe_settings_start(safe):
    refuse_unsafe(safe, accounts=True)


UNSAFE = [
    ({"public_url": ""}, "QA_PUBLIC_URL does not say", "https://"),
    ({"public_url": "http://qa.example.org"}, "begins with http://", "https://"),
    ({"trusted_proxies": ()}, "without TLS", "QA_TLS_CERTIFICATE"),
    ({"trusted_proxies": ("*",)}, "QA_TRUSTED_PROXIES holds *", "own address"),
    ({"trusted_proxies": ("0.0.0.0/0",)}, "QA_TRUSTED_PROXIES holds 0.0.0.0/0", "own address"),
    ({"trusted_proxies": ("::/0",)}, "QA_TRUSTED_PROXIES holds ::/0", "own address"),
    ({"tls_key": "key.pem"}, "QA_TLS_CERTIFICATE and QA_TLS_KEY belong together", "both"),
    ({"requests_per_second": 0}, "QA_REQUESTS_PER_SECOND is 0", "20"),
    ({"oidc_issuer": "http://id.example.org"}, "QA_OIDC_ISSUER begins with http://", "https://"),
    (MAIL | {"smtp_tls": False}, "QA_SMTP_TLS is off", "leave QA_SMTP_TLS on"),
    ({"smtp_password": "changeme"}, "QA_SMTP_PASSWORD has a password", "change that"),
    ({"oidc_client_secret": "Secret"}, "QA_OIDC_CLIENT_SECRET has a password", "change that"),
    ({"database_url": "postgresql+psycopg://qa:postgres@db/qa"}, "QA_DATABASE_URL has", "change"),
]  # fmt: skip


@pytest.mark.parametrize(("change", "what", "mend"), UNSAFE, ids=lambda v: str(v)[:40])
def test_unsafe_settings_are_named_with_what_to_do(safe, change, what, mend):
    error = refused(safe, **change)
    assert what in error.reason
    assert mend.lower() in error.mend.lower()
    # The secret itself is not told.
    assert "changeme" not in str(error)
    assert ":postgres@" not in str(error)


@pytest.mark.parametrize("change", [change for change, *_ in UNSAFE if "tls_key" not in change])
def test_on_a_developer_s_own_network_all_of_that_is_allowed(safe, change):
    refuse_unsafe(Settings(**safe.model_dump() | change | {"dev": True}), accounts=True)


@pytest.mark.parametrize(
    ("name", "mode", "mend"),
    [
        ("data", 0o777, "chmod go-w"),
        ("data", 0o775, "chmod go-w"),
        ("data/vault", 0o755, "chmod 700"),
        ("data/cache", 0o750, "chmod 700"),
        ("data/vault.key", 0o644, "chmod 600"),
        ("data/vault.key", 0o640, "chmod 600"),
        ("tls.key", 0o644, "chmod 640"),
    ],
)
def test_files_that_others_may_read_or_change_are_named(safe, tmp_path, name, mode, mend):
    path = tmp_path / name
    path.chmod(mode)
    tls = {"tls_key": tmp_path / "tls.key", "tls_certificate": tmp_path / "tls.pem"}
    error = refused(safe, **tls)
    assert f"{mend} {path}" in error.mend
    path.chmod(0o700 if path.is_dir() else 0o600)
    refuse_unsafe(Settings(**safe.model_dump() | tls), accounts=True)


def test_keys_from_a_command_lie_in_no_file_of_ours(safe):
    (safe.data / "vault.key").chmod(0o644)
    refuse_unsafe(
        Settings(**safe.model_dump() | {"vault_key_command": "pass show qa"}), accounts=True
    )


def test_all_that_is_unsafe_is_told_at_once(safe):
    error = refused(safe, requests_per_second=0, public_url="http://qa.example.org")
    assert "QA_REQUESTS_PER_SECOND" in error.reason
    assert "QA_PUBLIC_URL" in error.reason


@pytest.mark.parametrize("given", [SAFE, {"public_url": "https://qa.example.org"}])
def test_other_machines_are_not_let_in_while_nobody_has_an_account(settings, given):
    for dev in (False, True):
        with pytest.raises(SettingsError, match="nobody has an account") as found:
            create_app(Settings(**settings.model_dump() | given | {"dev": dev}))
        assert "qa user add" in found.value.mend


def test_safe_settings_and_a_developer_s_own_network_start(settings):
    with open_store(settings) as store:
        store.accounts.add("root", grants=[Grant(UserRole.ADMINISTRATOR)], who="test")
    for given in (SAFE, {"host": "192.0.2.10", "dev": True}):
        create_app(Settings(**settings.model_dump() | given)).state.store.close()
