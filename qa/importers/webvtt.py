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
from qa.importers.making import call
from qa.importers.one_file import TextFormat
from qa.importers.times import clock
from qa.records import Channel, Conversation, Utterance

_STAMP = r"(?:\d{2,}:)?[0-5]\d:[0-5]\d\.\d{3}"
_TIMES = re.compile(rf"[ \t]*(?P<start>{_STAMP})[ \t]*-->[ \t]*(?P<end>{_STAMP})(?:[ \t].*)?")
_VOICE = re.compile(r"<v(?:\.[^\s<>]*)?[ \t\n]+(?P<name>[^<>]+)>|</v>")


class WebVtt(TextFormat):
    """Reads WebVTT."""

    about: ClassVar = About(
        title="WebVTT subtitles",
        channels=(Channel.CALL,),
        times="turns",
        roles="told by voice tags (<v Agent>) or a prefix (Agent: ...), else one party",
        suffixes=(".vtt",),
        note="No words' times, no metadata.",
    )

    def fits(self, head: Head) -> bool:
        """Say whether it begins with the word that such a file must begin with."""
        return re.match(r"\ufeff?WEBVTT(?:[ \t\n]|$)", head.text) is not None

    def conversation(self, item: Item) -> Conversation:
        """Make the call of a file."""
        cues = list(_cues(item))
        voices = any(match["name"] for cue in cues for match in _VOICE.finditer(cue.text))
        said = (u for cue in cues for u in _by_voice(cue)) if voices else by_prefix(cues)
        return call(item, engine="webvtt", utterances=said)


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
        voice = " ".join(html.unescape(match["name"]).split()) if match["name"] else NOBODY
        at = match.end()
    parts.append((voice, plain(cue.text[at:])))
    yield from shared(cue, parts)
