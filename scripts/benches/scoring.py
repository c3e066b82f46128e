"""How fast conversations are judged, and how well where recognition errs.

    scripts/bench scoring [--turns FILE.jsonl] [--card ID] [--calls N] [--json]
    scripts/bench scoring --noise [--turns FILE.jsonl] [--json]

Calls of 694 words are drawn, always the same ones, from labelled turns (``who`` and
``text`` in each line of FILE; without it from the sample dialogues, which repeat
themselves). One process, its own processor time with the wall's beside it; the first calls,
which fill the memory of words, are left out. `exact` reads a call and looks up every phrase
of the card by lemma; `judged` is the whole verdict, with tolerant matching and nearest misses;
`parsed` is the same with sentence structure, for a card that reads it where a parser is
installed. `first call` is what the first verdict of a process takes: packs, card and all.
With `--noise` nothing is timed: the
turns are put through recognition noise (`benches._noise`, `benches._recognition`).
See docs/benchmarks.md for what the figures mean.
"""

from __future__ import annotations

import argparse
import json
import random
from collections.abc import Callable, Sequence
from pathlib import Path
from time import perf_counter, process_time
from typing import NamedTuple

from ruamel.yaml import YAML

from benches import _recognition, _talks
from qa.pipeline import parsers_for
from qa.records import SafeConversation
from qa.scoring import Document, Scorecard, find_card, judge
from qa.scoring.compiled import compiled
from qa.scoring.matching import find
from qa.settings import load_settings
from qa.testing import make_safe

#: Words of a call, as in the figures the program is held to.
WORDS = 694
#: Calls judged before the clock starts, and stretches of which the fastest counts: other
#: work on the machine only ever slows one down.
_WARM, _STRETCHES = 10, 5
_SAMPLES = Path(__file__).resolve().parents[2] / "samples" / "scripts"


def main(arguments: list[str]) -> int:
    """Measure and print."""
    parser = argparse.ArgumentParser(prog="scripts/bench scoring", description=__doc__)
    parser.add_argument("--turns", type=Path, help="labelled turns, one JSON object a line")
    parser.add_argument("--card", default="support-standard")
    parser.add_argument("--calls", type=int, default=100, help="calls to time")
    parser.add_argument("--noise", action="store_true", help="put the turns through errors")
    parser.add_argument("--json", action="store_true")
    options = parser.parse_args(arguments)
    if options.noise:
        return _noise(options.turns, as_json=options.json)
    card = find_card(options.card, load_settings())
    calls = draw(turns_of(options.turns), _WARM + max(options.calls, _STRETCHES))
    begun = process_time()
    judge(calls[0], card)
    first = round(process_time() - begun, 2)
    figures = speed(card, calls)
    if options.json:
        rates = {name: rate._asdict() for name, rate in figures.items()}
        print(json.dumps({"speed": rates, "first_call_s": first}))
    else:
        print(f"{card.id}, {len(calls) - _WARM} calls of {WORDS} words, one core")
        for name, (cpu, wall) in figures.items():
            print(f"  {name:8} {cpu:8.1f} calls a second ({wall:.1f} by the wall)")
        print(f"  first call {first:.2f} s")
    return 0


def _noise(path: Path | None, *, as_json: bool) -> int:
    found = _recognition.figures(_talks.labelled(path) if path else _talks.sampled())
    if as_json:
        print(json.dumps({"noise": found}))
    else:
        _recognition.show(found)
    return 0


def turns_of(path: Path | None) -> dict[str, list[str]]:
    """Return what agents and customers say, in English."""
    said: dict[str, list[str]] = {"agent": [], "customer": []}
    if path is not None:
        for line in path.read_text("utf-8").splitlines():
            turn = json.loads(line)
            said["agent" if turn["who"] == "agent" else "customer"].append(turn["text"])
        return said
    for script in sorted(_SAMPLES.glob("*.yaml")):
        dialogue = YAML(typ="safe").load(script)
        if dialogue.get("language", "en") == "en":
            for line in dialogue["lines"]:
                for who in said.keys() & line.keys():
                    said[who].append(line[who])
    return said


def draw(said: dict[str, list[str]], count: int) -> list[SafeConversation]:
    """Draw calls of agent and customer in turn; the same ones every time."""
    rng = random.Random(3)  # noqa: S311 - nothing secret
    calls = []
    for _ in range(count):
        talk: list[tuple[str, str]] = []
        words = 0
        while words < WORDS:
            who = "customer" if len(talk) % 2 else "agent"
            talk.append((who, rng.choice(said[who])))
            words += len(talk[-1][1].split())
        calls.append(make_safe(talk))
    return calls


class Rate(NamedTuple):
    """Calls a second, by this process's processor time and by the wall."""

    cpu: float
    wall: float


def speed(card: Scorecard, calls: Sequence[SafeConversation]) -> dict[str, Rate]:
    """Return how fast exact lookup alone is, the whole verdict, and that with parsing."""
    ready = compiled(card)
    groups = [tuple(g) for _, item in card.items for g in item.check.references()]

    def exact(call: SafeConversation) -> None:
        document = Document(call)
        view = document.view("en")
        everywhere = {t.index: (0, len(t.text) + 1) for t in call.turns}
        for group in groups:
            find(view, ready.book(group, "en"), everywhere)

    figures = {"exact": _rate(exact, calls), "judged": _rate(lambda c: judge(c, card), calls)}
    parsers = parsers_for(load_settings())
    if card.parses and not parsers.why_not("en"):
        figures["parsed"] = _rate(lambda c: judge(c, card, parsers=parsers), calls)
    return figures


def _rate(work: Callable[[SafeConversation], object], calls: Sequence[SafeConversation]) -> Rate:
    for call in calls[:_WARM]:
        work(call)
    timed = calls[_WARM:]
    size = max(1, len(timed) // _STRETCHES)
    cpu = wall = float("inf")
    for i in range(0, size * _STRETCHES, size):
        begun, began = process_time(), perf_counter()
        for call in timed[i : i + size]:
            work(call)
        cpu, wall = min(cpu, process_time() - begun), min(wall, perf_counter() - began)
    return Rate(round(size / cpu, 1), round(size / wall, 1))
