"""Azure Speech: batch and fast transcription, and detailed results of its recogniser.

https://learn.microsoft.com/azure/ai-services/speech-service/batch-transcription-get
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, ClassVar

from pydantic import model_validator

from qa.importers.base import About, Item, Rejected
from qa.importers.head import Head
from qa.importers.making import call, word
from qa.importers.one_file import JsonFormat
from qa.importers.segments import NOBODY, Loose
from qa.importers.times import period
from qa.importers.tokens import as_shown
from qa.records import Channel, Conversation, Metadata, Utterance, Word

#: A tick is 100 ns.
_TICKS = 10_000_000
#: Ticks (10 ms) that somebody says something in at the least.
_SHORTEST = 100_000
_MILLISECONDS = {"offset": "offsetMilliseconds", "duration": "durationMilliseconds"}


class _Span(Loose):
    """Something with a start and a length (seconds), in whichever form the file gives them."""

    start: float | None = None
    lasts: float | None = None

    @model_validator(mode="before")
    @classmethod
    def _times(cls, given: object) -> object:
        """Read ticks, milliseconds or ISO 8601 durations; names in any case."""
        if not isinstance(given, Mapping):
            return given
        made = {str(key)[:1].lower() + str(key)[1:]: value for key, value in given.items()}
        return {**made, "start": _seconds(made, "offset"), "lasts": _seconds(made, "duration")}


def _seconds(given: Mapping[str, Any], name: str) -> float | None:
    for key, unit in ((f"{name}InTicks", _TICKS), (f"{name}Milliseconds", 1000)):
        if given.get(key) is not None:
            return float(given[key]) / unit
    value = given.get(name)
    if isinstance(value, str):
        return period(value)
    return None if value is None else float(value) / _TICKS


class _Word(_Span):
    #: Batch says "word" and "displayText", the recogniser "Word", fast transcription "text".
    word: str = ""
    text: str = ""
    displayText: str = ""  # noqa: N815
    confidence: float | None = None


class _Choice(_Span):
    display: str = ""
    lexical: str = ""
    confidence: float | None = None
    words: tuple[_Word, ...] | None = None
    #: As they are displayed; version 3.2 has them in place of the others where none are asked.
    displayWords: tuple[_Word, ...] | None = None  # noqa: N815


class _Phrase(_Span):
    #: "recognitionStatus", "nBest": names as `_Span` leaves them.
    recognitionStatus: str = "Success"  # noqa: N815
    nBest: tuple[_Choice, ...] = ()  # noqa: N815
    channel: int | str | None = None
    channelNumber: int | str | None = None  # noqa: N815 - version 2's
    speaker: int | str | None = None
    speakerId: int | str | None = None  # noqa: N815
    locale: str | None = None
    #: Fast transcription.
    text: str = ""
    confidence: float | None = None
    words: tuple[_Word, ...] | None = None


class AzureSpeech(JsonFormat):
    """Reads transcripts of Azure Speech."""

    about: ClassVar = About(
        title="Azure Speech transcripts",
        channels=(Channel.CALL,),
        times="words",
        confidence=True,
        roles="a channel or speaker each; what they are is told by what is said",
        metadata="language",
        suffixes=(".json",),
        note="The best alternative is read, as it is displayed. Phrases that were not"
        " recognised are left out.",
    )

    def fits(self, head: Head) -> bool:
        """Say whether it has recognised phrases."""
        return (
            head.has("recognizedPhrases")
            or head.has("combinedRecognizedPhrases")
            or head.has("combinedPhrases")
            or head.has("AudioFileResults")
            or head.has("RecognitionStatus", "NBest")
        )

    def items(self, file: Path) -> Iterator[Item | Rejected]:
        """Yield the transcripts of a file; a list of results of the recogniser is one."""
        found = super().items(file)
        first = next(found, None)
        if isinstance(first, Item) and _is_result(first.value):
            yield Item(file, [first.value, *(i.value for i in found if isinstance(i, Item))])
        elif first is not None:
            yield first
            yield from found

    def conversation(self, item: Item) -> Conversation:
        """Make the call of an object, or of a list of results."""
        phrases = [_Phrase.model_validate(one) for one in _phrases(item.value)]
        said = [p for p in phrases if p.recognitionStatus == "Success"]
        if phrases and not said:
            raise item.wrong("recognitionStatus: no phrase was recognised.")
        channels = {_channel(p) for p in said}
        languages = [p.locale for p in said if p.locale]
        return call(
            item,
            engine="azure-speech",
            utterances=[_utterance(p, many=len(channels) > 1) for p in said],
            metadata=Metadata(language=max(languages, key=languages.count, default=None)),
        )


def _is_result(value: Any) -> bool:
    return isinstance(value, dict) and "RecognitionStatus" in value


def _phrases(value: Any) -> list[Any]:
    """Return the phrases of a file, whichever version of the service wrote it."""
    if isinstance(value, list):
        return value
    if "AudioFileResults" in value:  # version 2: a result each channel
        results = value["AudioFileResults"]
        return [
            one if one.get("ChannelNumber") is not None or len(results) == 1
            else {**one, "ChannelNumber": number}
            for number, result in enumerate(results)
            for one in result.get("SegmentResults") or ()
        ]  # fmt: skip
    found = value.get("recognizedPhrases", value.get("phrases"))
    if found is None:
        return list(value["combinedPhrases"])
    lasts = [one["duration"] for one in found if isinstance(one.get("duration"), (int, float))]
    # The preview of fast transcription counts milliseconds under the name of ticks.
    return [_renamed(one) for one in found] if lasts and max(lasts) < _SHORTEST else list(found)


def _renamed(one: Mapping[str, Any]) -> dict[str, Any]:
    made = {_MILLISECONDS.get(key, key): value for key, value in one.items()}
    return {**made, "words": [_renamed(word) for word in one.get("words") or ()]}


def _utterance(phrase: _Phrase, *, many: bool) -> Utterance:
    best = phrase.nBest[0] if phrase.nBest else None
    shown = (best.display or best.lexical) if best else phrase.text
    heard = (best.displayWords or best.words if best else phrase.words) or ()
    sure = best.confidence if best else phrase.confidence
    end = None
    if phrase.start is not None and phrase.lasts is not None:
        end = round(phrase.start + phrase.lasts, 3)
    return Utterance(
        party=_label(phrase, many=many),
        text=shown,
        start=phrase.start,
        end=end,
        words=as_shown([_word(w) for w in heard if w.start is not None], shown),
        confidence=None if sure is None else min(1.0, max(0.0, sure)),
        language=phrase.locale or "",
    )


def _word(given: _Word) -> Word:
    start = given.start or 0.0
    text = given.displayText or given.word or given.text
    return word(text, start, start + (given.lasts or 0.0), given.confidence)


def _label(phrase: _Phrase, *, many: bool) -> str:
    """Return who speaks: a channel, where there are several, else a speaker."""
    if many:
        return str(_channel(phrase))
    speaker = phrase.speakerId if phrase.speaker is None else phrase.speaker
    return NOBODY if speaker is None else str(speaker)


def _channel(phrase: _Phrase) -> int | str | None:
    return phrase.channelNumber if phrase.channel is None else phrase.channel
