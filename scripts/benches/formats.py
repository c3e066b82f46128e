"""What each file of a folder comes to: read as what, or refused why.

    scripts/bench formats DIR [--json]

A row a file: the format that reads it, its conversations, turns and sides, what its times
are of, or the reason why it is none. Conversations are looked through for what must hold of
every one: turns in order, ends not before their starts, words that make up their text,
parties that are described. A file that is read together with another says with which.
"""

from __future__ import annotations

import argparse
import json
import os
from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

from qa.errors import QaError
from qa.importers import FORMATS, GROUP, Files, Format, Importer, Rejected, find
from qa.importers.head import read_head
from qa.plugins import load
from qa.records import Conversation
from qa.settings import Settings


@dataclass
class Row:
    """A file and what it came to."""

    file: str
    format: str = ""
    conversations: int = 0
    turns: int = 0
    #: Roles of those who say something, with how many they are: "agent customer".
    sides: str = ""
    #: What has times: "words", "turns" or "".
    times: str = ""
    #: Why it, or some of its items, came to nothing.
    refused: str = ""
    #: What does not hold of its conversations though it must.
    wrong: str = ""


def main(arguments: list[str]) -> int:
    """Measure and print; 1 where something does not hold that must."""
    parser = argparse.ArgumentParser(prog="scripts/bench formats", description=__doc__)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--json", action="store_true")
    options = parser.parse_args(arguments)
    rows = measure(options.folder)
    if options.json:
        print(json.dumps([asdict(row) for row in rows], ensure_ascii=False))
    else:
        for row in rows:
            told = f"{row.conversations:5} {row.turns:6}  {row.times:6} {row.sides:28.28}"
            print(
                f"{row.file}\n    {row.format or '-':18} {told} {row.refused} {row.wrong}".rstrip()
            )
        for line in by_format(rows):
            print(line)
    return 1 if any(row.wrong for row in rows) else 0


def by_format(rows: Sequence[Row]) -> Iterator[str]:
    """Yield a line of Markdown a format."""
    yield "| format | files | read | conversations | turns | refused |"
    yield "|---|--:|--:|--:|--:|--:|"
    for name in dict.fromkeys(("", *FORMATS)):
        own = [row for row in rows if row.format == name]
        if own:
            read = sum(row.conversations > 0 for row in own)
            total, turns = sum(r.conversations for r in own), sum(r.turns for r in own)
            refused = sum(bool(r.refused) for r in own)
            yield f"| {name or 'none'} | {len(own)} | {read} | {total} | {turns} | {refused} |"


def measure(folder: Path) -> list[Row]:
    """Return a row for each file of a folder."""
    settings = Settings()
    parts = {name: load("format", name, FORMATS, GROUP)(settings) for name in FORMATS}
    files = sorted(p for p in folder.rglob("*") if p.is_file() and not p.name.startswith("."))
    found: dict[str, list[Conversation | Rejected]] = defaultdict(list)
    for one in find([folder], settings):
        found[_file(one.source)].append(one)
    beside = _beside(files, parts)
    rows = []
    for path in files:
        came = found.get(str(path), [])
        with_ = beside.get(path)
        if not came and with_ is None:
            came = list(_alone(path, settings))
        row = _row(path, folder, came, _format(path, parts))
        if not came and with_ is not None:
            row.format, row.refused = "", f"read with {with_.relative_to(folder)}"
        rows.append(row)
    return rows


def _file(source: str) -> str:
    """Return the file of a source such as ``chats.jsonl#7``."""
    while not Path(source).is_file() and "#" in source:
        source = source.rpartition("#")[0]
    return source


def _alone(path: Path, settings: Settings) -> Iterator[Conversation | Rejected]:
    try:
        yield from find([path], settings)
    except QaError as err:
        yield Rejected(str(path), err)


def _beside(files: Sequence[Path], parts: dict[str, Importer | Format]) -> dict[Path, Path]:
    """Return the files that are read together with another -> that one."""
    together: dict[Path, Path] = {}
    for part in parts.values():
        for claim in [] if isinstance(part, Format) else part.claim(Files(tuple(files))):
            together |= dict.fromkeys(claim.paths[1:], claim.paths[0])
    return together


def _format(path: Path, parts: dict[str, Importer | Format]) -> str:
    for name, part in parts.items():
        if not isinstance(part, Format) and part.claim(Files((path,))):
            return name
    head = read_head(path)
    return next((n for n, p in parts.items() if isinstance(p, Format) and p.fits(head)), "")


def _row(path: Path, folder: Path, came: Sequence[Conversation | Rejected], format: str) -> Row:
    made = [c for c in came if not isinstance(c, Rejected)]
    reasons = Counter(_reason(r, path) for r in came if isinstance(r, Rejected))
    roles = Counter(role for c in made for role in _sides(c))
    return Row(
        file=os.path.relpath(path, folder),
        format=format,
        conversations=len(made),
        turns=sum(len(_said(c)) for c in made),
        sides=" ".join(sorted(roles)),
        times=_times(made),
        refused="; ".join(f"{n} x {why}" if n > 1 else why for why, n in reasons.items()),
        wrong="; ".join(sorted({what for c in made for what in _wrong(c)})),
    )


def _reason(rejected: Rejected, path: Path) -> str:
    return rejected.error.reason.replace(str(path), path.name)


def _said(one: Conversation) -> Sequence[object]:
    return one.transcript.utterances if one.transcript else one.messages


def _sides(one: Conversation) -> set[str]:
    speaking = {getattr(said, "party", "") for said in _said(one)}
    return {str(party.role) for party in one.parties if party.id in speaking}


def _times(made: Sequence[Conversation]) -> str:
    utterances = [u for c in made if c.transcript for u in c.transcript.utterances]
    if any(u.words for u in utterances):
        return "words"
    timed = any(u.start is not None for u in utterances)
    return "turns" if timed or any(m.at is not None for c in made for m in c.messages) else ""


def _wrong(one: Conversation) -> Iterator[str]:
    """Yield what does not hold of a conversation though it must."""
    if {getattr(said, "party", "") for said in _said(one)} - {p.id for p in one.parties}:
        yield "somebody says something who is not described"
    utterances = one.transcript.utterances if one.transcript else ()
    starts = [u.start for u in utterances if u.start is not None]
    if len(starts) == len(utterances) and starts != sorted(starts):
        yield "turns out of order"
    if any(u.start is not None and u.end is not None and u.end < u.start for u in utterances):
        yield "an end before its start"
    if any(u.words and " ".join(w.text for w in u.words) != u.text for u in utterances):
        yield "words that are not the text"
    times = [m.at for m in one.messages if m.at is not None]
    if len(times) == len(one.messages) and times != sorted(times):
        yield "messages out of order"
    if not one.audio and not _said(one):
        yield "nothing in it"
