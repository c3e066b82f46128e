"""Folders that nobody would hand over: links, circles, pipes, odd names, files that name others."""

from __future__ import annotations

import json
import random
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any

from fuzzing.nasty import ENTITIES, PATHS, ZIPPED
from fuzzing.trial import Input, Link, Pipe
from qa.importers.intercom_tables import IntercomTables
from qa.importers.zendesk_tables import ZendeskTables

if TYPE_CHECKING:
    from fuzzing.inputs import Sample

#: Where links lead: outside, nowhere, round in circles, to what never ends.
_TARGETS = (
    "../outside/chat.json", "../outside/call.wav", "../outside", "..", ".", "/", "/dev/zero",
    "/dev/stdin", "/etc/passwd", "/proc/self/environ", "nowhere", "link.json", "link.wav", "sub",
    "../outside/linked.wav", "call.wav", "sub/../../outside/chat.json",
    "/proc/self/root/etc/passwd",
)  # fmt: skip
_LINKS = (
    "link.json", "link.wav", "link.csv", "call.json", "call.call.json", "call.wav.json", "linked",
    "sub/link.json", "sub/linked", "a.wav", "a.json", "call.wav", "zz.vcon",
)  # fmt: skip
_NAMES = (
    "call.wav", "call.json", "call.call.json", "call.wav.json", "a.wav", "a.json", "tickets.csv",
    "sub/call.wav", "sub/call.json", "sub/deep/er/x.json", "call-in.wav", "call-out.wav",
    "call.vtt", "call.srt", "call.txt", "comments.csv", "users.csv", "zz.vcon", "x\n.json",
    "x\udcff.json",
    "%s%n.json", "-rf.json", "...json", "\u202enosj.txt", "x" * 240 + ".json", "a b'\"`$.json",
    "book.xlsx", "all.zip", "page.xml", "list.m3u8", "q-600-2025550143-20261103-164502-1.2.wav",
)  # fmt: skip
_OWN = frozenset({"conversation", "party", "text", "time"})
_Mutate = Callable[[bytes, random.Random, Sequence["Sample"]], bytes]


def folder(number: int, rng: random.Random, known: Sequence[Sample], mutated: _Mutate) -> Input:
    """Return a folder of a few files, links and pipes."""
    files: dict[str, bytes | Link | Pipe] = {}
    for name in rng.sample(_NAMES, rng.randint(1, 5)):
        files[name] = _content(name, rng, known, mutated)
    for name in rng.sample(_LINKS, rng.randint(0, 3)):
        files[name] = Link(rng.choice(_TARGETS))
    if rng.random() < 0.1:  # noqa: PLR2004
        files["pipe.wav"] = Pipe()
    forced = rng.choice(known).name
    return Input(number, forced, files, whole=True)


def _content(name: str, rng: random.Random, known: Sequence[Sample], mutated: _Mutate) -> bytes:
    if name.endswith(".call.json"):
        return json.dumps(_joining(rng)).encode("utf-8", "surrogatepass")
    if name.endswith((".xlsx", ".zip")):
        return ZIPPED
    if name.endswith((".xml", ".m3u8")):
        return ENTITIES if name.endswith("l") and rng.random() < 0.5 else _playlist(rng)  # noqa: PLR2004
    if name.endswith(".csv") and rng.random() < 0.6:  # noqa: PLR2004
        return _table(rng)
    ending = "." + name.rpartition(".")[2]
    alike = [s for s in known if s.suffix == ending] or known
    sample = rng.choice(alike if rng.random() < 0.9 else known)  # noqa: PLR2004
    if rng.random() < 0.3:  # noqa: PLR2004 - as it should be; what lies beside it is not
        return sample.content
    return mutated(sample.content, rng, known)


def _playlist(rng: random.Random) -> bytes:
    """Return what a player of media would follow to other files."""
    path = str(rng.choice(PATHS))
    lines = ("#EXTM3U", "#EXT-X-TARGETDURATION:9", "#EXTINF:9,", path, "#EXT-X-ENDLIST")
    text = "\n".join(lines) if rng.random() < 0.5 else f"ffconcat version 1.0\nfile '{path}'"  # noqa: PLR2004
    return text.encode("utf-8", "surrogatepass")


def _joining(rng: random.Random) -> Any:
    """Return what joins the files of a call, some of which are not for it to name."""
    names = [
        rng.choice((*PATHS, "call.wav", "a.wav", "sub/call.wav")) for _ in range(rng.randint(0, 3))
    ]
    sides = ("agent", "customer", "bot", "nobody", None)
    return {"files": [{"file": name, "side": rng.choice(sides)} for name in names]}


def _table(rng: random.Random) -> bytes:
    """Return a table of the columns that warehouses write, with cells that they do not."""
    kinds = [*ZendeskTables.kinds.values(), *IntercomTables.kinds.values(), _OWN]
    columns = sorted(rng.choice(kinds))
    cells = ("1", "2", "x", "", "2026-01-01 10:00:00", "true", *map(str, PATHS[:6]), "9" * 400)
    rows = [",".join(rng.choice(cells) for _ in columns) for _ in range(rng.randint(0, 12))]
    return "\n".join((",".join(columns), *rows)).encode("utf-8", "surrogatepass")
