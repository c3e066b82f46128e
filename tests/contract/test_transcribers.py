"""What every transcriber promises, held against each of them on real speech.

The speech is the half-minute telephone call that the package pyannote.audio carries,
with its words; it is read as a file, since importing its module decodes it.
"""

from __future__ import annotations

import importlib.util
import wave
from pathlib import Path

import numpy as np
import pytest

from qa import models, plugins, transcribe
from qa.errors import ModelError
from qa.records import SAMPLE_RATE, SpeechSpan, Waveform
from qa.settings import Settings
from qa.speech import find_speech
from qa.transcribe import Transcriber

pytestmark = [
    pytest.mark.slow,
    # torch's and pyannote's own use of what Python is about to drop
    pytest.mark.filterwarnings("ignore::DeprecationWarning"),
    pytest.mark.filterwarnings("ignore::FutureWarning"),
    # openai-whisper leaves its vocabulary file to the garbage collector
    pytest.mark.filterwarnings("ignore:unclosed file:ResourceWarning"),
    pytest.mark.filterwarnings(
        "ignore:Exception ignored in. <_io.FileIO:pytest.PytestUnraisableExceptionWarning"
    ),
]


@pytest.fixture(scope="module")
def settings(tmp_path_factory):
    given = Settings(data=tmp_path_factory.mktemp("data"), device="cpu", threads=1)
    here = Path(__file__).parents[2] / ".models"
    return given if given.models else given.model_copy(update={"models": here})


@pytest.fixture(scope="module", params=sorted(transcribe.ENGINES))
def engine(request, settings):
    return load(request.param, settings)


def load(name, settings):
    try:
        weights = models.for_engine(name, settings)
    except ModelError as err:
        pytest.skip(str(err))
    made = plugins.load("transcriber", name, transcribe.ENGINES, transcribe.GROUP)
    return made(model=weights, settings=settings)


@pytest.fixture(scope="module")
def call():
    """The call from 6.5 s on, mono."""
    spec = importlib.util.find_spec("pyannote")
    folder = Path(next(iter(spec.submodule_search_locations))) / "audio" / "sample"
    with wave.open(str(folder / "sample.wav")) as file:
        assert file.getframerate() == SAMPLE_RATE
        samples = np.frombuffer(file.readframes(file.getnframes()), dtype="<i2")
    return Waveform((samples / 32768).astype(np.float32)[None])


def text(transcript, channel=None):
    return " ".join(
        w.text for s in transcript.segments for w in s.words if channel in {None, s.channel}
    ).casefold()


@pytest.fixture(scope="module")
def heard(engine, call, settings):
    regions = find_speech(call, settings=settings)
    return regions, engine.transcribe(call, regions, language=None)


def test_it_is_a_transcriber(engine):
    assert isinstance(engine, Transcriber)
    assert engine.recipe["engine"] == engine.name
    assert all(isinstance(v, str) for v in engine.recipe.values())


def test_it_hears_what_is_said(heard):
    _, transcript = heard
    said = text(transcript)
    for words in ("hello", "new jersey", "texas", "chicago"):
        assert words in said


def test_it_detects_the_language_and_says_how_sure_it_is(heard):
    _, transcript = heard
    assert {s.language for s in transcript.segments} == {"en"}
    assert all(0.5 < s.language_confidence <= 1 for s in transcript.segments)


def test_segments_are_in_order_and_belong_to_regions(heard):
    regions, transcript = heard
    starts = [s.start for s in transcript.segments]
    assert starts == sorted(starts)
    known = {(r.start, r.end, r.channel, r.speaker) for r in regions}
    assert {(s.start, s.end, s.channel, s.speaker) for s in transcript.segments} <= known


def test_words_lie_inside_their_region_in_order_with_confidence(heard):
    _, transcript = heard
    for segment in transcript.segments:
        clock = segment.start - 0.05
        for word in segment.words:
            assert clock - 1e-6 <= word.start <= word.end <= segment.end + 0.05
            assert 0 <= word.confidence <= 1
            clock = word.start
        assert 0 <= segment.no_speech <= 1
        assert segment.log_probability <= 0


def test_nothing_outside_the_regions_is_written_down(engine, call):
    transcript = engine.transcribe(
        call, [SpeechSpan(speaker="", start=12.4, end=14.4)], language="en"
    )
    assert "new jersey" in text(transcript)
    assert "chicago" not in text(transcript)


def test_no_regions_no_words(engine, call):
    assert engine.transcribe(call, [], language=None).segments == ()


def test_each_channel_is_written_down_by_itself(engine, call):
    silence = np.zeros_like(call.samples[0])
    both = Waveform(np.stack([silence, call.samples[0]]))
    transcript = engine.transcribe(
        both, [SpeechSpan(speaker="speaker-1", start=12.4, end=17.9, channel=1)], language="en"
    )
    assert "texas" in text(transcript, channel=1)
    assert {s.speaker for s in transcript.segments} == {"speaker-1"}


@pytest.mark.parametrize("kind", ["silence", "white noise", "pink noise", "hold music"])
def test_a_minute_of_no_speech_gives_no_word(engine, settings, kind):
    audio = Waveform(sound(kind)[None])
    regions = find_speech(audio, settings=settings)
    assert text(engine.transcribe(audio, regions, language=None)) == ""


def test_even_noise_that_is_called_speech_gives_hardly_a_word(engine):
    audio = Waveform(sound("pink noise")[None])
    regions = [SpeechSpan(speaker="", start=s, end=s + 2.0) for s in (1.0, 5.0, 9.0)]
    assert len(text(engine.transcribe(audio, regions, language="en")).split()) <= 3


def test_the_same_weights_hear_the_same_words(call, settings):
    regions = find_speech(call, settings=settings)
    one, other = (
        set(text(load(name, settings).transcribe(call, regions, language="en")).split())
        for name in transcribe.ENGINES
    )
    assert len(one & other) / len(one | other) > 0.8


def test_a_damaged_file_is_refused_with_a_mend(engine, settings, tmp_path):
    folder = tmp_path / "model"
    folder.mkdir()
    for name in ("model.bin", "base.pt"):
        (folder / name).write_bytes(b"not a model")
    with pytest.raises(ModelError) as caught:
        type(engine)(model=folder, settings=settings)
    assert "qa models" in caught.value.mend


def sound(kind, seconds=60):
    """Return a minute of sound without speech, float32, 16 kHz."""
    rng = np.random.default_rng(7)
    count = seconds * SAMPLE_RATE
    if kind == "silence":
        return np.zeros(count, dtype=np.float32)
    if kind == "white noise":
        return (0.1 * rng.normal(size=count)).astype(np.float32)
    if kind == "pink noise":
        spectrum = np.fft.rfft(rng.normal(size=count))
        spectrum[1:] /= np.sqrt(np.arange(1, len(spectrum)))
        noise = np.fft.irfft(spectrum, count)
        return (0.4 * noise / np.abs(noise).max()).astype(np.float32)
    return music(count)


def music(count):
    """Chords with an arpeggio over them, within the telephone's band."""
    chords = [(262, 330, 392), (220, 262, 330), (175, 220, 262), (196, 247, 294)]
    beat = round(0.4 * SAMPLE_RATE)
    track = np.zeros(count + 4 * beat)
    for number, at in enumerate(range(0, count, beat)):
        chord = chords[number // 8 % 4]
        for pitch, length in [*((p, 2) for p in chord), (2 * chord[number % 3], 1)]:
            t = np.arange(length * beat) / SAMPLE_RATE
            tone = sum(np.sin(2 * np.pi * pitch * k * t) / k**1.5 for k in range(2, 9))
            track[at : at + len(t)] += np.minimum(t / 0.02, 1) * np.exp(-t / 0.3) * tone
    return (0.4 * track[:count] / np.abs(track).max()).astype(np.float32)
