"""E-mail addresses and IBANs: written, said, spelled out, split over turns."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from qa.records import SafeTurn, Turn
from qa.redact.found import Found
from qa.redact.mails import mails_asked_for
from qa.redact.tokens import Row
from qa.redact.words import (
    AT,
    AT_PHRASES,
    DOT,
    IBAN_COUNTRIES,
    JOINERS,
    NO_NAME,
    PROVIDERS,
    TOP,
)

#: Words of another side that do not end an address.
BETWEEN_WORDS, BETWEEN_TURNS = 6, 2
#: Words of a domain before its end, and words of a name that nothing joins.
DOMAIN_WORDS, LOOSE_WORDS = 14, 2
_EMAIL = re.compile(r"[^\s@<>,;:\"'()\[\]]+@[^\s@<>,;:\"'()\[\]]+")
_HOST = re.compile(r"[\w-]+(\.[\w-]+)*\.[a-zа-я]{2,6}")
_IBAN = re.compile(
    r"(?<!\w)([A-Za-z]{2}(?=\d)|[A-Z]{2}(?= \d)) ?\d{2}(?:[ -]?[A-Za-z0-9]{1,4}){2,9}(?!\w)"
)
_AT_FIRST = frozenset(phrase[0] for phrase in AT_PHRASES)
_AT_WORDS = _AT_FIRST | AT
_IBAN_LENGTH = range(14, 35)
_IBAN_DIGITS = 10

#: A token's place: turn and token.
Place = tuple[int, int]


def find_addresses(
    turns: Sequence[Turn | SafeTurn], tokens: Sequence[Row], taken: set[Place]
) -> list[Found]:
    """Return written and spoken e-mail addresses and written IBANs, and mark them as taken."""
    kept = frozenset(taken)
    found = [
        Found(kind, i, a, b) for i, row in enumerate(tokens) for kind, a, b in row.once(_written)
    ]
    for hit in found:
        taken |= {(hit.turn, i) for i in range(hit.first, hit.last + 1)}
    for rows in _streams(turns, tokens):
        if not any(tokens[i].once(_says_at) for i in rows):
            continue
        stream = [(i, k) for i in rows for k in range(len(tokens[i]))]
        for place, words in _ats(stream, tokens, taken):
            reach = _spoken(stream, place, words, tokens, taken)
            if reach is not None:
                for hit in _per_turn(stream[reach[0] : reach[1]]):
                    found.append(hit)
                    taken |= {(hit.turn, i) for i in range(hit.first, hit.last + 1)}
    for hit in mails_asked_for(tokens, kept):
        places = {(hit.turn, i) for i in range(hit.first, hit.last + 1)}
        if not places <= taken:
            found.append(hit)
            taken |= places
    return found


# --- written ------------------------------------------------------------------------------------


def _written(row: Row) -> tuple[tuple[str, int, int], ...]:
    """Return kind, first and last token of what is written in a turn."""
    found = []
    if "@" in row.text:
        found += [
            ("EMAIL", i, i)
            for i, token in enumerate(row)
            if "@" in token.word and _EMAIL.search(token.word)
        ]
    numbers = []
    for match in _IBAN.finditer(row.text):
        last = _iban_end(match.group())
        if match.group(1).lower() in IBAN_COUNTRIES and last:
            end = match.start() + last
            inside = [i for i, t in enumerate(row) if t.start < end and match.start() < t.end]
            numbers.append(("IBAN", inside[0], inside[-1]))
    if numbers:  # "RO49, no, sorry, RO49 AAAA ...": what was begun before
        numbers += [
            ("IBAN", i, i)
            for i, token in enumerate(row)
            if token.bank or (token.kind == "code" and token.word[:2] in IBAN_COUNTRIES)
        ]
    return (*found, *numbers)


def _iban_end(text: str) -> int:
    """Return where an account number ends in a text that begins with one; 0 when none does.

    Words that follow ("RO49 ... 0000 that is it") are given up until the rest has
    an account number's length and enough digits.
    """
    while text:
        packed = re.sub(r"[ -]", "", text)
        tail = re.split(r"[ -]", text)[-1]
        if len(packed) in _IBAN_LENGTH and any(c.isdigit() for c in tail):
            return len(text) if sum(c.isdigit() for c in packed) >= _IBAN_DIGITS else 0
        cut = max(text.rfind(" "), text.rfind("-"))
        text = text[:cut] if cut > 0 else ""
    return 0


# --- said ----------------------------------------------------------------------------------------


def _says_at(row: Row) -> bool:
    return not _AT_WORDS.isdisjoint(row.words)


def _streams(turns: Sequence[Turn | SafeTurn], tokens: Sequence[Row]) -> Iterator[list[int]]:
    """Yield what each party says, as turns; cut where the other side says more than a word."""
    latest: dict[str, int] = {}
    streams: dict[str, list[int]] = {}
    for i, turn in enumerate(turns):
        before = latest.get(turn.party)
        between = range(before + 1, i) if before is not None else range(0)
        short = len(between) <= BETWEEN_TURNS and all(
            len(tokens[j]) <= BETWEEN_WORDS for j in between
        )
        if before is not None and short:
            streams[turn.party].append(i)
        else:
            if turn.party in streams:
                yield streams[turn.party]
            streams[turn.party] = [i]
        latest[turn.party] = i
    yield from streams.values()


def _ats(
    stream: Sequence[Place], tokens: Sequence[Row], taken: set[Place]
) -> Iterator[tuple[int, int]]:
    """Yield where "@" is said in a stream, and in how many words."""
    words = [tokens[t][k].word for t, k in stream]
    for i, word in enumerate(words):
        if word not in _AT_WORDS or stream[i] in taken:
            continue
        phrase = None
        if word in _AT_FIRST:
            phrase = next((p for p in AT_PHRASES if tuple(words[i : i + len(p)]) == p), None)
        if phrase:
            yield i, len(phrase)
        elif word in AT:
            yield i, 1


def _spoken(
    stream: Sequence[Place],
    at: int,
    words: int,
    tokens: Sequence[Row],
    taken: set[Place],
) -> tuple[int, int] | None:
    """Return the part of a stream that an address takes around its "@"."""
    said = [tokens[t][k].word for t, k in stream]
    end = _domain(said, at + words)
    if end is None or at == 0:
        return None
    first = at - 1
    if said[first] in NO_NAME or stream[first] in taken:
        return None
    loose = LOOSE_WORDS
    while first > 0 and stream[first - 1] not in taken:
        word, before = said[first], said[first - 1]
        if before in NO_NAME and before not in JOINERS:
            break
        joined = word in JOINERS or before in JOINERS
        spelled = _short(tokens, stream[first]) or _short(tokens, stream[first - 1])
        if not joined and not spelled:
            if loose == 0 or stream[first - 1][0] != stream[first][0]:
                break
            loose -= 1
        first -= 1
    return first, end


def _domain(said: Sequence[str], start: int) -> int | None:
    """Return where the domain ends that begins at `start`; None when there is none."""
    end = None
    for i in range(start, min(start + DOMAIN_WORDS, len(said))):
        word = said[i]
        if _HOST.fullmatch(word) and word.rsplit(".", 1)[-1] in TOP:
            end = i + 1
            break
        if word in PROVIDERS and end is None and i == start:
            end = i + 1
        if word in DOT and i > start and i + 1 < len(said) and said[i + 1] in TOP:
            end = i + 2
            break
        # "mail ru": the dot is often left out
        if i > start and word in TOP and said[i - 1] in PROVIDERS | {"mail"}:
            end = i + 1
            break
        if word in NO_NAME and word not in {"mail", "e-mail"}:
            break
    if end is None:
        return None
    while end + 1 < len(said) and said[end] in DOT and said[end + 1] in TOP:
        end += 2
    if end < len(said) and said[end - 1] in PROVIDERS and said[end] in DOT:
        end += 1  # "gmail dot": what follows was lost
    return end


def _short(tokens: Sequence[Row], place: Place) -> bool:
    token = tokens[place[0]][place[1]]
    return len(token.word) == 1 or token.member


def _per_turn(places: Sequence[Place]) -> Iterator[Found]:
    for turn in dict.fromkeys(t for t, _ in places):
        inside = [k for t, k in places if t == turn]
        yield Found("EMAIL", turn, inside[0], inside[-1])
