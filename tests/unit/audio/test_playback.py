"""The copy for listening, and the peaks."""

import tempfile
from itertools import pairwise
from pathlib import Path

import av
import numpy as np
import pytest

from qa.audio import (
    PEAKS_PER_SECOND,
    decode,
    peaks,
    sniff,
    write_playback,
)
from qa.audio import playback as playback_module
from qa.errors import DiskFull
from qa.records import SAMPLE_RATE, Waveform


def tone(seconds=4.0, channels=1):
    rows = [
        0.5
        * np.sin(2 * np.pi * 700 * (k + 1) * np.arange(round(seconds * SAMPLE_RATE)) / SAMPLE_RATE)
        for k in range(channels)
    ]
    return Waveform(np.stack(rows).astype(np.float32))


def heard(make, path, scratch):
    return decode([make.source(path)], scratch=scratch)


@pytest.mark.parametrize("channels", [1, 2])
def test_the_copy_sounds_like_the_recording(make, tmp_path, scratch, channels):
    path = tmp_path / "copies" / "call.mp3"
    write_playback(tone(channels=channels), [], path)

    audio, facts = heard(make, path, scratch)

    assert sniff(path) == "mp3"
    assert audio.channels == channels
    assert facts.duration == pytest.approx(4.0, abs=0.01)
    for k in range(channels):
        assert make.likeness(audio.samples[k], tone(channels=channels).samples[k])[0] > 0.99
    assert path.stat().st_mode & 0o777 == 0o600
    assert {p.name for p in path.parent.iterdir()} == {"call.mp3", "call.npy"}


def test_every_second_takes_the_same_room_so_that_players_seek_right(make, tmp_path):
    path = tmp_path / "call.mp3"
    write_playback(tone(60.0, channels=2), [], path)
    with av.open(str(path)) as container:
        packets = [p for p in container.demux() if p.size]
    sizes = [p.size for p in packets]
    assert max(sizes) - min(sizes) <= 1
    assert path.stat().st_size / 60 < 8_500  # a little over 30 MB an hour


@pytest.mark.parametrize("channels", [1, 2])
def test_redacted_spans_are_silent_on_every_channel_and_only_they(
    make, tmp_path, scratch, channels
):
    path = tmp_path / "call.mp3"
    spans = [(1.0, 1.5), (1.4, 2.0), (3.8, 9.0), (3.0, 3.1)]
    write_playback(tone(channels=channels), spans, path)

    audio, _ = heard(make, path, scratch)

    def loudness(start, end):
        return np.abs(audio.samples[:, round(start * SAMPLE_RATE) : round(end * SAMPLE_RATE)]).max(
            1
        )

    for start, end in spans:
        assert (loudness(start, min(end, 3.95)) < 0.01).all()
    for start, end in [(0.1, 0.85), (2.15, 2.85), (3.25, 3.65)]:
        assert (loudness(start, end) > 0.4).all()


def test_silencing_makes_no_click(make, tmp_path, scratch):
    block = playback_module._silenced(tone().samples, 0, [(16000, 20000)])
    # no step is larger than the tone's own
    assert np.abs(np.diff(block[0])).max() <= np.abs(np.diff(tone().samples[0])).max() * 1.02
    assert not block[0, 16000:20000].any()


def test_spans_over_the_edge_of_a_block_are_silent_on_both_sides_of_it(
    make, tmp_path, scratch, monkeypatch
):
    monkeypatch.setattr(playback_module, "BLOCK", SAMPLE_RATE)
    path = tmp_path / "call.mp3"
    write_playback(tone(), [(1.9, 2.1)], path, margin_s=0.0)
    audio, _ = heard(make, path, scratch)
    assert np.abs(audio.samples[0, 30_500:33_500]).max() < 0.01
    assert np.abs(audio.samples[0, 28_000:30_000]).max() > 0.4


def test_nothing_that_is_silenced_can_be_seen_in_the_peaks(tmp_path, monkeypatch):
    monkeypatch.setattr(playback_module, "BLOCK", SAMPLE_RATE)
    write_playback(tone(channels=2), [(1.0, 2.0)], tmp_path / "call.mp3", margin_s=0.0)
    kept = tmp_path / "call.npy"
    drawn = np.load(kept)
    assert drawn.shape == (2, 4 * PEAKS_PER_SECOND)
    assert kept.stat().st_mode & 0o777 == 0o600
    loud = drawn[0] > 50
    inside = slice(PEAKS_PER_SECOND, 2 * PEAKS_PER_SECOND)
    assert not drawn[:, inside].any()
    assert loud[:PEAKS_PER_SECOND].all()
    assert loud[2 * PEAKS_PER_SECOND :].all()


def test_the_recording_itself_is_left_as_it_was(tmp_path):
    audio = tone()
    write_playback(audio, [(0.0, 4.0)], tmp_path / "call.mp3")
    np.testing.assert_array_equal(audio.samples, tone().samples)


def test_a_full_disk_leaves_nothing_half_written(tmp_path, monkeypatch):
    def full(**_):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(tempfile, "mkstemp", full)
    with pytest.raises(DiskFull):
        write_playback(tone(), [], tmp_path / "call.mp3")

    monkeypatch.undo()
    monkeypatch.setattr(Path, "replace", lambda *_: full())
    with pytest.raises(DiskFull):
        write_playback(tone(), [], tmp_path / "call.mp3")
    assert not list(tmp_path.iterdir())


def test_peaks_are_the_loudest_sample_of_each_stretch():
    samples = np.zeros((2, 2 * SAMPLE_RATE + 10), np.float32)
    samples[0, 8000], samples[1, -1] = -0.5, 0.25
    found = peaks(Waveform(samples), per_second=10)
    assert found.shape == (2, 21)
    assert found.dtype == np.float32
    assert np.flatnonzero(found[0]).tolist() == [5]
    assert found[0, 5] == 0.5
    assert np.flatnonzero(found[1]).tolist() == [20]


@pytest.mark.parametrize("per_second", [7, 50])
def test_peaks_of_a_long_recording_agree_with_those_of_its_parts(per_second):
    rng = np.random.default_rng(0)
    samples = rng.uniform(-1, 1, (1, 150 * SAMPLE_RATE)).astype(np.float32)
    found = peaks(Waveform(samples), per_second=per_second)
    edges = np.arange(found.shape[1] + 1) * SAMPLE_RATE // per_second
    meant = [np.abs(samples[0, a:b]).max() for a, b in pairwise(edges)]
    np.testing.assert_array_equal(found[0], np.array(meant, np.float32))
