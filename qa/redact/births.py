"""Dates of birth: asked for and answered, or said of oneself. All other dates stay."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from functools import lru_cache

from qa.records import SafeTurn, Turn
from qa.redact.asking import Phrases, answers, behind, hidden
from qa.redact.found import Found
from qa.redact.tokens import Row, Token, joined

KIND = "DATE_OF_BIRTH"
#: Words between what says that it is a date of birth and the date, and the other way round.
_AFTER, _BEFORE = 6, 3
#: A year by itself is a date of birth so near behind: "born in 1982".
_ALONE = 2
#: Words inside a date that were heard wrongly, one after the other.
_ASTRAY = 2
#: Words of a turn that may be nothing but a date.
LONGEST = 10
#: Digits of a date: "3 5 82" to "03 05 1982".
_SPOKEN, _WRITTEN = range(4, 9), range(6, 9)
#: Words of a turn that is nothing but a date, besides it.
_BESIDES = 2
#: A part of a date has at most so many: a year.
_YEAR = 4

_CUE = Phrases(
    r"(?<!\w)(?:(?:date|day|year|place and date) of birth|birth ?date|d o b|dob"
    r"|(?:is|whats|what's|and|about) your birthday|born"
    r"|(?:дат\w+|день|год\w*) (?:(?:ваш|его|ее|мо)\w* )?рождени\w+|родил(?:ся|ась|ись)"
    r"|(?:data|ziua|anul) (?:(?:mea|dumneavoastra|dvs) )?(?:de )?naster\w+|nascut\w*"
    r"|szuletesi (?:datum|ido|ide|ev|napj)\w*|szulett?em|szuletett|szuletesnapja)(?!\w)"
)
#: Says it where a date that long ago is beside it: the rest of the cue was heard wrongly.
_PERHAPS = Phrases(r"(?<!\w)(?:birth|рожден\w+|naster\w+|szuletesi)(?!\w)")
#: Years in which people were born who call, written and said.
_LONG_AGO = range(1900, 2013)
_CENTURY = re.compile(r"nineteen|девятьсот|noua sute|(?:ezer)?kilencszaz\w*")
_ORDINAL = re.compile(
    r"(?:(?:twenty|thirty) ?)?(?:first|second|third|fourth|fifth|sixth|seventh|eighth|ninth"
    r"|tenth|eleventh|twelfth|\w{3,5}teenth)|twentieth|thirtieth"
    r"|(?:перв|втор|четверт|пят|шест|седьм|восьм|девят|десят|\w+надцат|двадцат|тридцат|сороков"
    r"|\w+десят|девяност|\w*тысячн)(?:ого|ое|ый|ой|ом)|трет(?:ьего|ье|ий|ьем)|intai"
    r"|\w*(?:elsej|masodik|harmadik|negyedik|otodik|hatodik|hetedik|nyolcadik|kilencedik|tizedik"
    r"|huszadik|egyedik|kettedik)\w+|(?:ezerkilencszaz|ketezer)\w*"
)
#: Stand between the parts of a date.
_JOINS = frozenset(
    """of the on in at and a an de pe la din luna anul si и года год г месяца числа es ev evben
    honap nap napjan - / .""".split()  # noqa: SIM905 - a list reads worse
)


def find_births(
    turns: Sequence[Turn | SafeTurn], tokens: Sequence[Row], taken: set[tuple[int, int]]
) -> Iterator[Found]:
    """Yield the dates of birth."""
    for i, row in enumerate(tokens):
        sure = row.once(_CUE)
        hits = [] if hidden(row, KIND) else [*sure, *row.once(_PERHAPS)]
        for n, (first, last) in enumerate(hits):
            hit = _of_cue(turns, tokens, i, (first, last), taken, sure=n < len(sure))
            if hit:
                yield hit
                yield from _read_back(turns, tokens, taken, hit)
                break
        else:
            yield from _alone(row, i, taken)


def may_be_date(row: Row) -> bool:
    """Say whether a turn may be nothing but a whole date."""
    if len(row) > LONGEST:
        return False
    return any(t.month or (t.amount and len(t.digits) in _WRITTEN) for t in row)


def _of_cue(
    turns: Sequence[Turn | SafeTurn],
    tokens: Sequence[Row],
    i: int,
    cue: tuple[int, int],
    taken: set[tuple[int, int]],
    *,
    sure: bool,
) -> Found | None:
    """Return the date beside a cue, or in an answer to it."""
    here = _beside(turns[i], tokens[i], i, *cue, taken)
    if here:
        return Found(KIND, i, *here) if sure or _long_ago(tokens[i], *here) else None
    for j in answers(turns, tokens, i, cue[1]):
        if hidden(tokens[j], KIND):
            return None
        dates = [d for d in _dates(tokens[j], j, taken) if _is_date(tokens[j], *d)]
        if dates:
            old = sure or _long_ago(tokens[j], dates[0][0], dates[-1][1])
            return Found(KIND, j, dates[0][0], dates[-1][1]) if old else None
    return None


def _alone(row: Row, i: int, taken: set[tuple[int, int]]) -> Iterator[Found]:
    """Yield a whole date of long ago that a turn is nothing but: what asked for it was misheard."""
    dates = _dates(row, i, taken) if row.once(may_be_date) else []
    if len(dates) == 1 and _is_date(row, *dates[0]) and _long_ago(row, *dates[0]):
        first, last = dates[0]
        others = [
            t for t in (*row[:first], *row[last + 1 :]) if not t.filler and t.word not in _JOINS
        ]
        century = _CENTURY.search(" ".join(t.word for t in row[first : last + 1]))
        if len(others) <= _BESIDES and (century or _whole(row, first, last)):
            yield Found(KIND, i, first, last)


def _long_ago(row: Sequence[Token], first: int, last: int) -> bool:
    """Say whether a date's year is one that people who call were born in."""
    said = row[first : last + 1]
    if _CENTURY.search(" ".join(t.word for t in said)):
        return True
    years = re.findall(r"(?<!\d)\d{4}(?!\d)", " ".join(t.word for t in said))
    return any(int(year) in _LONG_AGO for year in years)


def _beside(
    turn: Turn | SafeTurn,
    row: Sequence[Token],
    i: int,
    first: int,
    last: int,
    taken: set[tuple[int, int]],
) -> tuple[int, int] | None:
    """Return the date that stands behind a cue, or before it: "1982. május 3-án születtem"."""
    for a, b in _dates(row, i, taken):
        near = 0 < a - last <= _AFTER and not any(
            "?" in behind(turn, row, k) for k in range(last, a)
        )
        if near and _is_date(row, a, b, alone=a - last <= _ALONE):
            return a, b
        if 0 < first - b <= _BEFORE and _is_date(row, a, b) and _own(row[last].word):
            return a, b
    return None


def _own(word: str) -> bool:
    """Say whether a cue says of somebody that they were born: what is before may be the date."""
    return word.startswith(("born", "роди", "nascut", "szulet"))


def _read_back(
    turns: Sequence[Turn | SafeTurn],
    tokens: Sequence[Row],
    taken: set[tuple[int, int]],
    told: Found,
) -> Iterator[Found]:
    """Yield the same date where another party says it again."""
    date = tokens[told.turn][told.first : told.last + 1]
    said = {t.word for t in date} - _JOINS
    digits = "".join(t.digits for t in date)
    for j in answers(turns, tokens, told.turn, -1):
        for a, b in _dates(tokens[j], j, taken):
            row = tokens[j][a : b + 1]
            again = sum(t.word in said for t in row)
            year = any(len(t.digits) == _YEAR and t.digits in digits for t in row)
            if (again > 1 or year) and _is_date(tokens[j], a, b):
                yield Found(KIND, j, a, b)


# --- dates ------------------------------------------------------------------------------------


def _dates(row: Sequence[Token], turn: int, taken: set[tuple[int, int]]) -> list[tuple[int, int]]:
    """Return stretches of numbers, ordinals and months."""
    runs: list[tuple[int, int]] = []
    first: int | None = None
    last = astray = 0
    for k, token in enumerate(row):
        if (turn, k) not in taken and _part(row, k):
            first, last, astray = (k if first is None else first), k, 0
        elif first is not None and token.word not in _JOINS and not token.filler:
            astray += 1
            if astray > _ASTRAY or _whole(row, first, last):
                runs.append((first, last))
                first, astray = None, 0
    if first is not None:
        runs.append((first, last))
    return runs


def _part(row: Sequence[Token], k: int) -> bool:
    token = row[k]
    if token.month or _ordinal(token.word):
        return True
    if token.kind in {"homophone", "repeat", ""}:
        return False
    # "two days ago": counted; in Russian a year is followed by its word
    counted = k + 1 < len(row) and row[k + 1].unit and row[k + 1].word not in _JOINS
    return not counted and (len(token.digits) <= _YEAR or len(token.digits) in _WRITTEN)


@lru_cache(maxsize=16_384)
def _ordinal(word: str) -> bool:
    return _ORDINAL.fullmatch(word) is not None


def _whole(row: Sequence[Token], first: int, last: int) -> bool:
    """Say whether a stretch is a date with its year: what comes behind is another one."""
    parts = [row[k] for k in range(first, last + 1) if _part(row, k)]
    if any(t.amount and len(t.digits) in _WRITTEN for t in parts):
        return True
    year = any(len(t.digits) == _YEAR for t in parts) or len(parts) > _YEAR
    return year and any(t.month for t in parts) and _is_date(row, first, last)


def _is_date(row: Sequence[Token], first: int, last: int, *, alone: bool = False) -> bool:
    """Say whether a stretch is a date; by itself a year is one, where it is said to be."""
    parts = [row[k] for k in range(first, last + 1) if _part(row, k)]
    digits = len(joined([(t.digits, t.kind) for t in parts]))
    if digits > _WRITTEN.stop:
        return False
    if any(t.amount and len(t.digits) in _WRITTEN for t in parts):
        return True
    named = any(t.month for t in parts)
    others = [t for t in parts if not t.month]
    if named and others:
        return True
    ordinals = sum(_ordinal(t.word) for t in others)
    if digits in _SPOKEN or (digits and ordinals) or ordinals > 1:
        return len(parts) > 1 or digits in _WRITTEN or alone
    return False
