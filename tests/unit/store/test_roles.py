"""Agent and customer turned round: everything that names them follows."""

from __future__ import annotations

import pytest

from qa.errors import UsageError
from qa.records import Event, EventKind, Role, Triage
from qa.store.roles import follow, swapped
from qa.testing import make_safe, make_turns

LINES = [
    ("customer", "Good morning, Acme Bank, how can I help you today?"),
    ("agent", "I lost my card, please help me with it."),
    ("customer", "Let me see what I can do for you."),
]


def test_turns_speech_and_events_follow_their_speakers():
    safe = make_safe(LINES).model_copy(
        update={"events": (Event(kind=EventKind.HOLD, start=3.0, end=4.0, party="customer"),)}
    )
    after = swapped(safe, who="ann", min_seconds=3)
    assert [t.party for t in after.turns] == ["agent", "customer", "agent"]
    assert [t.role for t in after.turns] == [Role.AGENT, Role.CUSTOMER, Role.AGENT]
    assert [s.speaker for s in after.speech] == ["agent", "customer", "agent"]
    assert after.events[0].party == "agent"
    assert [t.text for t in after.turns] == [text for _, text in LINES]
    assert {p.role_source for p in after.parties} == {"swapped by ann"}


def test_raw_turns_get_the_same_roles():
    raw = make_turns(LINES)
    after = swapped(make_safe(LINES), who="ann", min_seconds=3)
    assert [(t.party, t.role, t.text) for t in follow(raw, after.turns)] == [
        (t.party, t.role, t.text) for t in after.turns
    ]


def test_whether_it_is_scored_is_asked_again():
    safe = make_safe(LINES, triage=Triage.NO_AGENT)
    after = swapped(safe, who="ann", min_seconds=3)
    assert (after.triage, after.triage_reason) == (None, "")
    short = swapped(safe, who="ann", min_seconds=1000)
    assert short.triage is Triage.TOO_SHORT


def test_one_voice_cannot_be_turned_round():
    with pytest.raises(UsageError):
        swapped(make_safe(LINES[:1]), who="ann", min_seconds=3)
