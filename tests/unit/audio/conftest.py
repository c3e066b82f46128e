"""Small recordings, made when a test asks for them."""

import struct
from pathlib import Path
from types import SimpleNamespace

import av
import numpy as np
import pytest

from qa.records import AudioSource


def encode(path, samples, *, codec="pcm_s16le", rate=8000, form=None, video=False):
    """Write float samples, shape (channels, n), with libav."""
    layout = {1: "mono", 2: "stereo", 6: "5.1", 8: "7.1"}[len(samples)]
    with av.open(str(path), "w", format=form) as container:
        picture = container.add_stream("mpeg4", rate=10) if video else None
        if picture is not None:
            picture.width, picture.height, picture.pix_fmt = 64, 48, "yuv420p"
        stream = container.add_stream(codec, rate=rate, layout=layout)
        packed = (np.clip(samples, -1, 1) * 32767).astype(np.int16).T.reshape(1, -1)
        frame = av.AudioFrame.from_ndarray(np.ascontiguousarray(packed), "s16", layout)
        frame.sample_rate, frame.pts = rate, 0
        for at in range(10 if picture is not None else 0):
            image = av.VideoFrame(64, 48, "yuv420p")
            image.pts = at
            container.mux(picture.encode(image))
        if picture is not None:
            container.mux(picture.encode(None))
        container.mux(stream.encode(frame))
        container.mux(stream.encode(None))
    return path


def riff(path, data, *, tag=1, channels=1, rate=8000, bits=16, align=None, extra=b"", size=None):
    """Write a WAV file by hand: for what libav does not encode, and for headers that lie."""
    align = align or channels * bits // 8
    fmt = struct.pack("<HHIIHH", tag, channels, rate, rate * align, align, bits) + extra
    chunks = b"WAVEfmt " + struct.pack("<I", len(fmt)) + fmt
    chunks += b"data" + struct.pack("<I", len(data) if size is None else size) + data
    Path(path).write_bytes(b"RIFF" + struct.pack("<I", len(chunks)) + chunks)
    return path


def chirp(seconds=2.0, rate=8000, *, low=300.0, high=3000.0, level=0.5):
    """Return a tone that rises: no two stretches of it are alike. Shape (n,)."""
    t = np.arange(round(seconds * rate)) / rate
    return level * np.sin(2 * np.pi * (low * t + (high - low) * t**2 / (2 * seconds)))


def speech(seconds=4.0, rate=8000, *, seed=0, level=0.3, talk=(0.0, 1.0)):
    """Return noise in syllables, between two shares of the length; silence elsewhere."""
    rng = np.random.default_rng(seed)
    n = round(seconds * rate)
    syllables = np.repeat(rng.random(n // 1200 + 1) > 0.3, 1200)[:n]
    place = np.arange(n) / n
    inside = (place >= talk[0]) & (place < talk[1])
    return level * rng.standard_normal(n).clip(-3, 3) / 3 * syllables * inside


def likeness(heard, meant):
    """Return the correlation of two signals at the best shift within 0.15 s, and the shift."""
    n = min(len(heard), len(meant))
    size = 2 * n
    cross = np.fft.irfft(np.fft.rfft(heard[:n], size) * np.conj(np.fft.rfft(meant[:n], size)))
    reach = 2400
    near = np.concatenate([cross[-reach:], cross[:reach]])
    best = int(np.argmax(near))
    scale = np.linalg.norm(heard[:n]) * np.linalg.norm(meant[:n])
    return float(near[best] / scale), best - reach


def source(path, **more):
    return AudioSource(uri=str(path), checksum="", **more)


@pytest.fixture
def scratch(tmp_path):
    return tmp_path / "scratch"


@pytest.fixture
def make():
    """What the tests of this room make recordings with."""
    return SimpleNamespace(
        encode=encode, riff=riff, chirp=chirp, speech=speech, likeness=likeness, source=source
    )
