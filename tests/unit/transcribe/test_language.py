"""Which language a window is in, by its own evidence and its speaker's. No model."""

import numpy as np
import pytest

from qa.records import SAMPLE_RATE, SpeechSpan, Waveform
from qa.transcribe.language import Habits, among, base
from qa.transcribe.packing import pack


def window(seconds, speaker="a", at=0.0):
    audio = Waveform(np.zeros((1, 60 * SAMPLE_RATE), dtype=np.float32))
    (made,) = pack([SpeechSpan(speaker=speaker, start=at, end=at + seconds)], audio, limit=28)
    return made


def test_only_the_languages_that_are_spoken_here_compete():
    found = among({"en": 0.2, "cy": 0.7, "ru": 0.1}, ["en", "ru-RU"])
    assert found == {"en": pytest.approx(2 / 3), "ru": pytest.approx(1 / 3)}
    assert base("ru-RU") == "ru"


def test_languages_the_model_does_not_know_leave_it_the_choice():
    assert among({"en": 0.4, "cy": 0.6}, ["tlh"]) == {"en": 0.4, "cy": 0.6}


def test_a_short_cough_takes_its_speakers_language():
    habits = Habits(["en", "ru"])
    long, cough = window(14), window(0.5, at=20)
    found = habits.judge([long, cough], [{"en": 0.02, "ru": 0.98}, {"en": 0.95, "ru": 0.05}])
    assert [name for name, _ in found] == ["ru", "ru"]
    assert all(0.5 < sure <= 1 for _, sure in found)


def test_a_long_sure_window_keeps_its_own_language():
    habits = Habits(["en", "ru"])
    found = habits.judge(
        [window(14), window(6, at=20)], [{"en": 0.02, "ru": 0.98}, {"en": 0.95, "ru": 0.05}]
    )
    assert [name for name, _ in found] == ["ru", "en"]


def test_speakers_do_not_share_a_language():
    habits = Habits(["en", "ru"])
    found = habits.judge(
        [window(14, "a"), window(1, "b")], [{"en": 0.02, "ru": 0.98}, {"en": 0.9, "ru": 0.1}]
    )
    assert [name for name, _ in found] == ["ru", "en"]


def test_a_speakers_habit_lasts_from_batch_to_batch():
    habits = Habits(["en", "ru"])
    habits.judge([window(14)], [{"en": 0.01, "ru": 0.99}])
    assert habits.judge([window(1, at=30)], [{"en": 0.7, "ru": 0.3}])[0][0] == "ru"
