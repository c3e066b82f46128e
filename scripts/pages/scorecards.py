"""The reference of scorecards: keys from the models, examples from a file that a test loads."""

from __future__ import annotations

import inspect
import re
import sys
from collections.abc import Iterator
from enum import Enum
from pathlib import Path
from typing import Any

from pydantic import BaseModel, RootModel
from pydantic_core import PydanticUndefined
from ruamel.yaml import YAML

from qa.scoring import metrics
from qa.scoring.checks import CHECKS, load_kind
from qa.scoring.checks.bands import Band
from qa.scoring.checks.choice import Answer
from qa.scoring.checks.metric import Bounds
from qa.scoring.examples import Dialogue, ItemExample
from qa.scoring.phrases import SLOTS
from qa.scoring.scorecard import Item, Mark, Only, Scorecard, Search, Section, Where

HERE = Path(__file__).parent
#: The models that have an example of each key, by their name in the page and in the examples.
MODELS: dict[str, type[BaseModel]] = {
    "card": Scorecard,
    "section": Section,
    "item": Item,
    "search": Search,
    "mark": Mark,
    "where": Where,
    "only": Only,
    "sentence": ItemExample,
    "dialogue": Dialogue,
}
#: What the keys of a check that is a list or a mapping of its own are.
_INNER: dict[str, tuple[str, type[BaseModel]]] = {
    "choice": ("An answer", Answer),
    "metric": ("The bounds of the one figure, by its name", Bounds),
}
#: Made by reading, never written.
_HIDDEN = frozenset(["source", "hash", "kind", "check"])


def page() -> str:
    """Return the page."""
    text = (HERE / "scorecards.md").read_text("utf-8")
    known = examples()
    for name, model in MODELS.items():
        text = text.replace("{{" + name + "}}", table(model, known[name]))
    return (
        text.replace("{{checks}}", _checks(known["checks"]))
        .replace("{{band}}", table(Band))
        .replace("{{slots}}", ", ".join(f"`{slot}`" for slot in SLOTS))
        .replace("{{metrics}}", _metrics())
    )


def examples() -> dict[str, dict[str, str]]:
    """Return the examples: of each model by key, and of each check."""
    path = HERE / "scorecards.yaml"
    read: dict[str, dict[str, str]] = YAML(typ="safe", pure=True).load(path.read_text("utf-8"))
    return read


def keys(model: type[BaseModel]) -> dict[str, str]:
    """Return the keys of a model as cards write them, each with the name of its field."""
    inherited = set(Search.model_fields) - {"any"} if model is Mark else set()
    return {
        field.alias or name: name
        for name, field in model.model_fields.items()
        if name not in _HIDDEN | inherited
    }


def table(model: type[BaseModel], given: dict[str, str] | None = None) -> str:
    """Describe the keys of a model, with an example of each where there are some."""
    head = "| key | meaning | default |" + (" example |" if given else "")
    rows = [head, "|---" * head.count("|", 1) + "|"]
    notes = _notes(model)
    for key, name in keys(model).items():
        cells = [f"`{key}`", notes[name], _default(model, name)]
        if given:
            cells.append("`" + given[key].replace("|", "\\|") + "`")
        rows.append(f"| {' | '.join(cells)} |")
    return "\n".join(rows)


def _notes(model: type[BaseModel]) -> dict[str, str]:
    """Return the ``#:`` comment above each field, those of the classes it comes from among them."""
    found: dict[str, str] = {}
    for owner in reversed([c for c in model.__mro__ if issubclass(c, BaseModel)]):
        if owner.__module__.startswith("qa."):
            found |= dict(_comments(inspect.getsource(owner)))
    return found


def _comments(source: str) -> Iterator[tuple[str, str]]:
    waiting: list[str] = []
    for line in map(str.strip, source.splitlines()):
        if line.startswith("#:"):
            waiting.append(line[2:].strip())
        elif waiting:
            if named := re.match(r"(\w+)\s*:", line):
                yield named.group(1), " ".join(waiting).replace("|", "\\|")
            waiting = []


def _default(model: type[BaseModel], name: str) -> str:
    field = model.model_fields[name]
    if field.is_required():
        return "needed"
    default: Any = field.default
    if isinstance(default, Enum):
        default = default.value
    if default is PydanticUndefined or default in ("", (), None):
        return ""
    if isinstance(default, bool):
        return "yes" if default else "no"
    return f"`{default:g}`" if isinstance(default, float) else f"`{default}`"


def _checks(given: dict[str, str]) -> str:
    parts = []
    for kind in CHECKS:
        model = load_kind(kind)
        module = sys.modules[model.__module__].__doc__ or ""
        meaning = " ".join(module.partition(": ")[2].split())
        parts.append(f"### `{kind}`\n\n{meaning[:1].upper()}{meaning[1:]}\n")
        parts += [
            f"```yaml item\n{text}```\n"
            for name, text in given.items()
            if name.partition(",")[0] == kind
        ]
        title, inner = _INNER.get(kind, ("", model))
        if not issubclass(inner, RootModel):
            parts.append(f"{title}:\n" if title else "")
            parts.append(table(inner) + "\n")
    return "\n".join(p for p in parts if p)


def _metrics() -> str:
    rows = ["| name | figure |", "|---|---|"]
    rows += [f"| `{name}` | {metrics.MEANINGS[name]} |" for name in metrics.METRICS]
    return "\n".join(rows)
