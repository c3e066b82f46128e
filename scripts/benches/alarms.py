"""Which turns of agents are taken for an insult, blame or swearing.

    scripts/bench alarms FILE_OR_DIR... [--family NAME ...] [--json]

Reads labelled turns (``*.jsonl`` with ``who`` and ``text``), dialogues (a folder with
``dialogues/TASK/ID.json``) and chats (``*.json``: a list of conversations with ``original``,
pairs of speaker and text). Every hit is listed with the words it rests on, for a person to say
whether a reader would call it one too. Searched as a card forbids it: word by word, a
negation before it turns blame round. Texts that were heard before are counted once.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from benches._talks import dialogues, labelled
from qa.records import EvidenceKind
from qa.scoring import judge, load_scorecard
from qa.testing import make_safe

FAMILIES = ("insult", "blame", "profanity")


def main(arguments: list[str]) -> int:
    """Search and print."""
    parser = argparse.ArgumentParser(prog="scripts/bench alarms", description=__doc__)
    parser.add_argument("paths", type=Path, nargs="+", metavar="FILE_OR_DIR")
    parser.add_argument("--family", action="append", help="instead of insult, blame, profanity")
    parser.add_argument("--json", action="store_true", help="one object on stdout")
    options = parser.parse_args(arguments)
    said = [(str(path), text) for path in options.paths for text in agents_say(path)]
    if not said:
        print("No turns of agents in these files.", file=sys.stderr)
        return 2
    hits = alarms(dict.fromkeys(text for _, text in said), options.family or FAMILIES)
    result = {"turns": len(said), "texts": len({t for _, t in said}), "hits": hits}
    if options.json:
        print(json.dumps(result, ensure_ascii=False, indent=2))
        return 0
    print(f"{result['turns']} turns of agents, {len(hits)} alarms")
    for hit in hits:
        print(f"  {hit['family']}: '{hit['quote']}' in: {hit['text']}")
    return 0


def agents_say(path: Path) -> Iterator[str]:
    """Yield what agents say in a file or below a folder."""
    if path.is_dir():
        yield from (s["text"] for _, _, said in dialogues(path) for s in said if _agent(s["who"]))
        files = sorted(f for f in path.rglob("*.json*") if "dialogues" not in f.parts)
    else:
        files = [path]
    seen = set()
    for file in files:
        if file.suffix == ".jsonl":
            yield from (t.text for t in labelled(file) if _agent(t.who))
            continue
        for chat in _chats(json.loads(file.read_text("utf-8"))):
            if chat.get("convo_id") not in seen:
                yield from (text for who, text in chat["original"] if _agent(who))
                seen.add(chat.get("convo_id", object()))


def _agent(who: str) -> bool:
    return who == "agent"


def _chats(data: Any) -> Iterator[dict[str, Any]]:
    """Yield the conversations of a file of chats: a list of them, or lists by name."""
    if isinstance(data, dict) and isinstance(data.get("original"), list):
        yield data
    elif isinstance(data, dict | list):
        for part in data.values() if isinstance(data, dict) else data:
            yield from _chats(part)


def alarms(
    texts: Iterator[str] | dict[str, None], families: tuple[str, ...]
) -> list[dict[str, str]]:
    """Return every hit: family, quote, rule and the whole text."""
    items = [
        {"id": f.replace("_", "-"), "ask": f, "none": [{"family": f}], "unless_negated": True}
        for f in families
    ]
    card = load_scorecard(
        json.dumps({"scorecard": "alarms", "sections": [{"id": "all", "items": items}]}),
        name="alarms",
    )
    found = []
    for text in texts:
        talk = make_safe([("agent", text)], timed=False)
        for finding in (f for a in judge(talk, card) for f in a.findings):
            for hit in finding.evidence:
                if hit.kind is EvidenceKind.HIT:
                    row = {"family": finding.ask, "quote": hit.quote, "rule": hit.rule}
                    found.append({**row, "text": text})
    return found
