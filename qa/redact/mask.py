"""Finds what must be hidden and hides it."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from itertools import pairwise
from typing import Any

from qa.records import RedactedSpan, SafeTurn, Turn, Word
from qa.redact.addresses import find_addresses
from qa.redact.found import Found
from qa.redact.names import find_names
from qa.redact.numbering import People
from qa.redact.numbers import find_numbers
from qa.redact.tokens import Row, Token, tokens_of
from qa.redact.told import find_told
from qa.redact.words import folded

#: What names of people are hidden as, before their number.
PERSON = "PERSON"
#: Seconds of sound silenced before and after, since word times are not exact.
MARGIN = 0.15
#: Hiding brings words nearer to each other, which may reveal more; it settles at once or twice.
ROUNDS = 6
_FIELDS = tuple(Turn.model_fields)


def redact(
    turns: Sequence[Turn | SafeTurn], *, keep: Sequence[str] = (), leave: Collection[str] = ()
) -> tuple[tuple[SafeTurn, ...], tuple[RedactedSpan, ...]]:
    """Hide personal data.

    Parameters
    ----------
    keep : words and phrases that are never hidden: company, products, agents' names.
    leave : kinds that are left as they were said ("PHONE", "PERSON").

    Returns
    -------
    turns : as many, in the same order, with the same parties, roles and times. What
        is hidden is one placeholder (``[CARD_NUMBER]``, ``[IBAN]``, ``[PHONE]``,
        ``[EMAIL]``, ``[NUMBER]``, ``[DATE_OF_BIRTH]``, ``[ADDRESS]``, ``[PASSWORD]``, and by
        person ``[PERSON_2]``): one word, over the time of
        what it hides, with the punctuation around it kept.
    spans : what to silence in the recording, a little wider than the words; the whole
        turn where its words have no times; None for written messages.
    """
    safe = tuple(SafeTurn(**_fields(turn)) for turn in turns)
    spans: list[RedactedSpan] = []
    phrases = [p for p in (tuple(folded(k).split()) for k in keep) if p]
    tokens = [tokens_of(turn) for turn in safe]
    people = People(safe)
    for _ in range(ROUNDS):
        known = _find(safe, tokens, phrases)
        found = [hit for hit in known if hit.kind not in leave]
        if not found and PERSON not in leave:
            found = _named(safe, tokens, phrases, people, left=known)
        if not found:
            break
        safe, hidden = _hide(safe, tokens, found)
        spans += hidden
        for i in {hit.turn for hit in found}:
            tokens[i] = tokens_of(safe[i])
    return safe, tuple(sorted(spans, key=lambda s: (s.turn, s.start or 0.0, s.kind)))


def _fields(turn: Turn | SafeTurn) -> dict[str, Any]:
    return {name: getattr(turn, name) for name in _FIELDS}


def _find(
    turns: Sequence[SafeTurn],
    tokens: Sequence[Row],
    phrases: Sequence[tuple[str, ...]],
) -> list[Found]:
    taken = _all_kept(tokens, phrases)
    found = find_addresses(turns, tokens, taken) + find_told(turns, tokens, taken)
    return found + find_numbers(turns, tokens, taken)


def _named(
    turns: Sequence[SafeTurn],
    tokens: Sequence[Row],
    phrases: Sequence[tuple[str, ...]],
    people: People,
    *,
    left: Sequence[Found],
) -> list[Found]:
    """Return the names, once nothing else is left to hide: what is a number is none."""
    taken = {(hit.turn, k) for hit in left for k in range(hit.first, hit.last + 1)}
    found = find_names(turns, tokens, taken | _all_kept(tokens, phrases))
    return people.number(found, tokens)


def _all_kept(tokens: Sequence[Row], phrases: Sequence[tuple[str, ...]]) -> set[tuple[int, int]]:
    taken: set[tuple[int, int]] = set()
    for i, row in enumerate(tokens):
        for phrase in phrases:
            if phrase[0] in row.said:
                taken.update((i, k) for k in _kept(row, phrase))
    return taken


def _kept(tokens: Sequence[Token], phrase: tuple[str, ...]) -> Iterable[int]:
    """Return the tokens that a phrase to keep covers.

    A phrase of nothing but digits ("One", "Seven Eleven") is no cover for a number
    that it is a part of.
    """
    size = len(phrase)
    for i in range(len(tokens) - size + 1):
        if tokens[i].word != phrase[0]:
            continue
        here = tokens[i : i + size]
        if tuple(token.word for token in here) != phrase:
            continue
        beside = [tokens[j] for j in (i - 1, i + size) if 0 <= j < len(tokens)]
        if all(t.member for t in here) and any(t.member for t in beside):
            continue
        yield from range(i, i + size)


def _hide(
    turns: Sequence[SafeTurn], tokens: Sequence[Row], found: Sequence[Found]
) -> tuple[tuple[SafeTurn, ...], list[RedactedSpan]]:
    by_turn: dict[int, list[Found]] = {}
    for hit in found:
        by_turn.setdefault(hit.turn, []).append(hit)
    safe = list(turns)
    spans = []
    for i, hits in by_turn.items():
        ranges = _ranges(hits, tokens[i], turns[i].text)
        safe[i], hidden = _masked(turns[i], ranges)
        spans += hidden
    return tuple(safe), spans


def _ranges(
    hits: Sequence[Found], tokens: Sequence[Token], text: str
) -> list[tuple[int, int, str]]:
    """Return characters and kinds to hide, in order; what overlaps or touches is one."""
    ranges: list[tuple[int, int, str]] = []
    for hit in sorted(hits, key=lambda h: (h.first, -h.last)):
        start, end = tokens[hit.first].start, tokens[hit.last].end
        if ")" in text[start:end] and text[start - 1 : start] == "(":
            start -= 1  # "(555) 123": the bracket belongs to the number
        if ranges and start < ranges[-1][1]:
            ranges[-1] = (ranges[-1][0], max(end, ranges[-1][1]), ranges[-1][2])
        else:
            ranges.append((start, end, hit.kind))
    return ranges


def _masked(
    turn: SafeTurn, ranges: Sequence[tuple[int, int, str]]
) -> tuple[SafeTurn, list[RedactedSpan]]:
    spans = [_span(turn, start, end, kind) for start, end, kind in ranges]
    edges = [0, *(e for start, end, _ in ranges for e in (start, end)), len(turn.text)]
    kept = [turn.text[a:b] for a, b in list(pairwise(edges))[::2]]
    marks = [f"[{kind}]" for _, _, kind in ranges] + [""]
    if not turn.words:
        text = "".join(part for pair in zip(kept, marks, strict=True) for part in pair)
        return SafeTurn(**{**_fields(turn), "text": text}), spans
    words = _words(turn, ranges)
    text = " ".join(word.text for word in words)
    return SafeTurn(**{**_fields(turn), "text": text, "words": words}), spans


def _words(turn: SafeTurn, ranges: Sequence[tuple[int, int, str]]) -> tuple[Word, ...]:
    """Return the words of a turn, those that a range touches made into one."""
    words: list[Word] = []
    offsets = turn.word_offsets
    i = 0
    while i < len(offsets):
        group, j = _touched(offsets, ranges, i)
        if not group:
            words.append(turn.words[i])
            i += 1
            continue
        a, b = offsets[i][0], offsets[j - 1][1]
        text, at = "", a
        for start, end, kind in group:
            text += turn.text[at:start] + f"[{kind}]"
            at = end
        hidden = turn.words[i:j]
        sure = [word.confidence for word in hidden if word.confidence is not None]
        words.append(
            Word(
                text=text + turn.text[at:b],
                start=min(word.start for word in hidden),
                end=max(word.end for word in hidden),
                confidence=sum(sure) / len(sure) if sure else None,
            )
        )
        i = j
    return tuple(words)


def _touched(
    offsets: Sequence[tuple[int, int]], ranges: Sequence[tuple[int, int, str]], i: int
) -> tuple[list[tuple[int, int, str]], int]:
    """Return the ranges that touch word i, and the word behind all they touch."""
    group: list[tuple[int, int, str]] = []
    end = offsets[i][1]
    j = i + 1
    for span in ranges:
        if span[0] < end and offsets[i][0] < span[1]:
            group.append(span)
            while j < len(offsets) and offsets[j][0] < span[1]:
                j += 1
            end = offsets[j - 1][1]
    return group, j


def _span(turn: SafeTurn, start: int, end: int, kind: str) -> RedactedSpan:
    times = turn.seconds(start, end)
    if not turn.words and turn.start is not None and turn.end is not None:
        times = (turn.start, turn.end)
    if times is None or times[0] >= times[1]:
        return RedactedSpan(kind=kind, turn=turn.index, start=None, end=None)
    return RedactedSpan(
        kind=kind, turn=turn.index, start=max(0.0, times[0] - MARGIN), end=times[1] + MARGIN
    )
