"""Our own JSON of written conversations."""

import json
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from qa.errors import FormatError
from qa.importers import Item
from qa.importers.making import Sent, written
from qa.records import Channel, EventKind, Role


def chat(*messages, **more):
    return {"messages": list(messages), **more}


def said(text, party="customer", **more):
    return {"party": party, "text": text, **more}


def texts(conversation):
    return [m.text for m in conversation.messages]


def test_a_chat_is_read_with_all_it_says(data, found):
    data("c.json", chat(
        said("hi", time="2026-03-02T10:00:00+02:00"),
        said("hello", "agent", time="2026-03-02T10:00:40.5+02:00", edited=True, attachments=["a.pdf"]),
        id="t-1", channel="mail", metadata={"queue": "billing", "language": "en"},
        parties=[{"id": "agent", "role": "agent", "name": "Dana"}, {"id": "customer", "role": "customer"}],
        events=[{"kind": "assigned", "start": 12, "party": "agent"}],
    ))  # fmt: skip
    (c,), rejected = found()
    assert not rejected
    assert (c.external_id, c.channel, c.metadata.queue) == ("t-1", Channel.MAIL, "billing")
    assert c.metadata.started_at == datetime(2026, 3, 2, 8, tzinfo=UTC)
    assert [(m.party, m.at, m.edited, m.attachments) for m in c.messages] == [
        ("customer", 0.0, False, ()),
        ("agent", 40.5, True, ("a.pdf",)),
    ]
    assert c.parties[0].name == "Dana"
    assert (c.events[0].kind, c.events[0].start) == (EventKind.ASSIGNED, 12)


def test_messages_go_by_time_then_by_order_then_as_they_stand(data, found):
    data("1.json", chat(said("b", at=9), said("a", at=2)))
    data("2.json", chat(said("b", order=7), said("a", order=-1)))
    data("3.json", chat(said("a"), said("b")))
    data("4.json", chat(said("a", at=3), said("b"), said("c", at=1)))
    conversations, _ = found()
    assert [texts(c) for c in conversations] == [
        ["a", "b"],
        ["a", "b"],
        ["a", "b"],
        ["a", "b", "c"],
    ]
    assert [[m.at for m in c.messages] for c in conversations] == [
        [0.0, 7.0],
        [None, None],
        [None, None],
        [2.0, None, 0.0],
    ]


def test_seconds_count_from_the_first_message_for_events_as_well(data, found):
    event = {"kind": "hold", "start": 6, "end": 8}
    data("1.json", chat(said("a", at=5), said("b", at=9), events=[event]))
    (c,), _ = found()
    assert [m.at for m in c.messages] == [0.0, 4.0]
    assert (c.events[0].start, c.events[0].end) == (1.0, 3.0)


def test_parties_come_from_the_messages_where_none_are_listed(data, found):
    data("1.json", chat(said("a"), said("b", "agent-2"), said("c", "bot"), said("d", "Dana")))
    (c,), _ = found()
    assert [(p.id, p.role) for p in c.parties] == [
        ("customer", Role.CUSTOMER),
        ("agent-2", Role.AGENT),
        ("bot", Role.BOT),
        ("speaker", Role.UNKNOWN),
    ]
    assert (c.parties[3].role_confidence, c.parties[3].name) == (0.0, "Dana")


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("l.json", json.dumps([chat(said("a")), chat(said("b"))])),
        ("c.json", json.dumps({"conversations": [chat(said("a")), chat(said("b"))]})),
        ("l.jsonl", "\n".join([json.dumps(chat(said("a"))), json.dumps(chat(said("b"))), ""])),
        ("bom.json", "\ufeff" + json.dumps([chat(said("a")), chat(said("b"))])),
    ],
)
def test_several_in_one_file(data, found, name, content):
    path = data(name, content)
    conversations, rejected = found()
    assert [texts(c) for c in conversations] == [["a"], ["b"]]
    assert conversations[1].source == f"{path}#2"
    assert not rejected


BAD = [
    (chat(), "messages"),
    (chat(said(5)), "messages.0.text"),
    (chat({"text": "x"}), "messages.0.party"),
    (chat(said("x", at="10:00")), "messages.0.at"),
    (chat(said("x", at=-1)), "messages.0.at"),
    (chat(said("x", time="2026-03-02T10:00:00")), "messages.0.time"),
    (chat(said("x", at=1, time="2026-03-02T10:00:00Z")), "not both"),
    (chat(said("x", at=1), said("y", time="2026-03-02T10:00:00Z")), "use one of them"),
    (chat(said("x"), channel="call"), "a call has a 'transcript'"),
    (chat(said("x"), channel="fax"), "channel"),
    (chat(said("x"), metadata={"agent_id": 7}), "metadata.agent_id"),
    (chat(said("x"), metadata={"quue": "a"}), "metadata.quue"),
    (chat(said("x"), subject="s"), "subject"),
    (chat(said("x"), parties=[{"id": "agent"}]), "does not list"),
    (chat(said("x"), parties=[{"id": "customer"}] * 2), "same id"),
    (chat(said("x"), events=[{"kind": "party"}]), "events.0.kind"),
]


@pytest.mark.parametrize(("bad", "field"), BAD)
def test_what_does_not_fit_is_named_and_the_rest_goes_on(data, found, bad, field):
    bad = json.loads(json.dumps(bad).replace('"x"', '"my secret"'))
    path = data("c.json", [bad, chat(said("fine"))])
    conversations, rejected = found()
    assert [texts(c) for c in conversations] == [["fine"]]
    (reject,) = rejected
    assert isinstance(reject.error, FormatError)
    assert reject.source == f"{path}#1"
    assert field in reject.error.reason
    assert "item 1" in reject.error.reason
    assert "conversation-json.md" in reject.error.mend
    assert "secret" not in str(reject.error)


def test_a_line_that_is_no_json_is_named(data, found):
    data("c.jsonl", json.dumps(chat(said("a"))) + "\n{oops")
    _, rejected = found()
    assert "c.jsonl, line 2" in rejected[0].error.reason


def test_another_encoding_is_found_out(found, tmp_path):
    text = json.dumps(
        chat(said("Köszönöm, a csűrő jó. Őszintén szólva késik.")), ensure_ascii=False
    )
    (tmp_path / "c.json").write_bytes(text.encode("cp1250"))
    assert texts(found()[0][0]) == ["Köszönöm, a csűrő jó. Őszintén szólva késik."]


def test_json_of_other_systems_in_a_folder_is_passed_over(data, found):
    data("a.json", chat(said("a")))
    data("package.json", {"name": "x", "version": 3})
    data("list.json", [1, 2, 3])
    conversations, rejected = found()
    assert (len(conversations), rejected) == (1, [])


def test_the_id_is_that_of_the_content(data, found):
    same = chat(said("a", at=1.0), said("b", at=3.0), id="t")
    data("1.json", same)
    data("2.json", json.dumps({**same, "metadata": {"queue": "q"}}, indent=3))
    data("3.json", chat(said("a", at=1.0), said("c", at=3.0), id="t"))
    data("4.json", {**same, "id": "u"})
    first, again, edited, other = found()[0]
    assert first.id == again.id
    assert len({first.id, edited.id, other.id}) == 3


@given(st.lists(st.floats(0, 1e6), min_size=1, max_size=30))
def test_messages_are_neither_lost_nor_doubled_and_time_never_runs_back(times):
    rows = [Sent(party="customer", text=str(k), at=at) for k, at in enumerate(times)]
    made = written(Item(Path("c.json"), None), channel=Channel.CHAT, messages=rows)
    assert sorted(m.text for m in made.messages) == sorted(r.text for r in rows)
    seconds = [m.at for m in made.messages]
    assert seconds == sorted(seconds)
    assert seconds[0] == 0.0


SPOKEN = {
    "id": "call-7",
    "channel": "call",
    "metadata": {"direction": "inbound", "started_at": "2026-03-02T10:00:00+02:00"},
    "parties": [{"id": "agent", "role": "agent", "name": "Dana"}, {"id": "caller", "role": "customer"}],
    "transcript": {
        "engine": "whisperx",
        "model": "large-v3",
        "utterances": [
            {"party": "caller", "text": "Hi.", "start": 3.0, "end": 4.0, "confidence": 0.5, "language": "en"},
            {"party": "agent", "words": [{"text": "Acme,", "start": 0.0, "end": 0.4, "confidence": 0.9},
                                         {"text": "Dana.", "start": 0.5, "end": 1.0}]},
        ],
    },
}  # fmt: skip


def test_a_call_is_read_with_its_words(data, found):
    data("c.json", SPOKEN)
    (c,), rejected = found()
    assert not rejected
    assert (c.channel, c.external_id, c.metadata.direction) == ("call", "call-7", "inbound")
    assert (c.transcript.engine, c.transcript.model) == ("whisperx", "large-v3")
    first, second = c.transcript.utterances
    assert (first.party, first.text, first.start, first.end) == ("agent", "Acme, Dana.", 0.0, 1.0)
    assert [w.confidence for w in first.words] == [0.9, None]
    assert (second.text, second.confidence, second.language) == ("Hi.", 0.5, "en")


def test_times_that_cannot_be_are_mended_and_told_of(data, found):
    early = {"party": "a", "text": "one", "start": -2, "end": 1}
    late = {"party": "b", "text": "two", "start": 5, "end": 4}
    data("c.json", {"channel": "call", "transcript": {"utterances": [late, early]}})
    (c,), _ = found()
    assert [(u.start, u.end) for u in c.transcript.utterances] == [(0.0, 1.0), (5.0, 5.0)]
    assert "1 times before the beginning" in c.metadata.extra["times"]
    assert "1 ends before their start" in c.metadata.extra["times"]


def test_html_in_a_message_becomes_text_and_a_sign_stays(data, found):
    data(
        "c.json",
        chat(
            said("<p>Hello&nbsp;<b>Ann</b>,</p><script>x()</script><p>a &lt; b</p>"),
            said("1 < 2 > 0"),
        ),
    )
    (c,), _ = found()
    assert texts(c) == ["Hello Ann,\n\na < b", "1 < 2 > 0"]


def test_a_message_of_fifty_megabytes_is_refused_by_name_and_the_rest_goes_on(data, found):
    data("c.json", [chat(said("x" * 2_000_000)), chat(said("fine"))])
    conversations, (reject,) = found()
    assert [texts(c) for c in conversations] == [["fine"]]
    assert "a message of 2,000,000 characters" in reject.error.reason


def test_half_a_pair_and_control_characters_are_left_out(data, found):
    data("c.json", '{"messages": [{"party": "a", "text": "a\\ud83d\\u0000b\\u0007"}]}')
    assert texts(found()[0][0]) == ["ab"]
