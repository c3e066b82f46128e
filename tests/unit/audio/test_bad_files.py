"""Bad input: each with an error that names the file, what was found, and the mend."""

import errno
import os
import resource
import sys
import tempfile
from pathlib import Path

import av
import numpy as np
import pytest

from qa.audio import checksum, decode, open_audio, probe
from qa.errors import AudioError, DiskFull, InputError, MissingExtra


def refused(make, path, scratch, kind=AudioError):
    with pytest.raises(kind) as caught:
        decode([make.source(path)], scratch=scratch)
    assert str(path) in caught.value.reason
    assert caught.value.mend
    return caught.value.reason


@pytest.mark.skipif(not Path("/proc/self/mem").exists(), reason="there is no such file here")
def test_a_disk_that_fails_while_it_is_read_is_said():
    # It opens like any file; reading it fails as a broken disk's.
    with pytest.raises(InputError, match="input/output error"), open_audio(Path("/proc/self/mem")):
        pass


def test_empty_file(make, tmp_path, scratch):
    path = tmp_path / "call.wav"
    path.touch()
    assert "empty (0 bytes)" in refused(make, path, scratch)
    assert not probe(path)


@pytest.mark.parametrize(
    ("content", "found"),
    [
        (b"Dear all, this is no recording.\n" * 40, "holds text"),
        ("Это не запись разговора.\n".encode() * 40, "holds text"),
        (b'{"messages": []}' + b" " * 600, "holds JSON"),
        (b"<html><body>404</body></html>" * 30, "holds HTML or XML"),
        (b"RIFF\x24\x00\x00\x00WAVE", "begins like wav"),
        (bytes(range(256)) * 8, "data of an unknown kind"),
    ],
)
@pytest.mark.parametrize("suffix", [".wav", ".mp3"])
def test_something_else_renamed(make, tmp_path, scratch, content, found, suffix):
    path = tmp_path / f"call{suffix}"
    path.write_bytes(content)
    assert found in refused(make, path, scratch)


def test_a_playlist_never_makes_the_decoder_open_another_file(make, tmp_path, scratch):
    make.encode(tmp_path / "secret.wav", make.chirp()[None])
    for content in (
        f"#EXTM3U\n#EXT-X-TARGETDURATION:9\n#EXTINF:9,\n{tmp_path}/secret.wav\n#EXT-X-ENDLIST\n",
        f"ffconcat version 1.0\nfile {tmp_path}/secret.wav\n",
    ):
        path = tmp_path / "upload.wav"
        path.write_text(content)
        assert "no recording" in refused(make, path, scratch)
        assert not probe(path)


def test_unknown_codec(make, tmp_path, scratch):
    path = make.riff(tmp_path / "call.wav", b"\x5a" * 16000, tag=0x1234)
    assert "libav does not know" in refused(make, path, scratch)


def test_a_header_and_no_sound(make, tmp_path, scratch):
    path = make.riff(tmp_path / "call.wav", b"")
    assert "a header and no sound" in refused(make, path, scratch)
    path = make.riff(tmp_path / "blip.wav", b"\1\2" * 5)
    assert "5 samples" in refused(make, path, scratch)


def test_video_without_sound(make, tmp_path, scratch):
    path = tmp_path / "screen.mp4"
    with av.open(str(path), "w") as container:
        stream = container.add_stream("mpeg4", rate=10)
        stream.width, stream.height, stream.pix_fmt = 64, 48, "yuv420p"
        for _ in range(10):
            container.mux(stream.encode(av.VideoFrame(64, 48, "yuv420p")))
        container.mux(stream.encode(None))
    assert "no sound track; the file holds video only" in refused(make, path, scratch)


def test_without_pyav_the_mend_is_the_line_that_installs_it(make, tmp_path, scratch, monkeypatch):
    path = make.encode(tmp_path / "call.wav", make.chirp()[None])
    monkeypatch.setitem(sys.modules, "av", None)
    assert probe(path) == "wav"
    with pytest.raises(MissingExtra, match=r"callcenter-qa\[speech\]"):
        decode([make.source(path)], scratch=scratch)


def test_missing_file_and_a_link_to_itself(make, tmp_path, scratch):
    refused(make, tmp_path / "gone.wav", scratch, InputError)
    loop = tmp_path / "loop.wav"
    loop.symlink_to(loop)
    assert "cannot be read" in refused(make, loop, scratch, InputError)
    with pytest.raises(InputError, match=r"loop\.wav: cannot be read"):
        checksum(loop)


def test_a_file_that_this_account_may_not_read(make, scratch):
    # Not under tmp_path: other accounts may not enter that.
    with tempfile.TemporaryDirectory() as folder:
        Path(folder).chmod(0o755)
        path = make.encode(Path(folder) / "call.wav", make.chirp()[None])
        path.chmod(0)
        as_root = os.geteuid() == 0
        if as_root:
            os.seteuid(65534)
        try:
            with pytest.raises(InputError, match="permission denied") as caught:
                decode([make.source(path)], scratch=scratch)
        finally:
            if as_root:
                os.seteuid(0)
    assert "right to read" in caught.value.mend


CUT = [
    ("cut.wav", "pcm_s16le", 8000),
    ("cut_mu.wav", "pcm_mulaw", 8000),
    ("cut.mp3", "mp3", 8000),
    ("cut.flac", "flac", 8000),
    ("cut.ogg", "libopus", 48000),
    ("cut.webm", "libopus", 48000),
]


@pytest.mark.parametrize(("name", "codec", "rate"), CUT)
def test_what_came_of_a_truncated_file_is_used_and_said(make, tmp_path, scratch, name, codec, rate):
    path = make.encode(tmp_path / name, make.chirp(6.0, rate)[None], codec=codec, rate=rate)
    whole = path.read_bytes()
    path.write_bytes(whole[: len(whole) * 6 // 10])

    audio, facts = decode([make.source(path)], scratch=scratch)

    assert facts.truncated
    assert 2.0 < facts.duration < 5.0
    n = audio.samples.shape[1]
    assert make.likeness(audio.samples[0], make.chirp(6.0, 16000)[:n])[0] > 0.9


def test_a_tag_at_the_end_is_no_truncation(make, tmp_path, scratch):
    path = make.encode(tmp_path / "tagged.mp3", make.chirp()[None], codec="mp3")
    path.write_bytes(path.read_bytes() + b"TAG" + b"a title".ljust(125))
    assert not decode([make.source(path)], scratch=scratch)[1].truncated


@pytest.mark.parametrize("size", [0, 0x7FFFFFFF, 0xFFFFFFFF])
def test_a_recorder_that_never_wrote_the_size_promises_nothing(make, tmp_path, scratch, size):
    pcm = (make.chirp() * 32767).astype("<i2").tobytes()
    path = make.riff(tmp_path / "piped.wav", pcm, size=size)

    _, facts = decode([make.source(path)], scratch=scratch)

    assert facts.duration == pytest.approx(2.0)
    assert not facts.truncated


def test_mp4_without_its_end_says_so(make, tmp_path, scratch):
    path = make.encode(tmp_path / "cut.m4a", make.chirp(rate=16000)[None], codec="aac", rate=16000)
    path.write_bytes(path.read_bytes()[:-1500])
    assert "without its table of contents" in refused(make, path, scratch)


def test_packets_that_were_never_sent_are_silence_and_keep_the_clock(make, tmp_path, scratch):
    tone = make.chirp(6.0, 48_000)[None]
    whole = make.encode(tmp_path / "whole.webm", tone, codec="libopus", rate=48_000)
    path = tmp_path / "lossy.webm"
    with av.open(str(whole)) as old, av.open(str(path), "w") as new:
        stream = new.add_stream_from_template(old.streams.audio[0])
        for packet in old.demux(audio=0):
            at = packet.pts * packet.time_base if packet.size else 0
            if packet.size and not 2 <= at < 4:
                packet.stream = stream
                new.mux(packet)

    audio, facts = decode([make.source(path)], scratch=scratch)

    assert facts.duration == pytest.approx(6.0, abs=0.05)
    assert facts.notes == ("2.0 s are missing in the file, now silent.",)
    assert not facts.truncated
    assert not audio.samples[0, 33_000:63_000].any()
    end = slice(66_000, 94_000)
    assert make.likeness(audio.samples[0, end], make.chirp(6.0, 16_000)[end])[0] > 0.95


def test_damaged_packets_are_left_out_and_counted(make, tmp_path, scratch):
    path = make.encode(tmp_path / "scratched.mp3", make.chirp(6.0)[None], codec="mp3")
    data = bytearray(path.read_bytes())
    middle = len(data) // 2
    data[middle : middle + 200] = bytes(200)
    path.write_bytes(data)

    _, facts = decode([make.source(path)], scratch=scratch)

    assert facts.duration > 4.0
    assert "packets are damaged" in facts.notes[0]
    assert facts.truncated


def test_a_full_disk_while_writing_scratch(make, tmp_path, scratch, monkeypatch):
    path = make.encode(tmp_path / "long.wav", make.chirp(3.0)[None])
    # Every write to /dev/full fails as on a full disk.
    monkeypatch.setattr(tempfile, "TemporaryFile", lambda **_: open("/dev/full", "w+b", 0))  # noqa: SIM115, PTH123

    with pytest.raises(DiskFull) as caught:
        decode([make.source(path)], scratch=scratch, in_memory_s=1.0)

    assert caught.value.passing
    assert isinstance(caught.value.__cause__, OSError)
    assert caught.value.__cause__.errno == errno.ENOSPC


def test_a_long_recording_is_mapped_and_takes_little_memory(make, tmp_path, scratch):
    minute = np.stack([make.speech(60.0, seed=1), make.speech(60.0, seed=2)])
    pcm = (minute * 32767).astype("<i2").T.tobytes()
    path = make.riff(tmp_path / "long.wav", pcm * 30, channels=2)
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss

    audio, facts = decode([make.source(path)], scratch=scratch)

    grown_mb = (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) / 1024
    assert facts.duration == pytest.approx(1800.0)
    assert isinstance(audio.samples, np.memmap)
    assert audio.samples.nbytes > 220e6
    # ten minutes of stereo before it goes to disk, and one 30 s block
    assert grown_mb < 130
    assert not any(scratch.iterdir())  # nothing to clean up, even after a crash
    there = audio.region(1201.0, 1203.0, channel=1)
    np.testing.assert_allclose(there[::2], minute[1, 8000:24000], atol=0.05)


# --- small files that stand for very much sound --------------------------------------------


def test_hours_of_silence_in_few_bytes_are_no_call(make, tmp_path, scratch):
    path = make.encode(tmp_path / "bomb.flac", np.zeros((2, 8000 * 120)), codec="flac")
    assert path.stat().st_size < 40_000  # the samples are 3.8 MB
    with pytest.raises(AudioError, match=r"more than 0\.025 hours of sound in 2 channels"):
        decode([make.source(path)], scratch=scratch, in_memory_s=1.0, longest_s=90.0)
    assert not any(scratch.iterdir())
    assert decode([make.source(path)], scratch=scratch, longest_s=120.0)[1].duration == 120.0


@pytest.mark.parametrize(("channels", "taken"), [(1, True), (2, True), (6, False)])
def test_many_channels_may_hold_less_each(make, tmp_path, scratch, channels, taken):
    path = make.riff(tmp_path / "many.wav", bytes(2 * 8000 * 10 * channels), channels=channels)
    if taken:
        assert decode([make.source(path)], scratch=scratch, longest_s=10.0)[1].duration == 10.0
        return
    with pytest.raises(AudioError, match="hours of sound in 6 channels"):
        decode([make.source(path)], scratch=scratch, longest_s=10.0)


@pytest.mark.parametrize("rate", [1, 10, 1999])
def test_a_rate_that_no_speech_fits_into_is_refused(make, tmp_path, scratch, rate):
    # A second of ours for each sample: 32 kB would be nine hours.
    path = make.riff(tmp_path / "slow.wav", bytes(32_000), rate=rate, channels=1)
    assert f"{rate} samples a second; no speech fits" in refused(make, path, scratch)


def test_a_pause_of_hours_that_was_never_sent_counts_as_sound(make, tmp_path, scratch):
    path = tmp_path / "gap.webm"
    whole = make.encode(tmp_path / "w.webm", np.zeros((1, 96_000)), codec="libopus", rate=48_000)
    with av.open(str(whole)) as old, av.open(str(path), "w") as new:
        stream = new.add_stream_from_template(old.streams.audio[0])
        for packet in old.demux(audio=0):
            if packet.size:
                late = packet.pts * packet.time_base > 1
                moved = packet.pts + (int(5 * 3600 / packet.time_base) if late else 0)
                packet.stream, packet.pts, packet.dts = stream, moved, moved
                new.mux(packet)
    with pytest.raises(AudioError, match="more than 4 hours"):
        decode([make.source(path)], scratch=scratch, longest_s=4 * 3600.0)


def test_a_header_that_tells_of_years_is_not_believed(make, tmp_path, scratch):
    path = make.riff(tmp_path / "lies.wav", bytes(16_000), size=0x7FFFEFFF)
    _, facts = decode([make.source(path)], scratch=scratch, longest_s=10.0)
    assert (facts.duration, facts.truncated) == (1.0, True)


@pytest.mark.parametrize(("channels", "on_disk"), [(2, False), (32, True)])
def test_many_channels_take_no_more_memory_than_two(make, tmp_path, scratch, channels, on_disk):
    path = make.riff(tmp_path / "wide.wav", bytes(2 * 8000 * 2 * channels), channels=channels)
    decode([make.source(path)], scratch=scratch, in_memory_s=3.0)
    assert scratch.exists() is on_disk
