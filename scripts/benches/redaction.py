"""How much personal data is hidden, and how much is hidden for nothing.

    scripts/bench redaction [--items N] [--rate WER] [--plain SHARE] [--seed N] [--left N]
                            [--presidio PARSER] [--json]

Plants items into conversations in four languages (see `_planted`), redacts them, and counts an
item as hidden only if every character of it that was heard is gone. ``precision`` is the share
of hidden stretches that hold planted data. Conversations without any tell how often something
is hidden for nothing there. ``--left N`` shows that many of what came through. ``--presidio``
measures Presidio as it comes beside it, on the English conversations (it has no recognisers
for the others by itself); it takes the folder of an English spaCy pipeline, and needs
presidio-analyzer, which is not installed by us.
"""

from __future__ import annotations

import argparse
import json
import re
import sys
import time
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

from benches._planted import LANGUAGES, Talk, clean, talks
from benches._presidio import COMMON, Hidden, Hide, presidio
from qa.records import SafeTurn, Turn, Word
from qa.redact import redact
from qa.testing import role_of

#: Seconds that a word takes, and a pause between two.
_WORD, _PAUSE = 0.3, 0.1
_PLACEHOLDER = re.compile(r"\[[A-Z_]+(?:_\d+)?\]")


@dataclass
class Tally:
    """What was hidden of what was planted."""

    planted: Counter[str] = field(default_factory=Counter)
    hidden: Counter[str] = field(default_factory=Counter)
    by_language: Counter[tuple[str, str]] = field(default_factory=Counter)
    hidden_by_language: Counter[tuple[str, str]] = field(default_factory=Counter)
    spans: int = 0
    right_spans: int = 0
    wrong: list[str] = field(default_factory=list)
    left: list[str] = field(default_factory=list)

    def recall(self, kind: str) -> float:
        """Return the share of the items of a kind that are hidden."""
        return self.hidden[kind] / self.planted[kind] if self.planted[kind] else 0.0


def main(arguments: list[str]) -> int:
    """Plant, redact, count and print."""
    parser = argparse.ArgumentParser(prog="scripts/bench redaction", description=__doc__)
    parser.add_argument("--items", type=int, default=20_000)
    parser.add_argument("--rate", type=float, default=0.10, help="word errors a word, 0..1")
    parser.add_argument("--plain", type=float, default=0.0, help="share without capitals, 0..1")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--left", type=int, default=0, help="show so many that came through")
    parser.add_argument("--presidio", default="", help="folder of an English spaCy pipeline")
    parser.add_argument("--json", action="store_true", help="one object on stdout")
    options = parser.parse_args(arguments)
    result = _measured(options, ours)
    if options.presidio:
        result["english"] = {
            name: _measured(options, hide, languages=("en",))
            for name, hide in (
                ("ours", ours),
                ("presidio", presidio(options.presidio)),
                ("presidio, without dates, places, groups, addresses of the net",
                 presidio(options.presidio, without=COMMON)),
            )
        }  # fmt: skip
    left = result.pop("left")
    for one in result.get("english", {}).values():
        one.pop("left")
    if options.json:
        print(json.dumps(result, ensure_ascii=False, indent=2))
    else:
        _print(result)
        for name, one in result.get("english", {}).items():
            print(f"English only, {name}:")
            _print(one)
    for line in left:
        print(line, file=sys.stderr)
    return 0


def _measured(
    options: argparse.Namespace, hide: Hide, *, languages: Sequence[str] = LANGUAGES
) -> dict[str, Any]:
    start = time.process_time()
    planted = talks(options.items, rate=options.rate, seed=options.seed, plain=options.plain)
    tally, turns = measure((t for t in planted if t.language in languages), hide)
    seconds = time.process_time() - start
    without = clean(options.items // 2, seed=options.seed)
    quiet, quiet_turns = measure((t for t in without if t.language in languages), hide)
    return {
        "items": sum(tally.planted.values()),
        "turns": turns,
        "ms_a_turn": round(1000 * seconds / turns, 3),
        "precision": round(tally.right_spans / tally.spans, 4) if tally.spans else None,
        "false_per_1000_turns": round(1000 * quiet.spans / quiet_turns, 3),
        "kinds": {
            kind: {
                "planted": tally.planted[kind],
                "recall": round(tally.recall(kind), 4),
                "languages": {
                    language: round(tally.hidden_by_language[kind, language] / n, 4)
                    for (k, language), n in sorted(tally.by_language.items())
                    if k == kind
                },
            }
            for kind in sorted(tally.planted)
        },
        "left": [
            *tally.left[: options.left],
            *(tally.wrong + quiet.wrong)[: options.left],
        ],
    }


def measure(given: Iterable[Talk], hide: Hide) -> tuple[Tally, int]:
    """Return what is hidden in conversations, and how many turns they have."""
    tally, turns = Tally(), 0
    for talk in given:
        turns += len(talk.turns)
        _count(tally, talk, hide(talk))
    return tally, turns


def _turns(talk: Talk) -> Iterator[Turn]:
    at = 0.0
    for i, (who, said) in enumerate(talk.turns):
        words = []
        for word in said:
            words.append(Word(text=word.text, start=at, end=at + _WORD, confidence=0.9))
            at += _WORD + _PAUSE
        yield Turn(
            index=i,
            party=who,
            role=role_of(who),
            text=" ".join(word.text for word in words),
            start=words[0].start,
            end=words[-1].end,
            words=tuple(words),
            language=talk.language,
        )


def _count(tally: Tally, talk: Talk, hidden: Sequence[Hidden]) -> None:
    through: dict[int, list[str]] = {}
    for (_, said), found in zip(talk.turns, hidden, strict=True):
        for word, gone in zip(said, found.gone, strict=True):
            if word.item is not None and word.own and not gone:
                through.setdefault(word.item, []).append(word.text)
        for stretch in found.stretches:
            tally.spans += 1
            if any(said[k].item is not None for k in stretch):
                tally.right_spans += 1
            else:
                words = " ".join(said[k].text for k in stretch)
                turn = " ".join(s.text for s in said)
                tally.wrong.append(f"for nothing: '{words}' in: {turn}")
    for number, item in enumerate(talk.items):
        tally.planted[item.kind] += 1
        tally.by_language[item.kind, item.language] += 1
        if number in through:
            tally.left.append(_shown(talk, number, through[number]))
            continue
        tally.hidden[item.kind] += 1
        tally.hidden_by_language[item.kind, item.language] += 1


def ours(talk: Talk) -> list[Hidden]:
    """Return what our redaction hides."""
    raw = list(_turns(talk))
    safe, _ = redact(raw)
    return [_hidden(before, after) for before, after in zip(raw, safe, strict=True)]


def _hidden(before: Turn, after: SafeTurn) -> Hidden:
    stretches = tuple(
        tuple(k for k, w in enumerate(before.words) if word.start <= w.start < word.end)
        for word in after.words
        if _PLACEHOLDER.search(word.text)
    )
    return Hidden(tuple(_masked(before, after)), stretches)


def _masked(before: Turn, after: SafeTurn) -> list[bool]:
    """Say of each word whether nothing of it is left."""
    kept = {(w.start, w.text) for w in after.words}
    rests = [
        (w.start, w.end, _PLACEHOLDER.sub(" ", w.text))
        for w in after.words
        if _PLACEHOLDER.search(w.text)
    ]
    gone = []
    for word in before.words:
        rest = next((r for start, end, r in rests if start <= word.start < end), None)
        bare = "".join(c for c in word.text if c.isalnum())
        left = rest is not None and bool(bare) and bare in rest
        gone.append((word.start, word.text) not in kept and not left)
    return gone


def _shown(talk: Talk, number: int, words: list[str]) -> str:
    item = talk.items[number]
    turns = [
        " ".join(s.text for s in said)
        for _, said in talk.turns
        if any(s.item == number for s in said)
    ]
    what = f"{item.kind} {item.language} {item.manner}: '{' '.join(words)}'"
    return f"{what} came through: {' / '.join(turns)}"


def _print(result: dict[str, Any]) -> None:
    print(
        f"{result['items']} items in {result['turns']} turns ({result['ms_a_turn']} ms a turn); "
        f"precision {result['precision']}; "
        f"for nothing in a thousand turns without any: {result['false_per_1000_turns']}"
    )
    for kind, row in result["kinds"].items():
        by = "  ".join(f"{name} {share:.3f}" for name, share in row["languages"].items())
        print(f"  {kind:<8} {row['planted']:>6}  recall {row['recall']:.3f}   {by}")
