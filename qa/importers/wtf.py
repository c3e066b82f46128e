"""World Transcription Format: draft-howe-vcon-wtf-extension."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import ClassVar

from qa.importers.base import About, Item
from qa.importers.head import Head
from qa.importers.making import call, word
from qa.importers.one_file import JsonFormat
from qa.importers.segments import NOBODY, Loose
from qa.records import Channel, Conversation, Metadata, Utterance, Word


class _Transcript(Loose):
    text: str
    language: str | None = None


class _Segment(Loose):
    id: int
    start: float
    end: float
    text: str
    confidence: float | None = None
    speaker: int | str | None = None
    words: list[int] | None = None


class _Word(Loose):
    id: int
    start: float
    end: float
    text: str
    confidence: float | None = None
    is_punctuation: bool = False


class _Speaker(Loose):
    label: str


class _Metadata(Loose):
    provider: str = "wtf"
    model: str = ""
    created_at: str | None = None


class _File(Loose):
    transcript: _Transcript
    segments: list[_Segment]
    metadata: _Metadata = _Metadata()
    words: list[_Word] | None = None
    speakers: dict[str, _Speaker] | None = None


class WorldTranscription(JsonFormat):
    """Reads the World Transcription Format."""

    about: ClassVar = About(
        title="World Transcription Format",
        channels=(Channel.CALL,),
        times="words",
        confidence=True,
        roles="speakers by number and label",
        metadata="language",
        suffixes=(".json",),
        note="Alternatives and quality figures are lost.",
    )

    def fits(self, head: Head) -> bool:
        """Say whether it has a transcript with its text, and segments."""
        return head.has("transcript.text", "segments.text", "segments.id")

    def conversation(self, item: Item) -> Conversation:
        """Make the call of an object."""
        given = _File.model_validate(item.value)
        language = given.transcript.language or ""
        return call(
            item,
            engine=given.metadata.provider,
            model=given.metadata.model,
            utterances=_utterances(given, language),
            metadata=Metadata(language=language or None),
        )


def _utterances(given: _File, language: str) -> Iterator[Utterance]:
    labels = {key: speaker.label for key, speaker in (given.speakers or {}).items()}
    words = {w.id: w for w in given.words or ()}
    for segment in given.segments:
        made = _words(segment, words)
        speaker = NOBODY if segment.speaker is None else str(segment.speaker)
        yield Utterance(
            party=labels.get(speaker, speaker),
            text=segment.text,
            start=segment.start,
            end=segment.end,
            # Words of a part of the segment alone would lose the rest of it.
            words=made if _same(made, segment.text) else (),
            confidence=segment.confidence,
            language=language,
        )


def _words(segment: _Segment, words: Mapping[int, _Word]) -> tuple[Word, ...]:
    """Return the words of a segment, punctuation attached to the word before."""
    if segment.words is not None:
        own = [words[i] for i in segment.words if i in words]
    else:
        own = [w for w in words.values() if segment.start <= (w.start + w.end) / 2 < segment.end]
    made: list[Word] = []
    for one in own:
        if one.is_punctuation and made:
            made[-1] = made[-1].model_copy(update={"text": made[-1].text + one.text})
        elif one.text.strip():
            made.append(word(one.text, one.start, one.end, one.confidence))
    return tuple(made)


def _same(words: Sequence[Word], text: str) -> bool:
    return "".join(w.text for w in words).split() == ["".join(text.split())]
