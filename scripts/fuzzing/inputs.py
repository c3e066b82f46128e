"""What the importers are tried on: the same inputs for the same seed, a chunk at a time."""

from __future__ import annotations

import json
import random
import struct
import wave
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from functools import cache
from io import BytesIO
from pathlib import Path
from typing import Any

from hypothesis import HealthCheck, Phase, given, seed, settings
from hypothesis import strategies as st

from fuzzing.folders import folder
from fuzzing.nasty import BYTES, NASTY, PATHS, SUFFIXES
from fuzzing.trial import Input
from qa.importers import FORMATS

ROOT = Path(__file__).resolve().parents[2]
#: Inputs of one chunk, which is drawn from one seed and done again where it was cut short.
CHUNK = 500
#: Shares of inputs: drawn by Hypothesis, and folders; the others are files, mutated.
DRAWN, FOLDERS = 0.15, 0.15
#: Bytes of a mutated sample; share of samples that are blown up to that.
_MOST, _BLOWN = 8 << 20, 0.003
#: What a key that names a file or an address is called.
_NAMING = ("file", "url", "uri", "source", "path", "audio", "media", "record", "schema")


@dataclass(frozen=True)
class Sample:
    """A file that is as it should be."""

    #: Of its format.
    name: str
    suffix: str
    content: bytes


def inputs(start: int, chunk: int, count: int = CHUNK) -> Iterator[Input]:
    """Yield the inputs of a chunk; the same seed and chunk give the same ones."""
    rng = random.Random(f"{start}-{chunk}")  # noqa: S311 - the same inputs each time
    first, known = chunk * CHUNK, samples()
    drawn = _drawn(int(count * DRAWN), start * 1_000_003 + chunk)
    number = first
    for number, (name, value) in enumerate(drawn, first):
        yield Input(number, name, {"input.json": dumped(value)})
    for number in range(first + len(drawn), first + count):
        if rng.random() < FOLDERS / (1 - DRAWN):
            yield folder(number, rng, known, mutated)
            continue
        sample = rng.choice(known)
        suffix = sample.suffix if rng.random() < 0.95 else rng.choice(SUFFIXES)  # noqa: PLR2004
        yield Input(number, sample.name, {f"input{suffix}": mutated(sample.content, rng, known)})


@cache
def samples() -> tuple[Sample, ...]:
    """Return the samples of the contract, the sample chats and short recordings."""
    files = [*(ROOT / "tests/contract/importers").glob("*/*"), *(ROOT / "samples/chats").glob("*")]
    found = [
        Sample(p.parent.name, p.suffix, p.read_bytes())
        for p in sorted(files)
        if p.is_file() and p.name[0] != "."
    ]
    sounds = [(ROOT / "samples/calls" / name) for name in ("bad-line.mp3", "ru-zhaloba.ogg")]
    found += [Sample("audio", p.suffix, p.read_bytes()[:20_000]) for p in sounds]
    return (*found, Sample("audio", ".wav", _sound(1)), Sample("audio", ".wav", _sound(2)))


def _sound(channels: int) -> bytes:
    made = BytesIO()
    with wave.open(made, "wb") as sound:
        sound.setparams((channels, 2, 8_000, 0, "NONE", ""))
        sound.writeframes(struct.pack("<h", 1_000) * channels * 800)
    return made.getvalue()


def mutated(content: bytes, rng: random.Random, known: Sequence[Sample]) -> bytes:
    """Return a sample with one to four things done to it."""
    if rng.random() < 0.5:  # noqa: PLR2004 - as often in its structure as in its bytes
        with suppress(ValueError, RecursionError):
            value = json.loads(content)
            for _ in range(rng.randint(1, 3)):
                value = changed(value, rng)
            content = dumped(value)
            if rng.random() < 0.7:  # noqa: PLR2004
                return content
    if content and rng.random() < _BLOWN:
        content *= _MOST // len(content)
    for _ in range(rng.randint(1, 4)):
        content = rng.choice(_DAMAGES)(content, rng, known)[:_MOST]
    return content


def changed(value: Any, rng: random.Random, key: str = "") -> Any:
    """Return a JSON value with one node replaced, left out, repeated or renamed."""
    if not isinstance(value, (dict, list)) or not value or rng.random() < 0.1:  # noqa: PLR2004
        names = any(word in key.casefold() for word in _NAMING)
        return rng.choice(PATHS if names and rng.random() < 0.8 else NASTY)  # noqa: PLR2004
    what = rng.choice(("out", "again", *["inside"] * 8))
    if isinstance(value, list):
        at = rng.randrange(len(value))
        inside = {"out": [], "again": [value[at]] * rng.choice((2, 3, 200))}.get(what)
        middle = [changed(value[at], rng, key)] if inside is None else inside
        return [*value[:at], *middle, *value[at + 1 :]]
    chosen = rng.choice(list(value))
    if what == "out":
        return {k: v for k, v in value.items() if k != chosen}
    name = rng.choice(list(value)) if what == "again" else chosen
    return {**value, name: changed(value[chosen], rng, name)}


def dumped(value: Any) -> bytes:
    """Return the JSON of a value, lone halves of pairs and all."""
    return json.dumps(value).encode("utf-8", "surrogatepass")


_Damage = Callable[[bytes, random.Random, Sequence[Sample]], bytes]


def _cut(content: bytes, rng: random.Random, _: object) -> bytes:
    return content[: rng.randrange(len(content) + 1)]


def _flip(content: bytes, rng: random.Random, _: object) -> bytes:
    made = bytearray(content)
    for _n in range(rng.randint(1, 8) if made else 0):
        made[rng.randrange(len(made))] = rng.randrange(256)
    return bytes(made)


def _insert(content: bytes, rng: random.Random, _: object) -> bytes:
    at = rng.randrange(len(content) + 1)
    return content[:at] + rng.choice(BYTES) + content[at:]


def _repeat(content: bytes, rng: random.Random, _: object) -> bytes:
    low, high = sorted((rng.randrange(len(content) + 1), rng.randrange(len(content) + 1)))
    return content[:high] + content[low:high] * rng.choice((1, 2, 50)) + content[high:]


def _splice(content: bytes, rng: random.Random, known: Sequence[Sample]) -> bytes:
    other = rng.choice(known).content
    return content[: rng.randrange(len(content) + 1)] + other[rng.randrange(len(other) + 1) :]


def _recode(content: bytes, rng: random.Random, _: object) -> bytes:
    name = rng.choice(("utf-16", "utf-16-be", "utf-32", "cp1251", "cp1250", "utf-7"))
    return content.decode("utf-8", "replace").encode(name, "replace")


def _names(content: bytes, rng: random.Random, _: object) -> bytes:
    """Put a path in the place of a quoted text."""
    parts = content.split(b'"', 100_000)
    if len(parts) > 2:  # noqa: PLR2004 - something is quoted
        parts[rng.randrange(1, len(parts) - 1)] = str(rng.choice(PATHS)).encode()
    return b'"'.join(parts)


_DAMAGES: tuple[_Damage, ...] = (_cut, _flip, _insert, _repeat, _splice, _recode, _names)


def _drawn(count: int, start: int) -> list[tuple[str, Any]]:
    """Return names of formats and JSON that Hypothesis draws of the formats' own keys."""
    found: list[tuple[str, Any]] = []
    if not count:
        return found

    @seed(start)
    @settings(
        max_examples=count,
        database=None,
        deadline=None,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @given(st.sampled_from(sorted(FORMATS)), _trees())
    def draw(name: str, value: Any) -> None:
        found.append((name, value))

    draw()
    return found[:count]


@cache
def _trees() -> st.SearchStrategy[Any]:
    keys = sorted({key for value in _values() for key in _keys(value)})
    plain = st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=30)
    plain |= st.sampled_from([v for v in NASTY if isinstance(v, (str, int, float))])
    return st.recursive(
        plain,
        lambda inner: (
            st.lists(inner, max_size=4) | st.dictionaries(st.sampled_from(keys), inner, max_size=8)
        ),
        max_leaves=25,
    )


def _values() -> Iterator[Any]:
    for sample in samples():
        with suppress(ValueError):
            yield json.loads(sample.content)


def _keys(value: Any) -> Iterator[str]:
    for part in value.values() if isinstance(value, dict) else value:
        if isinstance(part, (dict, list)):
            yield from _keys(part)
    if isinstance(value, dict):
        yield from value
