"""Regions packed into windows, and times mapped back. No model."""

from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from qa.records import SAMPLE_RATE, SpeechSpan, Waveform
from qa.transcribe.packing import pack, split


def span(start, end, channel=0, speaker=""):
    return SpeechSpan(speaker=speaker, start=start, end=end, channel=channel)


def ramp(seconds, channels=1):
    """Samples that say when they are."""
    times = np.arange(round(seconds * SAMPLE_RATE), dtype=np.float32) / SAMPLE_RATE
    return Waveform(np.stack([times + 100 * c for c in range(channels)]))


def test_regions_of_one_voice_stand_one_after_the_other():
    (window,) = pack([span(1, 2), span(5, 7)], ramp(10), limit=14)
    assert [p.at for p in window.pieces] == [0.0, 1.0]
    heard = window.samples(ramp(10))
    assert len(heard) == 3 * SAMPLE_RATE
    assert heard[0] == pytest.approx(1.0)
    assert heard[SAMPLE_RATE] == pytest.approx(5.0)


def test_no_window_mixes_channels_or_speakers():
    regions = [span(0, 1), span(1, 2, channel=1), span(2, 3, speaker="b"), span(3, 4)]
    windows = pack(regions, ramp(5, channels=2), limit=14)
    assert sorted(w.voice for w in windows) == [(0, ""), (0, "b"), (1, "")]


def test_a_time_in_a_window_is_mapped_to_its_region():
    (window,) = pack([span(1, 2), span(5, 7)], ramp(10), limit=14)
    piece, start, end = window.place(1.5, 2.0)
    assert (piece.region.start, start, end) == (5, 5.5, 6.0)


def test_a_word_over_an_edge_belongs_to_the_region_of_its_middle_and_is_clipped_to_it():
    (window,) = pack([span(1, 2), span(5, 7)], ramp(10), limit=14)
    piece, start, end = window.place(0.8, 1.1)
    assert (piece.region.start, start, end) == (1, pytest.approx(1.8), 2.0)


def test_a_word_beyond_the_window_is_put_at_its_end():
    (window,) = pack([span(1, 2)], ramp(10), limit=14)
    assert window.place(1.2, 1.6)[1:] == (2.0, 2.0)


def test_silence_between_regions_can_be_asked_for():
    (window,) = pack([span(1, 2), span(5, 7)], ramp(10), limit=14, gap=0.5)
    heard = window.samples(ramp(10))
    assert not heard[SAMPLE_RATE : SAMPLE_RATE * 3 // 2].any()
    assert heard[SAMPLE_RATE * 3 // 2] == pytest.approx(5.0)


def test_a_long_region_is_cut_where_it_is_quietest():
    samples = np.ones((1, 40 * SAMPLE_RATE), dtype=np.float32)
    samples[:, round(12.0 * SAMPLE_RATE) : round(12.1 * SAMPLE_RATE)] = 0
    pieces = split(span(0, 20), Waveform(samples), limit=14)
    assert [(p.start, p.end) for p in pieces] == [
        (0, pytest.approx(12.05, abs=0.06)),
        (pieces[0].end, 20),
    ]


spans_of_a_call = st.lists(st.tuples(st.floats(0.05, 45), st.floats(0, 5)), min_size=1, max_size=12)


@given(spans_of_a_call, st.floats(5, 28))
def test_every_moment_of_every_region_lies_in_exactly_one_window(lengths, limit):
    at, regions = 0.0, []
    for length, silence in lengths:
        regions.append(span(at, at + length))
        at += length + silence
    audio = Waveform(np.zeros((1, round(at * SAMPLE_RATE) + 1), dtype=np.float32))
    windows = pack(regions, audio, limit=limit)
    assert all(w.duration <= limit + 1e-6 for w in windows)
    pieces = sorted((p for w in windows for p in w.pieces), key=lambda p: p.start)
    for region in regions:
        mine = [p for p in pieces if p.region is region]
        assert mine[0].start == region.start
        assert mine[-1].end == region.end
        assert all(a.end == b.start for a, b in pairwise(mine))
