"""Files of other versions and settings of the makers than our samples: each in few lines.

Every document is told from all other formats, and says who says what, and when.
"""

import base64
import json

import pytest

from qa.importers import FORMATS, GROUP, Format
from qa.importers.head import read_head
from qa.plugins import load
from qa.settings import Settings

PARTS = {name: load("format", name, FORMATS, GROUP)(Settings()) for name in FORMATS}
#: What the documents of calls without sides say.
ONE = [("unknown", "Good day.", 0.0)]
TWO = [("unknown", "Good day.", 0.0), ("unknown", "Hello.", 1.0)]
SIDES = [("agent", "Good day.", 0.0), ("customer", "Hello.", 1.0)]


def pairs(text, *keys, scale=1, **more):
    """Return a word each 0.4 s, under a maker's names of text, start and end."""
    word, start, end = keys
    return [
        {word: w, start: round(i * 0.4 * scale, 3), end: round((i * 0.4 + 0.3) * scale, 3), **more}
        for i, w in enumerate(text.split())
    ]


FIGURES = {"avg_logprob": -0.2, "compression_ratio": 1.1, "no_speech_prob": 0.01}
SEGMENT = {"id": 0, "seek": 0, "start": 0.0, "end": 1.0, "text": " Good day."} | FIGURES
BARE = {"start": 0.0, "end": 1.0, "text": " Good day."}
NAMELESS_WORDS = [[0.0, 0.3, " Good", 0.9], [0.4, 0.7, " day.", 0.9]]
NAMELESS = [1, 0, 0.0, 1.0, " Good day.", [50364], 0.0, -0.2, 1.1, 0.01]
DIARIZED = [
    {"type": "transcript.text.segment", "id": "seg_1", "speaker": "A", **BARE},
    {"type": "transcript.text.segment", "id": "seg_2", "speaker": "B", "start": 1.0, "end": 2.0, "text": "Hello."},
]  # fmt: skip
CPP = {"timestamps": {"from": "00:00:00,000"}, "offsets": {"from": 0, "to": 1000}, "text": " Good day."}  # fmt: skip
TOKENS = [
    {"text": text, "offsets": {"from": start, "to": start + 300}, "id": 1, "p": 0.9}
    for text, start in (("[_BEG_]", 0), (" Good", 0), (" da", 400), ("y", 500), (".", 700))
]
WHISPERS = {
    "words alone": ("whisper", {"task": "transcribe", "language": "english", "duration": 1.0, "text": "Good day.", "words": pairs("Good day", "word", "start", "end")}, ONE),
    "words beside segments": ("whisper", {"language": "en", "text": "Good day.", "segments": [SEGMENT], "words": pairs("Good day", "word", "start", "end")}, ONE),
    "speakers of the service": ("whisper", {"text": "Good day. Hello.", "segments": DIARIZED, "usage": {}}, TWO),
    "whisper-timestamped": ("whisper", {"text": "Good day.", "segments": [SEGMENT | {"words": pairs("Good day.", "text", "start", "end", confidence=0.9)}], "language": "en"}, ONE),
    "whisper.cpp": ("whisper", {"result": {"language": "en"}, "transcription": [CPP, CPP | {"text": " Hello.", "offsets": {"from": 1000, "to": 2000}, "speaker": "1"}]}, TWO),
    "whisper.cpp with tokens": ("whisper", {"transcription": [CPP | {"tokens": TOKENS}]}, ONE),
    "chunks": ("whisper", {"text": "Good day.", "chunks": [{"timestamp": [0.0, None], "text": " Good day."}]}, ONE),
    "chunks of a word each": ("whisper", {"text": " Good day.", "chunks": [{"timestamp": [0.0, 0.3], "text": " Good"}, {"timestamp": [0.4, 0.7], "text": " day."}]}, ONE),
    "chunks and speakers": ("whisper", {"text": "Good day. Hello.", "chunks": [{"timestamp": [0.0, 2.0], "text": "Good day. Hello."}], "speakers": [{"speaker": "SPEAKER_00", "timestamp": [0.0, 1.0], "text": "Good day."}, {"speaker": "SPEAKER_01", "timestamp": [1.0, 2.0], "text": "Hello."}]}, TWO),
    "no alignment": ("whisperx", {"segments": [BARE], "language": "en"}, ONE),
    "no alignment but speakers": ("whisperx", {"segments": [BARE | {"speaker": "SPEAKER_00"}]}, ONE),
    "alignment and Whisper's figure": ("whisperx", {"segments": [BARE | {"avg_logprob": -0.2, "words": pairs("Good day.", "word", "start", "end", score=0.9)}], "word_segments": []}, ONE),
    "nulls": ("whisperx", {"segments": [BARE | {"speaker": None, "words": [{"word": "Good", "start": None, "score": None}]}], "word_segments": [], "language": None}, ONE),
    "values without names": ("faster-whisper", [[*NAMELESS, NAMELESS_WORDS]], ONE),
    "values without names or words": ("faster-whisper", {"language": "en", "segments": [[*NAMELESS, None]], "text": "Good day."}, ONE),
    "words without names": ("faster-whisper", [SEGMENT | {"words": NAMELESS_WORDS}], ONE),
    "no figures": ("faster-whisper", {"language": "en", "segments": [BARE | {"words": pairs(" Good  day.", "word", "start", "end", probability=0.9)}]}, ONE),
}  # fmt: skip

STAMPS = {"word": pairs("Good day.", "word", "start", "end"), "segment": None}
PIECES = [(" Good", 0.0), (" da", 0.4), ("y.", 0.6)]
SENTENCE = BARE | {"text": "Good day.", "tokens": [{"text": t, "start": s, "end": s + 0.1} for t, s in PIECES]}  # fmt: skip
NEMO = {
    "before 2.2": ("nemo", {"text": "Good day.", "timestep": STAMPS}, ONE),
    "nulls": ("nemo", {"text": "Good day.", "pred_text": None, "timestamp": STAMPS}, ONE),
    "parakeet-mlx": ("nemo", {"text": "Good day.", "sentences": [SENTENCE]}, ONE),
    "a manifest": ("nemo", {"audio_filepath": "a.wav", "duration": 1, "text": "", "pred_text": "Good day."}, [("unknown", "Good day.", None)]),
}  # fmt: skip


def phrase(text, at, **more):
    return {"text": text, "locale": "en-US", "offset": at, "duration": 900, **more}


def best(text, ticks, **more):
    return {"RecognitionStatus": "Success", "Offset": ticks, "Duration": 9_000_000,
            "NBest": [{"Confidence": 0.9, "Lexical": text.lower(), "Display": text, "Words": None}], **more}  # fmt: skip


DISPLAYED = [{"displayText": w["w"], "offsetInTicks": w["s"], "durationInTicks": 10} for w in pairs("Good day.", "w", "s", "e", scale=10**7)]  # fmt: skip
RECOGNISED = {"recognitionStatus": "Success", "channel": 0, "offset": "PT0S", "duration": "PT0.9S"}
SILENT = {"recognitionStatus": "InitialSilenceTimeout", "channel": 0, "offset": "PT1S", "duration": "PT1S", "nBest": None}  # fmt: skip
AZURE = {
    "version 2": ("azure-speech", {"AudioFileResults": [{"AudioFileName": "a.wav", "SegmentResults": [best("Good day.", 0, ChannelNumber="0"), best("Hello.", 10**7, ChannelNumber="1")]}]}, TWO),
    "version 2, a result each channel": ("azure-speech", {"AudioFileResults": [{"SegmentResults": [best("Good day.", 0, ChannelNumber=None)]}, {"SegmentResults": [best("Hello.", 10**7, ChannelNumber=None)]}]}, TWO),
    "milliseconds under the name of ticks": ("azure-speech", {"duration": 2000, "combinedPhrases": [{"text": "Good day. Hello."}], "phrases": [phrase("Good day.", 0, channel=0), phrase("Hello.", 1000, channel=1)]}, TWO),
    "the whole text alone": ("azure-speech", {"durationMilliseconds": 900, "combinedPhrases": [{"text": "Good day."}]}, [("unknown", "Good day.", None)]),
    "words as displayed, and silence": ("azure-speech", {"recognizedPhrases": [RECOGNISED | {"nBest": [{"display": "Good day.", "lexical": "good day", "displayWords": DISPLAYED}]}, SILENT]}, ONE),
}  # fmt: skip

OLD_WORDS = [{"name": n, "time": t, "duration": "0.300", "confidence": c} for n, t, c in
             [("Good", "0.00", "0.9"), ("day", "0.40", "0.9"), (".", "0.70", None), ("Hello.", "1.00", "0.9")]]  # fmt: skip
OLD_SPEAKERS = [{"name": n, "time": t, "duration": "0.9", "confidence": None} for n, t in [("M1", "0.0"), ("F1", "0.95")]]  # fmt: skip


def rev(text, at, *names):
    start, end = names or ("ts", "end_ts")
    times = (at, at + 0.3) if not names else (f"00:00:0{at},000", f"00:00:0{at},300")
    return {"type": "text", "value": text, start: times[0], end: times[1]}


SPACE, CLOCK = {"type": "punct", "value": " "}, ("timestamp", "end_timestamp")
AAI = {"id": "a1", "confidence": 0.9, "audio_duration": 2}
AAI_WORDS = pairs("Good day.", "text", "start", "end", scale=1000, speaker="A")
AAI_PART = {"text": "Good day.", "start": 0, "end": 700, "words": AAI_WORDS}
DEEPGRAM = [
    {"word": "good", "punctuated_word": "Good", "start": 0.0, "end": 0.3, "speaker": 0},
    {"word": "day", "punctuated_word": "day.", "start": 0.4, "end": 0.7, "speaker": 0},
    {"word": "hello", "punctuated_word": "Hello.", "start": 1.0, "end": 1.3, "speaker": 1},
]
BEST = {"transcript": "Good day. Hello.", "confidence": 0.9, "words": DEEPGRAM, "detected_language": "en"}  # fmt: skip
SERVICES = {
    "version 1": ("speechmatics", {"job": {"id": 7, "lang": "en-US"}, "speakers": OLD_SPEAKERS, "words": OLD_WORDS, "format": "1.0"}, TWO),
    "people's clock and names": ("rev-ai", {"speakers": [{"id": 0, "name": "Agent"}, {"id": 1, "name": "Customer"}], "monologues": [{"speaker": 0, "elements": [rev("Good", 0, *CLOCK), SPACE, {"type": "text", "value": "day."}]}, {"speaker": 1, "elements": [rev("Hello.", 1, *CLOCK)]}]}, SIDES),
    "a tag in place of a word": ("rev-ai", {"monologues": [{"speaker": 0, "speaker_info": None, "elements": [rev("Good", 0.0), SPACE, {"type": "tag", "name": "laughter"}, rev("day.", 0.4)]}]}, ONE),
    "sentences": ("assemblyai", AAI | {"sentences": [AAI_PART]}, ONE),
    "paragraphs": ("assemblyai", AAI | {"paragraphs": [AAI_PART]}, ONE),
    "nulls": ("deepgram", {"metadata": {"request_id": "d", "model_info": None}, "results": {"channels": [{"alternatives": [{"transcript": "Good day.", "words": None}], "detected_language": None}], "utterances": None}}, [("unknown", "Good day.", None)]),
}  # fmt: skip


def spoken(who, text, at):
    return {"Id": text, "ParticipantId": who, "ParticipantRole": who, "Content": text, "BeginOffsetMillis": at, "EndOffsetMillis": at + 900.5}  # fmt: skip


def joined(what, clock):
    return {"ParticipantId": "c", "ParticipantRole": "CUSTOMER", "EventType": f"application/vnd.amazonaws.connect.event.{what}", "Time": {"AbsoluteTime": f"2026-03-02T{clock}Z"}}  # fmt: skip


def messaged(who, text, clock):
    return {"ParticipantId": who[0].lower(), "ParticipantRole": who, "Content": text, "ContentType": "text/plain", "Time": {"AbsoluteTime": f"2026-03-02T{clock}Z"}}  # fmt: skip


PLAIN = [{"type": "pronunciation", "start_time": w["s"], "end_time": w["e"], "alternatives": [{"content": w["w"], "confidence": "0.9"}]} for w in pairs("Good day.", "w", "s", "e")]  # fmt: skip
LENS = [spoken("AGENT", "Good day.", 0), spoken("CUSTOMER", "Hello.", 1000.0)]
AMAZON = {
    "parts of milliseconds and nulls": ("contact-lens", {"Channel": "VOICE", "Participants": None, "Categories": {"MatchedCategories": None}, "CustomerMetadata": None, "Transcript": LENS}, SIDES),
    "segments during the call": ("contact-lens", {"Channel": "VOICE", "Segments": [{"Transcript": LENS[0]}, {"Categories": {}}, {"Transcript": LENS[1]}]}, SIDES),
    "segments of a chat": ("contact-lens", {"Channel": "CHAT", "Segments": [{"Event": joined("chat.started", "09:59:59")}, {"Transcript": messaged("AGENT", "Good day.", "10:00:00")}, {"Transcript": messaged("CUSTOMER", "Hello.", "10:00:01")}]}, [("agent", "Good day.", 1.0), ("customer", "Hello.", 2.0)]),
    "results alone": ("call-analytics", {"results": {"transcripts": [], "items": PLAIN, "audio_segments": []}}, ONE),
    "several languages": ("call-analytics", {"jobName": "j", "status": "COMPLETED", "results": {"language_codes": [{"language_code": "en-US", "duration_in_seconds": 2.0}], "transcripts": [], "items": PLAIN}}, ONE),
}  # fmt: skip

ZERO = 1_772_445_600_000


def uttered(purpose, text, at):
    return {"text": text, "participantPurpose": purpose, "startTimeMs": ZERO + at, "words": None, "decoratedText": None}  # fmt: skip


HEARD = {"startTime": ZERO, "phrases": [uttered("internal", "Good day.", 0), uttered("external", "Hello.", 1000)]}  # fmt: skip
GENESYS = {"conversationId": "g1", "communicationId": "c1", "mediaType": "call", "startTime": ZERO, "participants": None}  # fmt: skip
GENESYSES = {
    "a transcript without phrases": ("genesys", GENESYS | {"transcripts": [HEARD, {"language": "es-us", "phrases": None}]}, SIDES),
    "nobody's phrase": ("genesys", GENESYS | {"transcripts": [{"startTime": ZERO, "phrases": [uttered(None, "Good day.", 0), uttered("external", "Hello.", 1000)]}]}, [("unknown", "Good day.", 0.0), SIDES[1]]),
}  # fmt: skip

START = "2026-03-02T10:00:00Z"
VCON = {"vcon": "0.0.1", "uuid": "u-1", "parties": [{"name": "Dana", "role": "agent"}, {"role": "customer"}]}  # fmt: skip
RECORDING = {"type": "recording", "start": START, "duration": 2, "parties": [0, 1], "url": "https://example.com/a.wav"}  # fmt: skip
WTF = {"transcript": {"text": "Good day."}, "segments": [BARE | {"id": 0}]}
LINES = [{"party": 0, "text": "Good day.", "start": 0.0}, {"party": 1, "text": "Hello.", "start": 1.0}]  # fmt: skip
ENCODED = base64.urlsafe_b64encode(json.dumps(LINES).encode()).decode().rstrip("=")


def analysed(kind, body, **more):
    return VCON | {"dialog": [RECORDING], "analysis": [{"type": kind, "vendor": "v", "body": body, **more}]}  # fmt: skip


VCONS = {
    "vcon-server's Deepgram": ("vcon", analysed("transcript", BEST), TWO),
    "in base64url": ("vcon", analysed("transcript", ENCODED, encoding="base64url"), SIDES),
    "a transcription": ("vcon", analysed("transcription", json.dumps(WTF), encoding="json"), ONE),
    "a wtf_transcription": ("vcon", analysed("wtf_transcription", WTF, encoding="json"), ONE),
    "one attached": ("vcon", VCON | {"dialog": [RECORDING], "attachments": [{"type": "wtf_transcription", "body": WTF}]}, ONE),
    "no dialog": ("vcon", VCON | {"vcon": "0.4.0", "analysis": [{"type": "transcript", "vendor": "v", "body": LINES}]}, SIDES),
    "nulls": ("vcon", VCON | {"parties": [{"role": "agent", "meta": None}, {"role": "customer"}], "analysis": None, "attachments": None, "dialog": [{"type": "text", "start": START, "parties": 0, "body": "Good day.", "meta": None}, {"type": "text", "start": "2026-03-02T10:00:01Z", "parties": 1, "body": "Hello."}]}, SIDES),
}  # fmt: skip


def wrote(who, text, at, kind="ChatMessage", **more):
    return {"type": kind, "timestamp": ZERO + at * 1000, "actor_id": who[1], "actor_type": who[0], "actor_name": "Any", "message": text, **more}  # fmt: skip


JO, DANA = ("end-user", "10"), ("agent", "11")
HISTORY = [
    wrote(JO, None, 0, "ChatJoin"),
    wrote(JO, "Hello.", 1),
    wrote(("system", "x"), "One moment.", 2, original_message={"source": {"type": "zd:answerBot"}}),
    wrote(("system", "__trigger"), "Welcome.", 3),
    wrote(DANA, "Good day.", 4),
    wrote(JO, None, 5, "ChatFileAttachment", filename="a.png"),
]
COMMENT = {"type": "Comment", "body": "Conversation with Jo", "public": True, "author_id": 10}
AUDITS = [
    {"ticket_id": 35, "created_at": START, "author_id": 10, "events": [{"type": "Create", "field_name": "requester_id", "value": "10"}, COMMENT, {"type": "ChatStartedEvent", "value": {"chat_id": "c", "history": HISTORY}}]},
    {"ticket_id": 35, "created_at": "2026-03-02T11:00:00Z", "author_id": 11, "events": [COMMENT | {"body": "Sent.", "author_id": 11}]},
]  # fmt: skip
CHATTED = [("customer", "Hello.", 1.0), ("bot", "One moment.", 2.0), ("system", "Welcome.", 3.0), ("agent", "Good day.", 4.0), ("customer", "", 5.0), ("agent", "Sent.", 3600.0)]  # fmt: skip
SAID = [{"type": "chat.msg", "timestamp": START, "sender_type": "Agent", "agent_id": "11", "msg": "Good day.", "options": ["Yes", "No"]}, {"type": "chat.msg", "timestamp": "2026-03-02T10:00:01Z", "sender_type": "Visitor", "msg": "Hello."}]  # fmt: skip
ADMIN, USER = {"type": "admin", "id": "25"}, {"type": "user", "id": "u1"}
FIRST = {"subject": "", "body": "<p>Good day.</p>", "author": ADMIN}
PART = {"part_type": "comment", "body": "<p>Hello.</p>", "created_at": 1772445601, "author": USER}
INTERCOM = {"type": "conversation", "id": "1", "created_at": 1772445600}
NEW = INTERCOM | {"source": FIRST, "conversation_parts": {"conversation_parts": [PART]}}
DESKS = {
    "messaging within audits": ("zendesk", {"audits": AUDITS, "count": 2}, CHATTED),
    "nulls": ("zendesk", {"id": 1, "requester_id": 10, "tags": None, "comments": [{"author_id": 11, "public": None, "body": "Good day.", "created_at": START}, {"author_id": 10, "body": "Hello.", "attachments": None, "created_at": "2026-03-02T10:00:01Z"}]}, SIDES),
    "names by id, choices, a numbered visitor": ("zendesk", {"id": "1", "type": "chat", "visitor": {"id": 12}, "agent_names": {"11": "Dana"}, "history": SAID}, SIDES),
    "versions 1": ("intercom", INTERCOM | {"user": USER, "assignee": ADMIN, "conversation_message": FIRST, "conversation_parts": {"conversation_parts": [PART]}}, SIDES),
    "bare lists": ("intercom", NEW | {"conversation_parts": [PART], "contacts": [{"id": "u1"}], "tags": [{"name": "vip"}]}, SIDES),
    "nulls and nobody assigned": ("intercom", NEW | {"tags": None, "contacts": {"contacts": None}, "conversation_parts": {"conversation_parts": [PART | {"assigned_to": {"type": "nobody_admin", "id": None}, "attachments": None}]}}, SIDES),
    "a webhook": ("intercom", {"type": "notification_event", "topic": "conversation.admin.replied", "data": {"type": "notification_event_data", "item": NEW}}, SIDES),
}  # fmt: skip

DOCUMENTS = [
    pytest.param(*document, id=f"{document[0]}, {why}")
    for table in (WHISPERS, NEMO, AZURE, SERVICES, AMAZON, GENESYSES, VCONS, DESKS)
    for why, document in table.items()
]


@pytest.mark.parametrize(("format", "value", "expected"), DOCUMENTS)
def test_a_file_is_told_from_all_other_makers_and_read(format, value, expected, data, found):
    path = data("a.json", value)
    head = read_head(path)
    fits = [name for name, part in PARTS.items() if isinstance(part, Format) and part.fits(head)]
    assert fits == [format]
    (made,), rejected = found()
    assert not rejected
    roles = {p.id: str(p.role) for p in made.parties}
    if made.transcript:
        said = [(roles[u.party], u.text.strip(), u.start) for u in made.transcript.utterances]
        parties = {u.party for u in made.transcript.utterances}
    else:
        said = [(roles[m.party], m.text, m.at) for m in made.messages]
        parties = {m.party for m in made.messages}
    assert said == expected
    assert len(parties) == 1 if len(said) == 1 else len(parties) > 1


LONG = {
    "whisper": {"text": "ж" * 100_000, "segments": [SEGMENT | {"tokens": [50364] * 999}], "language": "ru"},
    "nemo": {"text": 'a "word" ' * 20_000, "timestamp": STAMPS},
    "azure-speech": {"combinedRecognizedPhrases": [dict.fromkeys(("lexical", "itn", "display"), "word " * 20_000)], "recognizedPhrases": [RECOGNISED]},
    "call-analytics": {"results": {"transcripts": [{"transcript": "word " * 20_000}], "items": PLAIN}},
    "wtf": {"transcript": {"text": "word " * 20_000}, "segments": WTF["segments"]},
}  # fmt: skip


@pytest.mark.parametrize("format", LONG)
@pytest.mark.parametrize("escaped", [True, False], ids=["escaped", "in UTF-8"])
def test_a_file_that_begins_with_the_text_of_hours_is_recognised(format, escaped, data):
    head = read_head(data("a.json", json.dumps(LONG[format], ensure_ascii=escaped)))
    fits = [name for name, part in PARTS.items() if isinstance(part, Format) and part.fits(head)]
    assert fits == [format]


def test_words_have_the_marks_of_the_text_that_they_lie_beside(data, found):
    data("a.json", WHISPERS["words beside segments"][1])
    data("b.json", WHISPERS["words alone"][1])
    for made in found()[0]:
        (utterance,) = made.transcript.utterances
        assert [(w.text, w.start, w.end) for w in utterance.words] == [("Good", 0.0, 0.3), ("day.", 0.4, 0.7)]  # fmt: skip


def test_silence_is_refused_as_such_and_not_as_an_unknown_format(data, found):
    data("a.json", {"text": "", "segments": [], "language": "en"})
    _, (rejected,) = found()
    assert rejected.format == "whisper"
    assert "nobody says a word" in rejected.error.reason


def test_a_ticket_with_a_chat_is_a_chat_under_its_own_number(data, found):
    data("a.json", DESKS["messaging within audits"][1])
    (made,), _ = found()
    assert (str(made.channel), made.metadata.ticket, made.external_id) == ("chat", "35", "35")
    assert made.messages[4].attachments == ("a.png",)


def test_what_became_of_a_comment_later_is_told_by_later_audits(data, found):
    kinds = [("CommentRedactionEvent", 1), ("CommentPrivacyChange", 2)]
    changes = [{"type": kind, "comment_id": number} for kind, number in kinds]
    comments = [COMMENT | {"id": n, "body": f"Number {n}"} for n in (1, 2, 3)]
    data("a.json", {"audits": [{"created_at": START, "events": comments}, {"created_at": START, "events": changes}]})  # fmt: skip
    (made,), _ = found()
    told = [(m.deleted, m.internal) for m in made.messages]
    assert told == [(True, False), (False, True), (False, False)]


def test_genesys_mail_has_its_subject(data, found):
    mail = HEARD | {"subject": "Late"}
    data("a.json", GENESYS | {"mediaType": "email", "transcripts": [mail]})
    (made,), _ = found()
    assert [m.text for m in made.messages] == ["Late\n\nGood day.", "Hello."]


def test_intercom_tickets_are_closed_by_a_state_that_is_an_object(data, found):
    closed = PART | {"part_type": "ticket_state_updated_by_admin", "ticket_state": {"category": "resolved"}}  # fmt: skip
    data("a.json", NEW | {"conversation_parts": {"conversation_parts": [PART, closed]}})
    (made,), _ = found()
    assert [(str(e.kind), e.start) for e in made.events] == [("closed", 1.0)]
