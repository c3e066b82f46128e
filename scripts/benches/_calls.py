"""Calls with truth, and how far what was heard lies from it.

A folder holds ``derived/ID.stereo.wav`` (agent left, caller right), ``ID.mono.wav``,
``ID.ref.tsv`` (start_s, end_s, speaker, human_transcript), ``ID.rttm`` and, for the times
of words, ``transcript/ID.json``.
"""

from __future__ import annotations

import csv
import json
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from itertools import permutations
from pathlib import Path
from statistics import mean, median

import numpy as np
from numpy.typing import NDArray
from rapidfuzz.distance import Levenshtein

SIDES = ("agent", "caller")
#: Frames a second in which speaker time is counted.
_RATE = 100
_TAG = re.compile(r"<[^>]*>|\[[^\]]*\]")

Timed = tuple[str, float]
Spans = Mapping[str, Sequence[tuple[float, float]]]


@dataclass(frozen=True)
class Call:
    """One call and its truth."""

    id: str
    stereo: Path
    mono: Path
    #: Words by side, normalised.
    words: Mapping[str, list[str]]
    #: Speaker time by side.
    spans: Spans
    #: Words with the time they begin, by side, as another recogniser heard them.
    timed: Mapping[str, list[Timed]]


def find_calls(folder: Path) -> list[Call]:
    """Return the calls of a folder, in order of their ids."""
    derived = folder / "derived"
    return [
        Call(
            id=(name := stereo.name.removesuffix(".stereo.wav")),
            stereo=stereo,
            mono=derived / f"{name}.mono.wav",
            words=_words(derived / f"{name}.ref.tsv"),
            spans=_rttm(derived / f"{name}.rttm"),
            timed=_timed(folder / "transcript" / f"{name}.json"),
        )
        for stereo in sorted(derived.glob("*.stereo.wav"))
    ]


def normalise(text: str) -> list[str]:
    """Return the words that count: tags removed, whisper's English normaliser."""
    from whisper.normalizers import EnglishTextNormalizer  # noqa: PLC0415 - loads torch

    if not hasattr(normalise, "made"):
        normalise.made = EnglishTextNormalizer()  # type: ignore[attr-defined]  # made once
    cleaned: str = normalise.made(_TAG.sub(" ", text))  # type: ignore[attr-defined]
    return cleaned.split()


def _words(file: Path) -> dict[str, list[str]]:
    said: dict[str, list[str]] = {side: [] for side in SIDES}
    with file.open(encoding="utf-8") as lines:
        for row in csv.DictReader(lines, delimiter="\t", quoting=csv.QUOTE_NONE):
            said[row["speaker"]].append(row["human_transcript"] or "")
    return {side: normalise(" ".join(texts)) for side, texts in said.items()}


def _rttm(file: Path) -> dict[str, list[tuple[float, float]]]:
    spans: dict[str, list[tuple[float, float]]] = {}
    for line in file.read_text(encoding="utf-8").splitlines():
        fields = line.split()
        start = float(fields[3])
        spans.setdefault(fields[7], []).append((start, start + float(fields[4])))
    return spans


def _timed(file: Path) -> dict[str, list[Timed]]:
    timed: dict[str, list[Timed]] = {side: [] for side in SIDES}
    if file.is_file():
        for piece in json.loads(file.read_text(encoding="utf-8")):
            side = {"agent": "agent", "caller": "caller"}.get(piece["speaker_role"])
            words = piece.get("transcript", "").split()
            offsets = piece.get("word_offsets_ms", [])
            if side and len(words) == len(offsets):
                timed[side] += [
                    (_plain(w), (piece["offset_ms"] + at) / 1000)
                    for w, at in zip(words, offsets, strict=True)
                ]
    return timed


def _plain(word: str) -> str:
    return re.sub(r"[^\w']", "", word.casefold())


def errors(call: Call, heard: Mapping[str, str]) -> tuple[int, int]:
    """Return (word errors, words): each side against the speaker that fits it best."""
    said = [normalise(text) for text in heard.values()]
    said += [[] for _ in range(len(SIDES) - len(said))]
    best = min(
        sum(
            Levenshtein.distance(call.words[s], words) for s, words in zip(SIDES, some, strict=True)
        )
        + sum(len(words) for words in said)
        - sum(len(words) for words in some)
        for some in permutations(said, len(SIDES))
    )
    return best, sum(len(words) for words in call.words.values())


def side_of(call: Call, heard: Mapping[str, str]) -> dict[str, str]:
    """Return which speaker each side is, by what was said."""
    names = list(heard)
    said = {name: normalise(text) for name, text in heard.items()}
    fits = [
        (
            sum(
                Levenshtein.distance(call.words[s], said[n])
                for s, n in zip(SIDES, some, strict=False)
            ),
            some,
        )
        for some in permutations(names, min(len(SIDES), len(names)))
    ]
    return dict(zip(SIDES, min(fits)[1], strict=False)) if fits else {}


def time_errors(call: Call, words: Mapping[str, Sequence[Timed]]) -> list[float]:
    """Return how far apart words that both recognisers heard begin, seconds."""
    found = []
    for side, name in zip(SIDES, words, strict=False):
        theirs = call.timed[side]
        ours = [(_plain(text), start) for text, start in words[name]]
        match = SequenceMatcher(None, [w for w, _ in theirs], [w for w, _ in ours], autojunk=False)
        for a, b, size in match.get_matching_blocks():
            found += [abs(theirs[a + i][1] - ours[b + i][1]) for i in range(size)]
    return found


def der_parts(call: Call, heard: Spans) -> NDArray[np.float64]:
    """Return seconds of (missed, false alarm, confused, spoken); no collar, overlap counted."""
    end = max((e for spans in [*call.spans.values(), *heard.values()] for _, e in spans), default=0)
    truth = _mask(call.spans, end)
    found = _mask(heard, end)
    while len(found) < len(truth):
        found = np.vstack([found, np.zeros_like(truth[:1])])
    many, few = truth.sum(axis=0), found.sum(axis=0)
    right = max(
        sum(int((truth[i] & found[k]).sum()) for i, k in enumerate(order))
        for order in permutations(range(len(found)), len(truth))
    )
    parts = (
        np.maximum(many - few, 0).sum(),
        np.maximum(few - many, 0).sum(),
        np.minimum(many, few).sum() - right,
        many.sum(),
    )
    return np.array(parts, dtype=np.float64) / _RATE


def _mask(spans: Spans, end: float) -> NDArray[np.bool_]:
    mask = np.zeros((len(spans), round(end * _RATE) + 1), dtype=bool)
    for row, some in zip(mask, spans.values(), strict=True):
        for a, b in some:
            row[round(a * _RATE) : round(b * _RATE)] = True
    return mask


def spread(values: Iterable[float]) -> dict[str, float] | None:
    """Return mean and median, or None where there is nothing."""
    found = list(values)
    return {"mean": round(mean(found), 3), "median": round(median(found), 3)} if found else None
