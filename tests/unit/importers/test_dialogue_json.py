"""Dialogue in JSON of no tool in particular."""

import pytest

from qa.records import Channel, EventKind, Role

SAID = [("customer", "Where is it?"), ("agent", "It left.")]
SHAPES = [
    ("turns", {"turns": [{"speaker": "Client", "text": "Where is it?"}, {"speaker": "Dana", "text": "It left."}]}),
    ("roles of an assistant's log", {"messages": [{"role": "user", "content": "Where is it?"}, {"role": "operator", "content": "It left."}]}),
    ("authors as objects", {"dialog": [{"author": {"role": "visitor"}, "body": "Where is it?"}, {"author": {"role": "agent"}, "body": "It left."}]}),
    ("pairs", {"convo_id": 1, "original": [["customer", "Where is it?"], ["agent", "It left."]]}),
    ("questions and answers", {"x": {"log": [{"user utterance": "Where is it?", "system response": "It left."}]}}),
    ("one text", {"ConversationId": "1", "Content": "**Agent talks** **Customer:** Where is it? **Agent:** It left."}),
]  # fmt: skip


@pytest.mark.parametrize(("why", "value"), SHAPES, ids=[s[0] for s in SHAPES])
def test_each_shape_says_who_says_what(why, value, data, found):
    data("d.json", value)
    (made,), rejected = found()
    assert not rejected
    said = made.messages or made.transcript.utterances
    assert [(s.party, s.text) for s in said] == SAID
    assert {p.id: p.role for p in made.parties} == {
        "agent": Role.AGENT,
        "customer": Role.CUSTOMER,
    }


def test_of_three_nobody_is_guessed(data, found):
    turns = [{"speaker": s, "text": "x"} for s in ("customer", "Dana", "Kim")]
    data("d.json", {"turns": turns})
    (made,), _ = found()
    assert [p.role for p in made.parties] == [Role.CUSTOMER, Role.UNKNOWN, Role.UNKNOWN]


def test_what_a_program_did_is_no_turn_of_the_agent_and_drafts_are_none(data, found):
    events = [
        {"Action": "utter", "Agent": "User", "Text": "Where?", "UnixTime": 1_772_445_600},
        {"Action": "query", "Agent": "Wizard", "UnixTime": 1_772_445_605},
        {"Action": "request_suggestions", "Agent": "Wizard", "Text": "ther"},
        {"Action": "pick_suggestion", "Agent": "Wizard", "Text": "There.", "UnixTime": 1_772_445_610},
    ]  # fmt: skip
    data("d.json", {"DialogueID": 5, "Events": events})
    (made,), _ = found()
    assert [(m.party, m.text, m.at) for m in made.messages] == [
        ("customer", "Where?", 0),
        ("agent", "There.", 10),
    ]
    assert [(e.kind, e.start, e.note) for e in made.events] == [(EventKind.ACTION, 5, "query")]
    assert made.channel is Channel.CHAT


def test_a_text_without_labels_is_refused_with_that_reason(data, found):
    data(
        "d.json", {"ConversationId": "1", "Content": "Hi, I lost my phone. I am sorry to hear it."}
    )
    conversations, (rejected,) = found()
    assert not conversations
    assert "no labels" in rejected.error.reason
