"""The cache is kept within its bound: at the end of a run, and now and then while one goes on."""

import os
import time

import pytest

from qa.cache import IN_USE_S, StageCache, key
from qa.jobs import tidy
from qa.jobs.cluster.desk import Desk
from qa.jobs.local import work
from qa.jobs.tidy import Tidy
from qa.records import Word
from qa.sealing import keys_of
from qa.settings import Settings
from qa.store import open_store


@pytest.fixture
def settings(tmp_path):
    return Settings(data=tmp_path, cache_mb=1)


@pytest.fixture
def old(settings):
    """An entry of 2 MB that was used long ago."""
    entry = settings.cache_folder / "ab" / f"{'ab' * 12}.abcd.Transcript.stage"
    entry.parent.mkdir(parents=True)
    entry.write_bytes(bytes(2_000_000))
    os.utime(entry, (time.time() - IN_USE_S - 60,) * 2)
    return entry


def test_at_the_end_of_a_run(settings, old):
    work(settings)
    assert not old.exists()


def test_at_the_end_of_a_worker_of_many(settings, old):
    with open_store(settings) as store:
        Desk(store, settings, workers=1, tell=None, pipeline="").close(ended="done")
    assert not old.exists()


@pytest.fixture
def vault(settings):
    with open_store(settings) as store:
        yield store.vault


def test_now_and_then_while_a_run_goes_on(settings, old, vault, monkeypatch):
    going = Tidy(settings, vault)
    going.now_and_then()
    assert old.exists()
    monkeypatch.setattr(tidy, "EVERY_S", 0)
    going.now_and_then()
    assert not old.exists()


@pytest.mark.parametrize("most", [0, 2])
def test_what_may_be_stays(settings, old, vault, most):
    """Zero is no limit."""
    Tidy(settings.model_copy(update={"cache_mb": most}), vault).trim()
    assert old.exists()


def test_what_another_machine_erased_goes_from_this_ones_cache(settings, vault):
    keys = keys_of(settings)
    assert keys.ring.keys  # made at the first start, before anything is kept
    cache = StageCache(settings.cache_folder, keys=keys)
    for about in ("sha256:kept", "sha256:erased", "sha256:new"):
        cache.put(key("a"), Word(text="hello", start=0, end=1), about=about)
    for path in settings.cache_folder.glob("*/*.stage"):
        os.utime(path, (time.time() - IN_USE_S - 60,) * 2)
    assert cache.get(key("a"), Word, about="sha256:new")  # somebody is at it just now
    Tidy(settings, vault, known=lambda: {"sha256:kept"}).trim()
    assert [a for a in ("kept", "erased", "new") if cache.has(f"sha256:{a}")] == ["kept", "new"]


def test_what_killed_processes_left_half_written_goes_once_a_day(settings, vault):
    folder = vault.put("turns", "call-1", b"[]", suffix=".json").parent
    left, going_on = folder / ".new-left", folder / ".new-now"
    apart = [folder.parent / ".new-some" / ".new-0", folder.parent / ".new-others" / ".new-0"]
    for file in (left, going_on, *apart):
        file.parent.mkdir(exist_ok=True)
        file.write_bytes(b"half")
    long_ago = (time.time() - tidy.LEFT_S - 60,) * 2
    just_made = folder.parent / ".new-made"
    just_made.mkdir()
    for file in (left, apart[0], apart[0].parent):
        os.utime(file, long_ago)
    Tidy(settings, vault).trim()
    assert (left.exists(), going_on.exists()) == (False, True)
    assert [file.parent.exists() for file in apart] == [False, True]
    assert just_made.exists()
    assert vault.read("turns", "call-1") == b"[]"
    os.utime(going_on, long_ago)
    Tidy(settings, vault).trim()  # looked today
    assert going_on.exists()
