"""A card made of a script: each step an item, found by short anchors of its template."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass, field
from itertools import pairwise
from pathlib import Path

from qa.language import load_pack, tokenise
from qa.records import EvidenceKind
from qa.scoring import Scorecard, judge, load_scorecard
from qa.testing import make_safe

_SLOT = re.compile(r"\{\w+(?::(\w+))?\}")
#: Where anchors may not reach across: ends of sentences, and slots.
_BREAK = re.compile(r"[.?!\n;:]+|\{[^}]*\}")
#: What stands in a phrase of a card as it is.
_PLAIN = re.compile(r"[^\w' -]")
#: Words of an anchor: short ones survive errors, longer ones tell steps apart.
_SIZES = (2, 3, 4, 5)


@dataclass(frozen=True)
class Script:
    """The steps of one task."""

    task: str
    #: Step -> what is said, slots as written. Steps of equal text are one, under the first.
    steps: dict[str, str]
    #: Every label -> its step.
    labels: dict[str, str]
    _cards: dict[tuple[str, ...], Scorecard] = field(default_factory=dict)
    _anchors: dict[str, list[str]] = field(default_factory=dict)

    @property
    def free(self) -> frozenset[str]:
        """The steps that have a slot for text."""
        return frozenset(s for s, t in self.steps.items() if "s" in _SLOT.findall(t))

    def step(self, label: str, text: str) -> str:
        """Return the step that a turn is, by its label or, where the script has none, its text."""
        if label in self.labels or not label or label == "custom":
            return self.labels.get(label, "")
        return next((s for s, t in self.steps.items() if _same(t) == _same(text)), "")

    def item(self, step: str) -> str:
        """Return the id of the item that asks for a step."""
        return f"step-{list(self.steps).index(step)}"

    def pair(self, one: str, other: str) -> str:
        """Return the id of the item that asks for two steps in order."""
        return f"{self.item(one)}-{self.item(other)}"

    def card(self, order: tuple[str, ...] = ()) -> Scorecard:
        """Return the card that asks for every step, and for neighbours of `order` in order."""
        made = self._cards.get(order)
        if made is None:
            made = self._cards[order] = self._made(self._distinct(), order)
        return made

    def _made(self, anchors: dict[str, list[str]], order: tuple[str, ...] = ()) -> Scorecard:
        items: list[dict[str, object]] = [
            {"id": self.item(s), "ask": s, "any": anchors[s]} for s in self.steps
        ]
        items += [
            {
                "id": self.pair(one, other),
                "ask": f"{one}, then {other}",
                "sequence": [{"any": anchors[one]}, {"any": anchors[other]}],
            }
            for one, other in pairwise(order)
        ]
        text = {"scorecard": "script", "sections": [{"id": "steps", "items": items}]}
        return load_scorecard(json.dumps(text), name=self.task)

    def _distinct(self) -> dict[str, list[str]]:
        """Return of each step the shortest rows that no other step has; all, where it has none."""
        if not self._anchors:
            rows = {step: anchors_of(text) for step, text in self.steps.items()}
            shared = self._shared(rows)
            for step, some in rows.items():
                own: list[str] = []
                for row in some:
                    if (step, row) not in shared and not any(f" {o} " in f" {row} " for o in own):
                        own.append(row)
                self._anchors[step] = own or some
        return self._anchors

    def _shared(self, rows: dict[str, list[str]]) -> set[tuple[str, str]]:
        """Return step and row where another step has the row, or one like it."""
        pairs = [(step, row) for step, some in rows.items() for row in some]
        items = [{"id": f"row-{i}", "ask": row, "any": [row]} for i, (_, row) in enumerate(pairs)]
        text = {"scorecard": "rows", "sections": [{"id": "rows", "items": items}]}
        card = load_scorecard(json.dumps(text), name=self.task)
        said = list(self.steps)
        talk = [("agent", _SLOT.sub("[NUMBER]", self.steps[step])) for step in said]
        [assessment] = judge(make_safe(talk, timed=False), card)
        return {
            pair
            for pair, finding in zip(pairs, assessment.findings, strict=True)
            for hit in finding.evidence
            if hit.kind is EvidenceKind.HIT and hit.turn is not None and said[hit.turn] != pair[0]
        }


def read_script(file: Path) -> Script | None:
    """Return the script of a task; None of a file that has no replies."""
    data = json.loads(file.read_text("utf-8"))
    if not isinstance(data, dict) or not isinstance(data.get("replies"), dict):
        return None
    steps: dict[str, str] = {}
    labels: dict[str, str] = {}
    by_text: dict[str, str] = {}
    for label, text in data["replies"].items():
        step = by_text.setdefault(_same(text), label)
        labels[label] = step
        steps.setdefault(step, text)
    return Script(file.parent.name, steps, labels)


def anchors_of(template: str) -> list[str]:
    """Return the rows of a few words that a template may be known by, short ones first.

    Each has a word that carries meaning; of a stretch that is no longer than one, all of it.
    """
    pack = load_pack("en")
    found: list[str] = []
    for size in _SIZES:
        for part in _BREAK.split(template):
            words = [w for w in _PLAIN.sub(" ", part).split() if w.strip("-'")]
            heavy = [_carries(word, pack.function_words) for word in words]
            rows = range(len(words) - size + 1)
            found += [" ".join(words[i : i + size]) for i in rows if any(heavy[i : i + size])]
            if len(words) == 1 and size == _SIZES[0]:
                found += words
    return list(dict.fromkeys(found))


def _carries(word: str, function_words: frozenset[str]) -> bool:
    return any(t.text not in function_words for t in tokenise(word, "en"))


def _same(text: str) -> str:
    return " ".join(text.casefold().split())
