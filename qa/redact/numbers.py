"""Numbers that identify somebody: found by length and by what is said around them.

Every turn is read for *fragments*, stretches of digits however they are said.
Fragments that belong together (one number read out over several turns, with the
other side's "mhm" between) are a *chain*. A chain is hidden when it is long, or
when it is shorter and somebody has just asked for such a thing; amounts, dates,
times and counts are no fragments.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import accumulate

from qa.records import SafeTurn, Turn
from qa.redact.answers import answers_in_digits
from qa.redact.context import Cue, Fragment, what_was_asked
from qa.redact.found import Found
from qa.redact.spelling import country_at, is_letter, letters_around
from qa.redact.tokens import Row, Token, dated, joined

#: A number of so many digits is hidden whatever stands around it.
LONG = 7
#: Digits of a card, with some lost or heard twice.
CARD = range(13, 20)
#: A card's digits, when a PIN or a date was asked for in the same breath.
CARD_FULL = 15
#: Digits of a telephone number that nobody calls one.
PHONE = range(10, 13)
#: Digits that make a number worth hiding, by what was asked for.
ENOUGH = {"secret": 3, "card": 4, "phone": 6, "account": 4, "iban": 4, "post": 13}
#: A date of expiry is a secret of two digits.
ENOUGH_EXPIRY = 2
#: Words that may stand between two digits of one number, if they are fillers.
GAP = 6
#: How far apart two digits may stand that a word between was heard wrongly.
NOISE = 2
#: Words, fillers apart, before the first and after the last digit of a part of a number.
OPENS, CLOSES = 2, 1
#: Words the other side may say between two parts: "yes, go on", or reading back.
BETWEEN_WORDS = 10
BETWEEN_TURNS = 3
#: What is read back of a hidden number: digits, and turns after it.
ECHO, ECHO_NEAR, ECHO_TURNS = 4, 2, 3

#: A telephone number as it is written: "555-0123", "+373 22 123 456".
_SHAPE = re.compile(r"(?<!\d)\d{3}-\d{4}(?!\d)|\+\d")
#: First digits of numbers that are dialled: prefixes of countries and trunks.
PHONE_BEGINS = frozenset("013478")
#: Words between a number and what it counts.
LINKS = frozenset(["de", "si", "and", "и", "és", "es", "с", "a"])
_YEAR = re.compile(r"(19|20)\d\d")


@dataclass
class Chain:
    """Fragments of one number, in order."""

    fragments: list[Fragment] = field(default_factory=list)
    digits: str = ""

    def add(self, fragment: Fragment, *, echo: bool = False) -> None:
        """Add a part; an echo, what the other side says again, does not count twice."""
        self.fragments.append(fragment)
        if not echo or fragment.digits not in self.digits:
            self.digits += fragment.digits


def find_numbers(
    turns: Sequence[Turn | SafeTurn], tokens: Sequence[Row], taken: set[tuple[int, int]]
) -> list[Found]:
    """Return the numbers to hide.

    Parameters
    ----------
    tokens : of each turn.
    taken : (turn, token) that are hidden already, or must stay.
    """
    fragments = [f for i in range(len(turns)) for f in _fragments(i, tokens[i], taken)]
    asked = what_was_asked(fragments, turns, tokens)
    found: list[Found] = []
    hidden: list[Chain] = []
    left: list[Fragment] = []
    for chain in _chains(fragments, turns, tokens, asked):
        kind = _kind(chain, asked, tokens)
        if kind is None and answers_in_digits(chain.fragments, chain.digits, turns, tokens):
            kind = "NUMBER"
        if kind:
            hidden.append(chain)
            for part in chain.fragments:
                cue = asked[part]
                secret = cue is not None and cue.kind == "secret" and len(part.digits) < LONG
                found.append(_hide("NUMBER" if secret else kind, part, tokens[part.turn], taken))
            if len(chain.digits) >= LONG or kind == "IBAN":
                found += _spelled(kind, chain, turns, tokens, taken)
            continue
        for part in chain.fragments:
            kind = _kind(Chain([part], part.digits), asked, tokens)
            if kind:
                hidden.append(Chain([part], part.digits))
                found.append(_hide(kind, part, tokens[part.turn], taken))
            else:
                left.append(part)
    found += [_hide("NUMBER", f, tokens[f.turn], taken) for f in left if _echoes(f, hidden)]
    return found


# --- fragments ------------------------------------------------------------------------------


def _fragments(turn: int, tokens: Row, taken: set[tuple[int, int]]) -> Iterator[Fragment]:
    if not tokens.once(_may_hold_numbers):
        return
    told = [i for i, t in enumerate(tokens) if not t.kind and not t.filler]
    members = sum(1 for t in tokens if t.kind)
    for run in _runs(turn, tokens, taken):
        first, last = run[0], run[-1]
        parts = [(tokens[i].digits, tokens[i].kind) for i in run]
        digits = _read(parts)
        if not digits and (last != len(tokens) - 1 or any(kind != "repeat" for _, kind in parts)):
            continue  # "... is double": the digit comes in the next turn
        if len(digits) < LONG and _amount(tokens, run):
            continue
        yield Fragment(
            turn=turn,
            first=first,
            last=last,
            digits=digits,
            counted=any(kind == "large" for _, kind in parts),
            lead=sum(i < first for i in told),
            tail=sum(i > last for i in told),
            bare=members >= len(told),
        )


def _may_hold_numbers(row: Row) -> bool:
    """Say whether a turn holds what a number is made of: most hold "to" and "for" at most."""
    return any(t.kind and _certain(t) for t in row) or (bool(row) and row[-1].member)


def _runs(turn: int, tokens: Sequence[Token], taken: set[tuple[int, int]]) -> Iterator[list[int]]:
    """Yield the places of the digits of each run."""
    run: list[int] = []
    gap = 0
    for i, token in enumerate(tokens):
        free = (turn, i) not in taken
        if free and token.member and (not token.amount or _between_digits(tokens, i)):
            run.append(i)
            gap = 0
        elif free and token.filler and gap < GAP and not token.amount and not dated(tokens, i):
            gap += 1
        else:
            if run:
                yield from _firm(tokens, run)
            run, gap = [], 0
    yield from _firm(tokens, run)


def _between_digits(tokens: Sequence[Token], i: int) -> bool:
    return (
        0 < i < len(tokens) - 1
        and tokens[i - 1].member
        and not tokens[i - 1].amount
        and tokens[i + 1].member
        and not tokens[i + 1].amount
    )


def _firm(tokens: Sequence[Token], run: list[int]) -> Iterator[list[int]]:
    """Yield a run without the doubtful words at its ends; nothing when all are doubtful."""
    certain = [i for i in run if _certain(tokens[i])]
    if not certain:
        # "... is oh": perhaps the first digit of a number that goes on in the next turn
        if run and run[-1] == len(tokens) - 1 and all(_edge(tokens[i]) for i in run):
            yield run
        return
    first, last = run.index(certain[0]), run.index(certain[-1])
    # a weak digit right beside certain ones is one: "oh seven nine", "twenty and eight"
    while first > 0 and run[first] - run[first - 1] == 1 and _edge(tokens[run[first - 1]]):
        first -= 1
    while last < len(run) - 1 and _edge(tokens[run[last + 1]]):
        if run[last + 1] - run[last] > 1 + (tokens[run[last]].kind == "tens"):
            break
        last += 1
    yield run[first : last + 1]


_DOUBTFUL = frozenset({"homophone", "large", "hundred", "repeat"})


def _certain(token: Token) -> bool:
    return not token.weak and token.kind not in _DOUBTFUL


def _edge(token: Token) -> bool:
    return token.kind in {"repeat", "hundred", "large"} or (
        token.weak and token.kind != "homophone"
    )


def _read(parts: Sequence[tuple[str, str]]) -> str:
    """Return the digits of a run, "double five" read twice."""
    told: list[tuple[str, str]] = []
    twice = False
    for digits, kind in parts:
        if kind == "repeat":
            twice = True
        elif kind != "large":
            told.append((digits, kind))
            if twice and digits:
                told.append((digits, kind))
            twice = False
    return joined(told)


def _amount(tokens: Sequence[Token], members: Sequence[int]) -> bool:
    """Say whether a short number is an amount, a time, a date, a count."""
    after = [tokens[i].word for i in range(members[-1] + 1, min(members[-1] + 3, len(tokens)))]
    if after and (tokens[members[-1] + 1].unit or "".join(after) in {"am", "pm"}):
        return True
    if len(after) > 1 and after[0] in LINKS and tokens[members[-1] + 2].unit:
        return True  # "24 de ore", "patru și jumătate"
    beside = (members[0] - 1, members[-1] + 1)
    if any(0 <= i < len(tokens) and tokens[i].month for i in beside):
        # "mai" is "more" as well, before a number
        more = tokens[beside[0]].word == "mai" and not dated(tokens, beside[0])
        return not more or tokens[min(beside[1], len(tokens) - 1)].month
    return all(tokens[i].amount for i in members)


# --- chains ----------------------------------------------------------------------------------


def _chains(
    fragments: Sequence[Fragment],
    turns: Sequence[Turn | SafeTurn],
    tokens: Sequence[Row],
    asked: Mapping[Fragment, Cue | None],
) -> list[Chain]:
    words = [0, *accumulate(len(row) for row in tokens)]
    chains: list[Chain] = []
    last_of: dict[str, Chain] = {}
    latest: Chain | None = None
    for fragment in fragments:
        party = turns[fragment.turn].party
        cue = asked[fragment]
        chain = last_of.get(party)
        another = _begins_another(chain, fragment, cue)
        if another:
            chain = None
        if chain and not _goes_on(chain.fragments[-1], fragment, words, asked):
            chain = None
        echo = chain is None
        if echo and not another and latest and _taken_over(latest.fragments[-1], fragment):
            chain = latest  # a recogniser may give a part of the number to the other side
        if chain is None:
            chain = Chain()
            chains.append(chain)
        chain.add(fragment, echo=echo)
        last_of[party] = latest = chain
    return chains


def _begins_another(chain: Chain | None, fragment: Fragment, cue: Cue | None) -> bool:
    """Say whether words before a number begin it: "and my PIN is ..."."""
    if cue is None or cue.turn != fragment.turn or cue.last > fragment.first:
        return False
    before = chain.fragments[-1] if chain else None
    return before is None or before.turn != fragment.turn or cue.last > before.last


def _goes_on(
    before: Fragment,
    after: Fragment,
    words: Sequence[int],
    asked: Mapping[Fragment, Cue | None],
) -> bool:
    """Say whether the same party goes on with a number, over what the other says between."""
    if before.turn == after.turn:
        apart = after.first - before.last
        return apart <= GAP and (before.bare or apart <= NOISE)
    cue = asked[before]
    if len(before.digits) == 1 and before.lead > OPENS and (cue is None or cue.turn != before.turn):
        return False  # "what about the basic one?"
    between = words[after.turn] - words[before.turn + 1]
    # "this one", "one moment": a single digit among other words must stand at the seam
    firm = (before.bare or len(before.digits) > 1 or (before.tail == 0 and after.lead == 0)) and (
        after.bare or len(after.digits) > 1 or (before.tail == 0 and after.lead == 0)
    )
    return (
        firm
        and before.tail <= CLOSES
        and after.lead <= OPENS
        and after.turn - before.turn - 1 <= BETWEEN_TURNS
        and between <= BETWEEN_WORDS * max(1, after.turn - before.turn - 1)
    )


def _taken_over(before: Fragment, after: Fragment) -> bool:
    return after.turn - before.turn == 1 and before.bare and after.bare


# --- what it is ---------------------------------------------------------------------------------


def _kind(chain: Chain, cues: Mapping[Fragment, Cue | None], tokens: Sequence[Row]) -> str | None:
    """Return what a chain is hidden as; None when it stays."""
    n = len(chain.digits)
    first = chain.fragments[0]
    cue = next((c for f in chain.fragments if (c := cues[f]) is not None), None)
    asked = cue.kind if cue else ""
    if n >= LONG and any(country_at(f, tokens[f.turn]) is not None for f in chain.fragments):
        return "IBAN"
    enough = ENOUGH.get(asked, LONG)
    told = cue is not None and (cue.turn == first.turn or all(f.bare for f in chain.fragments))
    if cue and asked == "secret" and (cue.expiry or told):
        enough = ENOUGH_EXPIRY  # of a code, a recogniser may have lost the rest
        if not cue.expiry and _ends_with(cue, chain):
            enough = 1
    counted = any(f.counted for f in chain.fragments)
    if counted and n < CARD.start and asked not in {"secret", "card", "iban"}:
        return None
    if asked not in {"secret", "iban"} and n < LONG and _is_year(chain):
        return None
    if n < min(enough, LONG):
        return None
    return _named(asked, n, first, tokens)


def _ends_with(cue: Cue, chain: Chain) -> bool:
    """Say whether a turn names a code and ends with these digits: "my PIN is (...) four"."""
    only = chain.fragments[0]
    near = cue.turn == only.turn and 0 < only.first - cue.last <= OPENS
    return len(chain.fragments) == 1 and near and only.tail == 0


def _named(asked: str, n: int, first: Fragment, tokens: Sequence[Row]) -> str:
    if asked == "iban":
        return "IBAN"
    if asked == "phone" and n <= CARD.start + 2:
        return "PHONE"
    other = asked in {"account", "phone", "order"} or (asked == "secret" and n < CARD_FULL)
    if (asked == "card" and n >= LONG) or (n in CARD and not other):
        return "CARD_NUMBER"
    written = _SHAPE.search(
        " ".join(t.word for t in tokens[first.turn][first.first : first.last + 1])
    )
    begins = first.digits[:1] in PHONE_BEGINS
    if asked in {"", "phone"} and (written or (n in PHONE and begins)):
        return "PHONE"
    return "NUMBER"


def _is_year(chain: Chain) -> bool:
    return len(chain.fragments) == 1 and bool(_YEAR.fullmatch(chain.digits))


def _echoes(fragment: Fragment, hidden: Sequence[Chain]) -> bool:
    """Say whether a fragment tells a part of a number that is hidden."""
    for chain in hidden:
        begin, end = chain.fragments[0].turn, chain.fragments[-1].turn
        near = begin <= fragment.turn <= end + ECHO_TURNS
        inside = begin <= fragment.turn <= end and begin < end
        if inside and len(fragment.digits) >= ECHO_NEAR:
            return True
        if len(fragment.digits) >= (ECHO - 1 if near else ECHO) and fragment.digits in chain.digits:
            return True
    return False


# --- how far it reaches ----------------------------------------------------------------------


def _hide(
    kind: str, fragment: Fragment, tokens: Sequence[Token], taken: set[tuple[int, int]]
) -> Found:
    first = _stretch(tokens, fragment.first, -1)
    last = _stretch(tokens, fragment.last, 1)
    if kind == "IBAN":
        country = country_at(fragment, tokens)
        first = country if country is not None else first
        while first > 0 and is_letter(tokens[first - 1]):
            first -= 1
        while last + 1 < len(tokens) and is_letter(tokens[last + 1]):
            last += 1
    taken |= {(fragment.turn, i) for i in range(first, last + 1)}
    return Found(kind, fragment.turn, first, last)


def _stretch(tokens: Sequence[Token], end: int, step: int) -> int:
    """Return the end of a number with the doubtful digits that stand near it: "oh, uh, seven"."""
    reach = range(end + step, end + step * (GAP + 1), step)
    for i in reach:
        if not 0 <= i < len(tokens) or tokens[i].amount:
            break
        if _edge(tokens[i]):
            return _stretch(tokens, i, step)
        if not tokens[i].filler:
            break
    return end


def _spelled(
    kind: str,
    chain: Chain,
    turns: Sequence[Turn | SafeTurn],
    tokens: Sequence[Row],
    taken: set[tuple[int, int]],
) -> list[Found]:
    """Return the letters of a number, and what a word heard wrongly has cut off it."""
    places = letters_around(chain.fragments, turns, tokens, taken)
    taken |= set(places)
    return [Found(kind, turn, k, k) for turn, k in places]
