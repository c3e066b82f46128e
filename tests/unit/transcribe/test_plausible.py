"""Which words a model may not claim. Hand-built words; no model."""

import pytest

from qa.testing import make_words
from qa.transcribe.plausible import compression, doubtful, invented, without_loops


def texts(words):
    return " ".join(w.text for w in words)


@pytest.mark.parametrize(
    ("said", "kept"),
    [
        # people repeat themselves
        ("no no no no", "no no no no"),
        ("bye bye", "bye bye"),
        ("yes I know yes I know", "yes I know yes I know"),
        # models get stuck
        ("thank you " * 9, "thank you"),
        ("so I said. " * 6 + "goodbye", "so I said. goodbye"),
        ("go " * 12, "go"),
    ],
)
def test_only_what_nobody_repeats_that_often_is_cut(said, kept):
    assert texts(without_loops(make_words(said))) == kept.strip()


@pytest.mark.parametrize(
    ("case", "expected"),
    [
        ({"no_speech": 0.1, "log_probability": -0.2}, False),
        # one doubt alone is not enough
        ({"no_speech": 0.9, "log_probability": -0.2}, False),
        ({"no_speech": 0.1, "log_probability": -1.2}, False),
        # both are
        ({"no_speech": 0.9, "log_probability": -1.2}, True),
        # pure guesswork
        ({"no_speech": 0.1, "log_probability": -2.5}, True),
    ],
)
def test_words_that_the_model_itself_doubts_were_not_said(case, expected):
    assert invented(make_words("hello there"), duration=1.0, **case) is expected


def test_credits_of_films_are_dropped_when_the_model_is_unsure_of_them():
    words = make_words("Thanks for watching!")
    assert invented(words, duration=1.0, no_speech=0.2, log_probability=-0.8)
    assert not invented(words, duration=1.0, no_speech=0.2, log_probability=-0.1)


def test_more_words_than_a_mouth_can_say_were_not_said():
    words = make_words("one two three four five six seven eight nine ten")
    assert invented(words, duration=0.8, no_speech=0.1, log_probability=-0.9)
    assert not invented(words, duration=3.0, no_speech=0.1, log_probability=-0.9)


def test_a_region_without_words_invents_nothing():
    assert not invented((), duration=1.0, no_speech=1.0, log_probability=-9.0)


def test_a_loop_packs_too_well_and_is_tried_again():
    assert compression("") == 0.0
    assert doubtful("thank you for calling " * 20, -0.2)
    assert doubtful("hello", -1.5)
    assert not doubtful("hello, how can I help you today?", -0.3)
