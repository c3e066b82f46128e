"""JSON of openai-whisper (``--output_format json``) and of the service's verbose_json."""

from __future__ import annotations

from typing import ClassVar

from qa.importers.base import About, Item
from qa.importers.head import Head
from qa.importers.making import call
from qa.importers.one_file import JsonFormat
from qa.importers.segments import Loose, SegmentIn, utterances
from qa.records import Channel, Conversation, Metadata

#: What verbose_json says in place of a code.
_NAMES = {"english": "en", "russian": "ru", "romanian": "ro", "hungarian": "hu", "german": "de"}


class _File(Loose):
    text: str
    segments: list[SegmentIn]
    language: str | None = None


class Whisper(JsonFormat):
    """Reads the JSON of openai-whisper."""

    about: ClassVar = About(
        title="openai-whisper JSON",
        channels=(Channel.CALL,),
        times="words",
        confidence=True,
        roles="",
        metadata="language",
        suffixes=(".json",),
        note="Words' times with --word_timestamps. No speakers: one party says everything,"
        " so with its recording --transcribe is better.",
    )

    def fits(self, head: Head) -> bool:
        """Say whether it has a text and segments with Whisper's own figures."""
        return head.has("text", "segments.avg_logprob", "segments.start") and not head.has("info")

    def conversation(self, item: Item) -> Conversation:
        """Make the call of an object."""
        given = _File.model_validate(item.value)
        language = _NAMES.get((given.language or "").casefold(), given.language or "")
        return call(
            item,
            engine="whisper",
            utterances=utterances(given.segments, language=language),
            metadata=Metadata(language=language or None),
        )
