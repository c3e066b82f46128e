"""The `qa` command as a process of its own, with data of its own; recordings to give it."""

from __future__ import annotations

import contextlib
import importlib.util
import json
import os
import sqlite3
import subprocess
import sys
import wave
from pathlib import Path
from types import SimpleNamespace

import av
import numpy as np
import pytest

from qa import models
from qa.errors import ModelError
from qa.settings import Settings
from qa.store import open_store

ROOT = Path(__file__).parents[2]
SAMPLES = ROOT / "samples"
#: Samples a second of what is written here.
RATE = 8000


def _databases():
    """Return the fixtures of databases, which the contract suites share."""
    file = ROOT / "tests" / "contract" / "conftest.py"
    spec = importlib.util.spec_from_file_location("databases", file)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


_found = _databases()
postgres_server = _found.postgres_server
postgres_template = _found.postgres_template
ready_postgres = _found.ready_postgres


@pytest.fixture
def store(door):
    """The database of the test's own door."""
    with open_store(door.settings) as opened:
        yield opened


class Program:
    """Calls `qa` with a data folder of its own; nothing is fetched from anywhere."""

    def __init__(self, folder: Path, weights: Path) -> None:
        self.data = folder / "data"
        self.cards = folder / "cards"
        self.cards.mkdir()
        self.env = {k: v for k, v in os.environ.items() if not k.startswith("QA_")} | {
            "QA_DATA": str(self.data),
            "QA_MODELS": str(weights),
            "QA_SCORECARDS": str(self.cards),
            "QA_CONFIG": str(SAMPLES / "qa.toml"),
            "QA_PROFILE": "compact",
            "QA_OFFLINE": "true",
        }

    def start(self, *args, **given) -> subprocess.Popen[str]:
        return subprocess.Popen(
            [sys.executable, "-m", "qa.cli", *map(str, args)],
            env=self.env,
            cwd=ROOT,
            text=True,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            **given,
        )

    def __call__(self, *args, code=0, seconds=280) -> SimpleNamespace:
        """Call a command, which must end with that exit code."""
        program = self.start(*args)
        try:
            out, err = program.communicate(timeout=seconds)
        finally:
            program.kill()
        assert program.returncode == code, err
        assert "Traceback" not in err
        return SimpleNamespace(out=out, err=err)

    def list(self) -> dict[str, dict]:
        """Return all conversations by the name of their file."""
        return named(json.loads(self("list", "--json").out)["items"])

    def show(self, id: str) -> dict:
        return json.loads(self("show", id, "--json").out)

    def sql(self, query: str) -> list[tuple]:
        with contextlib.closing(sqlite3.connect(self.data / "qa.db", timeout=30)) as db, db:
            return db.execute(query).fetchall()


def named(conversations) -> dict[str, dict]:
    return {Path(c["source"]).name: c for c in conversations}


@pytest.fixture
def weights() -> Path:
    return Path(os.environ.get("QA_MODELS", ROOT / ".models")).resolve()


@pytest.fixture
def qa(tmp_path, weights) -> Program:
    return Program(tmp_path, weights)


@pytest.fixture
def no_models(qa, tmp_path) -> Program:
    """The same on a machine that never fetched weights."""
    qa.env["QA_MODELS"] = str(tmp_path / "models")
    return qa


@pytest.fixture
def hearing(qa, weights) -> Program:
    """The same where calls can be heard; the test is skipped where they cannot."""
    settings = Settings(models=weights, profile="compact", offline=True)
    for name in models.needed(settings).values():
        try:
            models.locate(name, settings)
        except ModelError as err:
            pytest.skip(str(err))
    return qa


@pytest.fixture
def folder(tmp_path) -> Path:
    made = tmp_path / "mine"
    made.mkdir()
    return made


# --- recordings ------------------------------------------------------------------------


def clip(name: str, seconds: float) -> np.ndarray:
    """Return the beginning of a sample call: int16, shape (n, 2), `RATE`."""
    resampler = av.AudioResampler(format="s16", layout="stereo", rate=RATE)
    with av.open(str(SAMPLES / "calls" / name)) as file:
        parts = [
            part.to_ndarray()
            for frame in file.decode(audio=0)
            for part in resampler.resample(frame)
        ]
    return np.concatenate(parts, axis=1).reshape(-1, 2)[: round(seconds * RATE)]


def write_wav(path: Path, samples: np.ndarray) -> Path:
    """Write int16 samples, shape (n, channels)."""
    with wave.open(str(path), "wb") as file:
        file.setnchannels(samples.shape[1])
        file.setsampwidth(2)
        file.setframerate(RATE)
        file.writeframes(samples.astype("<i2").tobytes())
    return path


def write_video(path: Path, samples: np.ndarray) -> Path:
    """Write a picture of a second, and stereo sound."""
    with av.open(str(path), "w") as file:
        picture = file.add_stream("mpeg4", rate=10)
        picture.width, picture.height, picture.pix_fmt = 64, 48, "yuv420p"
        sound = file.add_stream("aac", rate=RATE, layout="stereo")
        for at in range(10):
            image = av.VideoFrame(64, 48, "yuv420p")
            image.pts = at
            file.mux(picture.encode(image))
        file.mux(picture.encode(None))
        packed = np.ascontiguousarray(samples.reshape(1, -1))
        frame = av.AudioFrame.from_ndarray(packed, "s16", "stereo")
        frame.sample_rate, frame.pts = RATE, 0
        file.mux(sound.encode(frame))
        file.mux(sound.encode(None))
    return path


@pytest.fixture
def make() -> SimpleNamespace:
    """What the tests make their recordings with."""
    return SimpleNamespace(
        clip=clip, wav=write_wav, video=write_video, named=named, samples=SAMPLES, rate=RATE
    )
