"""Checksums of files are kept, and read anew wherever a file may have changed."""

import os
import time

import pytest

from qa import audio
from qa.errors import InputError
from qa.importers.checksums import Checksums
from qa.settings import Settings


@pytest.fixture
def settings(tmp_path):
    (tmp_path / "data").mkdir()
    return Settings(data=tmp_path / "data")


@pytest.fixture
def read(monkeypatch):
    """The files that are read, in their order."""
    seen = []
    real = audio.checksum

    def note(path):
        seen.append(path.name)
        return real(path)

    monkeypatch.setattr(audio, "checksum", note)
    return seen


def old(path, content: bytes, *, age_s: float = 60):
    path.write_bytes(content)
    then = time.time_ns() - int(age_s * 1e9)
    os.utime(path, ns=(then, then))
    return path


def once(settings, *paths) -> list[str]:
    sums = Checksums(settings)
    try:
        return [sums.of(path) for path in paths]
    finally:
        sums.close()


def test_a_file_that_did_not_change_is_read_once(settings, tmp_path, read):
    path = old(tmp_path / "a.wav", b"one")
    first = once(settings, path)
    assert once(settings, path) == first == [audio.checksum(path)]
    assert read == ["a.wav", "a.wav"]  # the second is this test's own


@pytest.mark.parametrize("change", ["content", "length", "time", "another in its place"])
def test_a_file_that_may_have_changed_is_read_again(settings, tmp_path, read, change):
    path = old(tmp_path / "a.wav", b"one")
    once(settings, path)
    if change == "content":
        path.write_bytes(b"two")
    elif change == "length":
        old(path, b"three")
    elif change == "time":
        os.utime(path, ns=(0, 0))
    else:
        old(tmp_path / "b.wav", b"six", age_s=61).replace(path)
    (found,) = once(settings, path)
    assert len(read) == 2
    assert found == audio.checksum(path)


def test_what_was_changed_a_moment_ago_is_not_relied_on(settings, tmp_path, read):
    path = old(tmp_path / "a.wav", b"one", age_s=0)
    once(settings, path)
    once(settings, path)
    assert len(read) == 2


@pytest.mark.parametrize("harm", ["damaged", "not writable", "no data folder"])
def test_without_what_was_kept_files_are_read(settings, tmp_path, read, harm):
    path = old(tmp_path / "a.wav", b"one")
    (first,) = once(settings, path)
    kept = settings.data / "checksums.db"
    if harm == "damaged":
        kept.write_bytes(b"no database" * 400)
    elif harm == "not writable":
        kept.unlink()
        kept.mkdir()
    else:
        settings = Settings(data=tmp_path / "nowhere")
    assert once(settings, path) == [first]
    assert len(read) == 2
    if harm == "damaged":  # it was made anew, and is of use again
        once(settings, path)
        assert once(settings, path) == [first]
        assert len(read) == 3
    assert not (tmp_path / "nowhere").exists()


def test_a_file_that_cannot_be_read_says_why(settings, tmp_path):
    with pytest.raises(InputError, match="no such file"):
        once(settings, tmp_path / "gone.wav")


def test_names_are_not_kept(settings, tmp_path):
    once(settings, old(tmp_path / "+40721234567.wav", b"one"))
    assert b"40721234567" not in (settings.data / "checksums.db").read_bytes()
