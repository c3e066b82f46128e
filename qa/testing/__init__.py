"""Test doubles and hand-built conversations, shipped for whoever extends the program.

A conversation is written as lines of ``(party, text)``, or ``(party, text, start)``
where the time matters. The party's name gives the role: "agent", "agent-2",
"customer", "bot", "system"; anything else ("speaker-0") has none::

    turns = make_turns([("agent", "Hello, Acme Bank."), ("customer", "Hi.")])
    safe = make_safe([("agent", "Hello."), ("customer", "Hi.", 12.0)])

Nothing here loads a model or reads a file.
"""

from qa.testing.building import (
    Line,
    make_call,
    make_chat,
    make_facts,
    make_parties,
    make_safe,
    make_safe_turns,
    make_speech,
    make_transcribed,
    make_turns,
    make_waveform,
    make_words,
    role_of,
)
from qa.testing.fakes import FakeDiarizer, FakeTranscriber, fake_provenance

__all__ = [
    "FakeDiarizer",
    "FakeTranscriber",
    "Line",
    "fake_provenance",
    "make_call",
    "make_chat",
    "make_facts",
    "make_parties",
    "make_safe",
    "make_safe_turns",
    "make_speech",
    "make_transcribed",
    "make_turns",
    "make_waveform",
    "make_words",
    "role_of",
]
