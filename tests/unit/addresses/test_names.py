"""What people write is told apart: files, addresses, and what must not be written."""

from pathlib import Path

import pytest

from qa.addresses import Address, is_address, parse, place_of
from qa.errors import UsageError


@pytest.mark.parametrize(
    ("text", "path"),
    [
        ("recordings/a.wav", "recordings/a.wav"),
        ("odd:name.wav", "odd:name.wav"),
        ("file:///srv/calls/a%20b.wav", "/srv/calls/a b.wav"),
        ("file://localhost/srv", "/srv"),
    ],
)
def test_files_are_files(text, path):
    assert place_of(text) == Path(path)


@pytest.mark.parametrize(
    ("text", "library", "options"),
    [
        ("s3://calls/2026-11/a b#1.wav", "calls/2026-11/a b#1.wav", {}),
        ("gs://calls/a.wav", "calls/a.wav", {}),
        ("az://box/a.wav", "box/a.wav", {}),
        (
            "abfs://box@acme.dfs.core.windows.net/in/a.wav",
            "box/in/a.wav",
            {"account_name": "acme"},
        ),
        (
            "sftp://qa@files.acme.example:2222/srv/calls/",
            "/srv/calls/",
            {"host": "files.acme.example", "port": 2222, "username": "qa"},
        ),
    ],
)
def test_an_address_is_what_its_library_calls_a_thing_and_back(text, library, options):
    address = place_of(text)
    assert isinstance(address, Address)
    assert str(address) == text
    assert address.root + address.path == library
    assert options.items() <= address.options.items()
    assert str(address.at("x/y.wav")).endswith("/x/y.wav")


def test_every_scheme_waits_for_so_long_and_no_longer():
    for text in ("s3://b/", "gs://b/", "az://b/", "sftp://h/"):
        assert any("timeout" in str(key) for key in _keys(parse(text).options)), text


def _keys(options):
    for key, value in options.items():
        yield key
        if isinstance(value, dict):
            yield from _keys(value)


@pytest.mark.parametrize(
    "text",
    [
        "sftp://qa:hunter2@files.acme.example/srv",
        "az://box/a.wav?sv=2026&sig=hunter2",
        "s3://calls/a.wav?X-Amz-Signature=hunter2",
        "s3://key:hunter2@calls/a.wav",
    ],
)
def test_a_secret_in_an_address_is_refused_and_not_repeated(text):
    with pytest.raises(UsageError, match=r"buckets\.md") as told:
        place_of(text)
    assert "hunter2" not in str(told.value)


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("ftp://files.acme.example/", "Nothing is read from"),
        ("https://files.acme.example/a.wav", "Known: s3"),
        ("memory://a/b", "Nothing is read from"),  # of tests alone
        ("s3:///a.wav", "neither bucket nor host"),
        ("sftp://host:many/a", "host or port"),
        ("file://other/srv", "no file of this machine"),
    ],
)
def test_what_is_no_address_is_refused(text, why):
    with pytest.raises(UsageError, match=why):
        place_of(text)


def test_patterns_and_names_of_things():
    assert parse("s3://calls/2026-11/*.wav").is_pattern()
    assert not parse("s3://calls/2026-11/a.wav").is_pattern()
    # Of what was listed: a name may hold what a person may not type.
    assert str(parse("s3://calls/a?b=c.wav")) == "s3://calls/a?b=c.wav"
    assert is_address("S3://x")
    assert not is_address("/srv/s3://x")
