"""Keys come from one place, are made once, and are never replaced by mistake."""

import stat
import sys
from concurrent.futures import ThreadPoolExecutor

import pytest

from qa.errors import SettingsError, StoreError
from qa.sealing import Keys, keys_of, new_key
from qa.sealing.keys import parsed
from qa.settings import Settings


def keys(**given):
    return keys_of(Settings(**given))


def test_a_file_of_keys_is_made_at_the_first_start_for_its_owner_alone(tmp_path):
    ring = keys(data=tmp_path).ring
    file = tmp_path / "vault.key"
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert keys(data=tmp_path).ring == ring


def test_processes_that_start_together_agree_on_one_key(tmp_path):
    with ThreadPoolExecutor(8) as pool:
        rings = list(pool.map(lambda _: keys(data=tmp_path).ring, range(16)))
    assert len(set(rings)) == 1


def test_lost_keys_are_not_replaced_by_new_ones(tmp_path):
    lost = Keys(Settings(data=tmp_path), in_use=lambda: True)
    with pytest.raises(StoreError, match="missing"):
        _ = lost.ring
    assert not (tmp_path / "vault.key").exists()


def test_anything_in_the_vault_counts_as_sealed_with_them(tmp_path):
    made = tmp_path / "vault" / "turns" / "ab" / "call-1.json"
    made.parent.mkdir(parents=True)
    made.touch()
    with pytest.raises(StoreError, match="missing"):
        _ = keys(data=tmp_path).ring


def test_a_file_that_others_may_read_is_refused(tmp_path):
    _ = keys(data=tmp_path).ring
    (tmp_path / "vault.key").chmod(0o640)
    with pytest.raises(StoreError, match="others may read"):
        _ = keys(data=tmp_path).ring


def test_a_new_key_reaches_processes_that_run(tmp_path):
    running, other = keys(data=tmp_path), keys(data=tmp_path)
    before = running.ring.newest
    made = other.add()
    assert running.ring.newest == made
    assert running.ring.find(before.id) == before
    other.forget([before.id])
    assert running.ring.find(before.id) is None


def test_they_may_come_from_the_environment_or_a_command(tmp_path):
    a, b = new_key(), new_key()
    given = keys(data=tmp_path, vault_keys=f"{a},{b}")
    assert (given.source, len(given.ring.keys)) == ("QA_VAULT_KEYS", 2)
    said = keys(data=tmp_path, vault_key_command=f"{sys.executable} -c \"print('{a}\\n{b}')\"")
    assert said.ring == given.ring
    assert not (tmp_path / "vault.key").exists()
    with pytest.raises(SettingsError, match="come from QA_VAULT_KEYS"):
        given.add()


@pytest.mark.parametrize("command", ["/no/such/program", f"{sys.executable} -c exit(3)", "'"])
def test_a_command_that_fails_is_said_without_what_it_printed(tmp_path, command):
    with pytest.raises(StoreError, match="command that gives the keys"):
        _ = keys(data=tmp_path, vault_key_command=command).ring


@pytest.mark.parametrize("text", ["", "# nothing\n", "c2hvcnQ=\n", "not base64!\n"])
def test_what_is_no_key_is_refused_and_not_quoted(text):
    with pytest.raises(SettingsError) as refused:
        parsed(text, "keys.txt")
    assert "keys.txt" in str(refused.value)
    assert "c2hvcnQ" not in str(refused.value)
