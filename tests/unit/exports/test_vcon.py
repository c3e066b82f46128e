"""vCon: valid by the working group's rules and by our own schemas, and the same every time."""

import json
from datetime import datetime, timedelta
from pathlib import Path
from uuid import UUID

import jsonschema
import pytest

from qa.exports.vcon import REPORT, TRANSCRIPT, uuid8
from qa.records import Channel, Event, EventKind, Triage

ROOT = Path(__file__).parents[3]
SCHEMAS = {REPORT: "report-1.json", TRANSCRIPT: "transcript-1.json"}
#: The working group's schema, where somebody has it beside the checkout.
THEIRS = ROOT.parent / "shared" / "data" / "vcon_ietf_examples" / "vcon_json_schema.json"
CHAT = [("customer", "Where is it?", 0.0), ("bot", "One moment", 1.0), ("agent", "Here", 90.0)]


@pytest.fixture
def vcon(files, made):
    def run(*args, **more):
        (data,) = files("vcon", [made(*args, **more)]).values()
        return json.loads(data)

    return run


def valid(analysis):
    schema = json.loads((ROOT / "docs/reference/schemas" / SCHEMAS[analysis["schema"]]).read_text())
    jsonschema.validate(analysis["body"], schema, jsonschema.Draft202012Validator)


def test_a_call_is_a_recording_with_its_transcript_and_our_report(vcon):
    made = vcon()
    assert made["parties"] == [
        {"role": "agent"},
        {"role": "customer"},
    ]
    (call,) = made["dialog"]
    assert call == {
        "type": "recording",
        "start": "2026-03-02T10:00:00Z",
        "parties": [0, 1],
        "duration": 9.8,
    }
    transcript, report = made["analysis"]
    assert (transcript["type"], transcript["dialog"]) == ("transcript", 0)
    line = transcript["body"][1]
    assert (line["parties"], line["start"], line["duration"]) == (1, "2026-03-02T10:00:04Z", 2.1)
    assert line["words"][3] == {
        "text": "[CARD_NUMBER]", "start": 4.9, "end": 5.2, "confidence": 1.0,
    }  # fmt: skip
    assert report["type"] == "report"
    (score,) = report["body"]["assessments"]
    assert (score["total"], score["failed"]) == (33.333, ["farewell"])
    assert score["findings"][1]["human"]["verdict"] == "pass"


def test_a_chat_is_a_text_for_every_message(vcon):
    made = vcon(CHAT, channel=Channel.CHAT)
    assert [(d["type"], d["parties"], d["start"], d["body"]) for d in made["dialog"]] == [
        ("text", [0], "2026-03-02T10:00:00Z", "Where is it?"),
        ("text", [1], "2026-03-02T10:00:01Z", "One moment"),
        ("text", [2], "2026-03-02T10:01:30Z", "Here"),
    ]
    (report,) = made["analysis"]
    assert report["dialog"] == [0, 1, 2]


def test_who_held_and_who_came_is_the_partys_history(vcon, made):
    given = made().conversation
    parties = tuple(
        p.model_copy(update={"start": 0.5} if p.id == "agent" else {}) for p in given.parties
    )
    hold = Event(kind=EventKind.HOLD, start=2.5, end=3.5, party="agent")
    heard = given.model_copy(update={"parties": parties, "events": (hold,)})
    history = vcon(conversation=heard)["dialog"][0]["party_history"]
    assert [(h["party"], h["event"], h["time"][-9:]) for h in history] == [
        (0, "join", "00.500000Z"[-9:]),
        (0, "hold", "02.500000Z"[-9:]),
        (0, "unhold", "03.500000Z"[-9:]),
    ]


@pytest.mark.parametrize(
    "more",
    [
        {},
        {"scores": ()},
        {"channel": Channel.CHAT, "timed": False},
        {"channel": Channel.MAIL, "external_id": None, "language": None},
        {"triage": Triage.VOICEMAIL, "triage_reason": "Only a machine speaks.", "scores": ()},
    ],
)
def test_every_analysis_follows_its_published_schema(vcon, more):
    made = vcon(**more)
    for analysis in made["analysis"]:
        valid(analysis)
    assert datetime.fromisoformat(made["created_at"]).utcoffset() == timedelta(0)
    if not THEIRS.exists():
        return
    jsonschema.validate(made, json.loads(THEIRS.read_text()), jsonschema.Draft7Validator)


def test_a_report_with_a_key_that_the_schema_does_not_know_is_refused(vcon):
    report = vcon()["analysis"][-1]
    report["body"]["surprise"] = 1
    with pytest.raises(jsonschema.ValidationError, match="surprise"):
        valid(report)


def test_the_same_conversation_has_the_same_id_every_time(vcon):
    made = UUID(vcon()["uuid"])
    assert made == uuid8("call-1") != uuid8("call-2")
    assert (made.version, made.variant) == (8, "specified in RFC 4122")
