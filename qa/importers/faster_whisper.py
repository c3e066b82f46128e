"""JSON of faster-whisper: its Segments and TranscriptionInfo, as people dump them.

faster-whisper writes no files of its own. What is met is the list of its segments
(``[asdict(s) for s in segments]``), alone or under ``segments`` beside ``info``, before
version 1.1 as the values of named tuples without their names; and whisper-ctranslate2,
which writes openai-whisper's JSON.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import ClassVar

from qa.importers.base import About, Item, Rejected
from qa.importers.encoding import read_text
from qa.importers.head import Head
from qa.importers.json_items import LIMIT, parse_file
from qa.importers.making import call
from qa.importers.one_file import JsonFormat
from qa.importers.segments import Loose, SegmentIn, plain_segments, utterances
from qa.importers.whisperx import aligned
from qa.records import Channel, Conversation, Metadata

#: A segment as values alone: id, seek, start, end, text.
_VALUES = r"\[\s*\d+\s*,\s*\d+\s*,\s*[\d.]+\s*,\s*[\d.]+\s*,\s*\""
_UNNAMED = re.compile(rf'(?:\s*\[|.{{0,400}}?"segments"\s*:\s*\[)\s*{_VALUES}', re.DOTALL)


class _Info(Loose):
    language: str | None = None


class _File(Loose):
    segments: list[SegmentIn]
    info: _Info | None = None
    language: str | None = None


class FasterWhisper(JsonFormat):
    """Reads dumped segments of faster-whisper."""

    about: ClassVar = About(
        title="faster-whisper JSON",
        channels=(Channel.CALL,),
        times="words",
        confidence=True,
        roles="",
        metadata="language",
        suffixes=(".json",),
        note="A list of its segments, alone or under 'segments' beside 'info', with or without"
        " the names of their fields. No speakers.",
    )

    def fits(self, head: Head) -> bool:
        """Say whether it is a list of segments, or segments beside what was found out."""
        alone = head.has("avg_logprob", "no_speech_prob", "start", "text")
        figures = head.has("segments.avg_logprob") or head.has("segments.words.probability")
        beside = figures and head.has("segments.start") and not aligned(head)
        named = head.has("info") or not head.has("text")
        return alone or (beside and named) or _UNNAMED.match(head.text) is not None

    def items(self, file: Path) -> Iterator[Item | Rejected]:
        """Yield the file as one: its list is that of segments."""
        value = parse_file(file, read_text(file, limit=LIMIT, encoding=self.settings.encoding))
        yield Item(file, value)

    def conversation(self, item: Item) -> Conversation:
        """Make the call of a list or an object."""
        value = {"segments": item.value} if plain_segments(item.value) else item.value
        given = _File.model_validate(value)
        language = (given.info and given.info.language) or given.language or ""
        return call(
            item,
            engine="faster-whisper",
            utterances=utterances(given.segments, language=language),
            metadata=Metadata(language=language or None),
        )
