"""Recordings with what lies beside them."""

from datetime import UTC, datetime, timedelta, timezone

import pytest

from qa.errors import FormatError
from qa.records import Channel, Direction, Role


def only(results):
    conversations, rejected = results
    assert not rejected, rejected
    (conversation,) = conversations
    return conversation


def test_a_recording_becomes_a_call(recording, found):
    path = recording("a.wav")
    call = only(found())
    assert call.channel is Channel.CALL
    assert call.source == str(path)
    assert [(s.uri, s.side, s.offset) for s in call.audio] == [(str(path), None, 0.0)]
    assert call.checksum == call.audio[0].checksum
    assert call.metadata.started_at is None


def test_paths_are_kept_absolute(recording, found, tmp_path, monkeypatch):
    recording("calls/a.wav")
    monkeypatch.chdir(tmp_path)
    from pathlib import Path

    call = only(found(Path("calls")))
    assert call.source == "calls/a.wav"
    assert call.audio[0].uri == str(tmp_path / "calls/a.wav")


@pytest.mark.parametrize(
    "name", ["a.json", "a.wav.json", "a.wav_metadata.json", "a.wav_call_metadata.json"]
)
def test_a_sidecar_says_what_is_known(recording, data, found, name):
    recording("a.wav")
    said = {"id": "REC-7", "direction": "outbound", "platform": "vicidial", "agent_id": "1042",
            "started_at": "2026-01-01T12:00:00+02:00", "speakers": 3, "tags": ["vip"],
            "parties": [{"id": "agent", "role": "agent", "name": "Dana"}]}  # fmt: skip
    data(name, said)
    call = only(found())
    assert call.external_id == "REC-7"
    assert call.metadata.direction is Direction.OUTBOUND
    assert (call.metadata.platform, call.metadata.agent_id) == ("vicidial", "1042")
    assert call.metadata.started_at == datetime(2026, 1, 1, 10, tzinfo=UTC)
    assert (call.metadata.speakers, call.metadata.tags) == (3, ("vip",))
    assert call.parties[0].name == "Dana"


def test_other_systems_keys_are_left_out_and_named_without_their_values(recording, data, found):
    recording("a.wav")
    data("a.json", {"queue": "q1", "customer_name": "Jane Roe", "phone": {"n": "+15550100"}})
    call = only(found())
    assert call.metadata.queue == "q1"
    assert call.metadata.extra == {"ignored": "customer_name, phone"}
    assert "Roe" not in call.model_dump_json()


@pytest.mark.parametrize(
    ("said", "field"),
    [
        ({"agent_id": 1042}, "agent_id"),
        ({"speakers": "two"}, "speakers"),
        ({"speakers": 0}, "speakers"),
        ({"transferred": "yes"}, "transferred"),
        ({"tags": "vip"}, "tags"),
        ({"direction": "sideways"}, "direction"),
        ({"started_at": "yesterday"}, "started_at"),
        ({"started_at": "2026-01-01T12:00:00"}, "started_at"),
        ({"offset": "late"}, "offset"),
        ({"parties": [{"role": "agent"}]}, "parties.0.id"),
        ({"extra": {"n": 1}}, "extra.n"),
        (["not", "an", "object"], "not an object"),
        ("no json", "no valid JSON"),
    ],
)
def test_a_sidecar_with_wrong_types_rejects_its_recording_and_names_the_field(
    recording, data, found, said, field
):
    recording("a.wav")
    recording("b.wav")
    path = data("a.json", said)
    conversations, rejected = found()
    assert len(conversations) == 1
    assert isinstance(rejected[0].error, FormatError)
    assert str(path) in rejected[0].error.reason
    assert field in rejected[0].error.reason
    for value in ("1042", "two", "yesterday", "late", "sideways"):
        assert value not in rejected[0].error.reason.replace(str(path), "")


def test_a_changed_sidecar_keeps_the_id(recording, data, found):
    recording("a.wav")
    before = only(found()).id
    data("a.json", {"queue": "sales"})
    assert only(found()).id == before


# --- file names --------------------------------------------------------------------

NAMES = [
    # 1767268800 is 2026-01-01 12:00 UTC
    ("out-5550100123-204-20260101-140003-1767268800.12", "outbound", None, "204", 2),
    ("q-600-5550100123-20260101-120010-1767268800.4", "inbound", "600", None, 0),
    ("rg-601-5550100123-20260101-120000-1767268800.4", "inbound", "601", None, 0),
    ("external-204-5550100123-20260101-070000-1767268800.4", "inbound", None, "204", -5),
    ("in-5550100999-5550100123-20260101-173000-1767268800.1", "inbound", None, None, 5.5),
    ("exten-204-205-20260101-120000-1767268800.1", "internal", None, None, 0),
    ("force-204-205-20260101-120000-1767268800.1", "unknown", None, None, 0),
]


@pytest.mark.parametrize(("name", "direction", "queue", "agent", "zone"), NAMES)
def test_names_of_freepbx(recording, found, name, direction, queue, agent, zone):
    recording(f"monitor/2026/01/01/{name}.wav")
    known = only(found()).metadata
    assert known.platform == "freepbx"
    assert (known.direction.value, known.queue, known.agent_id) == (direction, queue, agent)
    assert known.started_at.utcoffset() == timedelta(hours=zone)
    assert abs(known.started_at - datetime(2026, 1, 1, 12, tzinfo=UTC)) < timedelta(seconds=15)
    assert "55501" not in known.model_dump_json()  # numbers of people stay out


def test_a_name_without_epoch_takes_this_machines_zone_and_says_so(recording, found):
    recording("out-5550100123-204-20260101-140003.wav")
    known = only(found()).metadata
    assert f"{known.started_at:%Y-%m-%d %H:%M:%S}" == "2026-01-01 14:00:03"
    assert "zone" in known.extra["started_at"]


@pytest.mark.parametrize(
    "name",
    [
        "out-5550100123-204-20261301-140003-1767268800.12",  # no such month
        "out-5550100123-204-20260301-140003-1767268800.12",  # two months from its epoch
        "q-600-5550100123-yesterday-x",
    ],
)
def test_a_name_that_does_not_fit_says_so_and_gives_no_time(recording, found, name):
    recording(f"{name}.wav")
    known = only(found()).metadata
    assert known.started_at is None
    assert "not in the FreePBX pattern" in known.extra["file_name"]


def test_any_other_name_says_nothing(recording, found):
    recording("in-the-morning.wav")
    assert only(found()).metadata.extra == {}


def test_the_sidecar_wins_over_the_name(recording, data, found):
    name = "out-5550100123-204-20260101-140003-1767268800.12"
    recording(f"{name}.wav")
    data(f"{name}.json", {"agent_id": "dana"})
    known = only(found()).metadata
    assert (known.agent_id, known.direction) == ("dana", Direction.OUTBOUND)
    assert known.started_at.tzinfo == timezone(timedelta(hours=2))


# --- a file for each side ----------------------------------------------------------


def sides(call):
    return [(s.uri.rsplit("/", 1)[1], s.side) for s in call.audio]


@pytest.mark.parametrize(
    ("agent", "customer"),
    [("c_agent", "c_customer"), ("c-agent", "c-caller"), ("c.operator", "c.client")],
)
def test_two_sides_by_name_are_one_call_with_the_agent_first(recording, found, agent, customer):
    recording(f"{agent}.wav")
    recording(f"{customer}.wav")
    call = only(found())
    assert sides(call) == [(f"{agent}.wav", Role.AGENT), (f"{customer}.wav", Role.CUSTOMER)]
    assert [(p.id, p.role) for p in call.parties] == [
        ("agent", Role.AGENT),
        ("customer", Role.CUSTOMER),
    ]


@pytest.mark.parametrize(("heard", "sent"), [("in", "out"), ("rx", "tx")])
@pytest.mark.parametrize(
    ("direction", "first"), [("inbound", "sent"), ("outbound", "heard"), ("unknown", None)]
)
def test_whose_voice_came_in_depends_on_who_called(
    recording, data, found, heard, sent, direction, first
):
    recording(f"c-{heard}.wav")
    recording(f"c-{sent}.wav")
    data("c.json", {"direction": direction})
    call = only(found())
    assert call.metadata.direction.value == direction
    if first is None:
        assert {side for _, side in sides(call)} == {Role.UNKNOWN}
        assert call.parties == ()
    else:
        agent = {"heard": heard, "sent": sent}[first]
        assert sides(call)[0] == (f"c-{agent}.wav", Role.AGENT)
        assert sides(call)[1][1] is Role.CUSTOMER


def test_a_pair_of_freepbx_takes_direction_and_time_from_its_name(recording, found):
    name = "out-5550100123-204-20260101-140003-1767268800.12"
    recording(f"{name}-in.wav")
    recording(f"{name}-out.wav")
    call = only(found())
    assert call.metadata.started_at is not None
    assert sides(call) == [(f"{name}-in.wav", Role.AGENT), (f"{name}-out.wav", Role.CUSTOMER)]


def test_each_side_may_say_who_it_is_and_when_it_began(recording, data, found):
    recording("c-in.wav")
    recording("c-out.wav")
    data("c-in.json", {"side": "customer", "offset": 0.0, "queue": "q"})
    data("c-out.json", {"side": "agent", "offset": 1.9})
    call = only(found())
    assert [(s.side, s.offset) for s in call.audio] == [(Role.AGENT, 1.9), (Role.CUSTOMER, 0.0)]
    assert call.metadata.queue == "q"


@pytest.mark.parametrize("names", [["c-agent.wav"], ["check-in.wav", "log-out.wav"]])
def test_names_without_a_partner_are_recordings_of_their_own(recording, found, names):
    for name in names:
        recording(name)
    assert len(found()[0]) == len(names)


def test_the_id_of_a_pair_is_that_of_its_content(recording, found, tmp_path):
    recording("c-agent.wav", seed=1)
    recording("c-customer.wav", seed=2)
    recording("z/d-agent.wav", seed=1)
    recording("z/d-customer.wav", seed=2)
    first, second = found()[0]
    assert first.id == second.id
    recording("z/d-customer.wav", seed=3)
    assert len({c.id for c in found()[0]}) == 2


def test_files_of_any_name_are_joined_by_a_file_that_names_them(recording, data, found):
    recording("agent/1.wav")
    recording("caller/1.wav")
    files = [
        {"file": "caller/1.wav", "side": "customer"},
        {"file": "agent/1.wav", "side": "agent", "offset": 2.0},
    ]
    data("1.call.json", {"files": files, "direction": "inbound", "id": "X1"})
    call = only(found())
    assert [(s.side, s.offset) for s in call.audio] == [(Role.AGENT, 2.0), (Role.CUSTOMER, 0.0)]
    assert (call.external_id, call.metadata.direction) == ("X1", Direction.INBOUND)


@pytest.mark.parametrize(
    ("joined", "said"),
    [
        ({}, "joins no files"),
        ({"files": [{"file": "gone.wav", "side": "agent"}]}, "gone.wav: cannot be read"),
        ({"files": [{"file": "../a.wav", "side": "agent"}]}, "outside its folder"),
        ({"files": [{"file": "a.wav", "side": "boss"}]}, "files.0.side"),
        ({"files": "a.wav"}, "files"),
    ],
)
def test_a_joining_file_that_cannot_join_says_why(recording, data, found, joined, said):
    recording("a.wav")
    recording("s/b.wav")
    data("s/x.call.json", joined)
    _, rejected = found()
    assert said in rejected[0].error.reason
