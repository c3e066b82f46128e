"""Looking through addresses: the same is found there as in a folder, and told of by address."""

import dataclasses
import json
import socket
import time

import pytest
from botocore.exceptions import EndpointConnectionError

from qa.addresses import names, place_of, places
from qa.errors import Away, InputError, UsageError
from qa.importers import Rejected, find
from qa.importers.settling import Settling

CHAT = {"messages": [{"from": "agent", "text": "Hello."}, {"from": "customer", "text": "Hi."}]}


@pytest.fixture
def look(settings):
    """Look through addresses: conversations by their address, and what was rejected."""

    def run(*addresses, settling=None):
        found = list(find([place_of(a) for a in addresses], settings, settling=settling))
        rejected = [r for r in found if isinstance(r, Rejected)]
        return {c.source: c for c in found if not isinstance(c, Rejected)}, rejected

    return run


@pytest.fixture
def asked(monkeypatch):
    """The names of what is read, in their order."""
    seen = []
    real = places.Place.blocks

    def note(self, thing):
        seen.append(thing.address.path.rpartition("/")[2])
        return real(self, thing)

    monkeypatch.setattr(places.Place, "blocks", note)
    return seen


def test_recordings_with_what_lies_beside_them(there, look, sound, tmp_path):
    call = there.put("2026-11/call 1.wav", sound(1))
    there.put("2026-11/call 1.json", '{"id": "X-1", "queue": "billing"}')
    other = there.put("2026-11/deep/call-2.wav", sound(2))
    found, rejected = look(there.address)
    assert rejected == []
    assert sorted(found) == [call, other]
    one = found[call]
    assert (one.external_id, one.metadata.queue) == ("X-1", "billing")
    assert one.audio[0].uri == call
    # As from a folder: identity is content.
    (tmp_path / "a.wav").write_bytes(sound(1))
    (same,) = look(f"file://{tmp_path}/a.wav")[0].values()
    assert (same.id, same.checksum) == (one.id, one.checksum)


@pytest.mark.parametrize("end", ["call-1.wav", "*.wav", "call-[0-9].*av", "call-1*"])
def test_one_thing_or_a_pattern_brings_its_metadata_and_nothing_else(there, look, sound, end):
    call = there.put("in/call-1.wav", sound(1))
    there.put("in/call-1.json", '{"queue": "billing"}')
    there.put("in/other-1.txt", "Agent: Hello.\nCustomer: Hi.\n")
    found, rejected = look(f"{there.address}in/{end}")
    assert (sorted(found), rejected) == ([call], [])
    assert found[call].metadata.queue == "billing"


def test_a_library_that_finds_of_a_thing_itself_its_name_alone(memory, look, sound, monkeypatch):
    """As Azure's does, whatever details it is asked for."""
    real = memory.system.find
    plain = staticmethod(lambda path, **_kind: list(real(path)))
    monkeypatch.setattr(type(memory.system), "find", plain)
    call = memory.put("in/call-1.wav", sound(1))
    found, rejected = look(call)
    assert (sorted(found), rejected) == ([call], [])


def test_what_did_not_change_is_not_read_again(there, look, sound, asked, monkeypatch):
    monkeypatch.setattr(places, "_SETTLED_S", -60.0)  # memory has no marks but times
    call = there.put("call-1.wav", sound(1))
    first = look(there.address)[0][call].checksum
    assert asked == ["call-1.wav"]
    assert look(there.address)[0][call].checksum == first
    assert asked == ["call-1.wav"]
    there.put("call-1.wav", sound(2))
    assert look(there.address)[0][call].checksum != first
    assert asked == ["call-1.wav"] * 2


def test_what_is_no_recording_is_so_every_time(there, look, monkeypatch):
    monkeypatch.setattr(places, "_SETTLED_S", -60.0)
    wrong = there.put("call-1.wav", "A text, whatever its name says.")
    empty = there.put("empty.wav", b"")
    for _ in range(2):
        found, rejected = look(there.address)
        assert found == {}
        assert [r.source for r in rejected] == [wrong, empty]
        assert "holds text" in rejected[0].error.reason
        assert "0 bytes" in rejected[1].error.reason
        assert all(r.source in r.error.reason for r in rejected)


def test_odd_names(there, look, sound):
    odd = ["a#1?.wav", "naïve 通話.wav", "a+b%20c.wav", "[x] {y}.wav"]
    if there.address.startswith("memory"):
        odd.append("two\nlines.wav")  # the server of these tests takes none, S3 does
    good = [there.put(name, sound(n)) for n, name in enumerate(odd)]
    there.put(".hidden.wav", sound(9))
    long = there.put(f"{'n' * 300}.wav", sound(10))
    found, rejected = look(there.address)
    assert sorted(found) == sorted(good)
    assert [c.audio[0].uri for c in found.values()] == list(found)
    assert [r.source for r in rejected] == [long]


@pytest.mark.xdist_group("s3")
def test_names_that_no_file_has(s3, look, sound):
    """Only buckets have them: what looks like a way out of a folder is a name there."""
    bad = [s3.put(n, sound(k)) for k, n in enumerate(["../out.wav", "a//b.wav", "x/../../y.wav"])]
    thing, below = s3.put("call.wav", sound(8)), s3.put("call.wav/part.wav", sound(9))
    found, rejected = look(s3.address)
    assert list(found) == [thing]
    assert sorted(r.source for r in rejected) == sorted([*bad, below])
    assert {r.error.reason.rpartition(": ")[2] for r in rejected} == {
        "a name that no file can have."
    }


def test_a_vcon_and_the_recording_that_it_names(there, look, sound):
    import base64
    import hashlib

    there.put("call-1.wav", sound(1))
    digest = base64.urlsafe_b64encode(hashlib.sha512(sound(1)).digest()).decode().rstrip("=")
    dialog = {
        "type": "recording", "start": "2026-11-02T10:00:00Z", "parties": [0, 1],
        "mediatype": "audio/x-wav", "filename": "call-1.wav", "content_hash": f"sha512-{digest}",
    }  # fmt: skip
    vcon = {
        "vcon": "0.3.0", "uuid": "018f0000-0000-7000-8000-000000000001",
        "parties": [{"name": "Ann"}, {"name": "Bo"}], "dialog": [dialog],
    }  # fmt: skip
    there.put("talk.json", json.dumps(vcon))
    found, rejected = look(there.address)
    assert rejected == []
    (one,) = [c for c in found.values() if c.external_id]
    assert one.audio[0].uri == f"{there.address}call-1.wav"
    assert one.audio[0].checksum == f"sha256:{hashlib.sha256(sound(1)).hexdigest()}"


def test_nothing_there(there, look):
    _, (rejected,) = look(f"{there.address}no/such/")
    assert rejected.error.reason == f"{there.address}no/such/: nothing is there."
    there.put("in/notes.bin", b"\0\1\2")
    with pytest.raises(UsageError, match="No recordings and no chats in ") as told:
        look(f"{there.address}in/")
    assert there.address in str(told.value)
    assert "afar-" not in str(told.value)


@pytest.mark.xdist_group("s3")
def test_a_bucket_that_is_not_there_or_closed(s3, look, sound):
    _, (rejected,) = look("s3://no-such-bucket-here/")
    assert "nothing is there" in rejected.error.reason
    closed = s3.put("call-1.wav", sound(1))
    bucket = s3.root.rstrip("/")
    deny = {"Effect": "Deny", "Principal": "*", "Action": "s3:*"}
    whole = [f"arn:aws:s3:::{bucket}", f"arn:aws:s3:::{bucket}/*"]
    policy = {"Version": "2012-10-17", "Statement": [deny | {"Resource": whole}]}
    s3.system.call_s3("put_bucket_policy", Bucket=bucket, Policy=json.dumps(policy))
    found, (rejected,) = look(s3.address)
    assert found == {}
    assert rejected.error.reason == f"{closed}: its server does not let us read it."
    assert "buckets.md" in rejected.error.mend


def test_a_server_that_is_away_costs_its_own_address_alone(
    memory, look, sound, tmp_path, monkeypatch
):
    (tmp_path / "a.wav").write_bytes(sound(3))

    def refuse(*_, **__):
        raise EndpointConnectionError(endpoint_url="http://secret.example/?token=hunter2")

    monkeypatch.setattr(type(memory.system), "find", refuse)
    found, (rejected,) = look(str(tmp_path / "a.wav"), memory.address)
    assert len(found) == 1
    assert isinstance(rejected.error, Away)
    assert rejected.error.passing
    assert "EndpointConnectionError" in rejected.error.reason
    assert "hunter2" not in str(rejected.error)


@pytest.mark.xdist_group("s3")
def test_a_server_that_is_silent_is_not_waited_for_for_ever(s3, look, monkeypatch):
    config = {"connect_timeout": 1, "read_timeout": 0.3, "retries": {"max_attempts": 2}}
    scheme = dataclasses.replace(names.SCHEMES["s3"], options={"config_kwargs": config})
    monkeypatch.setattr(names, "SCHEMES", {**names.SCHEMES, "s3": scheme})
    with socket.create_server(("127.0.0.1", 0)) as silent:
        monkeypatch.setenv("AWS_ENDPOINT_URL", f"http://127.0.0.1:{silent.getsockname()[1]}")
        began = time.monotonic()
        _, (rejected,) = look(s3.address)
        assert isinstance(rejected.error, Away)
        assert time.monotonic() - began < 30  # of a busy machine


def test_what_becomes_another_while_it_is_read(memory, look, sound, monkeypatch):
    call = memory.put("call-1.wav", sound(1))
    real = places.Place.blocks

    def meanwhile(self, thing):
        yield from real(self, thing)
        memory.put("call-1.wav", sound(2))

    monkeypatch.setattr(places.Place, "blocks", meanwhile)
    found, (rejected,) = look(memory.address)
    assert (found, rejected.source) == ({}, call)
    assert "became another" in rejected.error.reason


def test_a_watch_takes_each_thing_once_and_reads_nothing_for_it(there, look, sound, asked):
    now = [0.0]
    settling = Settling(10, clock=lambda: now[0])
    call = there.put("in/call-1.wav", sound(1))
    there.put("in/call-1.json", '{"queue": "billing"}')
    assert look(there.address, settling=settling) == ({}, [])
    now[0] = 11.0
    assert list(look(there.address, settling=settling)[0]) == [call]
    asked.clear()
    now[0] = 22.0
    assert look(there.address, settling=settling) == ({}, [])
    assert asked == []
    new = there.put("other/call-2.wav", sound(2))
    look(there.address, settling=settling)
    now[0] = 33.0
    assert list(look(there.address, settling=settling)[0]) == [new]
    assert set(asked) == {"call-2.wav"}


def test_nothing_of_it_stays(there, look, sound, settings):
    there.put("call-1.wav", sound(1))
    there.put("chat.json", json.dumps(CHAT))
    look(there.address)
    assert list((settings.data / "scratch").iterdir()) == []


def test_a_disk_without_room_ends_it(there, settings, sound):
    from qa.errors import DiskFull

    there.put("call-1.json", json.dumps(CHAT))
    full = settings.model_copy(update={"least_free_mb": 10**9})
    with pytest.raises(DiskFull, match="must stay so"):
        list(find([place_of(there.address)], full))


def test_a_library_that_is_missing_is_named_with_its_extra(settings):
    pytest.importorskip("fsspec")
    from importlib.util import find_spec

    from qa.errors import MissingExtra

    if find_spec("gcsfs"):
        pytest.skip("it is installed here")
    with pytest.raises(MissingExtra, match=r"pip install 'callcenter-qa\[google\]'"):
        list(find([place_of("gs://calls/")], settings))


def test_errors_are_of_the_kind_that_work_understands():
    assert not issubclass(Away, InputError)
