"""One speaker a channel, less what leaked over. Hand-built loudness; no model."""

from itertools import pairwise

import numpy as np
import pytest

from qa.diarize.channels import HOP_S, ChannelDiarizer, loudness, one_at_a_time, without_leak
from qa.records import SAMPLE_RATE, SpeechSpan, Waveform
from qa.settings import Settings


def span(start, end, channel=0, speaker=""):
    return SpeechSpan(speaker=speaker, start=start, end=end, channel=channel)


def voice(seconds, seed, level=-20.0):
    """Loudness that rises and falls as syllables do, in dB per 20 ms."""
    noise = np.random.default_rng(seed).normal(size=round(seconds / HOP_S) + 20)
    smooth = np.convolve(noise, np.ones(6) / 6, mode="same")[: round(seconds / HOP_S)]
    return (level + 12 * smooth).astype(np.float32)


def silence(seconds):
    return np.full(round(seconds / HOP_S), -70.0, dtype=np.float32)


def delayed(track, frames, quieter):
    return np.concatenate([np.full(frames, -70.0), track[: len(track) - frames] - quieter]).astype(
        np.float32
    )


@pytest.mark.parametrize("frames", [0, 3, 12])
def test_a_quieter_later_copy_of_the_other_side_is_nobodys_speech(frames):
    theirs = voice(5, seed=1)
    tracks = [delayed(theirs, frames, 15), theirs]
    assert without_leak(span(0.5, 4.5), tracks) == []
    assert without_leak(span(0.5, 4.5, channel=1), tracks)


def test_two_who_talk_at_once_both_speak():
    tracks = [voice(5, seed=1, level=-30), voice(5, seed=2, level=-20)]
    for channel in (0, 1):
        (kept,) = without_leak(span(0.5, 4.5, channel), tracks)
        assert (kept.start, kept.end) == (0.5, 4.5)
        assert kept.speaker == f"speaker-{channel}"


def test_only_the_leaked_part_of_a_region_is_taken_out():
    own, theirs = voice(4, seed=1), voice(4, seed=2)
    tracks = [
        np.concatenate([own, delayed(theirs, 2, 20)]),
        np.concatenate([silence(4), theirs]),
    ]
    kept = without_leak(span(0.2, 7.8), tracks)
    assert kept[0].start == 0.2
    assert kept[-1].end == pytest.approx(4.0, abs=0.6)


def test_a_voice_over_which_the_other_is_louder_is_less_sure():
    tracks = [voice(3, seed=1, level=-40), voice(3, seed=2, level=-10)]
    (under,) = without_leak(span(0, 3), tracks)
    (over,) = without_leak(span(0, 3, channel=1), tracks)
    assert under.confidence < over.confidence


def test_where_two_speak_the_louder_one_has_the_word():
    tracks = [
        np.concatenate([voice(2, seed=1), silence(2)]),
        np.concatenate([silence(1), voice(3, seed=2, level=-5)]),
    ]
    spans = [span(0, 2, 0, "speaker-0"), span(1, 4, 1, "speaker-1")]
    exclusive = one_at_a_time(spans, tracks)
    for before, after in pairwise(exclusive):
        assert before.end <= after.start + 1e-9
    assert {s.speaker for s in exclusive} == {"speaker-0", "speaker-1"}
    assert sum(s.duration for s in exclusive) == pytest.approx(4.0, abs=0.1)


def test_speakers_are_named_after_their_channels():
    samples = np.random.default_rng(0).normal(scale=0.1, size=(2, 4 * SAMPLE_RATE))
    audio = Waveform(samples.astype(np.float32))
    made = ChannelDiarizer(settings=Settings()).diarize(
        audio, [span(0, 1), span(2, 3, channel=1)], speakers=None
    )
    assert [s.speaker for s in made.spans] == ["speaker-0", "speaker-1"]
    assert made.provenance.engine == "channels"


def test_loudness_of_silence_and_of_nothing():
    assert loudness(np.zeros(640, dtype=np.float32)) == pytest.approx([-100.0, -100.0])
    assert loudness(np.zeros(0, dtype=np.float32)).shape == (0,)
