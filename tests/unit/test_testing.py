from qa.diarize import Diarizer
from qa.records import Layout, Role, SpeechSpan, Triage
from qa.testing import (
    FakeDiarizer,
    FakeTranscriber,
    make_call,
    make_chat,
    make_safe,
    make_turns,
    make_waveform,
)
from qa.transcribe import Transcriber

LINES = [
    ("agent", "Hello, Acme Bank."),
    ("customer", "Hi, my card is gone."),
    ("agent", "Oh.", 3.0),
]


def test_a_line_is_a_turn_with_words_times_and_role():
    first, second, third = make_turns(LINES, seconds_per_word=0.5, gap=1.0)

    assert [word.text for word in first.words] == ["Hello,", "Acme", "Bank."]
    assert (first.start, first.end) == (0.0, 1.5)
    assert (second.start, second.role) == (2.5, Role.CUSTOMER)
    assert third.start == 3.0, "a line that says its start keeps it, even into another's turn"
    assert first.text == " ".join(word.text for word in first.words)


def test_a_party_whose_name_is_no_role_has_none():
    turns = make_turns([("speaker-0", "hi"), ("agent-2", "hi"), ("bot", "hi")])

    assert [turn.role for turn in turns] == [Role.UNKNOWN, Role.AGENT, Role.BOT]


def test_a_safe_conversation_has_parties_speech_and_length():
    safe = make_safe(LINES, layout=Layout.MONO)

    assert [party.id for party in safe.parties] == ["agent", "customer"]
    assert [span.speaker for span in safe.speech] == ["agent", "customer", "agent"]
    assert safe.duration == max(turn.end for turn in safe.turns)
    assert safe.audio.layout is Layout.MONO
    assert make_safe(LINES, triage=Triage.VOICEMAIL).triage_reason


def test_a_chat_of_order_alone_has_no_times():
    chat = make_chat([("customer", "Hello?"), ("agent", "Hi.")], seconds_between=None)

    assert [message.at for message in chat.messages] == [None, None]
    assert make_chat([("customer", "a"), ("agent", "b", 90.0)]).messages[1].at == 90.0


def test_a_call_of_two_files_says_whose_side_each_is():
    call = make_call(sides=[Role.AGENT, Role.CUSTOMER])

    assert [source.side for source in call.audio] == [Role.AGENT, Role.CUSTOMER]
    assert len({source.checksum for source in call.audio}) == 2


def test_the_transcriber_hears_only_the_regions_of_its_channel():
    turns = make_turns(LINES)
    audio = make_waveform(turns)
    engine = FakeTranscriber(turns)
    assert isinstance(engine, Transcriber)

    heard = engine.transcribe(
        audio, [SpeechSpan(speaker="x", start=0.0, end=9.0, channel=1)], language=None
    )

    assert [word.text for word in heard.segments[0].words] == list(turns[1].text.split())
    assert engine.calls == 1


def test_the_diarizer_gives_each_moment_to_one_speaker():
    turns = make_turns(
        [("customer", "one two three four five six"), ("agent", "yes yes yes yes", 1.0)]
    )
    engine = FakeDiarizer(turns)
    assert isinstance(engine, Diarizer)

    found = engine.diarize(make_waveform(turns, stereo=False), [], speakers=2)

    assert [span.speaker for span in found.spans] == ["speaker-0", "speaker-1"]
    assert found.exclusive[0].end == found.exclusive[1].start
    assert found.spans[0].end > found.spans[1].start


def test_the_sound_is_loud_where_somebody_speaks():
    turns = make_turns([("agent", "hello hello"), ("customer", "hi", 2.0)])

    audio = make_waveform(turns)

    assert audio.channels == 2
    assert abs(audio.region(0.1, 0.5, 0)).max() > 0.05
    assert abs(audio.region(0.1, 0.5, 1)).max() == 0
    assert abs(audio.region(2.05, 2.2, 1)).max() > 0.05
