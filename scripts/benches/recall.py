"""How often something that was said is missed where recognition errs: makes qa/scoring/recall.yaml.

    scripts/bench recall FILE.jsonl [--conversations N] [--write]

FILE holds labelled turns (``who``, ``text``, ``labels``, ``conversation``, ``turn``). Each
labelled family is asked for in each conversation, as written and with errors at several
rates. What is found as written and not with errors was missed. Of absences with errors the
share that was missed is given by the score of the nearest miss, and by whether a word that is
unsure stands in it for one of the phrase. The shares of wrong words by
mean confidence are those of `scripts/bench confidence`. Without ``--write`` the table is printed.
"""

from __future__ import annotations

import argparse
import sys
from collections import Counter
from collections.abc import Sequence
from io import StringIO
from pathlib import Path
from typing import Any

from ruamel.yaml import YAML

from benches._noise import Noise
from benches._recognition import asking
from benches._talks import Turn, labelled, together
from qa.records import EvidenceKind, Finding, Verdict
from qa.scoring import judge
from qa.testing import make_safe

TARGET = Path(__file__).resolve().parents[2] / "qa" / "scoring" / "recall.yaml"
RATES = (0.05, 0.10, 0.15, 0.25, 0.40, 0.60)
#: Nearest misses that are counted together: from each of these on.
NEAR = (0.0, 0.5, 0.65, 0.75, 0.85, 0.95)
#: A word less sure than this is unsure.
SURE_WORD = 0.8
#: Mean word confidence and share of words wrong, as recorded, with noise at 20 ... 0 dB.
WRONG_WORDS = (
    (1.0, 0.0),
    (0.929, 0.116),
    (0.895, 0.128),
    (0.876, 0.151),
    (0.831, 0.2),
    (0.783, 0.406),
    (0.642, 0.591),
)
#: A family that was said less often than this at a rate stays with what holds over all; an
#: absence that was seen less often, with what holds of words sure and unsure together.
_ENOUGH = 40
_HEAD = """\
# What was measured of recognition errors; made by scripts/bench recall, do not edit by hand.
# See docs/benchmarks.md for the conversations and docs/explanation/scoring.md for the use.
"""


def main(arguments: list[str]) -> int:
    """Measure, and print or write the table."""
    parser = argparse.ArgumentParser(prog="scripts/bench recall", description=__doc__)
    parser.add_argument("turns", type=Path)
    parser.add_argument("--conversations", type=int, default=800)
    parser.add_argument("--write", action="store_true", help="into qa/scoring/recall.yaml")
    options = parser.parse_args(arguments)
    turns = labelled(options.turns)
    families = sorted({label for turn in turns for label in turn.labels})
    some = together(turns)[: options.conversations]
    if not families or not some:
        print(f"No labelled conversations in {options.turns}.", file=sys.stderr)
        return 2
    text = _HEAD + _yaml(measure(some, families))
    print(text, end="")
    if options.write:
        TARGET.write_text(text, encoding="utf-8")
    return 0


def measure(talks: Sequence[Sequence[Turn]], families: Sequence[str]) -> dict[str, Any]:
    """Return the table that `qa.scoring.hearing` reads."""
    card = asking(families).model_copy(update={"min_confidence": 0.0, "hash": "measured"})
    said: Counter[tuple[str, float]] = Counter()
    found: Counter[tuple[str, float]] = Counter()
    absent: Counter[tuple[float, bool | None, float]] = Counter()
    missed: Counter[tuple[float, bool | None, float]] = Counter()
    clean = [judge(make_safe([(t.who, t.text) for t in talk], timed=False), card) for talk in talks]
    for rate in RATES:
        noise = Noise((t.text for talk in talks for t in talk), rate)
        for talk, (truth,) in zip(talks, clean, strict=True):
            heard = noise.turns([(t.who, t.text) for t in talk])
            if {t.party for t in heard} != {"agent", "customer"}:
                continue
            [judged] = judge(make_safe(heard), card)
            for want, got in zip(truth.findings, judged.findings, strict=True):
                was, now = want.verdict is Verdict.PASS, got.verdict is Verdict.PASS
                for name in ("all", want.item):
                    said[name, rate] += was
                    found[name, rate] += was and now
                for unsure in () if now else (None, is_unsure(got)):
                    place = (max(n for n in NEAR if n <= nearness(got)), unsure, rate)
                    absent[place] += 1
                    missed[place] += was
    named = [n for n in ("all", *families) if said[n, RATES[0]] >= _ENOUGH]

    def share(near: float, rate: float, *, unsure: bool) -> float:
        place = near, unsure if absent[near, unsure, rate] >= _ENOUGH else None, rate
        return round(missed[place] / max(absent[place], 1), 4)

    return {
        "version": 2,
        "sure_word": SURE_WORD,
        "wrong_words": [list(pair) for pair in WRONG_WORDS],
        "rates": list(RATES),
        "recall": {n: [round(found[n, r] / said[n, r], 3) for r in RATES] for n in named},
        "absences": [
            {"near": n}
            | {
                name: [share(n, r, unsure=name == "unsure") for r in RATES]
                for name in ("unsure", "sure")
            }
            for n in NEAR
        ],
    }


def nearness(finding: Finding) -> float:
    """Return the score of the nearest miss that a finding shows; 0 where it shows none."""
    scores = [e.score or 0.0 for e in finding.evidence if e.kind is EvidenceKind.NEAR_MISS]
    return max(scores, default=0.0)


def is_unsure(finding: Finding) -> bool:
    """Tell whether a word that is unsure stands in the nearest miss for one of the phrase."""
    sure = [e.instead for e in finding.evidence if e.instead is not None]
    return min(sure, default=1.0) < SURE_WORD


def _yaml(table: dict[str, Any]) -> str:
    out = StringIO()
    yaml = YAML(typ="safe")
    yaml.default_flow_style = None  # lists of numbers on one line
    yaml.sort_base_mapping_type_on_output = False  # type: ignore[assignment]  # says None, means bool
    yaml.width = 100
    yaml.dump(table, out)
    return out.getvalue()
