"""How fast formats are written, and in how much memory.

    scripts/bench exports [--count N] [--json]

One conversation of ten turns, judged by `chat-etiquette`, goes N times under another id through
each format; nothing is read from a database and nothing is kept. Processor time of one process;
memory is what the process holds, at the beginning and at most.
"""

from __future__ import annotations

import argparse
import json
import resource
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from time import process_time

from qa.exports import Exported, Scored, exporter, formats
from qa.records import Channel, Metadata
from qa.scoring import find_card, judge
from qa.settings import load_settings
from qa.testing import make_safe

_TURNS = 10
_PAGE = resource.getpagesize()


def main(arguments: list[str]) -> int:
    """Measure and print."""
    parser = argparse.ArgumentParser(prog="scripts/bench exports", description=__doc__)
    parser.add_argument("--count", type=int, default=2_000)
    parser.add_argument("--json", action="store_true")
    options = parser.parse_args(arguments)
    figures = {name: measure(name, options.count) for name in formats()}
    if options.json:
        print(json.dumps(figures))
        return 0
    for name, f in figures.items():
        print(
            f"{name:8} {f['a_second']:8.0f} a second  {f['mb_before']:.0f} to {f['mb_most']:.0f} MB"
        )
    return 0


def measure(name: str, count: int) -> dict[str, float]:
    """Write conversations in a format; return how many a processor second, and megabytes."""
    made = exporter(name)
    first = example()
    list(made.chunks(iter([first]), what="conversations"))  # what is loaded once
    before = most = _held()
    found = (replace(first, id=f"c{n}") for n in range(count))
    began = process_time()
    for number, _ in enumerate(made.chunks(found, what="conversations")):
        if number % 50 == 0:
            most = max(most, _held())
    seconds = process_time() - began
    return {"a_second": count / seconds, "mb_before": before, "mb_most": max(most, _held())}


def _held() -> float:
    return int(Path("/proc/self/statm").read_text("ascii").split()[1]) * _PAGE / 1e6


def example() -> Exported:
    """Return a judged call."""
    lines = [
        ("customer" if n % 2 else "agent", "Good morning, how can I help you with your order?")
        for n in range(_TURNS)
    ]
    meta = Metadata(started_at=datetime(2026, 3, 2, 10, tzinfo=UTC), project="retail")
    safe = make_safe(lines, metadata=meta)
    (judged,) = judge(safe, find_card("chat-etiquette", load_settings()))
    score = judged.score
    scored = Scored(
        card=judged.card, party=judged.party, agent="Dana", status=score.status,
        total=score.total, low=score.low, high=score.high, passed=score.passed, failed=(),
        review=score.open_items, assessment=judged,
    )  # fmt: skip
    return Exported(
        id="c", external_id="T-1", source="calls/a.wav", channel=Channel.CALL,
        at=datetime(2026, 3, 2, 10, tzinfo=UTC), registered_at=datetime(2026, 3, 2, tzinfo=UTC),
        updated_at=datetime(2026, 3, 2, tzinfo=UTC), state="done", duration=safe.duration,
        language="en", agent_id="a1", agent_name="Dana", triage=None, triage_reason="",
        metadata=meta, conversation=safe, scores=(scored,),
    )  # fmt: skip
