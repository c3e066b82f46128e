"""Whether the steps of a script are found, told apart, missed and seen out of order.

    scripts/bench script DIR [--wer RATE] [--json]

DIR holds ``tasks/TASK/TASK.json`` with the script's ``replies`` (step: template, slots as
``{name:s}``), and ``dialogues/TASK/ID.json`` whose agent turns say which step they are
(``ActionLabel``). Of every task a card is made, by method: each step is an item that is
found by short anchors of its template, those left out that another step has as well. Steps of
equal text are one step. Turns of no step (free text, ``custom``) are left out, since nobody
said what they are; `with_free_text` keeps them.

- `steps`: of each dialogue, which steps were done; without those that have a slot for text.
- `missing`: one step is taken out of what was said; which steps of it are not found.
- `order`: two steps that follow one another change places; which neighbours are not in order.
"""

from __future__ import annotations

import argparse
import json
import random
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import Any

from benches._noise import Noise
from benches._script import Script, read_script
from benches._talks import dialogues
from qa.records import Verdict
from qa.scoring import judge
from qa.scoring.trying import Tally
from qa.testing import make_safe

Talk = list[tuple[str, str]]


@dataclass(frozen=True)
class Dialogue:
    """What was said, and which step each turn of the agent is ("" for customers)."""

    script: Script
    lines: tuple[tuple[str, str, str], ...]

    @property
    def talk(self) -> Talk:
        """Turns of ``(who, text)``."""
        return [(who, text) for who, text, _ in self.lines]

    @property
    def done(self) -> list[str]:
        """The steps done, in the order in which each was first done."""
        return list(dict.fromkeys(step for *_, step in self.lines if step))


def main(arguments: list[str]) -> int:
    """Measure and print."""
    parser = argparse.ArgumentParser(prog="scripts/bench script", description=__doc__)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--wer", type=float, default=0.15, help="share of words wrong")
    parser.add_argument("--json", action="store_true", help="one object on stdout")
    options = parser.parse_args(arguments)
    folder = options.folder.parent if options.folder.name == "tasks" else options.folder
    scripts = {
        s.task: s for s in map(read_script, sorted((folder / "tasks").glob("*/*.json"))) if s
    }
    if not scripts:
        print(f"No tasks/TASK/TASK.json with replies in {folder}.", file=sys.stderr)
        return 2
    result = {f"{rate:.2f}": figures(folder, scripts, rate) for rate in (0.0, options.wer)}
    print(json.dumps({"script": result}, indent=2)) if options.json else _show(result)
    return 0


def figures(folder: Path, scripts: dict[str, Script], rate: float) -> dict[str, Any]:
    """Return the figures at a rate of word errors."""
    spoken = list(_read(folder, scripts, free_text=False))
    whole = list(_read(folder, scripts, free_text=True))
    noise = Noise((text for d in whole for _, text, _ in d.lines), rate)
    tallies = {
        "steps": _steps(spoken, noise, slots=False),
        "with_slots": _steps(spoken, noise, slots=True),
        "with_free_text": _steps(whole, noise, slots=False),
        "missing": _missing(spoken, noise),
        "order": _order(spoken, noise),
    }
    return {"dialogues": len(spoken), **{name: _row(t) for name, t in tallies.items()}}


def _read(folder: Path, scripts: dict[str, Script], *, free_text: bool) -> Iterator[Dialogue]:
    for task, _, said in dialogues(folder):
        script = scripts.get(task)
        if script is None:
            continue
        lines = []
        for line in said:
            step = script.step(line["label"], line["text"]) if line["who"] == "agent" else ""
            if step or free_text or line["who"] != "agent":
                lines.append((line["who"], line["text"], step))
        if any(step for *_, step in lines):
            yield Dialogue(script, tuple(lines))


# --- what is measured --------------------------------------------------------------


def _verdicts(dialogue: Dialogue, talk: Talk, noise: Noise, steps: Sequence[str]) -> set[str]:
    """Return the items that are not failed, of the steps and of their order."""
    heard = make_safe(noise.turns(talk)) if noise.rate else make_safe(talk, timed=False)
    assessments = judge(heard, dialogue.script.card(tuple(steps)))
    return {f.item for a in assessments for f in a.findings if f.verdict is Verdict.PASS}


def _steps(found: Sequence[Dialogue], noise: Noise, *, slots: bool) -> Tally:
    tally = Tally()
    for dialogue in found:
        script = dialogue.script
        passed = _verdicts(dialogue, dialogue.talk, noise, ())
        for step in script.steps:
            if slots or step not in script.free:
                tally.count(expected=step in dialogue.done, found=script.item(step) in passed)
    return tally


def _missing(found: Sequence[Dialogue], noise: Noise) -> Tally:
    """Take out one step of each dialogue; of those that were done, which are not found."""
    tally = Tally()
    rng = random.Random(3)  # noqa: S311 - nothing secret
    for dialogue in found:
        fixed = [s for s in dialogue.done if s not in dialogue.script.free]
        if len(fixed) < 2:  # noqa: PLR2004 - else nothing of the script is left
            continue
        gone = rng.choice(fixed)
        left = [(who, text) for who, text, step in dialogue.lines if step != gone]
        passed = _verdicts(dialogue, left, noise, ())
        for step in fixed:
            missed = dialogue.script.item(step) not in passed
            tally.count(expected=step == gone, found=missed)
    return tally


def _order(found: Sequence[Dialogue], noise: Noise) -> Tally:
    """Change two neighbouring steps; which neighbours are both found, but not in order."""
    tally = Tally()
    rng = random.Random(3)  # noqa: S311 - nothing secret
    for dialogue in found:
        said = [step for *_, step in dialogue.lines if step]
        once = [s for s in dialogue.done if said.count(s) == 1 and s not in dialogue.script.free]
        if len(once) < 2:  # noqa: PLR2004 - a pair
            continue
        at = rng.randrange(len(once) - 1)
        a, b = once[at], once[at + 1]
        place = {step: i for i, (*_, step) in enumerate(dialogue.lines)}
        lines = list(dialogue.lines)
        lines[place[a]], lines[place[b]] = lines[place[b]], lines[place[a]]
        passed = _verdicts(dialogue, [(w, t) for w, t, _ in lines], noise, once)
        rank = {step: i for i, (*_, step) in enumerate(lines) if step in once}
        for one, other in pairwise(once):
            both = {dialogue.script.item(one), dialogue.script.item(other)} <= passed
            wrong = both and dialogue.script.pair(one, other) not in passed
            tally.count(expected=rank[one] > rank[other], found=wrong)
    return tally


# --- the result --------------------------------------------------------------------


def _row(tally: Tally) -> dict[str, float | int | None]:
    values = {"precision": tally.precision, "recall": tally.recall, "f1": tally.f1}
    rounded = {k: None if v is None else round(v, 4) for k, v in values.items()}
    return {"n": tally.right + tally.overlooked, **rounded}


def _show(result: dict[str, Any]) -> None:
    for rate, rows in result.items():
        print(f"{rate} of the words wrong, {rows['dialogues']} dialogues")
        for name, row in rows.items():
            if isinstance(row, dict):
                print(f"  {name:16}" + " ".join(f"{k} {v}" for k, v in row.items()))
