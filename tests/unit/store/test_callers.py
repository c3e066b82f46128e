"""Callers as keyed hashes: one for all spellings, and nothing that can be read back."""

import stat

import pytest

from qa.store.desk.callers import Callers, plain_caller


@pytest.mark.parametrize(
    ("typed", "region", "plain"),
    [
        ("+40 21 555 0143", "", "+40215550143"),
        ("0040-21-555-0143", "", "+40215550143"),
        ("(021) 555.0143", "RO", "+40215550143"),
        ("021 555 0143", "", "0215550143"),
        ("2025550143", "US", "+12025550143"),
        ("+1 202 555 0143", "RO", "+12025550143"),
        ("Maria@Example.ORG ", "", "maria@example.org"),
        ("600", "", ""),  # an extension is nobody's number
        ("anonymous", "", ""),
        ("", "", ""),
    ],
)
def test_all_spellings_of_a_caller_are_one(typed, region, plain):
    assert plain_caller(typed, region=region) == plain


def test_the_key_is_made_once_for_its_owner_alone_and_makes_the_hash(tmp_path):
    first, second = (Callers(tmp_path / "data", region="") for _ in range(2))
    one = first.key("+40 21 555 0143")
    assert one == second.key("0040215550143")
    assert one != Callers(tmp_path / "other", region="").key("+40215550143")
    (file,) = (tmp_path / "data").iterdir()
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert len(file.read_bytes()) == 32


def test_who_names_no_caller_makes_no_key(tmp_path):
    assert Callers(tmp_path / "data", region="").key("anonymous") is None
    assert not (tmp_path / "data").exists()
