"""WebVTT subtitles, the speaker in a voice tag (``<v Agent>``) or before the text.

https://www.w3.org/TR/webvtt1/; its parsing rules are followed as far as speech goes:
a cue whose times are broken is left out as they say.
"""

from __future__ import annotations

import html
import re
from collections.abc import Iterator
from typing import ClassVar

from qa.importers.base import About, Item
from qa.importers.cues import NOBODY, Cue, by_prefix, plain, shared
from qa.importers.head import Head
from qa.importers.making import Sent, call, written
from qa.importers.one_file import TextFormat
from qa.importers.roles import our_role, party
from qa.importers.times import clock, moment
from qa.records import Channel, Conversation, Metadata, Utterance

_STAMP = r"(?:\d{2,}:)?[0-5]\d:[0-5]\d\.\d{3}"
_TIMES = re.compile(rf"[ \t]*(?P<start>{_STAMP})[ \t]*-->[ \t]*(?P<end>{_STAMP})(?!\d).*")
_VOICE = re.compile(r"<v(?P<classes>\.[^\s<>]*)?[ \t\n]+(?P<name>[^<>]+)>|</v>")


class WebVtt(TextFormat):
    """Reads WebVTT."""

    about: ClassVar = About(
        title="WebVTT subtitles",
        channels=tuple(Channel),
        times="turns",
        roles="told by voice tags (<v Agent>) or a prefix (Agent: ...), else one party",
        suffixes=(".vtt",),
        note="A call, unless a note of our own export says otherwise. No words' times.",
    )

    def fits(self, head: Head) -> bool:
        """Say whether it begins with the word that such a file must begin with."""
        return re.match(r"\ufeff?WEBVTT(?:[ \t\n]|$)", head.text) is not None

    def conversation(self, item: Item) -> Conversation:
        """Make the conversation of a file: a call, or what a note at its beginning says."""
        cues = list(_cues(item))
        tags = [match for cue in cues for match in _VOICE.finditer(cue.text) if match["name"]]
        said = [u for cue in cues for u in _by_voice(cue)] if tags else list(by_prefix(cues))
        people = {_voice(tag): _name(tag) for tag in tags}
        parties = [
            party(voice, role=role, name=None if name == voice else name)
            for voice, name in people.items()
            if (role := our_role(voice)) is not None
        ]
        note = _note(item.value)
        metadata = Metadata(
            language=note.get("language") or None,
            started_at=moment(note["started_at"]) if "started_at" in note else None,
        )
        if note.get("channel") in {"chat", "mail"}:
            messages = [Sent(party=u.party, text=u.text, at=u.start) for u in said]
            channel = Channel(note["channel"])
            return written(
                item, channel=channel, messages=messages, parties=parties, metadata=metadata
            )
        return call(item, engine="webvtt", utterances=said, parties=parties, metadata=metadata)


def _note(text: str) -> dict[str, str]:
    """Return what the note says that our own export writes after the first line."""
    match = re.match(r"\ufeff?WEBVTT[^\n]*\n+NOTE\n(?P<lines>(?:\w+: [^\n]*\n)+)", text)
    lines = match["lines"].splitlines() if match else []
    note = dict(line.split(": ", 1) for line in lines)
    return note if "conversation" in note else {}


def _voice(tag: re.Match[str]) -> str:
    """Return whose voice a tag is: our own id among its classes, else its name."""
    classes = (tag["classes"] or "").split(".")
    ours = [c for c in classes if our_role(c)]
    return ours[-1] if ours else _name(tag)


def _name(tag: re.Match[str]) -> str:
    return " ".join(html.unescape(tag["name"]).split())


def _cues(item: Item) -> Iterator[Cue]:
    text = item.value.replace("\0", "\ufffd")
    if re.match(r"\ufeff?WEBVTT(?:[ \t\n]|$)", text) is None:
        raise item.wrong("does not begin with WEBVTT.")
    for block in re.split(r"\n{2,}", text):
        lines = block.split("\n")
        at = next((i for i, line in enumerate(lines[:2]) if "-->" in line), None)
        while at is not None:
            after = next((i for i in range(at + 1, len(lines)) if "-->" in lines[i]), None)
            match = _TIMES.fullmatch(lines[at])
            if match is not None:
                body = "\n".join(lines[at + 1 : after])
                yield Cue(clock(match["start"]), clock(match["end"]), body)
            at = after


def _by_voice(cue: Cue) -> Iterator[Utterance]:
    """Yield what each voice says in a cue; several share its time by the length of the text."""
    parts: list[tuple[str, str]] = []
    voice, at = NOBODY, 0
    for match in _VOICE.finditer(cue.text):
        parts.append((voice, plain(cue.text[at : match.start()])))
        voice = _voice(match) if match["name"] else NOBODY
        at = match.end()
    parts.append((voice, plain(cue.text[at:])))
    yield from shared(cue, parts)
