"""Every format at the edges of the field is decoded, and what was said in it survives."""

import struct
from io import BytesIO

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from qa.audio import decode, probe, sniff
from qa.records import SAMPLE_RATE, Layout

# file name, kind, codec, stored rate, least likeness to what went in
FORMATS = [
    ("mu.wav", "wav", "pcm_mulaw", 8000, 0.99),
    ("a.wav", "wav", "pcm_alaw", 8000, 0.99),
    ("u8.wav", "wav", "pcm_u8", 8000, 0.99),
    ("s16.wav", "wav", "pcm_s16le", 8000, 0.999),
    ("s24.wav", "wav", "pcm_s24le", 44100, 0.999),
    ("s32.wav", "wav", "pcm_s32le", 16000, 0.999),
    ("float.wav", "wav", "pcm_f32le", 48000, 0.999),
    ("double.wav", "wav", "pcm_f64le", 16000, 0.999),
    ("adpcm.wav", "wav", "adpcm_ima_wav", 8000, 0.97),
    ("call.mp3", "mp3", "mp3", 8000, 0.95),
    ("call44.mp3", "mp3", "mp3", 44100, 0.98),
    ("call.ogg", "ogg", "libopus", 48000, 0.95),
    ("call.opus", "ogg", "libopus", 16000, 0.95),
    ("call.m4a", "mp4", "aac", 16000, 0.95),
    ("call.mp4", "mp4", "aac", 44100, 0.95),
    ("call.flac", "flac", "flac", 8000, 0.999),
    ("call.webm", "matroska", "libopus", 48000, 0.95),
    ("call.amr", "amr", "libopencore_amrnb", 8000, 0.85),
    ("call.aiff", "aiff", "pcm_s16be", 8000, 0.999),
    ("call.au", "au", "pcm_mulaw", 8000, 0.99),
]


@pytest.mark.parametrize(("name", "kind", "codec", "rate", "least"), FORMATS)
def test_the_signal_survives_its_format(make, tmp_path, scratch, name, kind, codec, rate, least):
    path = make.encode(tmp_path / name, make.chirp(rate=rate)[None], codec=codec, rate=rate)

    audio, facts = decode([make.source(path)], scratch=scratch)

    assert sniff(path) == probe(path) == kind
    likeness, shift = make.likeness(audio.samples[0], make.chirp(rate=SAMPLE_RATE))
    assert likeness > least
    assert abs(shift) < 0.05 * SAMPLE_RATE
    assert audio.samples.dtype == np.float32
    assert np.abs(audio.samples).max() <= 1.0
    assert facts.duration == audio.duration == pytest.approx(2.0, abs=0.1)
    assert facts.layout is Layout.MONO
    assert not facts.truncated
    assert not facts.notes


@pytest.mark.parametrize(("name", "codec", "rate"), [(n, c, r) for n, _, c, r, _ in FORMATS])
def test_a_recording_that_is_no_file_of_its_own_is_decoded_the_same(
    make, tmp_path, scratch, name, codec, rate
):
    path = make.encode(tmp_path / name, make.chirp(rate=rate)[None], codec=codec, rate=rate)
    kept = make.source(path).model_copy(update={"uri": f"vault:{name}"})

    def opener(uri):
        return BytesIO(path.read_bytes()) if uri == f"vault:{name}" else None

    audio, facts = decode([make.source(path)], scratch=scratch)
    same, same_facts = decode([kept], scratch=scratch, opener=opener)

    assert np.array_equal(audio.samples, same.samples)
    assert facts == same_facts


def gsm_frames(count):
    """GSM 06.10 as wav49 packs it: a pulse in each 5 ms, so a tone at a multiple of 200 Hz."""
    fields = []
    for _ in range(2 * count):
        fields += [(32, 6), (32, 6), (16, 5), (16, 5), (8, 4), (8, 4), (4, 3), (4, 3)]
        for _ in range(4):
            fields += [(40, 7), (0, 2), (0, 2), (48, 6), *[(7, 3)], *[(3, 3)] * 12]
    bits, at = 0, 0
    for value, width in fields:
        bits |= value << at
        at += width
    return bits.to_bytes(65 * count, "little")


def test_gsm_in_an_upper_case_wav_as_asterisk_writes_it(make, tmp_path, scratch):
    path = tmp_path / "q-100-200-20260101-120000-1767268800.1.WAV"
    data = gsm_frames(50)
    make.riff(path, data, tag=0x31, bits=0, align=65, extra=struct.pack("<HH", 2, 320))

    audio, facts = decode([make.source(path)], scratch=scratch)

    assert facts.codec == "gsm_ms"
    assert facts.duration == pytest.approx(2.0)
    steady = audio.samples[0, 8000:24000]
    spectrum = np.abs(np.fft.rfft(steady)) ** 2  # 1 Hz a bin
    harmonics = spectrum[np.arange(200, 8000, 200)].sum()
    assert harmonics / spectrum[50:].sum() > 0.95


def test_video_with_sound_is_a_recording(make, tmp_path, scratch):
    path = tmp_path / "screen.mp4"
    make.encode(path, make.chirp(rate=44100)[None], codec="aac", rate=44100, video=True)

    audio, facts = decode([make.source(path)], scratch=scratch)

    assert make.likeness(audio.samples[0], make.chirp(rate=SAMPLE_RATE))[0] > 0.95
    assert facts.codec == "aac"


def test_two_tenths_of_a_second_are_facts_not_an_error(make, tmp_path, scratch):
    path = make.encode(tmp_path / "short.wav", make.speech(0.2)[None])

    audio, facts = decode([make.source(path)], scratch=scratch)

    assert facts.duration == pytest.approx(0.2)
    assert audio.samples.shape == (1, 3200)
    assert not facts.all_silent


@pytest.mark.parametrize("channels", [7, 8, 16])
def test_many_channels_do_not_crash_the_decoder(make, tmp_path, scratch, channels):
    data = np.stack([make.speech(1.0, seed=k) for k in range(channels)])
    pcm = (data * 32767).astype("<i2").T.tobytes()
    path = make.riff(tmp_path / "many.wav", pcm, channels=channels)

    audio, facts = decode([make.source(path)], scratch=scratch)

    assert facts.stored_channels == channels
    assert audio.channels == 1


def test_extremes_of_a_float_file_are_brought_into_range(make, tmp_path, scratch):
    samples = np.tile(np.array([0.5, -0.5, 4.0, -4.0, np.nan, np.inf], "<f4"), 4000)
    path = make.riff(tmp_path / "wild.wav", samples.tobytes(), tag=3, bits=32)

    audio, facts = decode([make.source(path)], scratch=scratch)

    assert np.isfinite(audio.samples).all()
    assert np.abs(audio.samples).max() <= 1.0
    assert facts.clipping == pytest.approx(0.5, abs=0.01)


@settings(
    max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(
    n=st.integers(480, 60_000),
    rate=st.sampled_from([8000, 11025, 16000, 22050, 44100, 48000]),
    channels=st.integers(1, 8),
)
def test_duration_is_that_of_the_samples(make, tmp_path, scratch, n, rate, channels):
    rng = np.random.default_rng(n)
    pcm = rng.integers(-3000, 3000, (n, channels)).astype("<i2").tobytes()
    path = make.riff(tmp_path / "any.wav", pcm, rate=rate, channels=channels)

    audio, facts = decode([make.source(path)], scratch=scratch)

    assert facts.duration == pytest.approx(n / rate, abs=1 / 8000)
    assert audio.samples.shape[1] == round(facts.duration * SAMPLE_RATE)
    assert not facts.truncated
