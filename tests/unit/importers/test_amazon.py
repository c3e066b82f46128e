"""Amazon Connect and Amazon Transcribe: who is who, when, and what happened."""

import pytest

from qa.records import EventKind, Role


def line(at, who, text=None, **more):
    role = {"p-1": "CUSTOMER", "p-2": "SYSTEM", "p-3": "AGENT", "p-4": "CUSTOM_BOT"}[who]
    kind = {"Type": "MESSAGE", "Content": text, "ContentType": "text/plain"}
    time = f"2026-03-02T10:0{at // 60}:{at % 60:02d}Z"
    return {"AbsoluteTime": time, "ParticipantId": who, "ParticipantRole": role, **kind, **more}


def event(at, who, what):
    kind = f"application/vnd.amazonaws.connect.event.{what}"
    return line(at, who, Type="EVENT", ContentType=kind)


def chat(*lines, **more):
    return {"Channel": "CHAT", "JobStatus": "COMPLETED", "Transcript": list(lines), **more}


def test_an_agent_who_joins_was_given_the_chat(data, found):
    lines = [
        event(0, "p-1", "participant.joined"),
        line(10, "p-1", "Where is my order?"),
        event(30, "p-3", "participant.joined"),
        event(35, "p-3", "typing"),
        line(50, "p-3", "It left today.", DisplayName="Dana"),
        event(60, "p-1", "chat.ended"),
    ]
    data("chat.json", chat(*lines))
    (conversation,), rejected = found()
    assert not rejected
    assert [(m.party, m.at) for m in conversation.messages] == [("customer", 10), ("agent", 50)]
    assert [(e.kind, e.start, e.party) for e in conversation.events] == [
        (EventKind.SYSTEM, 0, "customer"),
        (EventKind.ASSIGNED, 30, "agent"),
        (EventKind.CLOSED, 60, None),
    ]
    assert {p.id: (p.role, p.name) for p in conversation.parties}["agent"] == (Role.AGENT, "Dana")


def test_what_a_list_of_choices_shows_is_its_titles(data, found):
    shown = '{"data": {"content": {"title": "About?", "elements": [{"title": "A bill"}]}}}'
    kind = "application/vnd.amazonaws.connect.message.interactive"
    data("chat.json", chat(line(0, "p-4", shown, ContentType=kind), line(9, "p-1", "A bill")))
    (conversation,), _ = found()
    assert [(m.party, m.text) for m in conversation.messages] == [
        ("bot", "About?\nA bill"),
        ("customer", "A bill"),
    ]


def test_an_unfinished_job_is_refused_with_its_reason(data, found):
    data("chat.json", chat(line(0, "p-1", "Hello"), JobStatus="FAILED"))
    conversations, (rejected,) = found()
    assert not conversations
    assert "JobStatus" in rejected.error.reason


def word(text, at, kind="pronunciation"):
    times = {"BeginOffsetMillis": at, "EndOffsetMillis": at + 200}
    return {"Type": kind, "Confidence": 0.9, "Content": text, **times}


def test_words_of_call_analytics_carry_their_marks(data, found):
    said = {"ParticipantRole": "CUSTOMER", "Content": "Yes, please."}
    items = [word("Yes", 0), word(",", 200, "punctuation"), word("please", 300)]
    items.append(word(".", 500, "punctuation"))
    times = {"BeginOffsetMillis": 0, "EndOffsetMillis": 500}
    turn = {**said, **times, "Items": items}
    data("call.json", {"JobStatus": "COMPLETED", "JobName": "n1", "Transcript": [turn]})
    (conversation,), _ = found()
    (utterance,) = conversation.transcript.utterances
    assert [(w.text, w.start, w.end, w.confidence) for w in utterance.words] == [
        ("Yes,", 0.0, 0.2, 0.9),
        ("please.", 0.3, 0.5, 0.9),
    ]
    assert conversation.external_id == "n1"


def plain(text, at, **label):
    times = {} if at is None else {"start_time": f"{at}", "end_time": f"{at + 0.2}"}
    kind = "punctuation" if at is None else "pronunciation"
    return {"type": kind, "alternatives": [{"confidence": "0.9", "content": text}], **times} | label


@pytest.mark.parametrize("where", ["items", "segments", "channels"])
def test_speakers_of_a_plain_transcript_are_found_wherever_it_names_them(where, data, found):
    one, two = [plain("Hello", 0.0), plain(".", None)], [plain("Hi", 1.0), plain("!", None)]
    results = {"transcripts": [{"transcript": "Hello. Hi!"}], "items": one + two}
    if where == "items":
        results["items"] = [i | {"speaker_label": "spk_0"} for i in one]
        results["items"] += [i | {"speaker_label": "spk_1"} for i in two]
    elif where == "segments":
        labels = [{"start_time": str(float(n)), "speaker_label": f"spk_{n}"} for n in (0, 1)]
        results["speaker_labels"] = {"segments": [{"items": labels}]}
    else:
        channels = [{"channel_label": f"ch_{n}", "items": i} for n, i in enumerate((one, two))]
        results["channel_labels"] = {"channels": channels}
    data("call.json", {"jobName": "n2", "status": "COMPLETED", "results": results})
    (conversation,), rejected = found()
    assert not rejected
    said = [(u.text, u.start) for u in conversation.transcript.utterances]
    assert said == [("Hello.", 0.0), ("Hi!", 1.0)]
    assert len({u.party for u in conversation.transcript.utterances}) == 2
