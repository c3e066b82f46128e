"""Whisper and the programs around it: words, their times, and who speaks."""

import json

import pytest

from qa.importers.segments import SegmentIn, WordIn, utterances, words_of


def words(*given):
    return [WordIn(word=w, start=s, end=e, probability=0.5) for w, s, e in given]


def shown(given, start=0.0, end=10.0):
    return [(w.text, round(w.start, 2), round(w.end, 2)) for w in words_of(given, start, end)]


def test_pieces_of_a_word_are_joined_where_words_begin_with_a_space():
    assert shown(words((" twenty", 1, 2), ("-two", 2, 3), (".", 3, 3))) == [("twenty-two.", 1, 3)]
    assert shown(words(("a", 1, 2), ("b", 2, 3))) == [("a", 1, 2), ("b", 2, 3)]


UNTIMED = [
    ("in the middle", [("a", 1, 2), ("7", None, None), ("b", 4, 5)], [("a", 1, 2), ("7", 2, 4), ("b", 4, 5)]),
    ("two share", [("a", 1, 2), ("7", None, None), ("8", None, None), ("b", 4, 5)], [("a", 1, 2), ("7", 2, 3), ("8", 3, 4), ("b", 4, 5)]),
    ("at the ends", [("7", None, None), ("b", 4, 5), ("8", None, None)], [("7", 0, 4), ("b", 4, 5), ("8", 5, 10)]),
    ("all", [("a", None, None), ("b", None, None)], [("a", 0, 5), ("b", 5, 10)]),
    ("no room", [("a", 1, 5), ("7", None, None), ("b", 4, 5)], [("a", 1, 5), ("7", 5, 5), ("b", 4, 5)]),
]  # fmt: skip


@pytest.mark.parametrize(("why", "given", "expected"), UNTIMED, ids=[w for w, _, _ in UNTIMED])
def test_words_without_times_share_those_of_their_neighbours(why, given, expected):
    assert shown(words(*given)) == expected


def test_a_segment_is_divided_where_its_words_change_speaker():
    given = [
        WordIn(word=w, start=i, end=i + 1, speaker=s)
        for i, (w, s) in enumerate([("Yes?", "A"), ("No", "B"), ("no.", None)])
    ]
    segment = SegmentIn(start=0, end=3, text="Yes? No no.", speaker="A", words=given)
    assert [(u.party, u.text, u.start, u.end) for u in utterances([segment])] == [
        ("A", "Yes?", 0, 1),
        ("B", "No no.", 1, 3),
    ]


def test_without_words_the_segment_has_its_times():
    (one,) = utterances([SegmentIn(start=1, end=2, text=" Hi. ")], language="en")
    assert (one.text, one.start, one.end, one.words, one.language) == (" Hi. ", 1, 2, (), "en")


SEGMENT = {"start": 0, "end": 1, "text": " Hi.", "avg_logprob": -0.1, "no_speech_prob": 0.0}
WORD = {"word": "Hi.", "start": 0, "end": 1}
FILES = [
    ("whisper", {"text": "Hi.", "segments": [SEGMENT], "language": "english"}),
    ("whisper", {"text": "Hi.", "segments": [SEGMENT | {"words": [WORD | {"probability": 0.9}]}], "language": "en"}),
    ("faster-whisper", [SEGMENT]),
    ("faster-whisper", {"info": {"language": "en"}, "segments": [SEGMENT]}),
    ("faster-whisper", {"language": "en", "segments": [SEGMENT]}),
    ("whisperx", {"segments": [{"start": 0, "end": 1, "text": "Hi.", "words": [WORD | {"score": 1}]}], "language": "en"}),
    ("whisperx", {"segments": [{"start": 0, "end": 1, "text": "Hi."}], "word_segments": [], "language": "en"}),
]  # fmt: skip


@pytest.mark.parametrize(("engine", "value"), FILES)
def test_each_is_told_from_the_others(found, data, engine, value):
    data("a.json", json.dumps(value))
    (c,), _ = found()
    assert c.transcript.engine == engine
    assert [u.text for u in c.transcript.utterances] == ["Hi."]
    assert c.metadata.language == (
        None if engine == "faster-whisper" and isinstance(value, list) else "en"
    )
