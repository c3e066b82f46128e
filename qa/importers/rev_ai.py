"""Rev AI: https://docs.rev.ai/api/asynchronous/transcripts."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import ClassVar

from pydantic import AliasChoices, Field, field_validator, model_validator

from qa.importers.base import About, Item
from qa.importers.head import Head
from qa.importers.making import call
from qa.importers.one_file import JsonFormat
from qa.importers.segments import NOBODY, Loose
from qa.importers.times import clock
from qa.importers.tokens import Token, said
from qa.records import Channel, Conversation, Metadata, Utterance


class _Element(Loose):
    type: str
    #: A tag (laughter) has a name in its place.
    value: str = ""
    #: Transcripts of Rev's people say "timestamp", on a clock: 00:00:01,510.
    ts: float | None = Field(default=None, validation_alias=AliasChoices("ts", "timestamp"))
    end_ts: float | None = Field(
        default=None, validation_alias=AliasChoices("end_ts", "end_timestamp")
    )
    confidence: float | None = None

    @field_validator("ts", "end_ts", mode="before")
    @classmethod
    def _on_clock(cls, given: object) -> object:
        return clock(given) if isinstance(given, str) and ":" in given else given


class _Info(Loose):
    display_name: str | None = None


class _Speaker(Loose):
    id: int | str
    name: str | None = None


class _Monologue(Loose):
    speaker: int | str | None = None
    speaker_info: _Info | None = None
    elements: tuple[_Element, ...]


class _File(Loose):
    monologues: tuple[_Monologue, ...]
    speakers: tuple[_Speaker, ...] = ()
    id: str | None = None
    status: str = "transcribed"
    language: str | None = None
    transcriber: str | None = None

    @model_validator(mode="before")
    @classmethod
    def _one(cls, given: object) -> object:
        """Take a single monologue for a list of it."""
        if isinstance(given, dict) and "monologue" in given and "monologues" not in given:
            one = given["monologue"]
            return {**given, "monologues": one if isinstance(one, list) else [one]}
        return given


class RevAi(JsonFormat):
    """Reads transcripts of Rev AI."""

    about: ClassVar = About(
        title="Rev AI transcripts",
        channels=(Channel.CALL,),
        times="words",
        confidence=True,
        roles="a speaker each, with the names that were given; else told by what is said",
        metadata="job id and language where the file has them",
        suffixes=(".json",),
        note="Loses nothing that is said.",
    )

    def fits(self, head: Head) -> bool:
        """Say whether it has monologues of elements."""
        return head.has("monologues.elements") or head.has("monologue.elements")

    def conversation(self, item: Item) -> Conversation:
        """Make the call of an object."""
        given = _File.model_validate(item.value)
        names = {str(one.id): one.name for one in given.speakers if one.name}
        if given.status not in {"transcribed", "completed"}:
            raise item.wrong("status: not 'transcribed', so there is no transcript.")
        return call(
            item,
            engine="rev-ai",
            model=given.transcriber or "",
            utterances=[
                utterance
                for one in given.monologues
                for utterance in _utterances(one, names, given.language or "")
            ],
            metadata=Metadata(language=given.language or None),
            external_id=given.id,
        )


def _utterances(one: _Monologue, names: Mapping[str, str], language: str) -> Iterator[Utterance]:
    named = one.speaker_info.display_name if one.speaker_info else None
    named = named or names.get(str(one.speaker))
    speaker = named or (NOBODY if one.speaker is None else str(one.speaker))
    yield from said(_tokens(one.elements), nobody=speaker, language=language)


def _tokens(elements: Sequence[_Element]) -> Iterator[Token]:
    """Yield words and marks; what no space divides is one word ("well-known")."""
    spaced = any(e.type == "punct" and e.value[-1:].isspace() for e in elements)
    divided = True
    for one in elements:
        mark = one.type == "punct"
        if one.value.strip():
            yield Token(
                text=one.value,
                start=None if mark else one.ts,
                end=None if mark else one.end_ts,
                confidence=one.confidence,
                attached=(mark and not one.value[0].isspace()) or (spaced and not divided),
            )
        if one.value:
            divided = one.value[-1:].isspace() or not spaced
