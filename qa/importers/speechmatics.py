"""Speechmatics: https://docs.speechmatics.com/speech-to-text/batch/output."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any, ClassVar

from qa.importers.base import About, Item, Rejected
from qa.importers.head import Head
from qa.importers.making import call
from qa.importers.one_file import JsonFormat
from qa.importers.segments import NOBODY, Loose
from qa.importers.tokens import Token, said
from qa.records import Channel, Conversation, Metadata


class _Choice(Loose):
    content: str
    confidence: float | None = None
    speaker: str | None = None


class _Result(Loose):
    type: str
    start_time: float
    end_time: float
    alternatives: tuple[_Choice, ...] | None = None
    channel: str | None = None
    #: Of marks: the word that they belong to.
    attaches_to: str | None = None


class _Job(Loose):
    id: str | int | None = None
    #: Version 1's language.
    lang: str | None = None


class _Config(Loose):
    language: str | None = None
    operating_point: str | None = None


class _Metadata(Loose):
    transcription_config: _Config = _Config()


class _File(Loose):
    results: tuple[_Result, ...]
    job: _Job = _Job()
    metadata: _Metadata = _Metadata()


class _Turn(Loose):
    """When somebody speaks, in version 1."""

    name: str
    time: float
    duration: float
    confidence: float | None = None


class _Old(Loose):
    """A file of version 1: words, and beside them who speaks when."""

    words: tuple[_Turn, ...]
    speakers: tuple[_Turn, ...] = ()
    job: _Job = _Job()


class _Said(Loose):
    """A word of a reference of the service's own measuring tools."""

    speaker_name: str
    word: str
    start: float
    duration: float


class Speechmatics(JsonFormat):
    """Reads transcripts of Speechmatics."""

    about: ClassVar = About(
        title="Speechmatics transcripts (json-v2, and version 1)",
        channels=(Channel.CALL,),
        times="words",
        confidence=True,
        roles="a speaker or channel each; what they are is told by what is said",
        metadata="job id, language",
        suffixes=(".json",),
        note="The best alternative is read. Also a list of words with their speakers.",
    )

    def fits(self, head: Head) -> bool:
        """Say whether it has results in the service's format, or is a list of its words."""
        old = head.has("format", "words.name", "words.time")
        return _is_list(head) or old or _is_new(head)

    def items(self, file: Path) -> Iterator[Item | Rejected]:
        """Yield the objects of a file; a list of words is one."""
        found = super().items(file)
        first = next(found, None)
        if first is None:
            return
        if isinstance(first, Item) and _is_word(first.value):
            rest = [one.value for one in found if isinstance(one, Item)]
            yield Item(file, [first.value, *rest])
            return
        yield first
        yield from found

    def conversation(self, item: Item) -> Conversation:
        """Make the call of an object."""
        if isinstance(item.value, list):
            return _of_words(item, item.value)
        if "words" in item.value:
            return _of_old(item, _Old.model_validate(item.value))
        given = _File.model_validate(item.value)
        config = given.metadata.transcription_config
        language = config.language or ""
        language = "" if language == "auto" else language
        streams: dict[str, list[_Result]] = {}
        for result in given.results:
            streams.setdefault(result.channel or "", []).append(result)
        return call(
            item,
            engine="speechmatics",
            model=config.operating_point or "",
            utterances=[
                utterance
                for channel, results in streams.items()
                for utterance in said(
                    _tokens(results, channel), nobody=channel or NOBODY, language=language
                )
            ],
            metadata=Metadata(language=language or None),
            external_id=None if given.job.id is None else str(given.job.id),
        )


def _is_new(head: Head) -> bool:
    return head.has("format", "results", "metadata") and any(
        head.has(key) for key in ("job", "message", "results.alternatives.content")
    )


def _is_list(head: Head) -> bool:
    return head.text.lstrip("\ufeff \n\t").startswith("[") and head.has(
        "speaker_name", "word", "start", "duration"
    )


def _is_word(value: Any) -> bool:
    return isinstance(value, dict) and {"speaker_name", "word", "duration"} <= value.keys()


def _tokens(results: Sequence[_Result], channel: str) -> Iterator[Token]:
    before, joined = "", False  # a mark that the next word begins with; one that it goes on from
    for one in results:
        if not one.alternatives:
            continue  # a change of speaker or channel; words name theirs
        best = one.alternatives[0]
        mark = one.type == "punctuation"
        if mark and one.attaches_to == "next":
            before += best.content
            continue
        yield Token(
            text=before + best.content,
            start=one.start_time,
            end=one.end_time,
            confidence=best.confidence,
            attached=(mark and one.attaches_to != "none") or joined,
            speaker="" if mark else f"{channel} {_speaker(best)}".strip(),
        )
        before, joined = "", mark and one.attaches_to == "both"


def _speaker(best: _Choice) -> str:
    """Return the label of a speaker: the number of "S1", the name of one who is known."""
    label = best.speaker or ""
    numbered = label[:1] == "S" and label[1:].isdigit()
    return "" if label == "UU" else label[1:] if numbered else label


def _of_words(item: Item, values: list[Any]) -> Conversation:
    given = [_Said.model_validate(value) for value in values]
    tokens = (
        Token(text=w.word, start=w.start, end=w.start + w.duration, speaker=w.speaker_name)
        for w in given
    )
    return call(item, engine="speechmatics", utterances=list(said(tokens, nobody=NOBODY)))


def _of_old(item: Item, given: _Old) -> Conversation:
    """Make the call of a file of version 1."""
    turns = sorted(given.speakers, key=lambda turn: turn.time)
    starts = [turn.time for turn in turns]
    tokens = (
        Token(
            text=one.name,
            start=one.time,
            end=one.time + one.duration,
            confidence=one.confidence,
            attached=not any(map(str.isalnum, one.name)),
            speaker=turns[max(0, bisect_right(starts, one.time) - 1)].name if turns else "",
        )
        for one in given.words
    )
    job = given.job
    return call(
        item,
        engine="speechmatics",
        utterances=list(said(tokens, nobody=NOBODY, language=job.lang or "")),
        metadata=Metadata(language=job.lang or None),
        external_id=None if job.id is None else str(job.id),
    )
