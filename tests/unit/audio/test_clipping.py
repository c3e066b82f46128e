"""Clips of the copy for listening."""

import time

import numpy as np
import pytest

from qa.audio import clip, decode, write_playback
from qa.records import SAMPLE_RATE, Waveform


@pytest.fixture
def copy(make, tmp_path):
    """A copy of a minute that rises in pitch, so that every second of it is another one."""
    sound = make.chirp(60.0, SAMPLE_RATE, low=200, high=2500).astype(np.float32)
    path = tmp_path / "call.mp3"
    write_playback(Waveform(np.stack([sound, sound * 0.5])), [(30.0, 31.0)], path)
    return path, sound


def heard(content, make, tmp_path):
    path = tmp_path / "clip-heard.mp3"
    path.write_bytes(content)
    return decode([make.source(path)], scratch=tmp_path / "scratch")


def test_a_clip_holds_those_seconds_and_no_other(copy, make, tmp_path):
    path, sound = copy
    for start, end in [(0.0, 3.0), (20.0, 24.5), (56.0, 60.0)]:
        content = clip(path, start, end, silence=[], scratch=tmp_path)
        audio, facts = heard(content, make, tmp_path)
        assert facts.duration == pytest.approx(end - start, abs=0.05)
        meant = sound[round(start * SAMPLE_RATE) : round(end * SAMPLE_RATE)]
        likeness, shift = make.likeness(audio.samples[0], meant)
        assert likeness > 0.98
        assert abs(shift) < 0.02 * SAMPLE_RATE
        assert clip(path, start, end, silence=[], scratch=tmp_path) == content


def test_names_are_silent_and_what_was_silent_stays_so(copy, make, tmp_path):
    path, _ = copy
    content = clip(path, 25.0, 35.0, silence=[(27.0, 28.0), (1.0, 2.0)], scratch=tmp_path)
    audio, _ = heard(content, make, tmp_path)

    def loudness(start, end):
        return np.abs(audio.samples[:, int(start * SAMPLE_RATE) : int(end * SAMPLE_RATE)]).max()

    assert loudness(2.05, 2.95) < 0.01
    assert loudness(5.05, 5.95) < 0.02
    assert loudness(3.2, 4.5) > 0.2
    assert loudness(0.1, 1.8) > 0.2


def test_what_lies_beyond_the_recording_is_silent(copy, make, tmp_path):
    path, _ = copy
    audio, _ = heard(clip(path, 59.0, 63.0, silence=[], scratch=tmp_path), make, tmp_path)
    assert np.abs(audio.samples[:, 2 * SAMPLE_RATE :]).max() < 0.01


@pytest.mark.slow
def test_a_clip_of_a_long_call_is_not_paid_for_by_the_hour(make, tmp_path):
    sound = np.tile(make.chirp(60.0, SAMPLE_RATE).astype(np.float32), 15)[None]
    path = tmp_path / "long.mp3"
    write_playback(Waveform(sound), [], path)
    began = time.process_time()
    clip(path, 850.0, 860.0, silence=[], scratch=tmp_path)
    late = time.process_time() - began
    began = time.process_time()
    clip(path, 10.0, 20.0, silence=[], scratch=tmp_path)
    assert late < 5 * (time.process_time() - began) + 0.2
