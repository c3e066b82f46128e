"""Regions of speech from probabilities of frames; the model is not loaded."""

import numpy as np
import pytest

from qa import speech
from qa.speech import BLOCK, FRAME, FRAME_S, Hysteresis, speech_probability, to_regions


def frames(*stretches):
    """Probabilities from (seconds, probability)."""
    return np.concatenate(
        [np.full(round(seconds / FRAME_S), p, dtype=np.float32) for seconds, p in stretches]
    )


def test_a_region_is_what_rises_to_speech_and_is_padded_on_both_sides():
    found = to_regions(frames((1, 0.0), (2, 0.9), (1, 0.0)), 4.0)
    assert [(round(a, 1), round(b, 1)) for a, b, _ in found] == [(0.8, 3.2)]
    assert found[0][2] == pytest.approx(0.9)


def test_a_dip_that_stays_above_the_lower_threshold_does_not_end_a_region():
    found = to_regions(frames((1, 0.9), (1, 0.4), (1, 0.9)), 3.0)
    assert len(found) == 1


def test_what_never_reaches_the_upper_threshold_is_no_speech():
    assert to_regions(frames((5, 0.45)), 5.0) == []


@pytest.mark.parametrize(("silence", "regions"), [(0.2, 1), (0.5, 2)])
def test_only_a_silence_long_enough_parts_two_regions(silence, regions):
    assert len(to_regions(frames((1, 0.9), (silence, 0.0), (1, 0.9)), 4.0)) == regions


def test_neighbours_meet_in_the_middle_and_never_overlap():
    found = to_regions(frames((1, 0.9), (0.32, 0.0), (1, 0.9)), 2.32)
    assert found[0][1] == pytest.approx(found[1][0])


def test_regions_stay_inside_the_recording():
    found = to_regions(frames((1, 0.9)), 0.99)
    assert found[0][0] == 0.0
    assert found[0][1] == pytest.approx(0.99)


def test_a_click_is_no_speech():
    assert to_regions(frames((1, 0.0), (0.064, 0.9), (1, 0.0)), 2.1) == []
    options = Hysteresis(min_speech=0.03)
    assert len(to_regions(frames((1, 0.0), (0.064, 0.9), (1, 0.0)), 2.1, options)) == 1


def test_no_frames_no_regions():
    assert to_regions(np.zeros(0, dtype=np.float32), 0.0) == []


class Listener:
    """Stands for the model: says 0.9 of every frame, and counts those it was given."""

    def __init__(self):
        self.frames = 0

    def run(self, _, given):
        self.frames += len(given["input"])
        return np.full(len(given["input"]), 0.9, np.float32), given["h"], given["c"]


def test_blocks_of_silence_are_not_given_to_the_model(monkeypatch):
    listener = Listener()
    monkeypatch.setattr(speech, "_session", lambda: listener)
    sound = np.zeros(3 * BLOCK * FRAME + 100, np.float32)
    sound[BLOCK * FRAME : 2 * BLOCK * FRAME] = 0.1
    found = speech_probability(sound)
    assert listener.frames == BLOCK
    assert len(found) == 3 * BLOCK + 1
    assert found[BLOCK : 2 * BLOCK].min() > 0.8
    assert found[:BLOCK].max() == found[2 * BLOCK :].max() == 0
