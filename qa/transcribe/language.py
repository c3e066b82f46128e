"""Which language is spoken, by speaker and region.

A window gives the model's probability of each language. The languages of the
settings compete; the rest is not asked. Within a speaker the evidence is pooled:
people change language between sentences, but a cough in Welsh is a cough.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from math import exp, log

from qa.transcribe.packing import Window

#: A window is taken at its word, against its speaker's habit, when it is this sure
#: and holds at least this many seconds of speech.
SURE = 0.8
LONG_ENOUGH = 3.0
#: Probability below which evidence is not counted: one silence must not veto a language.
_FLOOR = 1e-3
#: Seconds of speech that count in full.
_FULL_WEIGHT = 15.0


def base(tag: str) -> str:
    """Return the language of a BCP-47 tag as Whisper knows it: "en-GB" -> "en"."""
    return tag.split("-", 1)[0].lower()


def among(probabilities: Mapping[str, float], languages: Sequence[str]) -> dict[str, float]:
    """Restrict probabilities to the languages that are spoken here; they sum to 1."""
    known = {b: probabilities[b] for b in map(base, languages) if b in probabilities}
    known = known or dict(probabilities)
    total = sum(known.values())
    if total <= 0:
        return {name: 1 / len(known) for name in known}
    return {name: p / total for name, p in known.items()}


class Habits:
    """The languages that each speaker of a recording has been heard to speak.

    Parameters
    ----------
    languages : BCP-47, those that are spoken here.
    """

    def __init__(self, languages: Sequence[str]) -> None:
        self._languages = languages
        self._evidence: dict[tuple[int, str], dict[str, float]] = {}

    def judge(
        self, windows: Sequence[Window], probabilities: Sequence[Mapping[str, float]]
    ) -> list[tuple[str, float]]:
        """Return each window's language and how sure that is, 0..1.

        Its own, when it is long and sure enough of it; else its speaker's, by all
        that was heard of that speaker so far, these windows among it.
        """
        found = [among(row, self._languages) for row in probabilities]
        for window, row in zip(windows, found, strict=True):
            self._hear(window, row)
        return [self._judge(window, row) for window, row in zip(windows, found, strict=True)]

    def _hear(self, window: Window, row: Mapping[str, float]) -> None:
        pooled = self._evidence.setdefault(window.voice, {})
        weight = min(window.duration / _FULL_WEIGHT, 1.0)
        for name, p in row.items():
            pooled[name] = pooled.get(name, 0.0) + weight * log(max(p, _FLOOR))

    def _judge(self, window: Window, row: Mapping[str, float]) -> tuple[str, float]:
        own = max(row, key=lambda name: row[name])
        if row[own] >= SURE and window.duration >= LONG_ENOUGH:
            return own, row[own]
        pooled = self._evidence[window.voice]
        best = max(pooled, key=lambda name: pooled[name])
        return best, 1 / sum(exp(value - pooled[best]) for value in pooled.values())
