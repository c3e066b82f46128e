"""JSON of WhisperX: https://github.com/m-bain/whisperX."""

from __future__ import annotations

from typing import ClassVar

from qa.importers.base import About, Item
from qa.importers.head import Head
from qa.importers.making import call
from qa.importers.one_file import JsonFormat
from qa.importers.segments import Loose, SegmentIn, utterances
from qa.records import Channel, Conversation, Metadata

#: All that a file without alignment has.
_UNALIGNED = frozenset(
    ("segments", "segments.start", "segments.end", "segments.text", "segments.speaker", "language")
)


class _File(Loose):
    segments: list[SegmentIn]
    language: str | None = None


class WhisperX(JsonFormat):
    """Reads the JSON of WhisperX, with or without speakers."""

    about: ClassVar = About(
        title="WhisperX JSON",
        channels=(Channel.CALL,),
        times="words",
        confidence=True,
        roles="speakers by voice (--diarize); what they are is told by what is said",
        metadata="language",
        suffixes=(".json",),
        note="A word that could not be aligned shares the time between its neighbours.",
    )

    def fits(self, head: Head) -> bool:
        """Say whether it has aligned segments, or (--no_align) segments and nothing else."""
        if not head.has("segments.start", "segments.text"):
            return False
        if aligned(head) or head.json.keys() <= _UNALIGNED:
            return True
        return head.has("segments.speaker", "segments.words.word") and not _of_whisper(head)

    def conversation(self, item: Item) -> Conversation:
        """Make the call of an object."""
        given = _File.model_validate(item.value)
        language = given.language or ""
        return call(
            item,
            engine="whisperx",
            utterances=utterances(given.segments, language=language),
            metadata=Metadata(language=language or None),
        )


def aligned(head: Head) -> bool:
    """Say whether a file's words were aligned with its sound, as WhisperX alone does."""
    return head.has("segments.words.score") or head.has("word_segments")


def _of_whisper(head: Head) -> bool:
    return head.has("segments.avg_logprob")
