"""The sample calls are stored as their dialogues say, the same bytes every time."""

from importlib.machinery import SourceFileLoader
from importlib.util import module_from_spec, spec_from_loader
from pathlib import Path

import av
import numpy as np
import pytest

ROOT = Path(__file__).parents[3]
SAMPLES = ROOT / "samples"
#: What a clone of the repository may be asked to carry for the demonstration, bytes.
LIMIT = 4_000_000


@pytest.fixture(scope="module")
def made():
    loader = SourceFileLoader("make_samples", str(ROOT / "scripts" / "make-samples"))
    module = module_from_spec(spec_from_loader(loader.name, loader))
    loader.exec_module(module)
    return module


@pytest.fixture
def sides(made):
    """Two seconds of two tones, one a side."""
    at = np.arange(2 * made.RATE) / made.RATE
    return [0.3 * np.sin(2 * np.pi * hertz * at) for hertz in (400, 900)]


@pytest.mark.parametrize("form", ["ulaw", "alaw", "mp3", "opus", "flac"])
def test_a_side_stays_on_its_channel_in_every_format(made, sides, form, tmp_path):
    path = tmp_path / f"call{made.FORMATS[form][0]}"
    made.encode(sides, form, path)
    with av.open(str(path)) as box:
        rate = box.streams.audio[0].rate
        resampler = av.AudioResampler(format="fltp", layout="stereo", rate=rate)
        frames = [p for f in box.decode(audio=0) for p in resampler.resample(f)]
    sound = np.concatenate([f.to_ndarray() for f in frames], axis=1)
    assert sound.shape[1] / rate == pytest.approx(2, abs=0.2)
    loudest = np.abs(np.fft.rfft(sound[:, : 2 * rate])).argmax(axis=1) * rate / (2 * rate)
    assert loudest == pytest.approx([400, 900], abs=5)


@pytest.mark.parametrize("form", ["ulaw", "mp3", "opus"])
def test_the_same_sound_gives_the_same_bytes(made, sides, form, tmp_path):
    one, other = tmp_path / "one", tmp_path / "other"
    made.encode(sides, form, one)
    made.encode(sides, form, other)
    assert one.read_bytes() == other.read_bytes()


def test_a_negative_pause_lets_both_talk_at_once(made, monkeypatch):
    monkeypatch.setattr(made, "say", lambda text, **_: np.ones(made.RATE))
    lines = [{"agent": "one"}, {"customer": "two", "pause": -0.5}, {"silence": 3}, {"agent": "x"}]
    agent, customer = made.spoken({"lines": lines, "voices": {"agent": {}, "customer": {}}})
    both = np.flatnonzero((agent > 0) & (customer > 0))
    assert both.size == made.RATE // 2
    nobody = (agent == 0) & (customer == 0)
    last = np.flatnonzero(customer > 0)[-1]
    assert nobody[last + 1 :][: 3 * made.RATE].all()


def test_the_line_is_a_telephone(made):
    rng = np.random.default_rng(1)
    heard = np.abs(np.fft.rfft(made.telephone(rng.normal(0, 0.1, made.RATE))))
    assert heard[:90].max() < 1e-6
    assert heard[500:3000].min() > 0


def test_recordings_are_small():
    assert sum(p.stat().st_size for p in SAMPLES.rglob("*") if p.is_file()) < LIMIT
