"""Deepgram: https://developers.deepgram.com/reference/speech-to-text/listen-pre-recorded."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any, ClassVar

from qa.importers.base import About, Item
from qa.importers.head import Head
from qa.importers.making import call
from qa.importers.one_file import JsonFormat
from qa.importers.segments import NOBODY, Loose
from qa.importers.tokens import Token, said, words
from qa.records import Channel, Conversation, Metadata, Utterance


class _Word(Loose):
    word: str
    start: float
    end: float
    confidence: float | None = None
    punctuated_word: str | None = None
    speaker: int | None = None


class _Choice(Loose):
    transcript: str
    words: tuple[_Word, ...] = ()


class _Channel(Loose):
    alternatives: tuple[_Choice, ...]
    detected_language: str | None = None


class _Utterance(Loose):
    start: float
    end: float
    transcript: str
    channel: int = 0
    speaker: int | None = None
    confidence: float | None = None
    words: tuple[_Word, ...] = ()


class _Results(Loose):
    channels: tuple[_Channel, ...]
    utterances: tuple[_Utterance, ...] | None = None


class _About(Loose):
    request_id: str | None = None
    model_info: dict[str, Any] | None = None


class _File(Loose):
    results: _Results
    metadata: _About = _About()


class Deepgram(JsonFormat):
    """Reads transcripts of Deepgram."""

    about: ClassVar = About(
        title="Deepgram transcripts",
        channels=(Channel.CALL,),
        times="words",
        confidence=True,
        roles="a channel or speaker each; what they are is told by what is said",
        metadata="request id, language where it was detected",
        suffixes=(".json",),
        note="The best alternative is read. Paragraphs, topics and summaries are lost.",
    )

    def fits(self, head: Head) -> bool:
        """Say whether it has alternatives of channels."""
        return head.has("results.channels.alternatives.transcript")

    def conversation(self, item: Item) -> Conversation:
        """Make the call of an object."""
        given = _File.model_validate(item.value)
        languages = {c.detected_language for c in given.results.channels if c.detected_language}
        language = languages.pop() if len(languages) == 1 else ""
        return call(
            item,
            engine="deepgram",
            model=_model(given.metadata.model_info or {}),
            utterances=list(_utterances(given.results, language)),
            metadata=Metadata(language=language or None),
            external_id=given.metadata.request_id,
        )


def _model(info: dict[str, Any]) -> str:
    """Return the name of the model: of the only one, under its id or not."""
    named = [info, *(value for value in info.values() if isinstance(value, dict))]
    return next((one["name"] for one in named if isinstance(one.get("name"), str)), "")


def _utterances(results: _Results, language: str) -> Iterator[Utterance]:
    many = len(results.channels) > 1
    if results.utterances:
        for one in results.utterances:
            made = words(_tokens(one.words, one.channel, many=many))
            yield Utterance(
                party=_label(one.speaker, one.channel, many=many) or NOBODY,
                text=one.transcript,
                start=one.start,
                end=one.end,
                words=made,
                confidence=one.confidence,
                language=language,
            )
        return
    for number, channel in enumerate(results.channels):
        best = channel.alternatives[0] if channel.alternatives else None
        if best is None:
            continue
        nobody = str(number) if many else NOBODY
        if best.words:
            tokens = _tokens(best.words, number, many=many)
            yield from said(tokens, nobody=nobody, language=language)
        else:
            yield Utterance(party=nobody, text=best.transcript, language=language)


def _label(speaker: int | None, channel: int, *, many: bool) -> str:
    """Return who speaks: a channel, where there are several, else a speaker."""
    if many:
        return str(channel)
    return "" if speaker is None else str(speaker)


def _tokens(given: Sequence[_Word], channel: int, *, many: bool) -> Iterator[Token]:
    for one in given:
        yield Token(
            text=one.punctuated_word or one.word,
            start=one.start,
            end=one.end,
            confidence=one.confidence,
            speaker=_label(one.speaker, channel, many=many),
        )
