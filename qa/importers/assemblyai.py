"""AssemblyAI: https://www.assemblyai.com/docs/api-reference/transcripts/get."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import ClassVar

from qa.importers.base import About, Item
from qa.importers.head import Head
from qa.importers.making import call
from qa.importers.one_file import JsonFormat
from qa.importers.segments import NOBODY, Loose
from qa.importers.tokens import Token, said, words
from qa.records import Channel, Conversation, Metadata, Utterance


class _Word(Loose):
    text: str
    start: float
    end: float
    confidence: float | None = None
    speaker: str | None = None
    channel: str | int | None = None


class _Utterance(Loose):
    text: str
    start: float
    end: float
    confidence: float | None = None
    speaker: str | None = None
    channel: str | int | None = None
    words: tuple[_Word, ...] | None = None


class _File(Loose):
    id: str | None = None
    status: str = "completed"
    text: str | None = None
    language_code: str | None = None
    acoustic_model: str | None = None
    speech_model: str | None = None
    words: tuple[_Word, ...] | None = None
    utterances: tuple[_Utterance, ...] | None = None
    #: What the service divides a transcript into, when it is asked for these alone.
    sentences: tuple[_Utterance, ...] | None = None
    paragraphs: tuple[_Utterance, ...] | None = None


class AssemblyAi(JsonFormat):
    """Reads transcripts of AssemblyAI."""

    about: ClassVar = About(
        title="AssemblyAI transcripts",
        channels=(Channel.CALL,),
        times="words",
        confidence=True,
        roles="a speaker or channel each; what they are is told by what is said",
        metadata="transcript id, language",
        suffixes=(".json",),
        note="Chapters, entities and sentiment are lost.",
    )

    def fits(self, head: Head) -> bool:
        """Say whether it is a transcript by its status, language and text."""
        parts = head.has("sentences.words.text") or head.has("paragraphs.words.text")
        if parts and head.has("audio_duration"):
            return True
        if not head.has("status", "text") or head.has("segments"):
            return False
        return any(head.has(k) for k in ("language_code", "acoustic_model", "audio_url"))

    def conversation(self, item: Item) -> Conversation:
        """Make the call of an object."""
        given = _File.model_validate(item.value)
        if given.status != "completed":
            raise item.wrong("status: not 'completed', so there is no transcript.")
        language = (given.language_code or "").replace("_", "-")
        return call(
            item,
            engine="assemblyai",
            model=given.speech_model or given.acoustic_model or "",
            utterances=list(_utterances(given, language)),
            metadata=Metadata(language=language or None),
            external_id=given.id,
        )


def _utterances(given: _File, language: str) -> Iterator[Utterance]:
    parts = given.utterances or given.sentences or given.paragraphs
    every: list[_Word | _Utterance] = [*(given.words or ()), *(parts or ())]
    # Milliseconds, as the service writes them; some copies have seconds, with fractions.
    unit = 1.0 if any(not one.end.is_integer() for one in every) else 1000.0
    if parts:
        for one in parts:
            yield Utterance(
                party=_label(one),
                text=one.text,
                start=one.start / unit,
                end=one.end / unit,
                words=words(_tokens(one.words or (), unit)),
                confidence=one.confidence,
                language=language,
            )
    elif given.words:
        yield from said(_tokens(given.words, unit), nobody=NOBODY, language=language)
    else:
        yield Utterance(party=NOBODY, text=given.text or "", language=language)


def _label(one: _Word | _Utterance) -> str:
    return str(one.speaker or one.channel or NOBODY)


def _tokens(given: Sequence[_Word], unit: float) -> Iterator[Token]:
    for one in given:
        yield Token(
            text=one.text,
            start=one.start / unit,
            end=one.end / unit,
            confidence=one.confidence,
            attached=not any(map(str.isalnum, one.text)),
            speaker=str(one.speaker or one.channel or ""),
        )
