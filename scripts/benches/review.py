"""How many conversations a person must look at, against how many wrong verdicts are left.

    scripts/bench review [--turns FILE.jsonl] [--dialogues DIR] [--card ID] [--wer RATE]
                         [--calls N] [--words N] [--svg FILE] [--json]

Conversations are drawn from labelled turns (FILE) and read from dialogues of tasks (DIR, see
`scripts/bench script`); without either the sample dialogues are heard again and again. Each is
judged as written, which is the reference, and with recognition errors, at several values of
`max_missed`: the chance of having been missed above which an absence goes to a person instead
of failing. The value is chosen on one half of the conversations and reported on the other.
With `--words` conversations are joined, in a row and whole, to calls of at least so many words.
"""

from __future__ import annotations

import argparse
import json
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import mean
from typing import Any

from benches import _talks
from benches._noise import Noise
from qa.records import Assessment, Verdict
from qa.scoring import Document, Scorecard, find_card, judge
from qa.settings import load_settings
from qa.testing import make_safe

#: Values of `max_missed`, from nobody to everybody.
CHANCES = (1.0, 0.5, 0.3, 0.2, 0.15, 0.1, 0.07, 0.05, 0.03, 0.02, 0.01, 0.0)
#: What is aimed at: conversations for a person, and wrong fails of the verdicts left.
MOST_HUMAN, MOST_WRONG = 0.10, 0.01
#: How often a sample dialogue is heard.
_AGAIN = 20
_LEFT = frozenset([Verdict.PASS, Verdict.PARTIAL, Verdict.FAIL])


@dataclass(frozen=True)
class Point:
    """What one value of `max_missed` comes to."""

    max_missed: float
    conversations: int
    #: Shares of the conversations: a person is called; of these, for what was not heard.
    human: float
    not_heard: float
    #: Shares of the verdicts left: fails, and verdicts of any kind, that differ from the reference.
    wrong_fails: float
    wrong: float


def main(arguments: list[str]) -> int:
    """Measure, and print or draw."""
    parser = argparse.ArgumentParser(prog="scripts/bench review", description=__doc__)
    parser.add_argument("--turns", type=Path, help="labelled turns, one JSON object a line")
    parser.add_argument("--dialogues", type=Path, help="folder with dialogues/TASK/ID.json")
    parser.add_argument("--card", default="support-standard")
    parser.add_argument("--wer", type=float, default=0.15, help="share of words wrong")
    parser.add_argument("--calls", type=int, default=200, help="conversations to draw")
    parser.add_argument("--words", type=int, default=0, help="join to calls of so many words")
    parser.add_argument("--svg", type=Path, help="write the curve there")
    parser.add_argument("--json", action="store_true", help="one object on stdout")
    options = parser.parse_args(arguments)
    talks = _conversations(options.turns, options.dialogues, options.calls)
    if options.words:
        talks = _talks.joined(talks, options.words)
    card = find_card(options.card, load_settings())
    halves = measure(talks, card, options.wer)
    chosen = choose(halves[0])
    reported = next(p for p in halves[1] if p.max_missed == chosen.max_missed)
    result = {
        "card": card.id,
        "wer": options.wer,
        "words": round(mean(sum(len(text.split()) for _, text in talk) for talk in talks)),
        "chosen": vars(chosen),
        "reported": vars(reported),
        "chosen_on": [vars(p) for p in halves[0]],
        "reported_on": [vars(p) for p in halves[1]],
    }
    if options.svg:
        draw(halves[1], reported, options.svg)
    print(json.dumps({"review": result}, indent=2)) if options.json else _show(result)
    return 0


def _conversations(turns: Path | None, folder: Path | None, count: int) -> list[_talks.Talk]:
    talks = _talks.drawn(_talks.labelled(turns), count) if turns else []
    if folder:
        talks += [[(s["who"], s["text"]) for s in said] for *_, said in _talks.dialogues(folder)]
    if not talks:
        samples = _talks.together(_talks.sampled())
        talks = [[(t.who, t.text) for t in some] for some in samples for _ in range(_AGAIN)]
    return [talk for talk in talks if {who for who, _ in talk} == {"agent", "customer"}]


def measure(
    talks: Sequence[_talks.Talk], card: Scorecard, rate: float
) -> tuple[list[Point], list[Point]]:
    """Return the points of both halves of the conversations: those of even places, and odd."""
    noise = Noise((text for talk in talks for _, text in talk), rate)
    cards = [_at(card, chance) for chance in CHANCES]
    counts: dict[tuple[int, float], Counter[str]] = {}
    for number, talk in enumerate(talks):
        heard = noise.turns(talk)
        if {t.party for t in heard} != {"agent", "customer"}:
            continue
        [truth] = judge(make_safe(talk, timed=True), card)
        document = Document(make_safe(heard))
        for chance, strict in zip(CHANCES, cards, strict=True):
            [judged] = judge(document, strict)
            _count(counts.setdefault((number % 2, chance), Counter()), truth, judged)
    first, second = ([_point(c, counts[half, c]) for c in CHANCES] for half in (0, 1))
    return first, second


def _at(card: Scorecard, chance: float) -> Scorecard:
    return card.model_copy(update={"max_missed": chance, "hash": f"{card.hash} {chance}"})


def _count(counts: Counter[str], truth: Assessment, judged: Assessment) -> None:
    counts["conversations"] += 1
    counts["human"] += bool(judged.score.open_items or judged.score.suspected)
    counts["not heard"] += bool(judged.score.open_items)
    for want, got in zip(truth.findings, judged.findings, strict=True):
        if got.verdict in _LEFT:
            counts["left"] += 1
            counts["wrong"] += got.verdict is not want.verdict
            counts["wrong fails"] += got.verdict is Verdict.FAIL and want.verdict is not got.verdict


def _point(chance: float, counts: Counter[str]) -> Point:
    n, left = counts["conversations"], max(counts["left"], 1)
    return Point(
        max_missed=chance,
        conversations=n,
        human=round(counts["human"] / n, 4),
        not_heard=round(counts["not heard"] / n, 4),
        wrong_fails=round(counts["wrong fails"] / left, 4),
        wrong=round(counts["wrong"] / left, 4),
    )


def choose(points: Sequence[Point]) -> Point:
    """Return the point that meets both aims, or is least far beyond them, as shares of the aims."""
    return min(
        points,
        key=lambda p: (
            max(p.human / MOST_HUMAN, 1.0) + max(p.wrong_fails / MOST_WRONG, 1.0),
            p.human,
        ),
    )


def draw(points: Sequence[Point], chosen: Point, target: Path) -> None:
    """Write the curve as SVG; the same points give the same bytes."""
    import matplotlib as mpl  # noqa: PLC0415 - comes with the speech packages
    from matplotlib.figure import Figure  # noqa: PLC0415

    with mpl.rc_context({"svg.hashsalt": "review", "svg.fonttype": "none", "font.size": 10}):
        figure = Figure(figsize=(6.4, 4), layout="constrained")
        axes = figure.subplots()
        human = [100 * p.human for p in points]
        axes.plot(human, [100 * p.wrong_fails for p in points], "o-", label="wrong fails")
        axes.plot(human, [100 * p.wrong for p in points], "s--", label="wrong verdicts of any kind")
        axes.axhline(100 * MOST_WRONG, color="grey", linewidth=0.8, linestyle=":")
        axes.axvline(100 * MOST_HUMAN, color="grey", linewidth=0.8, linestyle=":")
        axes.annotate(
            f"max_missed {chosen.max_missed}",
            (100 * chosen.human, 100 * chosen.wrong_fails),
            xytext=(12, 12),
            textcoords="offset points",
        )
        axes.set_xlabel("conversations for a person, %")
        axes.set_ylabel("of the verdicts left, %")
        axes.set_ylim(bottom=0)
        axes.legend(frameon=False)
        figure.savefig(target, format="svg", metadata={"Date": None, "Creator": None})


def _show(result: dict[str, Any]) -> None:
    of = f"{result['words']} words a conversation, {result['wer']:.2f} of them wrong"
    print(f"{result['card']}, {of}")
    columns = ("max_missed", "human", "not_heard", "wrong_fails", "wrong")
    for half in ("chosen_on", "reported_on"):
        print(f"\n{half}, {result[half][0]['conversations']} conversations")
        print("".join(f"{c:>14}" for c in columns))
        for row in result[half]:
            print("".join(f"{row[c]:>14}" for c in columns))
    print(f"\nchosen: {result['chosen']['max_missed']}; on the other half: {result['reported']}")
