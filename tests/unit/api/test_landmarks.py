"""What stands out in a conversation's timing, on hand-built turns."""

import pytest

from qa.api.pages.landmarks import Kind
from qa.api.pages.timeline import timeline
from qa.records import Channel, Event, EventKind, SpeechSpan
from qa.testing import make_safe


def found(lines, *, speech=(), duration=200.0, events=(), **more):
    safe = make_safe(lines, duration=duration, **more)
    spans = tuple(SpeechSpan(speaker=who, start=a, end=b) for who, a, b in speech)
    drawn = timeline(safe.model_copy(update={"speech": spans, "events": events}), ())
    return {mark.kind: (round(mark.start, 1), round(mark.end, 1)) for mark in drawn.landmarks}


CALL = [
    ("customer", "Hello there my friend", 0.0),
    ("agent", "Hi", 3.0),
    ("customer", "Where is it", 10.0),
    ("agent", "Here", 30.0),
]
SPOKEN = [("customer", 0.0, 1.2), ("agent", 3.0, 12.0), ("customer", 10.0, 10.9), ("agent", 30, 31)]


def test_of_a_call_the_longest_silence_overlap_and_wait_stand_out():
    assert found(CALL, speech=SPOKEN, duration=32.0) == {
        Kind.FIRST_REPLY: (1.2, 3.0),
        Kind.LONGEST_OVERLAP: (10.0, 10.9),
        Kind.LONGEST_WAIT: (10.9, 30.0),
        Kind.LONGEST_SILENCE: (12.0, 30.0),
    }


CHAT = [
    ("customer", "Hello", 0.0),
    ("customer", "Is anybody there?", 20.0),
    ("agent", "Yes.", 50.0),
    ("customer", "Good.", 60.0),
    ("agent", "So?", 150.0),
]


def test_of_a_chat_the_first_reply_counts_from_the_first_message_and_it_is_never_silent():
    assert found(CHAT, channel=Channel.CHAT) == {
        Kind.FIRST_REPLY: (0.0, 50.0),
        Kind.LONGEST_WAIT: (60.0, 150.0),
    }


def test_nobody_waits_for_an_agent_who_was_not_given_the_conversation_yet():
    given = (Event(kind=EventKind.ASSIGNED, start=40.0),)
    assert found(CHAT, channel=Channel.CHAT, events=given)[Kind.FIRST_REPLY] == (40.0, 50.0)


@pytest.mark.parametrize(
    "lines",
    [
        [("agent", "Hello", 0.0)],
        [("customer", "Hello", 0.0)],
        [("customer", "Hello", 0.0), ("bot", "Hello.", 1.0)],
    ],
)
def test_where_nobody_answered_nothing_stands_out(lines):
    assert found(lines, channel=Channel.CHAT) == {}


def test_a_wait_that_is_the_first_or_a_short_one_is_not_told_twice():
    short = [*CHAT[:4], ("agent", "So?", 70.0)]
    assert set(found(short, channel=Channel.CHAT)) == {Kind.FIRST_REPLY}
    assert set(found(CHAT[:3], channel=Channel.CHAT)) == {Kind.FIRST_REPLY}


def test_a_mark_leads_to_the_turn_that_it_ends_with():
    safe = make_safe(CHAT, channel=Channel.CHAT, duration=200.0)
    marks = timeline(safe, ()).landmarks
    assert [(m.kind, m.turn, m.x) for m in marks] == [
        (Kind.FIRST_REPLY, 0, 0.0),
        (Kind.LONGEST_WAIT, 3, 30.0),
    ]
