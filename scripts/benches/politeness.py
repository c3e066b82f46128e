"""How well the published politeness weights agree with people.

    scripts/bench politeness FILE.csv [--language en] [--json]

FILE has the columns ``sentence`` and ``score`` (higher = politer). The top quarter of the rows
by score is to come out as polite, the bottom quarter as not. Nothing is fitted: weights and cut
point are those of qa/scoring/politeness/weights.yaml in the register of requests between equals.
For English the same rows are also given to 21 known features and a logistic regression (fitted
on them, ten folds), to compare with.
"""

from __future__ import annotations

import argparse
import csv
import json
import os
import sys
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from benches import _convokit
from qa import models
from qa.errors import ModelError, QaError
from qa.language.parsing import Node, Parser, nodes
from qa.scoring.politeness import PARSED, Reading, lexicon, read, table
from qa.settings import load_settings

ROOT = Path(__file__).resolve().parents[2]
_COLUMNS = ("sentence", "score")


def main(arguments: list[str]) -> int:
    """Measure, and print a table or JSON."""
    options = _options(arguments)
    try:
        if lexicon(options.language) is None:
            print(f"There are no politeness lists for '{options.language}'.", file=sys.stderr)
            return 2
        rows = _rows(options.file)
        parser = _parser() if options.language in PARSED else None
    except (OSError, ValueError, QaError) as err:
        print(f"{options.file}: {err}", file=sys.stderr)
        return 2
    parsed: list[tuple[Node, ...] | None] = [None] * len(rows)
    if parser:
        parsed = [nodes(pieces) for pieces in parser.read([text for text, _ in rows])]
    readings = [
        _read(text, options.language, words) for (text, _), words in zip(rows, parsed, strict=True)
    ]
    said = measure(rows, readings, parsed)
    said = {
        "language": options.language,
        "weights": table().version,
        "parser": parser.name if parser else None,
        **said,
    }
    if options.json:
        print(json.dumps(said, indent=2))
    else:
        for name, value in said.items():
            print(f"{name:12} {value}")
    return 0


def measure(
    rows: list[tuple[str, float]],
    readings: list[Reading],
    parsed: list[tuple[Node, ...] | None],
) -> dict[str, object]:
    """Return the figures of one file."""
    people = np.array([score for _, score in rows])
    found = np.array([r.total for r in readings])
    quarter = len(rows) // 4
    order = np.argsort(people, kind="stable")
    chosen = np.r_[order[:quarter], order[len(rows) - quarter :]]
    polite = np.arange(2 * quarter) >= quarter
    cut = table().cut["plain"]
    said: dict[str, object] = {
        "rows": len(rows),
        "n": 2 * quarter,
        "cut": cut,
        "accuracy": round(float(np.mean((found[chosen] > cut) == polite)), 4),
        "auc": round(auc(found[chosen], polite), 4),
        "spearman": round(spearman(found, people), 4),
    }
    if all(words is not None for words in parsed):
        given = np.array(
            [_convokit.features(parsed[i] or (), readings[i]) for i in chosen], dtype=np.float64
        )
        fitted = _convokit.cross_validated(given, polite)
        said["convokit21"] = {
            "accuracy": round(float(np.mean((fitted > 0) == polite)), 4),
            "auc": round(auc(fitted, polite), 4),
        }
    return said


def auc(scores: NDArray[np.float64], polite: NDArray[np.bool_]) -> float:
    """Return the chance that a polite row scores above another; ties count half."""
    places = ranks(scores)
    yes = int(polite.sum())
    no = len(polite) - yes
    return float((places[polite].sum() - yes * (yes + 1) / 2) / (yes * no))


def spearman(a: NDArray[np.float64], b: NDArray[np.float64]) -> float:
    """Return the correlation of ranks, ties shared."""
    return float(np.corrcoef(ranks(a), ranks(b))[0, 1])


def ranks(values: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return ranks from 1; equal values share the mean of theirs."""
    _, inverse, counts = np.unique(values, return_inverse=True, return_counts=True)
    last = np.cumsum(counts)
    shared: NDArray[np.float64] = (last - (counts - 1) / 2)[inverse]
    return shared


def _read(text: str, language: str, words: tuple[Node, ...] | None) -> Reading:
    reading = read(text, language, nodes=words, register="plain")
    assert reading is not None  # there are lists: looked up before
    return reading


def _parser() -> Parser:
    """Return the English parser; fetched where it is not here yet."""
    shared = ROOT / ".models"  # where the tests keep their weights
    given = os.environ.get("QA_MODELS") or (shared if shared.is_dir() else None)
    settings = load_settings(models=given)
    name = models.PARSERS["en"]
    try:
        return Parser(models.locate(name, settings))
    except ModelError:
        models.pull(settings, names=[name])
        return Parser(models.locate(name, settings))


def _rows(path: Path) -> list[tuple[str, float]]:
    with path.open(encoding="utf-8-sig", newline="") as file:
        reader = csv.DictReader(file)
        missing = [c for c in _COLUMNS if c not in (reader.fieldnames or ())]
        if missing:
            raise ValueError(f"no column {' and '.join(missing)}; there are {reader.fieldnames}")
        rows = [(r["sentence"] or "", float(r["score"])) for r in reader]
    if len(rows) < 4:  # noqa: PLR2004 - a quarter must hold a row
        raise ValueError(f"{len(rows)} rows; at least four are needed")
    return rows


def _options(arguments: list[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="scripts/bench politeness", description=(__doc__ or "").splitlines()[0]
    )
    parser.add_argument("file", type=Path, metavar="FILE.csv")
    parser.add_argument("--language", default="en", help="language of the rows (en)")
    parser.add_argument("--json", action="store_true", help="print JSON")
    return parser.parse_args(arguments)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
