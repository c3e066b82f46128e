"""What every diarizer promises, held against each of them on real speech."""

from __future__ import annotations

import importlib.util
import wave
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest

from qa import diarize, models, plugins
from qa.diarize import Diarizer
from qa.errors import ModelError
from qa.records import SAMPLE_RATE, SpeechSpan, Waveform
from qa.settings import Settings
from qa.speech import find_speech

pytestmark = [
    pytest.mark.slow,
    # warnings of torch, lightning and pyannote about each other's versions
    pytest.mark.filterwarnings("ignore"),
]


@pytest.fixture(scope="module")
def settings(tmp_path_factory):
    given = Settings(data=tmp_path_factory.mktemp("data"), device="cpu", threads=1)
    here = Path(__file__).parents[2] / ".models"
    return given if given.models else given.model_copy(update={"models": here})


@pytest.fixture(scope="module")
def sample():
    """The telephone call that pyannote.audio carries: samples, and speaker time by name."""
    spec = importlib.util.find_spec("pyannote")
    folder = Path(next(iter(spec.submodule_search_locations))) / "audio" / "sample"
    with wave.open(str(folder / "sample.wav")) as file:
        samples = np.frombuffer(file.readframes(file.getnframes()), dtype="<i2")
    spans = {}
    for line in (folder / "sample.rttm").read_text(encoding="utf-8").splitlines():
        fields = line.split()
        start = float(fields[3])
        spans.setdefault(fields[7], []).append((start, start + float(fields[4])))
    return (samples / 32768).astype(np.float32), spans


@pytest.fixture(scope="module", params=sorted(diarize.ENGINES))
def engine(request, settings):
    try:
        weights = models.for_engine(request.param, settings)
    except ModelError as err:
        pytest.skip(str(err))
    made = plugins.load("diarizer", request.param, diarize.ENGINES, diarize.GROUP)
    return made(model=weights, settings=settings)


@pytest.fixture(scope="module")
def audio(engine, sample):
    """The call as the engine takes it: a channel a speaker, or both on one."""
    samples, spans = sample
    if engine.name != "channels":
        return Waveform(samples[None])
    sides = np.zeros((2, len(samples)), dtype=np.float32)
    for side, turns in zip(sides, spans.values(), strict=True):
        for start, end in turns:
            at = slice(round(start * SAMPLE_RATE), round(end * SAMPLE_RATE))
            side[at] = samples[at]
    return Waveform(sides)


@pytest.fixture(scope="module")
def made(engine, audio, settings):
    return engine.diarize(audio, find_speech(audio, settings=settings), speakers=None)


def seconds_right(spans, truth):
    """Seconds in which the speakers are right, the better way round."""
    names = list(truth)

    def overlap(speaker, name):
        return sum(
            max(0.0, min(s.end, b) - max(s.start, a))
            for s in spans
            if s.speaker == speaker
            for a, b in truth[name]
        )

    return max(overlap("speaker-0", names[i]) + overlap("speaker-1", names[1 - i]) for i in (0, 1))


def test_it_is_a_diarizer(engine):
    assert isinstance(engine, Diarizer)
    assert engine.recipe["engine"] == engine.name


def test_two_speakers_get_their_own_time(made, sample):
    _, truth = sample
    spoken = sum(b - a for turns in truth.values() for a, b in turns)
    assert {s.speaker for s in made.spans} == {"speaker-0", "speaker-1"}
    assert seconds_right(made.exclusive, truth) > 0.85 * spoken


def test_the_first_to_speak_is_speaker_0_or_on_the_first_channel(made, engine):
    first = min(made.exclusive, key=lambda s: s.start)
    assert first.speaker == (
        f"speaker-{first.channel}" if engine.name == "channels" else "speaker-0"
    )


def test_exclusive_time_has_one_speaker_at_a_time(made):
    for before, after in pairwise(made.exclusive):
        assert before.end <= after.start + 1e-6


def test_spans_are_in_order_inside_the_recording_and_say_how_sure_they_are(made, audio):
    starts = [s.start for s in made.spans]
    assert starts == sorted(starts)
    for span in [*made.spans, *made.exclusive]:
        assert 0 <= span.start < span.end <= audio.duration + 0.02
        assert 0 <= span.confidence <= 1


def test_no_speech_no_speakers(engine, audio):
    silent = Waveform(np.zeros_like(audio.samples))
    nothing = engine.diarize(silent, [], speakers=None)
    assert (nothing.spans, nothing.exclusive) == ((), ())


def test_a_region_shorter_than_a_word_is_no_trouble(engine, audio):
    found = engine.diarize(audio, [SpeechSpan(speaker="", start=7.0, end=7.1)], speakers=None)
    assert len(found.exclusive) <= 1


def test_pyannote_believes_the_number_of_speakers_it_is_told(engine, audio, settings):
    if engine.name != "pyannote":
        pytest.skip("the number of channels is the number of speakers")
    regions = find_speech(audio, settings=settings)
    for count in (1, 3):
        found = engine.diarize(audio, regions, speakers=count)
        assert len({s.speaker for s in found.exclusive}) == count


def test_missing_weights_say_what_fetches_them(engine, settings, tmp_path):
    if engine.name != "pyannote":
        pytest.skip("it has no weights")
    with pytest.raises(ModelError, match="qa models pull"):
        type(engine)(model=tmp_path, settings=settings)
