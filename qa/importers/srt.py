"""SubRip subtitles, the speaker before the text: ``Agent: ...``."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import ClassVar

from qa.importers.base import About, Item
from qa.importers.cues import Cue, by_prefix
from qa.importers.head import Head
from qa.importers.making import call
from qa.importers.one_file import TextFormat
from qa.importers.times import clock
from qa.records import Channel, Conversation

_TIME = r"\d{1,3}:\d{2}:\d{2}[,.]\d{1,3}"
_TIMES = re.compile(rf"\s*(?P<start>-?{_TIME})\s*-->\s*(?P<end>-?{_TIME})(?:\s.*)?")


class Srt(TextFormat):
    """Reads SubRip subtitles."""

    about: ClassVar = About(
        title="SRT subtitles",
        channels=(Channel.CALL,),
        times="turns",
        roles="told by a prefix (Agent: ...), else one party",
        suffixes=(".srt",),
        note="No words' times, no metadata.",
    )

    def fits(self, head: Head) -> bool:
        """Say whether a number and a line of times stand at its beginning."""
        lines = head.lines[:3]
        lines = lines[1:] if lines and lines[0].lstrip("\ufeff").isdigit() else lines
        return bool(lines) and _TIMES.fullmatch(lines[0].lstrip("\ufeff")) is not None

    def conversation(self, item: Item) -> Conversation:
        """Make the call of a file."""
        return call(item, engine="srt", utterances=by_prefix(_cues(item)))


def _cues(item: Item) -> Iterator[Cue]:
    lines = item.value.split("\n")
    starts = [i for i, line in enumerate(lines) if "-->" in line]
    for i, after in zip(starts, [*starts[1:], len(lines) + 1], strict=True):
        match = _TIMES.fullmatch(lines[i])
        if match is None:
            raise item.wrong(f"line {i + 1}: no times like 00:00:01,000 --> 00:00:04,000.")
        # The line before the next times is that cue's number.
        text = lines[i + 1 : after]
        while text and (
            not text[-1].strip() or (after <= len(lines) and text[-1].strip().isdigit())
        ):
            number = text.pop().strip()
            if number:
                break
        yield Cue(_seconds(match["start"]), _seconds(match["end"]), "\n".join(text).strip())


def _seconds(text: str) -> float:
    return -clock(text[1:]) if text.startswith("-") else clock(text)
