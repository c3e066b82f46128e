"""The words of a call as another program wrote them down -> turns."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Sequence
from itertools import pairwise

from qa.records import (
    Conversation,
    ImportedTranscript,
    Party,
    Role,
    SpeechSpan,
    Turn,
    Utterance,
    Word,
)
from qa.turns.build import LONG_SILENCE

#: A pause (seconds) between words after which speech is a span of its own.
_PAUSE = 0.5


def transcript_turns(
    given: ImportedTranscript, conversation: Conversation
) -> tuple[tuple[Party, ...], tuple[Turn, ...], tuple[SpeechSpan, ...]]:
    """Return the parties of a call that came with its words, its turns, and who speaks when.

    Sentences of one party that follow each other are one turn, as they are where the
    program hears for itself: a long silence, another language and somebody else's words
    between them begin a new one. Turns go by their start where all have one; else they
    keep the order they came in. Nothing is said of overlaps: a transcript's times are
    too coarse for that.
    """
    said = [u for u in given.utterances if u.text]
    if all(u.start is not None for u in said):
        said.sort(key=lambda u: (u.start or 0.0, u.end or 0.0))
    runs = _runs(said)
    turns = tuple(
        _turn(index, run, conversation.metadata.language or "") for index, run in enumerate(runs)
    )
    known = {party.id: party for party in conversation.parties}
    for turn in turns:
        known.setdefault(turn.party, Party(id=turn.party, role_confidence=0.0))
    speech = sorted((span for u in said for span in _spans(u)), key=lambda s: (s.start, s.end))
    return tuple(known.values()), turns, tuple(speech)


def _runs(given: Sequence[Utterance]) -> list[list[Utterance]]:
    """Return the utterances that make a turn each, in order of their first."""
    timed = [(_middle(u), u.party) for u in given if u.start is not None]
    timed.sort()
    runs: list[list[Utterance]] = []
    last: dict[str, int] = {}
    for place, utterance in enumerate(given):
        mine = last.get(utterance.party)
        if mine is not None and _goes_on(runs[mine][-1], utterance, timed, given, place):
            runs[mine].append(utterance)
        else:
            last[utterance.party] = len(runs)
            runs.append([utterance])
    return runs


def _goes_on(
    before: Utterance,
    after: Utterance,
    timed: Sequence[tuple[float, str]],
    given: Sequence[Utterance],
    place: int,
) -> bool:
    """Say whether the same party's next words belong to the turn that they are at."""
    if before.language != after.language or bool(before.words) != bool(after.words):
        return False
    if before.end is None or after.start is None or len(timed) < len(given):
        return given[place - 1] is before
    if after.start - before.end > LONG_SILENCE:
        return False
    low, high = sorted((before.end, after.start))
    between = timed[bisect_left(timed, (low, "")) : bisect_right(timed, (high, "\U0010ffff"))]
    return all(party == after.party for _, party in between)


def _middle(utterance: Utterance) -> float:
    start = utterance.start or 0.0
    return (start + (utterance.end if utterance.end is not None else start)) / 2


def _turn(index: int, run: Sequence[Utterance], language: str) -> Turn:
    ends = [u.end for u in run if u.end is not None]
    return Turn(
        index=index,
        party=run[0].party,
        role=Role.UNKNOWN,
        text=" ".join(u.text for u in run),
        start=run[0].start,
        end=max(ends, default=None),
        words=tuple(word for u in run for word in u.words),
        language=language or run[0].language,
    )


def _spans(utterance: Utterance) -> list[SpeechSpan]:
    """Return when a party speaks: by its words, else by the utterance."""
    if not utterance.words:
        if utterance.start is None or utterance.end is None or utterance.end <= utterance.start:
            return []
        return [SpeechSpan(speaker=utterance.party, start=utterance.start, end=utterance.end)]
    groups: list[list[Word]] = [[utterance.words[0]]]
    for before, after in pairwise(utterance.words):
        if after.start - before.end > _PAUSE:
            groups.append([])
        groups[-1].append(after)
    return [
        SpeechSpan(speaker=utterance.party, start=g[0].start, end=max(w.end for w in g))
        for g in groups
    ]
