"""Conversations to measure on: from labelled turns, from dialogues of tasks, from the samples.

A conversation is a list of ``(who, text)``. Labelled turns are lines of JSON with ``who``,
``text`` and ``labels``, and, where they come from whole conversations, ``conversation`` and
``turn``. Dialogues lie in ``dialogues/TASK/ID.json`` with a list of ``Events``: who spoke
(``Agent``: User, or Wizard for the agent), ``Text``, and the script's step (``ActionLabel``).
"""

from __future__ import annotations

import json
import random
from collections import defaultdict
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

from ruamel.yaml import YAML

from qa.scoring.trying import LabelledLine

Talk = list[tuple[str, str]]

_SAMPLES = Path(__file__).resolve().parents[2] / "samples" / "scripts"
#: What the events of a dialogue say to the other side, and who says it.
_SAID = {"utter", "pick_suggestion"}
_WHO = {"User": "customer", "Wizard": "agent"}
#: Turns that a drawn conversation has at most.
_LONGEST = 40


class Turn(LabelledLine):
    """A labelled turn and where it comes from."""

    conversation: str = ""
    turn: int = 0


def labelled(path: Path) -> list[Turn]:
    """Return the labelled turns of a file."""
    lines = path.read_text("utf-8").splitlines()
    return [Turn.model_validate_json(line) for line in lines if line.strip()]


def sampled() -> list[Turn]:
    """Return the turns of the sample dialogues in English; nobody labelled them."""
    found = []
    for script in sorted(_SAMPLES.glob("*.yaml")):
        dialogue = YAML(typ="safe").load(script)
        if dialogue.get("language", "en") == "en":
            for number, line in enumerate(dialogue["lines"]):
                found += [
                    Turn(who=who, text=line[who], labels=(), conversation=script.stem, turn=number)
                    for who in ("agent", "customer")
                    if who in line
                ]
    return found


def together(turns: list[Turn]) -> list[list[Turn]]:
    """Return the conversations of which both sides are there, their turns in order."""
    by_name: dict[str, list[Turn]] = defaultdict(list)
    for turn in turns:
        by_name[turn.conversation].append(turn)
    return [
        sorted(some, key=lambda t: t.turn)
        for name, some in sorted(by_name.items())
        if name and len({t.who for t in some}) > 1
    ]


def drawn(turns: list[Turn], count: int, *, seed: int = 3) -> list[Talk]:
    """Draw conversations: of each turn number one turn of that number, to the agent's farewell.

    So openings stand at the beginning and farewells at the end, as they were said.
    """
    by_number: dict[int, list[Turn]] = defaultdict(list)
    for turn in turns:
        by_number[turn.turn].append(turn)
    rng = random.Random(seed)  # noqa: S311 - nothing secret
    talks = []
    for _ in range(count):
        talk: Talk = []
        for number in sorted(by_number)[:_LONGEST]:
            turn = rng.choice(by_number[number])
            talk.append((turn.who, turn.text))
            if turn.who == "agent" and "farewell" in turn.labels:
                break
        talks.append(talk)
    return talks


def joined(talks: Iterable[Talk], words: int) -> list[Talk]:
    """Return calls of at least so many words, each of whole conversations one after the other.

    What is left over at the end, and is shorter, is no call.
    """
    calls: list[Talk] = []
    call: Talk = []
    for talk in talks:
        call = [*call, *talk]
        if sum(len(text.split()) for _, text in call) >= words:
            calls.append(call)
            call = []
    return calls


def dialogues(folder: Path) -> Iterator[tuple[str, Path, list[dict[str, Any]]]]:
    """Yield task, file and what was said (``who``, ``text``, ``label``) of each dialogue."""
    for file in sorted((folder / "dialogues").glob("*/*.json")):
        said = []
        for event in json.loads(file.read_text("utf-8")).get("Events", ()):
            who, text = _WHO.get(event.get("Agent", "")), (event.get("Text") or "").strip()
            if who and text and event.get("Action") in _SAID:
                label = event.get("ActionLabel") or ""
                said.append({"who": who, "text": " ".join(text.split()), "label": label})
        yield file.parent.name, file, said
