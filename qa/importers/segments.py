"""Segments with words, as Whisper and the programs around it write them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from pydantic import AliasChoices, BaseModel, ConfigDict, Field, model_validator
from pydantic.alias_generators import to_camel, to_pascal

from qa.importers.making import word
from qa.records import Utterance, Word

#: Whom words are given to that no speaker was found for.
NOBODY = "speaker"


class Loose(BaseModel):
    """Fields that are needed, of the right types; what else there is, is left."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    @model_validator(mode="before")
    @classmethod
    def _left_out(cls, given: Any) -> Any:
        """Take a null for what is not there: which of the two a service writes varies."""
        if isinstance(given, dict) and None in given.values():
            return {key: value for key, value in given.items() if value is not None}
        return given


class Camel(Loose):
    """Fields that are namedLikeThis in the file."""

    model_config = ConfigDict(frozen=True, extra="ignore", alias_generator=to_camel)


class Pascal(Loose):
    """Fields that are NamedLikeThis in the file."""

    model_config = ConfigDict(frozen=True, extra="ignore", alias_generator=to_pascal)


class WordIn(Loose):
    """A word; WhisperX leaves the times of some out (numbers)."""

    #: whisper-timestamped says "text".
    word: str = Field(validation_alias=AliasChoices("word", "text"))
    start: float | None = None
    end: float | None = None
    #: WhisperX says "score", whisper-timestamped "confidence", Whisper "probability".
    score: float | None = Field(default=None, validation_alias=AliasChoices("score", "confidence"))
    probability: float | None = None
    speaker: str | None = None

    @model_validator(mode="before")
    @classmethod
    def _unnamed(cls, given: Any) -> Any:
        """Take the values alone, as JSON has a named tuple of faster-whisper before 1.1."""
        if isinstance(given, list):
            return dict(zip(("start", "end", "word", "probability"), given, strict=False))
        return given


class SegmentIn(Loose):
    """A segment."""

    start: float
    end: float
    text: str
    speaker: str | None = None
    words: list[WordIn] | None = None

    @model_validator(mode="before")
    @classmethod
    def _unnamed(cls, given: Any) -> Any:
        """Take the values alone: id, seek, start, end, text, tokens, figures, words."""
        if not isinstance(given, list):
            return given
        made = dict(zip(("start", "end", "text"), given[2:5], strict=False))
        words = [one for one in given[5:] if isinstance(one, list) and _are_words(one)]
        return {**made, "words": words[0] if words else None}


def _are_words(values: list[Any]) -> bool:
    return bool(values) and all(isinstance(one, (list, dict)) for one in values)


def utterances(segments: Iterable[SegmentIn], *, language: str = "") -> Iterator[Utterance]:
    """Yield what is said: a segment, divided where its words change speaker."""
    for segment in segments:
        runs = _by_speaker(segment)
        if len(runs) == 1 and not _timed(segment):
            yield Utterance(
                party=segment.speaker or NOBODY,
                text=segment.text,
                start=segment.start,
                end=segment.end,
                language=language,
            )
            continue
        for speaker, words in runs:
            made = words_of(words, segment.start, segment.end)
            yield Utterance(
                party=speaker,
                text=" ".join(w.text for w in made),
                start=made[0].start,
                end=max(w.end for w in made),
                words=made,
                language=language,
            )


def _timed(segment: SegmentIn) -> bool:
    return any(w.start is not None and w.word.strip() for w in segment.words or ())


def _by_speaker(segment: SegmentIn) -> list[tuple[str, list[WordIn]]]:
    runs: list[tuple[str, list[WordIn]]] = []
    for one in segment.words or ():
        if not one.word.strip():
            continue
        speaker = one.speaker or (runs[-1][0] if runs else segment.speaker) or NOBODY
        if not runs or runs[-1][0] != speaker:
            runs.append((speaker, []))
        runs[-1][1].append(one)
    return runs or [(segment.speaker or NOBODY, [])]


def words_of(given: Sequence[WordIn], start: float, end: float) -> tuple[Word, ...]:
    """Return words with times; those without share the time between their neighbours.

    Pieces of a word (Whisper writes "-two" after " twenty") are joined to it: a word
    begins with a space there, if any of them does.
    """
    pieces = _joined(given)
    known = [(i, p) for i, p in enumerate(pieces) if p.start is not None]
    edges: list[tuple[int, float]] = [(-1, start)]
    edges += [(i, p.end if p.end is not None else p.start or start) for i, p in known]
    begins = {i: p.start or start for i, p in known}
    begins[len(pieces)] = end
    times: dict[int, tuple[float, float]] = {}
    for (before, from_), after in zip(edges, sorted(begins), strict=True):
        gap = list(range(before + 1, after))
        each = max(0.0, begins[after] - from_) / len(gap) if gap else 0.0
        times |= {i: (from_ + k * each, from_ + (k + 1) * each) for k, i in enumerate(gap)}
    return tuple(
        word(
            p.word,
            times[i][0] if p.start is None else p.start,
            times[i][1] if p.start is None else p.end if p.end is not None else p.start,
            p.score if p.score is not None else p.probability,
        )
        for i, p in enumerate(pieces)
    )


def _joined(given: Sequence[WordIn]) -> list[WordIn]:
    spaced = any(w.word.startswith(" ") for w in given)
    pieces: list[WordIn] = []
    for one in given:
        if not spaced or not pieces or one.word.startswith(" "):
            pieces.append(one)
            continue
        last = pieces[-1]
        sure = [p for p in (last.probability, one.probability) if p is not None]
        pieces[-1] = last.model_copy(
            update={
                "word": last.word + one.word,
                "end": one.end if one.end is not None else last.end,
                "probability": min(sure, default=None),
            }
        )
    return pieces


def plain_segments(value: Any) -> bool:
    """Say whether a value is a list of objects, or of their values alone."""
    return isinstance(value, list) and all(isinstance(one, (dict, list)) for one in value)
