"""Parakeet and Canary: transcripts of NVIDIA NeMo models, by NeMo itself or parakeet-mlx.

https://docs.nvidia.com/nemo-framework/user-guide/latest/nemotoolkit/asr/intro.html
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import ClassVar

from pydantic import AliasChoices, Field

from qa.importers.base import About, Item
from qa.importers.head import Head
from qa.importers.making import call, word
from qa.importers.one_file import JsonFormat
from qa.importers.segments import NOBODY, Loose
from qa.importers.tokens import Token, said
from qa.importers.tokens import words as join
from qa.records import Channel, Conversation, Metadata, Utterance, Word


class _Word(Loose):
    start: float
    end: float
    text: str = ""
    #: NeMo itself says "word" and "segment".
    word: str = ""
    segment: str = ""
    confidence: float | None = None
    id: int | None = None
    speaker: str | int | None = None


class _Segment(_Word):
    words: tuple[int, ...] | None = None
    #: parakeet-mlx: pieces of words; a word begins with a space.
    tokens: tuple[_Word, ...] = ()


class _Stamps(Loose):
    word: tuple[_Word, ...] = ()
    segment: tuple[_Segment, ...] = ()


class _File(Loose):
    text: str = ""
    pred_text: str = ""
    language: str | None = None
    lang: str | None = None
    model: str = ""
    words: tuple[_Word, ...] = ()
    segments: tuple[_Segment, ...] = ()
    #: parakeet-mlx.
    sentences: tuple[_Segment, ...] = ()
    #: NeMo before 2.2 says "timestep".
    timestamp: _Stamps | None = Field(
        default=None, validation_alias=AliasChoices("timestamp", "timestep")
    )


class Nemo(JsonFormat):
    """Reads transcripts of Parakeet and Canary."""

    about: ClassVar = About(
        title="Parakeet and Canary transcripts (NVIDIA NeMo)",
        channels=(Channel.CALL,),
        times="words",
        confidence=True,
        roles="speakers where the file has them",
        metadata="language",
        suffixes=(".json",),
        note="Segments with their words, a hypothesis with 'timestamp', sentences of"
        " parakeet-mlx, or a manifest with 'pred_text', which has no times.",
    )

    def fits(self, head: Head) -> bool:
        """Say whether it has words beside segments, or the stamps of a hypothesis."""
        for stamps in ("timestamp", "timestep"):
            if head.has(f"{stamps}.word.word") or head.has(f"{stamps}.segment.segment"):
                return True
        if head.has("text", "sentences.tokens.text") or head.has("audio_filepath", "pred_text"):
            return True
        return head.has("text", "words.text", "words.start", "segments.text") and not (
            head.has("status") or head.has("segments.avg_logprob") or head.has("transcript")
        )

    def conversation(self, item: Item) -> Conversation:
        """Make the call of an object."""
        given = _File.model_validate(item.value)
        language = given.language or given.lang or ""
        return call(
            item,
            engine="nemo",
            model=given.model,
            utterances=list(_utterances(given, language)),
            metadata=Metadata(language=language or None),
        )


def _utterances(given: _File, language: str) -> Iterator[Utterance]:
    words = given.words or (given.timestamp.word if given.timestamp else ())
    segments = given.segments or (given.timestamp.segment if given.timestamp else ())
    if given.sentences:
        yield from (_sentence(one, language) for one in given.sentences)
    elif not segments and not words:
        yield Utterance(party=NOBODY, text=given.pred_text or given.text, language=language)
    elif not segments:
        tokens = (
            Token(
                text=w.text or w.word,
                start=w.start,
                end=w.end,
                confidence=w.confidence,
                speaker="" if w.speaker is None else str(w.speaker),
            )
            for w in words
        )
        yield from said(tokens, nobody=NOBODY, language=language)
    for segment in segments:
        text = segment.text or segment.segment
        made = tuple(_word(w) for w in _of(segment, words))
        yield Utterance(
            party=NOBODY if segment.speaker is None else str(segment.speaker),
            text=text,
            start=segment.start,
            end=segment.end,
            # Words of a part of the segment alone would lose the rest of it.
            words=made if " ".join(w.text for w in made).split() == text.split() else (),
            confidence=segment.confidence,
            language=language,
        )


def _sentence(given: _Segment, language: str) -> Utterance:
    """Return a sentence of parakeet-mlx, the pieces of its words put together."""
    pieces = (
        Token(
            text=one.text,
            start=one.start,
            end=one.end,
            confidence=one.confidence,
            attached=not one.text.startswith(" "),
        )
        for one in given.tokens
    )
    return Utterance(
        party=NOBODY if given.speaker is None else str(given.speaker),
        text=given.text,
        start=given.start,
        end=given.end,
        words=join(pieces),
        confidence=given.confidence,
        language=language,
    )


def _of(segment: _Segment, words: tuple[_Word, ...]) -> list[_Word]:
    """Return the words of a segment: those that it lists, else those of its time."""
    if segment.words is not None:
        wanted = set(segment.words)
        return [w for w in words if w.id in wanted]
    return [w for w in words if segment.start <= (w.start + w.end) / 2 < segment.end]


def _word(given: _Word) -> Word:
    return word(given.text or given.word, given.start, given.end, given.confidence)
