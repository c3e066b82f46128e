"""Erasing what lies at an address: only where its source says that it is ours."""

import hashlib

import pytest

from qa.addresses import parse
from qa.errors import Away, SettingsError
from qa.setting_parts import Retention, Source
from qa.settings import load_settings
from qa.store import open_store
from qa.testing import make_call

SOUND = b"what was said"


@pytest.fixture
def erased(there, settings):
    """Take a recording in from an address, erase it by a rule, and return what became of it."""

    def erase(owned, *, address, before=None, content=SOUND):
        sources = () if owned is None else (Source(path=owned, owned=True),)
        rule = Retention(name="all", audio_days=0, unredacted_days=0, text_days=0, scores_days=0)
        settings_ = settings.model_copy(update={"sources": sources, "retention": (rule,)})
        call = make_call(uri=address)
        checksum = f"sha256:{hashlib.sha256(content).hexdigest()}"
        sounds = tuple(s.model_copy(update={"checksum": checksum}) for s in call.audio)
        call = call.model_copy(update={"audio": sounds})
        with open_store(settings_) as store:
            store.register(call, [])
            (before or (lambda: None))()
            (done,) = store.erasing.run(who="dana")
            return done, store.vault.has("conversation", call.id)

    return erase


def names(there):
    there.system.invalidate_cache()
    return {name.removeprefix("/").removeprefix(there.root.strip("/") + "/") for name in
            there.system.find(there.root)}  # fmt: skip


def test_what_is_ours_goes_with_what_tells_of_it(there, erased):
    address = there.put("2026/call 1.wav", SOUND)
    for name in (
        "2026/call 1.json",
        "2026/call 1.wav.json",
        "2026/call 10.wav",
        "2026/call 10.json",
    ):
        there.put(name, "{}")
    done, known = erased(f"{there.address}2026", address=address)
    assert (done.ending, done.outside, done.left) == ("erased", (), ())
    assert "recording" in done.files
    assert names(there) == {"2026/call 10.wav", "2026/call 10.json"}
    assert not known


@pytest.mark.parametrize("owned", [None, "202", "2026/other/", "2026/call 1"])
def test_what_is_not_ours_stays_and_is_named(there, erased, owned):
    """A name that only begins like the place of ours is not in it."""
    address = there.put("2026/call 1.wav", SOUND)
    done, _ = erased(owned and there.address + owned, address=address)
    assert done.outside == (address,)
    assert names(there) == {"2026/call 1.wav"}


def test_another_recording_of_the_same_name_stays(there, erased):
    address = there.put("call-1.wav", SOUND)
    done, _ = erased(there.address, address=address, before=lambda: there.put("call-1.wav", b"new"))
    assert "another recording" in done.outside[0]
    assert names(there) == {"call-1.wav"}


def test_what_is_gone_already_counts_as_erased(there, erased):
    address = there.put("call-1.wav", SOUND)
    there.put("call-2.wav", SOUND)
    done, known = erased(
        there.address,
        address=address,
        before=lambda: there.system.rm_file(there.root + "call-1.wav"),
    )
    assert (done.ending, done.outside, known) == ("erased", (), False)


def test_where_the_place_itself_is_not_there_nothing_counts_as_erased(there, erased):
    """Another server answers, or a bucket was renamed: it is tried again."""
    address = there.put("call-1.wav", SOUND)
    done, known = erased(
        there.address, address=address, before=lambda: there.system.rm(there.root, recursive=True)
    )
    assert done.ending == "failed"
    assert "nothing is there" in done.left[0]
    assert known


def test_a_server_that_is_away_is_tried_again(there, erased, monkeypatch):
    def away(self, address):
        raise Away(f"{address}: its server does not answer.")

    address = there.put("call-1.wav", SOUND)
    monkeypatch.setattr("qa.addresses.places.Place.look", away)
    done, known = erased(there.address, address=address)
    assert done.ending == "failed"
    assert "does not answer" in done.left[0]
    assert known


def test_a_place_of_ours_holds_what_lies_below_it():
    ours = parse("s3://calls/2026")
    assert ours.holds(parse("s3://calls/2026/a.wav"))
    assert ours.holds(parse("s3://calls/2026"))
    for other in (
        "s3://calls/2026-old/a.wav",
        "s3://calls/2026/../2025/a.wav",
        "gs://calls/2026/a.wav",
    ):
        assert not ours.holds(parse(other))
    assert parse("sftp://qa@a.example/").holds(parse("sftp://qa@a.example/srv/a.wav"))
    assert not parse("sftp://qa@a.example/").holds(parse("sftp://qa@b.example/srv/a.wav"))


def test_a_pattern_is_no_place_of_ours():
    with pytest.raises(SettingsError, match="a pattern"):
        load_settings(sources=({"path": "s3://calls/*/", "owned": True},))
