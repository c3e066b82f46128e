"""Transcription services: words and marks, units of time, speakers and channels."""

import pytest

from qa.importers.tokens import Token, as_shown, said
from qa.records import EventKind, Role, Word


def heard(*texts):
    return [Word(text=t, start=i, end=i + 1, confidence=0.9 - i / 10) for i, t in enumerate(texts)]


SHOWN = [
    ("the same words", ["hello", "you"], "Hello, you.", [("Hello,", 0, 1), ("you.", 1, 2)]),
    ("fewer are shown", ["two", "hundred", "now"], "200 now.", [("200", 0, 2), ("now.", 2, 3)]),
    ("more are shown", ["gonna", "go"], "going to go", [("going", 0, 0.5), ("to", 0.5, 1), ("go", 1, 2)]),
    ("some are not shown", ["um", "yes"], "Yes.", [("Yes.", 1, 2)]),
    ("some are shown alone", ["yes"], "Yes. [laughs]", [("Yes.", 0, 1), ("[laughs]", 1, 1)]),
]  # fmt: skip


@pytest.mark.parametrize(("why", "texts", "shown", "expected"), SHOWN, ids=[s[0] for s in SHOWN])
def test_words_that_are_shown_have_the_times_of_those_heard(why, texts, shown, expected):
    assert [(w.text, w.start, w.end) for w in as_shown(heard(*texts), shown)] == expected


def test_words_shown_for_others_are_as_sure_as_the_least_sure_of_them():
    assert as_shown(heard("two", "hundred"), "200")[0].confidence == pytest.approx(0.8)


def test_a_new_speaker_or_a_pause_begins_a_new_utterance():
    tokens = [
        Token(text="Yes", start=0, end=1, speaker="A"),
        Token(text=",", attached=True),
        Token(text="well", start=1, end=2),
        Token(text="No", start=2, end=3, speaker="B"),
        Token(text=".", attached=True, speaker="A"),
        Token(text="So", start=9, end=10, speaker="B"),
    ]
    found = [(u.party, u.text, u.start, u.end) for u in said(tokens, nobody="x")]
    assert found == [("A", "Yes, well", 0, 2), ("B", "No.", 2, 3), ("B", "So", 9, 10)]


ASSEMBLY = {"id": "a1", "status": "completed", "language_code": "en", "text": "Hi there"}


@pytest.mark.parametrize(
    ("why", "unit", "end"), [("milliseconds", 1000, 1.5), ("seconds with fractions", 1, 1.5)]
)
def test_assemblyai_counts_milliseconds_unless_times_have_fractions(why, unit, end, data, found):
    times = [(0, unit / 2), (unit, unit * 1.5)]
    given = [
        {"text": t, "start": a if unit == 1 else int(a), "end": b if unit == 1 else int(b)}
        for t, (a, b) in zip(["Hi", "there"], times, strict=True)
    ]
    data("a.json", ASSEMBLY | {"words": given})
    (conversation,), _ = found()
    assert conversation.transcript.utterances[0].end == end


@pytest.mark.parametrize("status", ["error", "processing"])
def test_assemblyai_refuses_what_was_not_transcribed(status, data, found):
    data("a.json", ASSEMBLY | {"status": status, "text": None})
    conversations, (rejected,) = found()
    assert not conversations
    assert "status" in rejected.error.reason


def deepgram_word(text, start, speaker=None):
    made = {"word": text.lower(), "punctuated_word": text, "start": start, "end": start + 0.5}
    return made if speaker is None else made | {"speaker": speaker}


def deepgram(*channels):
    return {
        "metadata": {"request_id": "d1", "channels": len(channels)},
        "results": {
            "channels": [{"alternatives": [{"transcript": "x", "words": w}]} for w in channels]
        },
    }


@pytest.mark.parametrize("way", ["channels", "speakers"])
def test_deepgram_sides_are_channels_or_speakers(way, data, found):
    if way == "channels":
        given = deepgram([deepgram_word("Hello.", 0)], [deepgram_word("Hi!", 1)])
    else:
        given = deepgram([deepgram_word("Hello.", 0, 0), deepgram_word("Hi!", 1, 1)])
    data("d.json", given)
    (conversation,), _ = found()
    found_ = [(u.party, u.text) for u in conversation.transcript.utterances]
    assert found_ == [("speaker-0", "Hello."), ("speaker-1", "Hi!")]


def test_rev_ai_joins_what_no_space_divides(data, found):
    def text(value, at):
        return {"type": "text", "value": value, "ts": at, "end_ts": at + 0.5, "confidence": 0.9}

    def mark(value):
        return {"type": "punct", "value": value}

    elements = [text("well", 0), mark("-"), text("known", 0.5), mark(" "), text("so", 1), mark(".")]
    data("r.json", {"monologues": [{"speaker": 0, "elements": elements}]})
    (conversation,), _ = found()
    words = conversation.transcript.utterances[0].words
    assert [(w.text, w.start, w.end) for w in words] == [("well-known", 0, 1), ("so.", 1, 1.5)]


def test_speechmatics_marks_go_where_they_belong(data, found):
    def result(kind, content, at, **more):
        one = {"content": content, "confidence": 1.0, "speaker": more.pop("speaker", "S1")}
        times = {"start_time": at, "end_time": at + 0.5}
        return {"type": kind, "alternatives": [one], **times, **more}

    results = [
        result("punctuation", "¿", 0, attaches_to="next"),
        result("word", "for", 0),
        result("punctuation", "-", 0.5, attaches_to="both"),
        result("word", "sure", 0.5),
        result("punctuation", "?", 1, attaches_to="previous"),
        result("word", "Yes", 2, speaker="S2"),
    ]
    data("s.json", {"format": "2.9", "job": {"id": "s1"}, "metadata": {}, "results": results})
    (conversation,), _ = found()
    said_ = [(u.party, u.text) for u in conversation.transcript.utterances]
    assert said_ == [("speaker-1", "¿for-sure?"), ("speaker-2", "Yes")]


def test_azure_leaves_out_what_was_not_recognised(data, found):
    def phrase(status, text, ticks, channel):
        nbest = [{"confidence": 0.9, "display": text, "lexical": text.lower()}]
        times = {"offsetInTicks": ticks, "durationInTicks": 10_000_000}
        return {"recognitionStatus": status, "channel": channel, "nBest": nbest, **times}

    phrases = [
        phrase("Success", "Hello.", 0, 0),
        phrase("NoMatch", "?", 15_000_000, 0),
        phrase("Success", "Hi.", 20_000_000, 1),
    ]
    data("z.json", {"recognizedPhrases": phrases})
    (conversation,), _ = found()
    said_ = [(u.party, u.text, u.start, u.end) for u in conversation.transcript.utterances]
    assert said_ == [("speaker-0", "Hello.", 0, 1), ("speaker-1", "Hi.", 2, 3)]


ZERO = 1_772_445_600_000


def genesys(*phrases):
    people = [
        {"participantPurpose": "customer", "startTimeMs": ZERO, "initialDirection": "inbound"},
        {"participantPurpose": "ivr", "startTimeMs": ZERO, "endTimeMs": ZERO + 9_000},
        {"participantPurpose": "acd", "queueId": "q1", "startTimeMs": ZERO + 9_000,
         "endTimeMs": ZERO + 19_000},
        {"participantPurpose": "agent", "userId": "u1", "startTimeMs": ZERO + 20_000,
         "endTimeMs": ZERO + 40_000},
        {"participantPurpose": "agent", "userId": "u2", "startTimeMs": ZERO + 41_000,
         "endTimeMs": ZERO + 60_000},
    ]  # fmt: skip
    said_ = [
        {"text": t, "participantPurpose": who, "startTimeMs": ZERO + at * 1000,
         "duration": {"milliseconds": 900}}
        for who, at, t in phrases
    ]  # fmt: skip
    return {"conversationId": "g1", "communicationId": "c1", "mediaType": "call",
            "conversationStartTime": ZERO, "startTime": ZERO, "participants": people,
            "transcripts": [{"language": "en-us", "phrases": said_}]}  # fmt: skip


def test_genesys_tells_agents_apart_by_when_they_took_part(data, found):
    given = genesys(
        ("internal", 1, "Press one."),
        ("external", 5, "One."),
        ("internal", 21, "Dana here."),
        ("internal", 45, "Kim here."),
    )
    data("g.json", given)
    (conversation,), _ = found()
    roles = {p.id: (p.role, p.agent_id) for p in conversation.parties}
    said_ = [(roles[u.party], u.start) for u in conversation.transcript.utterances]
    assert said_ == [
        ((Role.BOT, None), 1.0),
        ((Role.CUSTOMER, None), 5.0),
        ((Role.AGENT, "u1"), 21.0),
        ((Role.AGENT, "u2"), 45.0),
    ]
    events = {e.kind: (e.start, e.end) for e in conversation.events[:1]}
    assert events == {EventKind.QUEUED: (9.0, 19.0)}
    assert conversation.metadata.transferred
    assert conversation.metadata.queue == "q1"
