"""E-mail addresses that were asked for: hidden whole, however badly they were heard."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from qa.redact.asking import spaced
from qa.redact.found import Found
from qa.redact.tokens import Row
from qa.redact.words import AT, DOT, JOINERS, NO_NAME, PROVIDERS, TOP

#: Words of another turn that say what is asked for.
_MAIL = re.compile(
    r"(?<!\w)(e ?mail\w*|mail\w*|imeil\w*|им[еэ]йл\w*|[еэ]?мейл\w*|емайл\w*|мыл\w|почт\w+"
    r"|adres\w+|адрес\w*|cim\w*|trimit\w*|send|пришл\w+|отправ\w+|kuld\w*)(?!\w)"
)
#: Turns after a question in which it is answered, words between two parts of an address.
_TURNS, _APART = 2, 4
#: Words that may stand between a domain and its end.
_LOST = 3
#: Signs that make an address.
_SIGNS = 2
#: Ends of a domain that are no words of any of the languages.
_RARE_TOP = TOP - {"me", "us", "de", "by", "info", "net", "нет", "pro", "io", "орг."}
#: Common words that mean "@" or "." only beside another sign.
_LOOSE = frozenset(["la", "at", "et", "эт", "period", "point"])

Place = tuple[int, int]


def mails_asked_for(tokens: Sequence[Row], kept: frozenset[Place]) -> Iterator[Found]:
    """Yield what is said, from first to last word, where an e-mail address was asked for."""
    asked = -_TURNS - 1
    for i, row in enumerate(tokens):
        cue = row.once(_asks)
        if cue or i - asked <= _TURNS:
            reach = row.once(_reach)
            if reach and not any((i, k) in kept for k in range(reach[0], reach[1] + 1)):
                yield Found("EMAIL", i, *reach)
        if cue:
            asked = i


def _asks(row: Row) -> bool:
    return _MAIL.search(row.once(spaced)) is not None


def _reach(row: Row) -> tuple[int, int] | None:
    """Return the first and the last word of an address, which may have lost some of its signs."""
    words = row.words
    signs = [k for k in range(len(words)) if _sign(words, k)]
    kinds = [k for k in signs if words[k] not in _LOOSE]
    last = _last(words, signs, kinds)
    if last is None:
        return None
    first = min(k for k in signs if last - k <= 4 * _APART)
    while first > 0 and (words[first - 1] not in NO_NAME or _noise(words, first - 1)):
        first -= 1
    while last + 1 < len(words) and words[last + 1] in DOT:
        last += 1
    return first, last


def _last(words: Sequence[str], signs: Sequence[int], kinds: Sequence[int]) -> int | None:
    """Return the last word of an address; None where too few signs make one."""
    ends = [k for k in kinds if _end(words, k)]
    if ends and len(kinds) >= _SIGNS:
        return max(ends)
    for at in (k for k in signs if words[k] in AT):
        # what the domain ends in was heard wrongly: "edgar dot reed at example dot channels"
        before = [k for k in kinds if at - _APART <= k < at and words[k] in JOINERS]
        behind = [k for k in kinds if at < k <= at + _APART and words[k] in DOT]
        if behind and (before or at in kinds):
            return min(behind[-1] + 1, len(words) - 1)
        # the dot was lost: "edgar dot reed at example org"
        tops = [k for k in range(at + 1, min(at + 1 + _APART, len(words))) if words[k] in _RARE_TOP]
        if tops and (before or at in kinds):
            return tops[-1]
    return None


def _sign(words: Sequence[str], k: int) -> bool:
    word = words[k]
    if word == "mail":  # the house of that name: "mail dot ru"
        return k + 1 < len(words) and words[k + 1] in DOT
    return word in AT or word in DOT or word in JOINERS or word in PROVIDERS or _end(words, k)


def _end(words: Sequence[str], k: int) -> bool:
    """Say whether a domain ends here: "gmail", "dot com", "gmail a com"."""
    if words[k] in PROVIDERS:
        return True
    before = words[max(0, k - _LOST) : k]
    return words[k] in TOP and any(w in DOT or w in PROVIDERS or w == "mail" for w in before)


def _noise(words: Sequence[str], k: int) -> bool:
    """Say whether a common word stands inside a name: before it is no other."""
    return k > 0 and (words[k - 1] not in NO_NAME or words[k - 1] in JOINERS)
