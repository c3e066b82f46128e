"""What both doors let people do with collections, and a collection as a ZIP file.

The ZIP file is for a training room without a network: a page that plays from disk, beside
it each moment's sound and subtitles. It names nobody, and leads nowhere.
"""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Iterator, Mapping
from typing import Any

from qa.access import Principal, Right
from qa.api import words
from qa.api.clips import Clips, can_be_heard
from qa.api.i18n import gettext
from qa.api.templating import HERE, render
from qa.exports import Chunk
from qa.exports.subtitles import webvtt
from qa.store import Store
from qa.store.desk.collected import Collected, Collection
from qa.store.desk.excerpts import CONTEXT, Moment, Said

#: Seconds that a line is shown that has no time of its own.
_SHOWN_S = 3.0


def add_example(
    store: Store,
    who: Principal,
    collection: str,
    ref: str,
    *,
    before: int = CONTEXT,
    after: int = CONTEXT,
    note: str = "",
) -> int:
    """Put an example into a collection; return its number there.

    Raises
    ------
    NotFound : there is no such example or collection.
    Forbidden : examples may be seen there, not collected.
    UsageError : see `Collections.add`.
    """
    moment = store.moments.one(ref, before=before, after=after, scope=who.scope(Right.EXAMPLES))
    who.check(Right.COLLECT, store.facts(moment.conversation))
    return store.collections.add(collection, moment, owner=who.name, note=note)


def add_stretch(
    store: Store,
    who: Principal,
    collection: str,
    conversation: str,
    turns: tuple[int, int],
    *,
    card: str = "",
    item: str = "",
    note: str = "",
) -> int:
    """Put turns of a conversation into a collection; return their number there.

    Raises
    ------
    NotFound : there is no such collection, or no such turns.
    Forbidden : the conversation may not be read; who may see examples alone could read all
        of it turn by turn.
    UsageError : too many turns, or see `Collections.add`.
    """
    facts = store.facts(conversation)
    who.check(Right.READ, facts)
    who.check(Right.COLLECT, facts)
    moment = store.collections.stretch(conversation, *turns, card=card, item=item)
    return store.collections.add(collection, moment, owner=who.name, note=note)


# --- who speaks ----------------------------------------------------------------------------


def speaker(line: Said) -> str:
    """Word who speaks: the role, and which one where several are heard."""
    role = words.ROLES[line.role]
    return f"{role} {line.number}" if line.number else role


def pieces(line: Said) -> Iterator[tuple[str, str]]:
    """Yield the pieces of a line with what they are: "", "mark" or "hidden"."""
    at = 0
    for start, end in line.marks:
        if start < at:
            continue
        yield from _plain(line.text[at:start])
        yield line.text[start:end], "mark"
        at = end
    yield from _plain(line.text[at:])


def _plain(text: str) -> Iterator[tuple[str, str]]:
    from qa.redact.people import PLACEHOLDER  # noqa: PLC0415 - a list needs no word tables

    at = 0
    for found in PLACEHOLDER.finditer(text):
        if found.start() > at:
            yield text[at : found.start()], ""
        yield found[0], "hidden"
        at = found.end()
    if at < len(text):
        yield text[at:], ""


# --- the ZIP file --------------------------------------------------------------------------


def archive(store: Store, clips: Clips, found: Collection) -> Iterator[Chunk]:
    """Yield the files of a collection: ``index.html`` and each moment's sound and subtitles."""
    heard = [can_be_heard(store, one.moment) for one in found.moments]
    yield Chunk("index.html", _page(found, heard).encode())
    for number, (one, sound) in enumerate(zip(found.moments, heard, strict=True), 1):
        if text := subtitles(one.moment):
            yield Chunk(f"moments/{number:02}.vtt", text.encode())
        if sound:
            yield Chunk(f"moments/{number:02}.mp3", clips.of(store, one.moment))


def subtitles(moment: Moment) -> str:
    """Return a moment as WebVTT, from its own beginning on; "" where it has no times."""
    cues = [
        (line.start, line.end if line.end is not None and line.end > line.start
         else line.start + _SHOWN_S, str(line.role), speaker(line), line.text)
        for line in moment.said
        if line.start is not None
    ]  # fmt: skip
    return webvtt(cues) if cues else ""


def _page(found: Collection, heard: list[bool]) -> str:
    folder = HERE / "templates" / "examples"
    script = (folder / "offline.js").read_text(encoding="utf-8")
    style = (folder / "offline.css").read_text(encoding="utf-8")
    return render(
        "examples/offline.html",
        {
            "title": found.name,
            "collection": found,
            "moments": [_shown(one, number) for number, one in enumerate(found.moments, 1)],
            "heard": heard,
            "script": script,
            "style": style,
            "script_hash": _hash(script),
            "style_hash": _hash(style),
            "speaker": speaker,
            "pieces": pieces,
        },
    )  # fmt: skip


def _shown(one: Collected, number: int) -> dict[str, Any]:
    return {
        "number": number,
        "note": one.note,
        "title": one.moment.ask or gettext("A moment"),
        "moment": one.moment,
        "audio": f"moments/{number:02}.mp3",
    }


def _hash(text: str) -> str:
    """Return what a content security policy names a script or style of a page by."""
    return "sha256-" + base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()


#: How lines are worded, in every page that shows moments.
LINES: Mapping[str, Any] = {"speaker": speaker, "pieces": pieces}
