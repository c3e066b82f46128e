"""Stage results: the same inputs give the same key, a damaged entry is made again."""

from __future__ import annotations

import errno
import os
import stat
import time
from io import BytesIO
from types import MappingProxyType

import pytest

from qa.cache import IN_USE_S, StageCache, key
from qa.errors import DiskFull, StoreError
from qa.records import Metadata, Word
from qa.sealing import keys_of, seal
from qa.settings import Settings


@pytest.fixture
def keys(tmp_path_factory):
    return keys_of(Settings(data=tmp_path_factory.mktemp("keys")))


HELLO = Word(text="hello", start=0.5, end=0.9, confidence=0.75)


def test_what_was_put_comes_back(tmp_path, keys):
    cache = StageCache(tmp_path / "cache", keys=keys)
    cache.put(key("a"), HELLO)
    assert cache.get(key("a"), Word) == HELLO


def test_an_unknown_key_is_a_miss_and_makes_no_folder(tmp_path, keys):
    assert StageCache(tmp_path / "cache", keys=keys).get(key("a"), Word) is None
    assert not (tmp_path / "cache").exists()


def test_one_key_may_hold_records_of_two_kinds(tmp_path, keys):
    cache = StageCache(tmp_path, keys=keys)
    cache.put(key("a"), HELLO)
    assert cache.get(key("a"), Metadata) is None
    assert cache.get(key("a"), Word) == HELLO


@pytest.mark.parametrize("damage", [b"", b"x", "cut", "flip", "not sealed"])
def test_a_damaged_entry_is_a_miss_and_is_removed(tmp_path, keys, damage):
    cache = StageCache(tmp_path, keys=keys)
    cache.put(key("a"), HELLO)
    (entry,) = tmp_path.glob("*/*")
    whole = entry.read_bytes()
    entry.write_bytes(
        {
            "cut": whole[:-3],
            "flip": whole[:-3] + bytes([whole[-3] ^ 1]) + whole[-2:],
            "not sealed": HELLO.model_dump_json().encode(),
        }.get(damage, damage)
    )
    assert cache.get(key("a"), Word) is None
    assert list(tmp_path.glob("*/*")) == []
    cache.put(key("a"), HELLO)
    assert cache.get(key("a"), Word) == HELLO


def test_an_entry_of_a_program_with_other_records_is_a_miss_and_is_removed(tmp_path, keys):
    cache = StageCache(tmp_path, keys=keys)
    cache.put(key("a"), HELLO)
    (entry,) = tmp_path.glob("*/*")
    with entry.open("wb") as out:
        seal(out, BytesIO(b'{"words": "hello"}'), ring=keys.ring, about=entry.name)
    assert cache.get(key("a"), Word) is None
    assert list(tmp_path.glob("*/*")) == []


def test_only_the_owner_may_read_what_callers_said(tmp_path, keys):
    cache = StageCache(tmp_path / "deep" / "cache", keys=keys)
    cache.put(key("a"), HELLO)
    (entry,) = (tmp_path / "deep" / "cache").glob("*/*")
    assert stat.S_IMODE(entry.stat().st_mode) == 0o600
    assert stat.S_IMODE(entry.parent.stat().st_mode) == 0o700
    assert stat.S_IMODE((tmp_path / "deep" / "cache").stat().st_mode) == 0o700


def test_a_full_disk_is_said_and_leaves_nothing_half_written(tmp_path, keys, monkeypatch):
    def full(*_args):
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr("pathlib.Path.replace", full)
    with pytest.raises(DiskFull, match="No room left"):
        StageCache(tmp_path, keys=keys).put(key("a"), HELLO)
    assert list(tmp_path.glob("*/*")) == []


def test_a_folder_that_cannot_be_made_is_said(tmp_path, keys):
    (tmp_path / "file").touch()
    with pytest.raises(StoreError, match="cannot be written"):
        StageCache(tmp_path / "file" / "cache", keys=keys).put(key("a"), HELLO)


def test_size_counts_all_entries_and_clear_frees_them(tmp_path, keys):
    cache = StageCache(tmp_path, keys=keys)
    assert cache.size() == 0
    cache.put(key("a"), HELLO)
    one = cache.size()
    cache.put(key("b"), HELLO)
    assert cache.size() == 2 * one > 0
    assert cache.clear() == 2 * one
    assert cache.get(key("a"), Word) is None


class TestTrim:
    """The cache is made to fit; what was used longest ago goes first."""

    @pytest.fixture
    def cache(self, tmp_path, keys):
        """Entries "a" (used 4 hours ago) to "d" (an hour ago), each of the same size."""
        cache = StageCache(tmp_path, keys=keys)
        for name, hours in zip("abcd", (4, 3, 2, 1), strict=True):
            cache.put(key(name), HELLO)
            used(tmp_path, name, hours * 3600)
        return cache

    def kept(self, cache):
        return "".join(name for name in "abcd" if cache.get(key(name), Word))

    def test_goes_down_to_what_may_be(self, cache):
        one = cache.size() // 4
        assert cache.trim(most=2 * one) == 2 * one
        assert self.kept(cache) == "cd"

    def test_leaves_what_fits(self, cache):
        assert cache.trim(most=cache.size()) == 0
        assert self.kept(cache) == "abcd"

    def test_an_entry_that_was_read_was_used(self, cache, tmp_path):
        one = cache.size() // 4
        assert cache.get(key("a"), Word) == HELLO
        cache.trim(most=one)
        assert self.kept(cache) == "a"

    def test_what_is_in_use_stays_even_where_it_is_too_much(self, cache, tmp_path):
        used(tmp_path, "b", IN_USE_S - 60)
        used(tmp_path, "c", IN_USE_S + 60)
        cache.trim(most=0)
        assert self.kept(cache) == "b"

    def test_who_reads_an_entry_reads_all_of_it(self, cache, tmp_path):
        (path,) = tmp_path.glob(f"*/*{key('a')}*")
        with path.open("rb") as reading:
            cache.trim(most=0)
            assert not path.exists()
            assert len(reading.read()) > 0

    def test_what_a_killed_process_left_half_written_goes(self, cache, tmp_path):
        (folder,) = {path.parent for path in tmp_path.glob(f"*/*{key('a')}*")}
        old, new = folder / ".new-old", folder / ".new-new"
        for path, ago in ((old, IN_USE_S + 60), (new, 0)):
            path.write_bytes(b"half")
            os.utime(path, (time.time() - ago,) * 2)
        cache.trim(most=cache.size())
        assert not old.exists()
        assert new.exists()

    def test_a_cache_that_was_never_written_fits(self, tmp_path, keys):
        assert StageCache(tmp_path / "none", keys=keys).trim(most=0) == 0


class TestForget:
    """All that is kept about a conversation can be erased."""

    def test_what_is_about_one_goes_and_the_rest_stays(self, tmp_path, keys):
        cache = StageCache(tmp_path, keys=keys)
        for about in ("sha256:one", "sha256:other"):
            cache.put(key("a"), HELLO, about=about)
            cache.put(key("b"), HELLO, about=about)
        assert cache.forget(["sha256:one", "sha256:none"]) == 2
        assert not cache.has("sha256:one")
        assert cache.get(key("a"), Word, about="sha256:one") is None
        assert cache.get(key("a"), Word, about="sha256:other") == HELLO

    def test_what_an_older_program_kept_of_nobody_knows_whom(self, tmp_path, keys):
        cache = StageCache(tmp_path, keys=keys)
        cache.put(key("a"), HELLO, about="sha256:one")
        old = tmp_path / key("b")[:2] / f"{key('b')}.Word.stage"
        old.parent.mkdir(exist_ok=True)
        old.write_bytes(b"sealed")
        assert cache.forget_nameless() == 1
        assert not old.exists()
        assert cache.has("sha256:one")


def used(folder, name, ago):
    """Let an entry have been used so many seconds ago."""
    (path,) = folder.glob(f"*/*{key(name)}*")
    os.utime(path, (time.time() - ago,) * 2)


class TestKey:
    def test_is_the_same_for_the_same_parts(self):
        assert key("a", {"x": 1, "y": None}) == key("a", MappingProxyType({"y": None, "x": 1}))
        assert key(Metadata(queue="q")) == key(Metadata(queue="q"))

    @pytest.mark.parametrize(
        ("one", "other"),
        [
            (("ab",), ("a", "b")),
            ((["a"], "b"), (["a", "b"],)),
            (("1",), (1,)),
            ((None,), ("None",)),
            ((Metadata(queue="q"),), (Metadata(queue="r"),)),
        ],
    )
    def test_differs_where_parts_differ(self, one, other):
        assert key(*one) != key(*other)

    def test_refuses_what_has_no_stable_text(self):
        with pytest.raises(TypeError, match="a key cannot be made of a object"):
            key(object())
