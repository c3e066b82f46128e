"""Rev AI: https://docs.rev.ai/api/asynchronous/transcripts."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import ClassVar

from pydantic import model_validator

from qa.importers.base import About, Item
from qa.importers.head import Head
from qa.importers.making import call
from qa.importers.one_file import JsonFormat
from qa.importers.segments import NOBODY, Loose
from qa.importers.tokens import Token, said
from qa.records import Channel, Conversation, Metadata, Utterance


class _Element(Loose):
    type: str
    value: str
    ts: float | None = None
    end_ts: float | None = None
    confidence: float | None = None


class _Info(Loose):
    display_name: str | None = None


class _Monologue(Loose):
    speaker: int | str | None = None
    speaker_info: _Info | None = None
    elements: tuple[_Element, ...]


class _File(Loose):
    monologues: tuple[_Monologue, ...]
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
        if given.status not in {"transcribed", "completed"}:
            raise item.wrong("status: not 'transcribed', so there is no transcript.")
        return call(
            item,
            engine="rev-ai",
            model=given.transcriber or "",
            utterances=[
                utterance
                for one in given.monologues
                for utterance in _utterances(one, given.language or "")
            ],
            metadata=Metadata(language=given.language or None),
            external_id=given.id,
        )


def _utterances(one: _Monologue, language: str) -> Iterator[Utterance]:
    named = one.speaker_info.display_name if one.speaker_info else None
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
        divided = one.value[-1:].isspace() or not spaced
