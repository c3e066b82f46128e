"""Which language is spoken, by speaker and region.

A window gives the model's probability of each language. The languages of the
settings compete; the rest is not asked. Within a speaker the evidence is pooled:
people change language between sentences, but a cough in Welsh is a cough.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from math import exp, log

#: A window is taken at its word, against its speaker's habit, when it is this sure
#: and holds at least this many seconds of speech.
SURE = 0.8
LONG_ENOUGH = 3.0
#: Probability below which evidence is not counted: one silence must not veto a language.
_FLOOR = 1e-3


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


class Habit:
    """The languages that one speaker has been heard to speak."""

    def __init__(self) -> None:
        self._evidence: dict[str, float] = {}

    def hear(self, probabilities: Mapping[str, float], seconds: float) -> None:
        """Add a window's probabilities, weighted by its length."""
        for name, p in probabilities.items():
            weight = min(seconds, 15.0) / 15.0
            self._evidence[name] = self._evidence.get(name, 0.0) + weight * log(max(p, _FLOOR))

    def judge(self, probabilities: Mapping[str, float], seconds: float) -> tuple[str, float]:
        """Return the language of a window and how sure that is, 0..1.

        Its own, when it is sure of it and long enough; else its speaker's.
        """
        own = max(probabilities, key=lambda name: probabilities[name])
        if probabilities[own] >= SURE and seconds >= LONG_ENOUGH:
            return own, probabilities[own]
        pooled = self._evidence or {name: log(max(p, _FLOOR)) for name, p in probabilities.items()}
        best = max(pooled, key=lambda name: pooled[name])
        top = pooled[best]
        return best, 1 / sum(exp(value - top) for value in pooled.values())
