"""From pieces of text in a window to words in regions. No model."""

from itertools import pairwise

import numpy as np
import pytest

from qa.records import SAMPLE_RATE, SpeechSpan, Waveform
from qa.transcribe.packing import pack
from qa.transcribe.words import Spoken, Timed, fingerprint, join_words, segments_of


def pieces(*texts, start=0.0, step=0.2, probability=0.9):
    return [
        Timed(text, start + i * step, start + (i + 1) * step, (probability,))
        for i, text in enumerate(texts)
    ]


def joined(*texts, language="en"):
    return [w.text for w in join_words(pieces(*texts), language=language)]


@pytest.mark.parametrize(
    ("written", "words"),
    [
        ([" Hello", ",", " Mr", ".", " Bond"], ["Hello,", "Mr.", "Bond"]),
        ([" 9", ".30", " a.m."], ["9.30", "a.m."]),
        ([" $", "50", " now"], ["$50", "now"]),
        ([' "', "Yes", '"', "!"], ['"Yes"!']),
        (["Hello"], ["Hello"]),
        ([" yes", " -", " no"], ["yes-", "no"]),
        ([" ..."], []),
        ([" Да", ",", " хорошо"], ["Да,", "хорошо"]),
    ],
)
def test_marks_and_endings_join_the_word_they_belong_to(written, words):
    assert joined(*written) == words


def test_languages_without_spaces_keep_the_models_own_words():
    assert joined("你", "好", "。", language="zh") == ["你", "好。"]


def window(*regions):
    audio = Waveform(np.zeros((1, 30 * SAMPLE_RATE), dtype=np.float32))
    spans = [SpeechSpan(speaker="speaker-0", start=a, end=b) for a, b in regions]
    (made,) = pack(spans, audio, limit=28)
    return made


def spoken(words, *regions, **changes):
    given = {
        "language": "en",
        "language_confidence": 1.0,
        "no_speech": 0.1,
        "log_probability": -0.2,
        **changes,
    }
    return Spoken(window=window(*regions), words=tuple(words), **given)


def test_each_region_becomes_a_segment_with_its_words_on_the_recordings_clock():
    said = pieces(" one", " two", step=0.4) + pieces(" three", start=1.1, step=0.4)
    first, second = segments_of(spoken(said, (10, 11), (20, 21)))
    assert [w.text for w in first.words] == ["one", "two"]
    assert (first.words[0].start, first.words[1].end) == (10.0, pytest.approx(10.8))
    assert (second.start, second.words[0].start) == (20, pytest.approx(20.1))
    assert second.words[0].confidence == pytest.approx(0.9)
    assert second.speaker == "speaker-0"


def test_words_lie_inside_their_region_in_order_and_apart():
    said = [
        Timed(" a", 0.9, 0.9, (0.9,)),
        Timed(" b", 0.8, 1.4, (0.9,)),
        Timed(" c", 1.4, 1.9, (0.9,)),
    ]
    (segment,) = segments_of(spoken(said, (10, 11)))
    for before, after in pairwise(segment.words):
        assert before.end <= after.start
    assert segment.words[0].start >= 10
    assert segment.words[-1].end <= 11


def test_a_region_is_judged_by_its_own_words():
    said = pieces(" sure", probability=0.9) + pieces(" guess", start=1.2, probability=0.05)
    found = segments_of(spoken(said, (10, 11), (20, 21)))
    assert [s.start for s in found] == [10]


def test_a_region_without_words_has_no_segment():
    assert segments_of(spoken([], (10, 11))) == []


def test_two_files_of_weights_are_told_apart(tmp_path):
    one, two = tmp_path / "one", tmp_path / "two"
    one.write_bytes(b"a" * 3_000_000)
    two.write_bytes(b"a" * 2_999_999 + b"b")
    assert fingerprint(one) != fingerprint(two)
    assert fingerprint(tmp_path / "none") == ""


def test_a_sentence_that_is_repeated_in_no_time_was_said_once():
    said = pieces(" I", " do", " not", " hear", ".", step=0.2)
    echo = [Timed(t, 1.0, 1.0, (0.9,)) for t in (" I", " do", " not", " hear", ".")]
    (segment,) = segments_of(spoken([*said, *echo], (10, 12)))
    assert [w.text for w in segment.words] == ["I", "do", "not", "hear."]


def test_a_sentence_that_is_repeated_in_its_own_time_was_said_twice():
    said = pieces(*[" I", " do", " not", " hear"] * 2, step=0.2)
    (segment,) = segments_of(spoken(said, (10, 12)))
    assert len(segment.words) == 8
