"""A vault gets a new key while it is in use; it can be stopped and gone on."""

import pytest

from qa.errors import StoreError, UsageError
from qa.sealing import keys_of
from qa.settings import Settings
from qa.store.resealing import forget, seal_again, status
from qa.store.vault import Vault
from qa.store.whole import written


@pytest.fixture
def vault(tmp_path):
    return Vault(tmp_path / "vault", log=lambda *_: None, keys=keys_of(Settings(data=tmp_path)))


def counts(vault):
    return {row.key: (row.files, row.newest) for row in status(vault)}


def test_nothing_of_what_was_said_lies_there_in_the_clear(vault):
    for kind in ("conversation", "turns", "original", "upload"):
        vault.put(kind, "call-1", b"my card is 4000", suffix=".json")
    with vault.staged("turns", {"call-2": b"my card is 4000"}, suffix=".json") as keep:
        keep(["call-2"])
    kept = [p.read_bytes() for p in vault.folder.rglob("*") if p.is_file()]
    assert len(kept) == 5
    assert not any(b"card" in content for content in kept)
    assert vault.read("turns", "call-2") == b"my card is 4000"


def test_a_new_key_seals_all_anew_and_the_old_one_may_go(vault):
    for n in range(3):
        vault.put("turns", f"call-{n}", b"said", suffix=".json")
    (old,) = counts(vault)
    vault.keys.add()
    steps = seal_again(vault)
    assert next(steps).changed
    del steps  # stopped here
    with pytest.raises(UsageError, match="2 files are sealed with"):
        forget(vault, old)
    assert sorted(one.changed for one in seal_again(vault)) == [False, True, True]
    forget(vault, old)
    assert list(counts(vault).values()) == [(3, True)]
    assert [vault.read("turns", f"call-{n}") for n in range(3)] == [b"said"] * 3


def test_the_key_in_use_and_unknown_ones_are_not_forgotten(vault):
    vault.put("turns", "call-1", b"said", suffix=".json")
    (newest,) = counts(vault)
    with pytest.raises(UsageError, match="in use"):
        forget(vault, newest)
    with pytest.raises(UsageError, match="no key"):
        forget(vault, "00" * 8)


def test_what_was_written_before_keys_were_in_use_is_sealed(vault):
    path = vault.put("turns", "call-1", b"said", suffix=".json")
    path.write_bytes(b'[{"text": "said"}]')
    assert counts(vault)[""] == (1, False)
    with pytest.raises(StoreError, match="not sealed"):
        vault.read("turns", "call-1")
    assert [one.changed for one in seal_again(vault)] == [True]
    assert vault.read("turns", "call-1") == b'[{"text": "said"}]'


def test_a_damaged_file_is_named_and_the_others_are_sealed(vault):
    vault.put("turns", "call-1", b"said", suffix=".json")
    vault.put("turns", "call-2", b"said", suffix=".json").write_bytes(b"QAS1")
    vault.keys.add()
    found = {one.name: one for one in seal_again(vault)}
    assert found["turns call-1"].changed
    assert "turns call-2" in found["turns call-2"].reason


def test_what_was_written_meanwhile_stays(vault):
    path = vault.put("turns", "call-1", b"old", suffix=".json")
    seen = path.stat()
    with written(path, instead_of=seen) as out:
        vault.put("turns", "call-1", b"new", suffix=".json")
        out.write(b"made from the old one")
    assert vault.read("turns", "call-1") == b"new"
    assert [p.name for p in path.parent.iterdir()] == ["call-1.json"]
