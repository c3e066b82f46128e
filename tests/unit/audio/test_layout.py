"""How the sides of a call are found in its channels."""

import numpy as np
import pytest

from qa.audio import decode
from qa.records import Layout, Role


@pytest.fixture
def layout(make, tmp_path, scratch):
    def found(*channels, codec="pcm_s16le", name="call.wav"):
        samples = np.stack(channels)
        if codec == "pcm_s16le":
            pcm = (samples.clip(-1, 1) * 32767).round().astype("<i2").T.tobytes()
            path = make.riff(tmp_path / name, pcm, channels=len(samples))
        else:
            path = make.encode(tmp_path / name, samples, codec=codec)
        return decode([make.source(path)], scratch=scratch)

    return found


def hiss(seconds=4.0, level=0.001, seed=9):
    return level * np.random.default_rng(seed).standard_normal(round(seconds * 8000))


def test_a_side_on_each_channel_is_stereo(make, layout):
    agent, customer = make.speech(seed=1, talk=(0, 0.5)), make.speech(seed=2, talk=(0.5, 1))
    audio, facts = layout(agent, customer)
    assert (facts.layout, audio.channels) == (Layout.STEREO, 2)
    np.testing.assert_allclose(audio.samples[1, ::2], customer, atol=0.06)


@pytest.mark.parametrize("leak", [0.5, 0.2, 0.03])
def test_sides_that_leak_into_each_other_are_stereo_still(make, layout, leak):
    agent, customer = make.speech(seed=1, talk=(0, 0.5)), make.speech(seed=2, talk=(0.5, 1))
    assert layout(agent + leak * customer, customer + leak * agent)[1].layout is Layout.STEREO


def test_a_customer_who_says_one_quiet_word_is_not_lost(make, layout):
    agent, word = make.speech(20, seed=1), make.speech(20, seed=2, level=0.05, talk=(0.5, 0.52))
    audio, facts = layout(agent, word + 0.1 * agent + hiss(20))
    assert (facts.layout, audio.channels) == (Layout.STEREO, 2)


@pytest.mark.parametrize("gain", [1.0, 0.5, 0.25, -1.0])
@pytest.mark.parametrize(
    ("codec", "name"),
    [("pcm_s16le", "c.wav"), ("pcm_mulaw", "c.wav"), ("pcm_u8", "c.wav"), ("mp3", "c.mp3")],
)
def test_one_mix_on_both_channels_is_used_once(make, layout, gain, codec, name):
    both = make.speech(seed=1, talk=(0, 0.5)) + make.speech(seed=2, talk=(0.5, 1))
    audio, facts = layout(both, gain * both, codec=codec, name=name)
    assert (facts.layout, audio.channels, facts.stored_channels) == (Layout.FAKE_STEREO, 1, 2)
    assert facts.channel is None
    assert np.abs(audio.samples).max() > 0.25  # the louder one was kept


def test_codec_noise_does_not_make_two_sides_of_one(make, layout):
    both = make.speech(seed=1)
    noise = [0.02 * np.abs(both) * hiss(level=1.0, seed=s) for s in (1, 2)]
    assert layout(both + noise[0], both + noise[1])[1].layout is Layout.FAKE_STEREO


@pytest.mark.parametrize("speaking", [0, 1])
@pytest.mark.parametrize("other", ["zero", "hiss", "leak", "click"])
def test_a_channel_that_never_speaks_is_left_out(make, layout, speaking, other):
    voice = make.speech(seed=1)
    quiet = {
        "zero": 0 * voice,
        "hiss": hiss(),
        "leak": 0.02 * voice,
        "click": np.where(np.arange(len(voice)) == 9000, 0.9, 0.0),
    }[other]
    audio, facts = layout(*([voice, quiet] if speaking == 0 else [quiet, voice]))
    assert (facts.layout, facts.channel) == (Layout.ONE_SIDE_SILENT, speaking)
    np.testing.assert_allclose(audio.samples[0, ::2], voice, atol=0.06)


@pytest.mark.parametrize("level", [0.0, 0.0003, 0.005])
@pytest.mark.parametrize("channels", [1, 2])
def test_all_silence_is_a_fact(layout, level, channels):
    _, facts = layout(*(hiss(level=level, seed=k) for k in range(channels)))
    assert facts.all_silent


def test_a_steady_tone_is_no_silence(make, layout):
    assert not layout(make.chirp())[1].all_silent


def test_two_sides_among_six_channels(make, layout):
    sides = {1: make.speech(seed=1, talk=(0, 0.5)), 4: make.speech(seed=2, talk=(0.5, 1))}
    audio, facts = layout(*(sides.get(k, hiss(seed=k)) for k in range(6)))
    assert (facts.layout, audio.channels, facts.stored_channels) == (Layout.STEREO, 2, 6)
    assert "2 and 5" in facts.notes[0]


def test_six_people_on_six_channels_are_mixed_and_it_is_said(make, layout):
    people = [make.speech(seed=k, talk=(k / 6, (k + 1) / 6)) for k in range(6)]
    audio, facts = layout(*people)
    assert (facts.layout, audio.channels) == (Layout.MONO, 1)
    assert "mixed into one" in facts.notes[0]
    assert make.likeness(audio.samples[0, ::2], sum(people))[0] > 0.99


def test_clipping_is_the_share_of_the_worst_channel(make, layout):
    loud = make.speech(seed=1, talk=(0, 0.5)) * 30
    share = (np.abs(loud) >= 0.98).mean()
    assert layout(loud, make.speech(seed=2))[1].clipping == pytest.approx(share, rel=0.01)
    assert layout(make.speech(seed=1))[1].clipping == 0.0


@pytest.mark.parametrize("offset", [0.0, 1.5])
def test_a_file_for_each_side_becomes_one_stereo_call(make, tmp_path, scratch, offset):
    agent, customer = make.speech(seed=1), make.speech(3.0, seed=2)
    sources = [
        make.source(make.encode(tmp_path / "a.wav", agent[None]), side=Role.AGENT, offset=offset),
        make.source(make.encode(tmp_path / "c.wav", customer[None]), side=Role.CUSTOMER),
    ]

    audio, facts = decode(sources, scratch=scratch)

    assert (facts.layout, facts.stored_channels) == (Layout.STEREO, 2)
    assert facts.duration == pytest.approx(4.0 + offset)
    late = round(offset * 16000)
    assert not audio.samples[0, :late].any()
    np.testing.assert_allclose(audio.samples[0, late::2], agent, atol=0.06)
    assert not audio.samples[1, 48_000:].any()


def test_a_side_before_the_clock_moves_the_clock(make, tmp_path, scratch):
    sources = [
        make.source(make.encode(tmp_path / "a.wav", make.speech(seed=1)[None]), offset=-1.0),
        make.source(make.encode(tmp_path / "c.wav", make.speech(seed=2)[None])),
    ]
    audio, facts = decode(sources, scratch=scratch)
    assert facts.duration == pytest.approx(5.0)
    assert not audio.samples[1, :16000].any()


def test_a_side_that_is_silent_says_which_file_speaks(make, tmp_path, scratch):
    sources = [
        make.source(make.encode(tmp_path / "a.wav", hiss()[None]), side=Role.AGENT),
        make.source(make.encode(tmp_path / "c.wav", make.speech(seed=2)[None]), side=Role.CUSTOMER),
    ]
    _, facts = decode(sources, scratch=scratch)
    assert (facts.layout, facts.channel) == (Layout.ONE_SIDE_SILENT, 1)


def test_sides_too_long_for_memory_are_joined_on_disk(make, tmp_path, scratch):
    agent, customer = make.speech(seed=1), make.speech(3.0, seed=2)
    files = [make.encode(tmp_path / n, s[None]) for n, s in (("a.wav", agent), ("c.wav", customer))]
    sources = [make.source(files[0], offset=0.5), make.source(files[1])]

    mapped, facts = decode(sources, scratch=scratch, in_memory_s=1.0)
    held, _ = decode(sources, scratch=scratch)

    assert isinstance(mapped.samples, np.memmap)
    assert facts.layout is Layout.STEREO
    np.testing.assert_array_equal(mapped.samples, held.samples)
