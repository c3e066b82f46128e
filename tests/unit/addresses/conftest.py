"""Servers of files: the memory of this process, and a process that answers as S3 does."""

import io
import itertools
import wave
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any

import fsspec
import numpy as np
import pytest
from buckets import S3Server

from qa.addresses import names
from qa.settings import Settings

_NUMBERS = itertools.count()


@dataclass
class There:
    """A place to put things at.

    Attributes
    ----------
    address : of the place; ends in "/".
    system, root : fsspec's part for it, and what its names begin with.
    """

    address: str
    system: Any
    root: str

    def put(self, name: str, content: bytes | str) -> str:
        """Put a thing there; return its address."""
        content = content if isinstance(content, bytes) else content.encode()
        self.system.pipe_file(self.root + name, content)
        return self.address + name


@pytest.fixture
def memory(monkeypatch):
    """fsspec's files in memory, under a scheme that only tests know."""
    scheme = names.Scheme("memory", "none", "memory", server=True)
    monkeypatch.setattr(names, "SCHEMES", MappingProxyType({**names.SCHEMES, "memory": scheme}))
    system = fsspec.filesystem("memory")
    system.store.clear()
    yield There("memory://here/calls/", system, "/calls/")
    system.store.clear()


@pytest.fixture(scope="session")
def s3_server(tmp_path_factory):
    server = S3Server(tmp_path_factory.mktemp("s3") / "buckets")
    yield server
    server.close()


@pytest.fixture
def s3(s3_server, monkeypatch):
    for name, value in s3_server.env.items():
        monkeypatch.setenv(name, value)
    system = fsspec.filesystem("s3", use_listings_cache=False)
    bucket = f"calls-{next(_NUMBERS)}"
    system.mkdir(bucket)
    return There(f"s3://{bucket}/", system, f"{bucket}/")


S3 = pytest.param("s3", marks=pytest.mark.xdist_group("s3"))


@pytest.fixture(params=["memory", S3])
def there(request):
    """Each of both."""
    return request.getfixturevalue(request.param)


@pytest.fixture
def settings(tmp_path):
    (tmp_path / "data").mkdir()
    return Settings(data=tmp_path / "data", least_free_mb=0)


@pytest.fixture
def sound():
    """Make the bytes of a small WAV; the seed is its content."""

    def make(seed: int = 1) -> bytes:
        made = io.BytesIO()
        with wave.open(made, "wb") as file:
            file.setparams((1, 2, 8000, 0, "NONE", ""))
            rng = np.random.default_rng(seed)
            file.writeframes(rng.integers(-9000, 9000, 60_000).astype("<i2").tobytes())
        return made.getvalue()

    return make
