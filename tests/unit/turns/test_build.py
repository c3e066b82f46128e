"""Words to turns: nothing lost, nothing doubled, and lone words where they belong."""

from collections import Counter
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from qa.records import Diarization, Role, Segment, SpeechSpan, Transcript, Word
from qa.testing import fake_provenance, make_words
from qa.turns.build import build_turns

A, B = "speaker-0", "speaker-1"


def segment(words, *, speaker="", channel=0, language="en"):
    return Segment(
        start=words[0].start if words else 0,
        end=words[-1].end if words else 0,
        channel=channel,
        speaker=speaker,
        language=language,
        language_confidence=0.9,
        no_speech=0,
        log_probability=-0.1,
        words=tuple(words),
    )


def spans(*given):
    return tuple(SpeechSpan(speaker=who, start=a, end=b, confidence=c) for who, a, b, c in given)


def turns_of(segments, overlapping, exclusive=None):
    return build_turns(
        Transcript(segments=tuple(segments), provenance=fake_provenance()),
        Diarization(
            spans=overlapping,
            exclusive=overlapping if exclusive is None else exclusive,
            provenance=fake_provenance(),
        ),
    )


def said(turns):
    return [(turn.party, turn.text) for turn in turns]


def test_a_word_goes_to_the_speaker_it_overlaps_most():
    words = make_words("good morning. hi there", seconds_per_word=0.5)

    turns = turns_of([segment(words)], spans((A, 0, 1.1, 1.0), (B, 1.1, 2, 1.0)))

    assert said(turns) == [(A, "good morning."), (B, "hi there")]
    assert all(turn.role is Role.UNKNOWN for turn in turns)


def test_a_word_that_overlaps_nobody_goes_to_the_nearest_and_is_less_sure():
    words = [Word(text="hello", start=0, end=1), Word(text="hm", start=1.6, end=1.9)]

    first, second = turns_of([segment(words)], spans((A, 0, 1, 1.0), (B, 2, 3, 1.0)))

    assert (second.party, second.text) == (B, "hm")
    assert second.confidence < 0.6 < first.confidence


def test_confidence_falls_with_a_word_that_two_share_and_with_an_unsure_span():
    words = [Word(text="hello", start=0, end=1)]

    shared = turns_of([segment(words)], spans((A, 0, 0.75, 1.0), (B, 0.75, 1, 1.0)))
    unsure = turns_of([segment(words)], spans((A, 0, 1, 0.5)))

    assert shared[0].confidence == pytest.approx(0.75)
    assert unsure[0].confidence == pytest.approx(0.5)


def test_without_any_span_there_is_one_speaker_nobody_is_sure_of():
    (turn,) = turns_of([segment(make_words("hello there"))], ())

    assert (turn.party, turn.confidence) == (A, 0.0)


STRAY = [(A, 0, 0.9, 1.0), (B, 0.9, 1.2, 1.0), (A, 1.2, 9, 1.0)]


@pytest.mark.parametrize(
    ("text", "party"),
    [
        ("I would like to replace my card.", A),
        ("I have already. yes to replace my", B),
        ("you will need mhm to replace it", B),
        ("вы можете сразу угу прийти к нам", B),
        ("ön holnap akkor igen bejön hozzánk délután", B),
    ],
)
def test_a_lone_word_inside_a_sentence_is_given_back_unless_it_can_stand_alone(text, party):
    turns = turns_of([segment(make_words(text))], spans(*STRAY))

    assert [t.party for t in turns for w in t.words if w.start == pytest.approx(0.9)] == [party]


def test_a_lone_word_between_two_sentences_stays():
    turns = turns_of([segment(make_words("what is it? Checkbook it is then"))], spans(*STRAY))

    assert said(turns)[1] == (B, "Checkbook")


def test_a_lone_word_after_a_pause_stays():
    words = [*make_words("which card do"), *make_words("visa", start=2), *make_words("so", start=3)]

    turns = turns_of([segment(words)], spans((A, 0, 1.5, 1), (B, 1.5, 2.5, 1), (A, 2.5, 9, 1)))

    assert (B, "visa") in said(turns)


def test_a_backchannel_over_running_speech_is_its_own_turn_and_cuts_nothing():
    agent = segment(make_words("your card will arrive on monday"), speaker=A)
    customer = segment(make_words("mhm", start=0.65), speaker=B, channel=1)

    turns = turns_of([agent, customer], spans((A, 0, 1.8, 1.0), (B, 0.65, 0.95, 1.0)))

    assert said(turns) == [(A, "your card will arrive on monday"), (B, "mhm")]
    assert turns[1].overlap == pytest.approx(0.3)
    assert turns[0].overlap == pytest.approx(0.3)


def test_an_answer_in_a_pause_cuts_the_other_turn():
    agent = segment([*make_words("is it gone?"), *make_words("I am sorry", start=2.0)], speaker=A)
    customer = segment(make_words("yes", start=1.3), speaker=B, channel=1)

    turns = turns_of([agent, customer], spans((A, 0, 3, 1.0), (B, 1.3, 1.6, 1.0)))

    assert said(turns) == [(A, "is it gone?"), (B, "yes"), (A, "I am sorry")]


def test_long_silence_and_another_language_begin_a_new_turn():
    first = segment(make_words("one moment"), speaker=A)
    second = segment(make_words("here I am", start=5), speaker=A)
    third = segment(make_words("да слушаю", start=6), speaker=A, language="ru")

    turns = turns_of([first, second, third], spans((A, 0, 8, 1.0)))

    assert [t.text for t in turns] == ["one moment", "here I am", "да слушаю"]
    assert [t.language for t in turns] == ["en", "en", "ru"]


def test_an_empty_transcript_has_no_turns():
    assert turns_of([], ()) == ()
    assert turns_of([segment([])], spans((A, 0, 1, 1.0))) == ()


times = st.floats(0, 60, allow_nan=False).map(lambda t: round(t, 2))
lengths = st.floats(0, 1.5, allow_nan=False).map(lambda t: round(t, 2))
a_word = st.builds(
    lambda text, start, length: Word(text=text, start=start, end=start + length),
    st.sampled_from(["one", "two.", "yes", "card", "мхм", "hello?"]),
    times,
    lengths,
)
a_span = st.builds(
    lambda who, start, length, sure, channel: SpeechSpan(
        speaker=who, start=start, end=start + length, confidence=sure, channel=channel
    ),
    st.sampled_from([A, B, "speaker-2"]),
    times,
    st.floats(0.05, 20, allow_nan=False),
    st.floats(0, 1, allow_nan=False),
    st.integers(0, 1),
)
a_segment = st.builds(
    lambda words, speaker, channel, language: segment(
        sorted(words, key=lambda w: w.start), speaker=speaker, channel=channel, language=language
    ),
    st.lists(a_word, max_size=12),
    st.sampled_from(["", A, B]),
    st.integers(0, 1),
    st.sampled_from(["en", "ru"]),
)


@given(st.lists(a_segment, max_size=6), st.lists(a_span, max_size=8))
def test_words_are_neither_lost_nor_doubled_and_turns_are_in_order(segments, found):
    turns = turns_of(segments, tuple(found))

    words_in = Counter(word for segment in segments for word in segment.words)
    words_out = Counter(word for turn in turns for word in turn.words)
    assert words_out == words_in
    assert [turn.index for turn in turns] == list(range(len(turns)))
    for turn in turns:
        assert turn.words
        assert turn.text == " ".join(word.text for word in turn.words)
        assert 0 <= turn.start <= turn.end
        assert all(turn.start <= w.start and w.end <= turn.end for w in turn.words)
        assert all(a.start <= b.start for a, b in pairwise(turn.words))
        assert 0 <= turn.confidence <= 1
        assert 0 <= turn.overlap <= turn.end - turn.start + 1e-9
    assert all(a.start <= b.start for a, b in pairwise(turns))
