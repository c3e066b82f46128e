"""Postal addresses: asked for and answered, or told of oneself.

An address is a street's word with a number or a name beside it, and what goes on from there.
Where a shop stands is nobody's secret: the address of the company, which its agents tell, stays.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from qa.records import Role, SafeTurn, Turn
from qa.redact.asking import POLITE, URGES, Phrases, answers, behind, hidden, spaced
from qa.redact.forms import common_words
from qa.redact.found import Found
from qa.redact.tokens import Row, Token
from qa.redact.words import FILLERS

KIND = "ADDRESS"
#: Words between what says that an address follows and its first part.
_AFTER = 8
#: Words before or behind a street's word that are its name.
_NAME = 3
#: Words behind the last part that are a place: "Maple Street, West Bristol".
_PLACE = 2
#: Words between two parts of one address.
_APART = 4
#: Words of a turn in which somebody goes on with an address.
_GOES_ON = 8
#: Words of a turn that may be nothing but an address, and of those others.
_WHOLE, _BESIDES = 16, 1
#: Stand behind the address in Hungarian: "a Petőfi utca 5-ben lakom".
_VERB_LAST = ("lak", "elek", "koltoz")
#: Digits of a house, a flat or a postcode.
_DIGITS = range(1, 8)

_ASK = Phrases(
    r"(?<!\w)(?:(?:your|the|full|home|postal|delivery|shipping|billing|mailing|current|new) address"
    r"|address (?:line|on the account|please)|(?:first )?line of (?:your|the) address"
    r"|where (?:do|are) you liv\w+|where (?:should|shall|can|do) we (?:send|deliver|ship)\w*"
    r"|(?:your|the) post ?code|(?:your|the) zip(?: code)?"
    r"|(?:ваш|домашн|почтов|точн|полн|какой)\w* адрес\w*"
    r"|адрес\w* (?:доставк|прожив|пропис|регистр)\w+"
    r"|куда (?:вам )?(?:доставить|привезти|отправить|прислать)|где вы (?:живете|проживаете)"
    r"|adresa (?:dumneavoastra|dvs|de (?:livrare|domiciliu|facturare|corespondenta)|postala)"
    r"|ce adresa|care (?:este|e) adresa|unde (?:locuiti|stati|livram|trimitem)"
    r"|(?:lak|szallitasi |levelezesi |szamlazasi |pontos )?cim(?:e|et|ere|re)|hol lakik"
    r"|(?:hova|hova is) (?:szallitsuk|kuldjuk|vigyuk))(?!\w)"
)
_TELL = Phrases(
    r"(?<!\w)(?:(?:my|our|his|her) (?:\w+ )?address(?: is)?|(?:i|we) (?:live|stay) (?:at|in|on)"
    r"|(?:i|we)(?:'ve| have)? (?:just )?moved to|(?:deliver|send|ship|post) it to"
    r"|мо[йи] (?:новый |домашний )?адрес\w*|(?:живу|живем|проживаю|переехал\w*|прописан\w*)"
    r"(?: (?:на|в|по|по адресу))?|по адресу|(?:доставьте|привезите) (?:на|по)"
    r"|adresa mea|(?:locuiesc|stau|locuim|m am mutat)(?: (?:pe|in|la))?"
    r"|(?:lak)?cimem|lakom|elek|koltoztem)(?!\w)"
)
_MAIL = re.compile(
    r"(?<!\w)(?:e ?mail\w*|mail\w*|им[еэ]йл\w*|почт[аыуе]|электронн\w+|web|site)(?!\w)"
)
#: Stand before a street's name ("улица Садовая"), behind it ("Maple Street"), or beside a number.
_BEFORE_NAME = frozenset(
    """улица улице ул проспект проспекте пр переулок переулке пер бульвар бульваре шоссе площадь
    площади набережная проезд аллея микрорайон поселок деревня село город г strada str bulevardul
    bd soseaua aleea calea piata intrarea splaiul satul comuna sectorul orasul""".split()  # noqa: SIM905
)
_AFTER_NAME = frozenset(
    """street road avenue lane drive close way court square boulevard crescent terrace gardens grove
    st rd ave ln dr blvd utca utcaban utcan u ut utja uton ter teren korut koruton koz setany
    sor""".split()  # noqa: SIM905
)
_BESIDE = frozenset(
    """flat apartment apt unit house floor suite дом д квартира кв корпус подъезд этаж строение
    numarul nr bloc blocul scara etaj etajul apartament apartamentul ap emelet ajto hazszam szam
    lepcsohaz""".split()  # noqa: SIM905
)
_STREETS = _BEFORE_NAME | _AFTER_NAME
_CODE = re.compile(r"[a-z]{1,2}\d[a-z\d]?|\d[a-z]{2}|\d+[a-zа-я]|[a-z]\d+")

Place = tuple[int, int]


def find_postal(
    turns: Sequence[Turn | SafeTurn], tokens: Sequence[Row], taken: set[Place]
) -> Iterator[Found]:
    """Yield the addresses."""
    for i, row in enumerate(tokens):
        told = None if _company(turns[i]) else _told(turns[i], row, i, taken)
        hit = told or _answered(turns, tokens, i, taken) or _alone(turns[i], row, i, taken)
        if hit and not hidden(row, KIND):
            yield from _and_on(turns, tokens, taken, hit)


def may_be_street(row: Row) -> bool:
    """Say whether a turn may be nothing but an address."""
    return len(row) <= _WHOLE and not _STREETS.isdisjoint(row.words)


def _told(turn: Turn | SafeTurn, row: Row, i: int, taken: set[Place]) -> Found | None:
    """Return what somebody tells of themselves: "I live at ...", "... lakom"."""
    for first, last in row.once(_TELL):
        here = _address(turn, row, i, taken, start=last + 1, asked=False)
        if here and here[0] - last <= _AFTER:
            return Found(KIND, i, *here)
        if row[first].word.startswith(_VERB_LAST):
            before = _address(turn, row, i, taken, start=0, end=first, asked=False)
            if before:
                return Found(KIND, i, *before)
    return None


def _answered(
    turns: Sequence[Turn | SafeTurn],
    tokens: Sequence[Row],
    i: int,
    taken: set[Place],
) -> Found | None:
    """Return the answer to what a turn asks for."""
    asked = tokens[i].once(_ASK)
    if not asked or _MAIL.search(tokens[i].once(spaced)):
        return None
    for j in answers(turns, tokens, i, asked[-1][1]):
        if hidden(tokens[j], KIND):
            return None
        here = _address(turns[j], tokens[j], j, taken, start=0, asked=True)
        if here and not _company(turns[j]):
            return Found(KIND, j, *here)
    return None


def _alone(turn: Turn | SafeTurn, row: Row, i: int, taken: set[Place]) -> Found | None:
    """Return the address that a turn is nothing but: what asked for it was heard wrongly."""
    if _company(turn) or not may_be_street(row):
        return None
    here = _address(turn, row, i, taken, start=0, asked=False)
    if here is None:
        return None
    first, last = here
    others = [t for t in (*row[:first], *row[last + 1 :]) if not t.filler]
    whole = any(_is_street(row, k, first, last) for k in range(first, last + 1))
    return Found(KIND, i, first, last) if whole and len(others) <= _BESIDES else None


def _is_street(row: Sequence[Token], k: int, first: int, last: int) -> bool:
    """Say whether a street's word has its name beside it, and a house near: no "one way"."""
    name = k - 1 if row[k].word in _AFTER_NAME else k + 1
    if row[k].word not in _STREETS or not first <= name <= last or _plain(row[name]):
        return False
    near = range(max(first, k - _APART), min(last, k + _APART) + 1)
    return not row[name].member and any(_number(row[j]) and not _counted(row, j) for j in near)


def _company(turn: Turn | SafeTurn) -> bool:
    return turn.role in {Role.AGENT, Role.BOT, Role.SYSTEM}


def _and_on(
    turns: Sequence[Turn | SafeTurn],
    tokens: Sequence[Row],
    taken: set[Place],
    hit: Found,
) -> Iterator[Found]:
    """Yield an address, what its speaker adds to it, and where it is read back."""
    yield hit
    said = {t.word for t in tokens[hit.turn][hit.first : hit.last + 1]}
    rare = {w for w in said if len(w) > _NAME and w not in common_words() | _STREETS | _BESIDE}
    for j in range(hit.turn + 1, min(hit.turn + 4, len(turns))):
        row = tokens[j]
        if turns[j].party == turns[hit.turn].party:
            more = _parts(turns[j], row, j, taken, start=0, end=len(row))
            if more and _goes_on(turns[j], row, more, between=tokens[hit.turn + 1 : j]):
                reach = _widened(turns[j], row, more[0], more[-1], floor=0, ceil=len(row))
                yield Found(KIND, j, *reach)
        else:
            again = [k for k, t in enumerate(row) if t.word in rare and (j, k) not in taken]
            whole = _address(turns[j], row, j, taken, start=0, asked=True) if again else None
            if whole and any(whole[0] <= k <= whole[1] for k in again):
                yield Found(KIND, j, *whole)
            else:
                yield from (Found(KIND, j, k, k) for k in again)


def _goes_on(
    turn: Turn | SafeTurn,
    row: Sequence[Token],
    parts: Sequence[int],
    *,
    between: Sequence[Row],
) -> bool:
    """Say whether a turn adds to an address: a flat, a postcode; a place right after "yes?"."""
    if len(row) > _GOES_ON or "?" in turn.text:
        return False
    if any(row[k].word in _BESIDE | _STREETS or _CODE.fullmatch(row[k].word) for k in parts):
        return True
    urged = sum(map(len, between)) <= URGES
    return urged and any(not row[k].member for k in parts)


# --- what an address looks like ----------------------------------------------------------------


def _address(
    turn: Turn | SafeTurn,
    row: Sequence[Token],
    i: int,
    taken: set[Place],
    *,
    start: int,
    end: int | None = None,
    asked: bool,
) -> tuple[int, int] | None:
    """Return the first and the last word of an address in a part of a turn."""
    end = len(row) if end is None else end
    parts = _parts(turn, row, i, taken, start=start, end=end)
    groups: list[list[int]] = []
    for k in parts:
        if groups and k - groups[-1][-1] <= _APART:
            groups[-1].append(k)
        else:
            groups.append([k])
    for group in groups:
        streets = sum(row[k].word in _STREETS for k in group)
        numbers = sum(_number(row[k]) for k in group)
        names = sum(_capital(turn, row, k) for k in group)
        beside = sum(row[k].word in _BESIDE for k in group)
        if (streets and (numbers or names)) or (beside and numbers and (asked or names)):
            return _widened(turn, row, group[0], group[-1], floor=start, ceil=end)
        if asked and numbers and names:
            return _widened(turn, row, group[0], group[-1], floor=start, ceil=end)
    return None


def _parts(
    turn: Turn | SafeTurn,
    row: Sequence[Token],
    i: int,
    taken: set[Place],
    *,
    start: int,
    end: int,
) -> list[int]:
    return [
        k
        for k in range(start, end)
        if (i, k) not in taken
        and not row[k].word.startswith("[")
        and (
            row[k].word in _STREETS
            or row[k].word in _BESIDE
            or (_number(row[k]) and not _counted(row, k))
            or _capital(turn, row, k)
        )
    ]


def _number(token: Token) -> bool:
    if _CODE.fullmatch(token.word):
        return True
    return token.member and len(token.digits) in _DIGITS and token.kind != "homophone"


def _counted(row: Sequence[Token], k: int) -> bool:
    """Say whether a number counts something, or tells a date or a sum."""
    beside = [row[j] for j in (k - 1, k + 1) if 0 <= j < len(row)]
    after = next((t for t in row[k + 1 :] if not t.member), None)  # "12 900 forint"
    unit = after is not None and after.unit and after.word not in _BESIDE
    return unit or any(t.month for t in beside) or row[k].amount or (row[k].weak and not any(
        t.member for t in beside
    ))  # fmt: skip


def _capital(turn: Turn | SafeTurn, row: Sequence[Token], k: int) -> bool:
    """Say whether a word is written like a name, other than for beginning a sentence."""
    token = row[k]
    if not turn.text[token.start].isupper() or token.word in common_words() or token.member:
        return False
    if token.word in FILLERS or len(token.word) < 2:  # noqa: PLR2004 - "I"
        return False
    return k > 0 and not any(c in ".!?" for c in behind(turn, row, k - 1))


def _widened(
    turn: Turn | SafeTurn, row: Sequence[Token], first: int, last: int, *, floor: int, ceil: int
) -> tuple[int, int]:
    """Return an address with its street's name and its place, which nothing else marks."""
    if row[first].word in _AFTER_NAME:
        street = first
        while first > max(floor, street - _NAME) and not (
            _plain(row[first - 1]) or _marks(turn, row, first - 1, ",.!?;")
        ):
            first -= 1
    if row[first].word in _BEFORE_NAME and first > floor and not _plain(row[first - 1]):
        first -= 1  # "самара улица садовая": the place, where nothing is written with a capital
    # "Szeged, Kossuth utca 5": a capital at the beginning of a sentence says nothing
    while first > floor and not _plain(row[first - 1]):
        if not turn.text[row[first - 1].start].isupper():
            break
        first -= 1
    most = last + (_NAME if row[last].word in _BEFORE_NAME else _PLACE)
    while last + 1 < ceil and last < most:
        after = row[last + 1]
        if _plain(after) or after.month or after.unit or _marks(turn, row, last, ".!?;"):
            break
        if _marks(turn, row, last, ",") and not turn.text[after.start].isupper():
            break
        last += 1
    return first, last


def _marks(turn: Turn | SafeTurn, row: Sequence[Token], k: int, marks: str) -> bool:
    """Say whether one of some marks stands behind a word; "ул." and "St." are short forms."""
    short = row[k].word in _STREETS | _BESIDE and "," not in marks
    return not short and any(c in marks for c in behind(turn, row, k))


def _plain(token: Token) -> bool:
    word = token.word
    return word in common_words() or word in FILLERS or word in POLITE or word.startswith("[")
