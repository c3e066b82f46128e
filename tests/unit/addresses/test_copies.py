"""Hearing what lies at an address: a copy that is checked, and gone afterwards."""

import hashlib
from pathlib import Path

import pytest

from qa.addresses import copied, parse, reading
from qa.errors import AudioError, Away, DiskFull, InputError
from qa.jobs.fetching import fetched
from qa.jobs.lengths import length_of
from qa.store import State, open_store
from qa.testing import make_call


def sha(content: bytes) -> str:
    return f"sha256:{hashlib.sha256(content).hexdigest()}"


def call(address: str, content: bytes):
    made = make_call(uri=address)
    sources = tuple(s.model_copy(update={"checksum": sha(content)}) for s in made.audio)
    return made.model_copy(update={"audio": sources})


@pytest.fixture
def folder(tmp_path):
    (tmp_path / "scratch").mkdir()
    return tmp_path / "scratch"


def test_a_copy_is_there_while_it_is_heard(there, sound, folder, settings):
    address = there.put("in/call 1.WAV", sound(1))
    with fetched(call(address, sound(1)), folder, settings) as here:
        (source,) = here.audio
        assert Path(source.uri).read_bytes() == sound(1)
        assert Path(source.uri).suffix == ".wav"
    assert list(folder.iterdir()) == []


def test_a_long_one_comes_whole(there, folder, settings):
    content = bytes(range(256)) * 40_000  # 10 MB, more than is asked for at once
    address = there.put("long.wav", content)
    with fetched(call(address, content), folder, settings) as here:
        assert sha(Path(here.audio[0].uri).read_bytes()) == sha(content)


def test_a_length_is_read_from_the_head(there, sound, settings):
    """As an estimate of the night and the limit of its time need it; nothing is copied for it."""
    good = there.put("call-1.wav", sound(1))
    bad = there.put("call-2.wav", b"no sound")
    with open_store(settings) as store:
        for number, address in enumerate((good, bad, f"{there.address}none.wav")):
            made = call(address, str(number).encode()).model_copy(update={"id": f"c{number}"})
            made = made.model_copy(update={"checksum": f"sha256:{number}"})
            store.register(made, ["support-standard"])
        lengths = [length_of(f"c{number}", store) for number in range(3)]
    assert lengths == [pytest.approx(7.5), 0.0, 0.0]


def test_what_is_wrong_is_said_of_the_address(there, sound, folder, settings):
    address = there.put("call-1.wav", sound(1))

    def hear(here):
        raise AudioError(f"{here.audio[0].uri}: no sound track.", "Record it again.")

    with (
        pytest.raises(AudioError) as told,
        fetched(call(address, sound(1)), folder, settings) as here,
    ):
        hear(here)
    assert str(told.value) == f"{address}: no sound track. Record it again."
    assert list(folder.iterdir()) == []


@pytest.mark.parametrize("becomes", ["another", "longer", "empty", "gone"])
def test_what_is_not_what_was_taken_in_is_not_heard(there, sound, folder, settings, becomes):
    address = there.put("call-1.wav", sound(1))
    expected = call(address, sound(1))
    after = {"another": sound(2), "longer": sound(1) + b"more", "empty": b""}
    if becomes == "gone":
        there.system.rm(there.root + "call-1.wav")
    else:
        there.put("call-1.wav", after[becomes])
    why = "nothing is there" if becomes == "gone" else "not what it was"
    with pytest.raises(InputError, match=why) as told, fetched(expected, folder, settings):
        pass
    assert address in told.value.reason
    assert not told.value.passing


def test_room_is_looked_for_before(there, sound, folder, monkeypatch):
    address = parse(there.put("call-1.wav", sound(1)))
    options = {"checksum": sha(sound(1)), "least_free_mb": 10**9}
    with pytest.raises(DiskFull, match="must stay so"):
        copied(address, folder / "a.wav", **options)
    monkeypatch.setattr(reading, "MOST", 1000)
    with pytest.raises(InputError, match="more than 1,000"):
        copied(address, folder / "a.wav", **options)
    assert list(folder.iterdir()) == []


def test_a_server_that_is_away_is_tried_again_and_again(settings, monkeypatch):
    """Later and later; and not only as often as what fails for other reasons."""
    with open_store(settings) as store:
        store.register(call("s3://calls/a.wav", b""), ["support-standard"])
        pauses, now = [], store._now()
        for _ in range(6):
            monkeypatch.setattr(store, "_now", lambda now=now: now)
            (job,) = store.claim_some("w", lease_s=60, most=1)
            state = store.fail(job, Away("s3://calls/a.wav: its server does not answer."))
            due = store.next_due(None)
            pauses.append(round((due - now).total_seconds()) if due else None)
            now = due or now
        assert state is State.FAILED
        assert pauses == [2, 8, 32, 128, 512, None]
