"""The vault keeps whole objects, privately, behind one logged door."""

from __future__ import annotations

import errno
import json
import os
import stat

import pytest

from qa.errors import DiskFull, InputError, NotFound, StoreError, UsageError
from qa.sealing import Keys, keys_of
from qa.settings import Settings
from qa.store.vault import Vault, local_path, with_contents, with_copies
from qa.testing import make_call


@pytest.fixture
def log() -> list[tuple[str, ...]]:
    return []


@pytest.fixture
def keys(tmp_path) -> Keys:
    return keys_of(Settings(data=tmp_path))


@pytest.fixture
def vault(tmp_path, log, keys) -> Vault:
    return Vault(tmp_path / "vault", log=lambda *entry: log.append(entry), keys=keys)


def files(vault: Vault) -> list[str]:
    return sorted(p.name for p in vault.folder.rglob("*") if p.is_file())


def test_objects_are_for_their_owner_alone(vault):
    path = vault.put("turns", "call-1", b"said", suffix=".json")
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    folders = [path.parent, path.parent.parent, vault.folder]
    assert [stat.S_IMODE(f.stat().st_mode) & 0o077 for f in folders] == [0, 0, 0]
    assert vault.read("turns", "call-1") == b"said"


def test_a_new_object_takes_the_place_of_the_old_whatever_its_suffix(vault, tmp_path):
    vault.put("playback", "call-1", b"old", suffix=".ogg")
    new = tmp_path / "sound.mp3"
    new.write_bytes(b"new")
    vault.put("playback", "call-1", new)
    assert files(vault) == ["call-1.mp3"]
    assert vault.path("playback", "call-1").read_bytes() == b"new"
    assert new.exists()


def test_ids_that_begin_alike_are_kept_apart(vault):
    vault.put("turns", "call-1", b"one", suffix=".json")
    assert not vault.has("turns", "call")
    assert not vault.has("turns", "call-1x")
    with pytest.raises(NotFound):
        vault.read("turns", "call")


@pytest.mark.parametrize(
    ("code", "error"),
    [(errno.ENOSPC, DiskFull), (errno.EDQUOT, DiskFull), (errno.EROFS, StoreError)],
)
def test_a_disk_that_refuses_leaves_the_old_object_and_no_half_of_the_new(
    vault, monkeypatch, code, error
):
    vault.put("turns", "call-1", b"old", suffix=".json")

    def refuse(_descriptor):
        raise OSError(code, os.strerror(code))

    monkeypatch.setattr(os, "fsync", refuse)
    with pytest.raises(error) as refused:
        vault.put("turns", "call-1", b"new", suffix=".json")
    assert type(refused.value) is error
    assert refused.value.passing is (error is DiskFull)
    assert files(vault) == ["call-1.json"]
    assert vault.read("turns", "call-1") == b"old"


def test_people_give_a_name_and_a_reason_before_they_look(vault, log):
    vault.put("turns", "call-1", b"said", suffix=".json")
    for who, reason in (("", "complaint"), ("ann", " ")):
        with pytest.raises(UsageError, match="without a name and a reason"):
            vault.open("turns", "call-1", who=who, reason=reason)
    assert log == []
    with vault.open("turns", "call-1", who="ann", reason="complaint 7") as found:
        assert found.read() == b"said"
    assert log == [("turns", "call-1", "ann", "complaint 7")]


def test_where_the_look_cannot_be_logged_the_door_stays_shut(tmp_path, keys):
    def fail(*_entry):
        raise StoreError("The log is not there.")

    vault = Vault(tmp_path / "vault", log=fail, keys=keys)
    vault.put("turns", "call-1", b"said")
    with pytest.raises(StoreError):
        vault.open("turns", "call-1", who="ann", reason="complaint 7")


def test_only_what_was_silenced_is_served(vault):
    vault.put("original", "call-1", b"sound", suffix=".wav")
    with pytest.raises(UsageError, match="not served"):
        vault.path("original", "call-1")


@pytest.mark.parametrize("id", ["", "../up", "a/b", "a.b", ".", "a\x00b", "x" * 200])
def test_an_id_never_leads_out_of_the_vault(vault, id):
    with pytest.raises(UsageError):
        vault.put("turns", id, b"")


def test_an_unknown_kind_is_refused(vault):
    with pytest.raises(UsageError, match="keeps no 'diary'"):
        vault.read("diary", "call-1")


def test_scratch_is_private_and_gone_afterwards(vault):
    with vault.scratch() as folder:
        assert stat.S_IMODE(folder.stat().st_mode) == 0o700
        (folder / "half.ogg").write_bytes(b"x")
    assert files(vault) == []


def test_scratch_of_a_process_that_was_killed_goes_and_that_of_others_stays(vault):
    left = vault.folder / ".scratch-killed"
    left.mkdir(parents=True)
    (left / "playback.mp3.part").write_bytes(b"x")
    with vault.scratch() as mine:
        assert not left.exists()
        with vault.scratch() as other:
            assert mine.is_dir()
            assert other.is_dir()


def test_originals_are_copied_and_read_from_the_copy(vault, tmp_path):
    recording = tmp_path / "a call.wav"
    recording.write_bytes(b"sound")
    kept = with_copies(make_call(uri=str(recording)), vault)
    assert kept.audio[0].uri == "vault:call-1-0.wav"
    with vault.recording(kept.audio[0].uri) as copy:
        assert copy.read() == b"sound"
    assert vault.recording(str(recording)) is None
    assert kept.source == str(recording)
    with pytest.raises(InputError, match="no file of this machine"):
        with_copies(make_call(uri="https://example.test/call.wav"), vault)


def test_a_recording_that_came_inside_another_file_is_kept_here(vault):
    call = make_call(uri="call.wav")
    inside = call.model_copy(
        update={"audio": (call.audio[0].model_copy(update={"content": b"sound"}),)}
    )
    kept = with_contents(inside, vault)
    (source,) = kept.audio
    with vault.recording(source.uri) as copy:
        assert (copy.read(), source.content) == (b"sound", None)
    assert source.checksum == call.audio[0].checksum
    assert files(vault) == ["call-1-0.wav"]
    assert with_contents(call, vault) == call


def test_rejects_are_for_their_owner_alone(vault):
    assert vault.keep_rejects([]) is None
    path = vault.keep_rejects([{"source": "a", "raw": "żó"}, {"source": "b", "raw": "\ud83d"}])
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert [json.loads(line)["source"] for line in path.read_text("utf-8").splitlines()] == [
        "a",
        "b",
    ]


def test_the_same_rejects_again_leave_the_file_to_whoever_mends_it(vault):
    items = [{"source": "a", "raw": "Helo"}]
    path = vault.keep_rejects(items)
    path.write_text('{"source": "a", "raw": "Hello"}\n', "utf-8")
    assert vault.keep_rejects(items) == path
    assert "Hello" in path.read_text("utf-8")
    assert vault.keep_rejects([{"source": "b", "raw": "Helo"}]) != path


@pytest.mark.parametrize(
    ("uri", "path"),
    [("/a/b c.wav", "/a/b c.wav"), ("file:///a/b%20c.wav", "/a/b c.wav"), ("s3://b/c.wav", None)],
)
def test_addresses_of_this_machine(uri, path):
    found = local_path(uri)
    assert (str(found) if found else None) == path
