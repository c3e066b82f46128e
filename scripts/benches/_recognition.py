"""How well families are found, and how many fails are wrong, at rates of recognition errors.

Turns that people labelled are put through the noise of `benches._noise`. Per family:
precision and recall against the labels. Per conversation (turns that the file has of one,
in order): the verdict of "was it said?" for each labelled family, against the verdict on the
turns as they were written; a fail there that is none here is a wrong fail.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Sequence
from typing import Any

from benches._noise import Noise
from benches._talks import Turn, together
from qa.language import load_pack
from qa.records import Verdict
from qa.scoring import Scorecard, judge, load_scorecard
from qa.scoring.matching import Strictness
from qa.scoring.trying import Labelled, Tally, macro_f1, try_labels
from qa.testing import make_safe

#: Word errors a word.
RATES = (0.0, 0.10, 0.15, 0.20, 0.25)


def figures(turns: Sequence[Turn], rates: Sequence[float] = RATES) -> dict[str, Any]:
    """Return the figures at each rate of word errors."""
    found = {}
    for rate in rates:
        noise = Noise((t.text for t in turns), rate)
        heard = [_labelled(t, noise) for t in turns]
        tallies = try_labels(heard, strictness=Strictness.MEDIUM)
        named = {n: t for n, t in tallies.items() if t.right + t.overlooked}
        macro = macro_f1(named)
        found[f"{rate:.2f}"] = {
            "macro_f1": None if macro is None else round(macro, 4),
            "families": {n: _row(t) for n, t in named.items()},
            "conversations": by_conversation(turns, tuple(named), noise),
        }
    return found


def _labelled(turn: Turn, noise: Noise) -> Labelled:
    words = " ".join(w.text for w in noise.hear(turn.text))
    return Labelled(turn.who, words, frozenset(turn.labels), turn.language)


def _row(tally: Tally) -> dict[str, float | int | None]:
    figures_ = {"precision": tally.precision, "recall": tally.recall, "f1": tally.f1}
    rounded = {k: None if v is None else round(v, 4) for k, v in figures_.items()}
    return {"n": tally.right + tally.overlooked, **rounded}


def by_conversation(
    turns: Sequence[Turn], families: Sequence[str], noise: Noise
) -> dict[str, float | int | None]:
    """Count verdicts on conversations as they are heard against those as they were written."""
    card = asking(families)
    counts: Counter[str] = Counter()
    for some in together(list(turns)):
        talk = [(t.who, t.text) for t in some]
        heard = noise.turns(talk)
        if {t.party for t in heard} != {"agent", "customer"}:
            continue
        [truth] = judge(make_safe(talk, timed=False), card)
        [judged] = judge(make_safe(heard), card)
        for want, got in zip(truth.findings, judged.findings, strict=True):
            counts[got.verdict] += 1
            counts["said"] += want.verdict is Verdict.PASS
            counts["found"] += want.verdict is got.verdict is Verdict.PASS
            wrong = want.verdict is not got.verdict
            counts["wrong fails"] += wrong and got.verdict is Verdict.FAIL
            counts["wrong passes"] += wrong and got.verdict is Verdict.PASS
    fails, passes = counts[Verdict.FAIL], counts[Verdict.PASS]
    return {
        "verdicts": fails + passes,
        "said": counts["said"],
        "found": counts["found"],
        "not_heard": counts[Verdict.REVIEW],
        "fails": fails,
        "wrong_fails": counts["wrong fails"],
        "wrong_fail_share": _share(counts["wrong fails"], fails),
        "wrong_passes": counts["wrong passes"],
        "wrong_pass_share": _share(counts["wrong passes"], passes),
    }


def _share(part: int, whole: int) -> float | None:
    return round(part / whole, 4) if whole else None


def asking(families: Sequence[str]) -> Scorecard:
    """Return a card that asks for each family, of its own speaker."""
    known = load_pack("en").families
    items = [
        {"id": n, "ask": n, "who": known[n].who, "any": [{"family": n}]} for n in families or known
    ]
    text = {"scorecard": "families", "sections": [{"id": "all", "items": items}]}
    return load_scorecard(json.dumps(text), name="families")


def show(found: dict[str, Any]) -> None:
    """Print the figures as tables."""
    rates = list(found)
    names = list(found[rates[0]]["families"])
    print("precision and recall by share of words wrong")
    print(f"{'':26}{'n':>6}" + "".join(f"{r:>15}" for r in rates))
    for name in names:
        rows = [found[r]["families"].get(name, {}) for r in rates]
        shown = [f"{_two(x.get('precision'))} {_two(x.get('recall'))}" for x in rows]
        print(f"{name:26}{rows[0]['n']:>6}" + "".join(f"{s:>15}" for s in shown))
    print(f"{'macro F1':32}" + "".join(f"{_two(found[r]['macro_f1']):>15}" for r in rates))
    print("\nwhole conversations, against the verdicts without noise")
    for name in next(iter(found.values()))["conversations"]:
        values = [found[r]["conversations"][name] for r in rates]
        shown = ["-" if v is None else str(v) for v in values]
        print(f"{name:32}" + "".join(f"{s:>15}" for s in shown))


def _two(value: float | None) -> str:
    return "-" if value is None else f"{value:.3f}"
