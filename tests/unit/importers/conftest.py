"""Files of users, made when a test asks for them."""

import json
import wave

import numpy as np
import pytest

from qa.importers import Rejected, find
from qa.settings import Settings


@pytest.fixture
def recording(tmp_path):
    """Write a small WAV under a name below tmp_path; the seed is its content."""

    def write(name, *, seed=None, channels=1):
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        rng = np.random.default_rng(len(name) * 7 + sum(name.encode()) if seed is None else seed)
        with wave.open(str(path), "wb") as file:
            file.setparams((channels, 2, 8000, 0, "NONE", ""))
            file.writeframes(rng.integers(-9000, 9000, 800 * channels).astype("<i2").tobytes())
        return path

    return write


@pytest.fixture
def data(tmp_path):
    """Write JSON (or, of text, the text itself) under a name below tmp_path."""

    def write(name, value):
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(value if isinstance(value, str) else json.dumps(value), encoding="utf-8")
        return path

    return write


@pytest.fixture
def found(tmp_path):
    """Import paths (tmp_path itself when none is given): conversations and rejects."""

    def run(*paths, format="auto"):
        results = list(find(paths or (tmp_path,), Settings(), format=format))
        rejected = [r for r in results if isinstance(r, Rejected)]
        return [r for r in results if not isinstance(r, Rejected)], rejected

    return run
