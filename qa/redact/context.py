"""What somebody has asked for, or says that a number is."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import accumulate

from qa.records import SafeTurn, Turn
from qa.redact.asking import spaced
from qa.redact.tokens import Row
from qa.redact.words import CONTEXT

#: How far it reaches: words before a number, words after it, turns.
BEFORE, AFTER, TURNS = 14, 6, 3
#: Turns in which the one who has begun to answer may go on.
GOES_ON = 2
#: What a number is most likely, where several things were asked for at once.
_FIRST = ("secret", "iban", "card", "account", "phone", "order", "post", "amount")

_CONTEXT = re.compile("|".join(rf"(?P<{k}>(?<!\w)(?:{v})(?!\w))" for k, v in CONTEXT.items()))
_EXPIRY = re.compile(r"expir|valid|срок|lejarat")


@dataclass(frozen=True)
class Fragment:
    """Digits that are said in one go, in one turn.

    Attributes
    ----------
    first, last : the tokens it reaches from and to, both included.
    """

    turn: int
    first: int
    last: int
    digits: str
    #: A word like "thousand" is part of it: counted, not read out.
    counted: bool
    #: Words before it and after it in its turn, fillers apart.
    lead: int
    tail: int
    #: Most of the turn's words are digits.
    bare: bool


@dataclass(frozen=True)
class Cue:
    """Words that say what a number is.

    Attributes
    ----------
    kind : see `qa.redact.words.CONTEXT`.
    first, last : the tokens it reaches from and to, both included.
    expiry : it is about a date of expiry.
    """

    turn: int
    kind: str
    first: int
    last: int
    expiry: bool


def what_was_asked(
    fragments: Sequence[Fragment],
    turns: Sequence[Turn | SafeTurn],
    tokens: Sequence[Row],
) -> dict[Fragment, Cue | None]:
    """Return, for each fragment in order, what it is by the words around it.

    Words of the same turn count before those of earlier turns. A question is for
    whoever answers it first: the balance that is told after a PIN is no PIN.
    """
    if not fragments:
        return {}
    answered: dict[Cue, tuple[str, int]] = {}
    asked: dict[Fragment, Cue | None] = {}
    # what an earlier pass has hidden answers as well
    hidden = [
        Fragment(i, k, k, "", counted=False, lead=0, tail=0, bare=False)
        for i, row in enumerate(tokens)
        for k in row.once(_placeholders)
    ]
    # no further than a number's own turn and those before it is looked for words
    near = {turn for f in (*fragments, *hidden) for turn in range(f.turn - TURNS, f.turn + 1)}
    cues = [_cues(i, row) if i in near else () for i, row in enumerate(tokens)]
    for fragment in sorted([*fragments, *hidden], key=lambda f: (f.turn, f.first)):
        party = turns[fragment.turn].party
        cue = _here(fragment, cues[fragment.turn])
        if cue is None:
            cue = _before(fragment, party, cues, answered)
        if cue is not None:
            answered[cue] = (party, fragment.turn)
        asked[fragment] = cue
    return asked


def _placeholders(row: Row) -> tuple[int, ...]:
    return tuple(k for k, word in enumerate(row.words) if word.startswith("["))


def _cues(turn: int, row: Row) -> tuple[Cue, ...]:
    return tuple(Cue(turn, *said) for said in row.once(_said))


def _said(row: Row) -> tuple[tuple[str, int, int, bool], ...]:
    """Return kind, first word, last word and whether it is about expiry, of each cue."""
    hits = list(_CONTEXT.finditer(row.once(spaced)))
    if not hits:
        return ()
    starts = [0, *accumulate(len(word) + 1 for word in row.words)]
    return tuple(
        (
            match.lastgroup or "",
            bisect_right(starts, match.start()) - 1,
            bisect_right(starts, match.end() - 1) - 1,
            bool(_EXPIRY.search(match.group())),
        )
        for match in hits
    )


def _here(fragment: Fragment, cues: Sequence[Cue]) -> Cue | None:
    """Return the nearest cue of the same turn, those before the number first."""
    near: list[tuple[int, int, Cue]] = []
    for i, cue in enumerate(cues):
        if 0 <= fragment.first - cue.last <= BEFORE:
            near.append((fragment.first - cue.last, i, cue))
        elif 0 <= cue.first - fragment.last <= AFTER:
            near.append((BEFORE + cue.first - fragment.last, i, cue))
    return min(near)[2] if near else None


def _before(
    fragment: Fragment,
    party: str,
    cues: Sequence[Sequence[Cue]],
    answered: dict[Cue, tuple[str, int]],
) -> Cue | None:
    for turn in range(fragment.turn - 1, max(-1, fragment.turn - TURNS - 1), -1):
        fresh = []
        for cue in cues[turn]:
            by, at = answered.get(cue, (party, fragment.turn))
            if by == party and fragment.turn - at <= GOES_ON:
                fresh.append(cue)
        if fresh:
            return min(fresh, key=lambda cue: _FIRST.index(cue.kind))
    return None
