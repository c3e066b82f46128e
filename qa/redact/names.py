"""Names of people: by lists, by what is said around them, and by what was asked.

Three kinds of signs, none of which needs a model. A given name that a list has, with the
words beside it that are written like names; a cue ("my name is", «звонила», "kollégám"),
which makes a name of words that no list has; a question for a name, which makes one of its
answer. What is a name once in a conversation is one wherever it comes again, in any case.

Where capitals are missing (some recognisers write none), lists and sure cues alone count.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import lru_cache, partial
from itertools import product
from typing import NamedTuple

from qa.records import SafeTurn, Turn
from qa.redact.asking import joined_words
from qa.redact.forms import common_words, forms_of, inflected, stems_of
from qa.redact.found import Found
from qa.redact.name_words import (
    AFTER,
    ASKED,
    IN_PLACE,
    NO_PERSON,
    PERHAPS,
    PLACES,
    SHAPE,
    SURE,
    WORDS_TOO,
    Phrase,
    given_names,
    given_stems,
    no_names,
    surnames,
)
from qa.redact.tokens import Row

#: Words of a name at most, and words that are heard wrongly or lost between a cue and it.
LONGEST, NOISE = 3, 2
#: Turns after a question for a name in which it is answered, and words of such an answer.
ANSWER_TURNS, ANSWER_WORDS = 2, 9
#: Share of beginnings of sentences that are written with a capital, where capitals are used.
CASED = 0.3
#: Letters of a known name's stem.
_STEM = 3
#: How likely pymorphy3 must find a reading as a name.
_LIKELY = 0.3
_ENDS = frozenset(".!?…")
_BREAKS = _ENDS | frozenset(",;:—–")

Place = tuple[int, int]


class _Word(NamedTuple):
    """What a token is, as far as names go."""

    key: str
    #: Written with a capital, and at the beginning of a sentence.
    capital: bool
    begins: bool
    #: Cannot be a name: a common word, a number, a placeholder, kept.
    never: bool
    #: A list or the form says that it is a given name, or a surname.
    given: bool
    surname: bool
    #: Is also a common word.
    doubtful: bool
    #: Punctuation behind it: "", "," or ".".
    after: str

    @property
    def listed(self) -> bool:
        return self.given or self.surname


def find_names(
    turns: Sequence[Turn | SafeTurn], tokens: Sequence[Row], taken: set[Place]
) -> list[Found]:
    """Return the names to hide, whole: given name and surname are one; kind "PERSON"."""
    kept: dict[int, set[int]] = {}
    for i, k in taken:
        kept.setdefault(i, set()).add(k)
    rows = [_without(row.once(_words), kept.get(i)) for i, row in enumerate(tokens)]
    begun = [row.once(_begun) for row in tokens]
    cased = sum(n for n, _ in begun) >= CASED * sum(n for _, n in begun)
    places: set[Place] = set()
    waiting: dict[str, int] = {}
    for i, row in enumerate(tokens):
        asked = _asked_of(i, turns[i].party, waiting)
        names = _NAMES[asked, cased]
        places.update((i, k) for k in (names(row, rows[i]) if i in kept else row.once(names)))
        if row.once(_asks):
            waiting[turns[i].party] = i
    if not places:
        return []
    stems = stems_of((rows[i][k].key for i, k in places), _STEM)
    keys = {rows[i][k].key for i, k in places}
    for i, words in enumerate(rows):
        places.update((i, k) for k, word in enumerate(words) if _again(word, keys, stems))
    return list(_runs(rows, places))


def _asked_of(turn: int, party: str, waiting: dict[str, int]) -> bool:
    return any(turn - at <= ANSWER_TURNS for other, at in waiting.items() if other != party)


# --- words ------------------------------------------------------------------------------------


def _words(tokens: Row) -> tuple[_Word, ...]:
    row: list[_Word] = []
    text = tokens.text
    begins = True
    for k, token in enumerate(tokens):
        raw = text[token.start : token.end]
        end = tokens[k + 1].start if k + 1 < len(tokens) else len(text)
        behind = text[token.end : end]
        after = "" if behind == " " else _after(behind)
        cyrillic = "а" <= token.word[:1] <= "я"
        never, given, surname, doubtful = _known(token.word, cyrillic)
        row.append(
            _Word(
                token.word,
                raw[:1].isupper() and (len(raw) == 1 or not raw.isupper()),
                begins,
                never or token.digits != "" or token.kind == "code",
                given,
                surname,
                doubtful,
                after,
            )
        )
        begins = after == "."
    return tuple(row)


def _without(row: tuple[_Word, ...], taken: set[int] | None) -> tuple[_Word, ...]:
    """Return the words of a row, of which some are kept or hidden as something else."""
    if not taken:
        return row
    return tuple(word._replace(never=True) if k in taken else word for k, word in enumerate(row))


def _begun(row: Row) -> tuple[int, int]:
    """Return how many sentences of a turn begin with a capital, and how many there are."""
    first = [word.capital for word in row.once(_words) if word.begins]
    return sum(first), len(first)


def _asks(row: Row) -> bool:
    """Say whether a turn asks for a person's name."""
    text = row.once(joined_words)
    return ASKED.search(text) is not None and NO_PERSON.search(text) is None


def _after(behind: str) -> str:
    """Return what the punctuation behind a word does: "." ends a sentence, "," a name."""
    if not _ENDS.isdisjoint(behind):
        return "."
    return "" if _BREAKS.isdisjoint(behind) else ","


@lru_cache(maxsize=65_536)
def _known(word: str, cyrillic: bool) -> tuple[bool, bool, bool, bool]:  # noqa: FBT001 - a cache key
    """Say whether a word is never a name, a given name, a surname, and a word as well."""
    keys = forms_of(word)
    plain = [key.replace("-", "").replace("'", "") for key in keys]
    if word.startswith("[") or not all(p.isalpha() for p in plain) or len(plain[0]) < 2:  # noqa: PLR2004
        return True, False, False, False
    short = "'" in word and len(word.partition("'")[0]) < 2  # noqa: PLR2004 - "I'd", "d'accord"
    if short or any(key in no_names() for key in keys):
        return True, False, False, False
    given = any(key in given_names() for key in keys)
    surname = any(key in surnames() or SHAPE.fullmatch(key) for key in keys)
    doubtful = any(key in WORDS_TOO for key in keys)
    if cyrillic:
        by_form = _russian(word)
        given, surname = given or "Name" in by_form, surname or "Surn" in by_form
    elif not given:
        given = any(inflected(key, given_stems()) for key in keys if len(key) > 4)  # noqa: PLR2004
        doubtful = doubtful or given
    return False, given, surname, doubtful


def _russian(word: str) -> frozenset[str]:
    from qa.language.morphology import readings  # noqa: PLC0415 - opens a dictionary of 15 MB

    found = [r for r in readings(word) if r.score >= _LIKELY]
    tags = {tag for r in found for tag in ("Name", "Surn", "Patr") if tag in r.tag}
    return frozenset(tags | ({"Surn"} if "Patr" in tags else set()))


# --- signs --------------------------------------------------------------------------------------


def _names(
    tokens: Row, row: tuple[_Word, ...] | None = None, *, asked: bool, cased: bool
) -> frozenset[int]:
    """Return the words of names in a turn.

    Parameters
    ----------
    row : its words, where some of them are not to be looked at.
    """
    row = tokens.once(_words) if row is None else row
    found: set[int] = set()
    for k, word in enumerate(row):
        if word.given and _listed(row, k, cased=cased):
            found |= _around(row, k, cased=cased)
    sure, perhaps, after = tokens.once(_cues)
    for k, size in sure:
        found |= _behind(row, k + size, cased=cased, sure=True)
    for k, size in perhaps:
        found |= _behind(row, k + size, cased=cased, sure=False)
    for k, _ in after:
        if k > 0 and _written(row[k - 1], cased=cased) and row[k - 1].after != ".":
            found |= _around(row, k - 1, cased=cased)
    if asked and (not found or len(row) <= LONGEST):
        found |= _answer(row, cased=cased)
    return frozenset(found)


#: By whether a name was asked for, and whether capitals are used: to be asked by `Row.once`.
_NAMES = {
    (asked, cased): partial(_names, asked=asked, cased=cased)
    for asked, cased in product((False, True), repeat=2)
}


def _listed(row: Sequence[_Word], k: int, *, cased: bool) -> bool:
    """Say whether a word is a name by a list alone, or with its neighbour."""
    word = row[k]
    if word.never or not word.given:
        return False
    beside = [row[j] for j in (k - 1, k + 1) if 0 <= j < len(row)]
    neighbour = any(b.listed and not b.never and (b.capital or not cased) for b in beside)
    if not cased:
        return neighbour and (not word.doubtful or any(b.surname for b in beside))
    if not word.capital or _is_place(row, k):
        return False
    if word.doubtful:
        return neighbour or (
            not word.begins and word.key in given_names() and word.key not in WORDS_TOO
        )
    return True


def _is_place(row: Sequence[_Word], k: int) -> bool:
    """Say whether a listed name is a place's: "in Austin", "at Lincoln Park"."""
    before = [w.key for w in row[max(0, k - LONGEST) : k]]
    after = [w.key for w in row[k + 1 : k + LONGEST + 1] if w.capital]
    return bool(before and before[-1] in IN_PLACE) or not PLACES.isdisjoint(after + before[-1:])


def _written(word: _Word, *, cased: bool) -> bool:
    """Say whether a word is written like a name."""
    return not word.never and (word.capital if cased else word.listed and not word.doubtful)


def _around(row: Sequence[_Word], k: int, *, cased: bool) -> set[int]:
    """Return the words of the name that a word belongs to."""
    found = {k}
    for step in (1, -1):
        j = k + step
        while 0 <= j < len(row) and len(found) < LONGEST:
            if row[j if step < 0 else j - 1].after:
                break
            if not _written(row[j], cased=cased) or (
                row[j].begins and not row[j].listed and len(row) > LONGEST
            ):
                break
            found.add(j)
            j += step
    return found


def _cues(row: Row) -> tuple[tuple[tuple[int, int], ...], ...]:
    """Return where the cues of each kind begin in a turn, and how many words they have."""
    return tuple(tuple(_places(row.words, phrases)) for phrases in (SURE, PERHAPS, AFTER))


def _places(keys: tuple[str, ...], phrases: frozenset[Phrase]) -> Iterator[tuple[int, int]]:
    firsts, longest = _first_words(phrases)
    if firsts.isdisjoint(keys):
        return
    for k, key in enumerate(keys):
        if key not in firsts:
            continue
        for size in range(longest, 0, -1):
            if keys[k : k + size] in phrases:
                yield k, min(size, len(keys) - k)
                break


@lru_cache(maxsize=8)
def _first_words(phrases: frozenset[Phrase]) -> tuple[frozenset[str], int]:
    return frozenset(p[0] for p in phrases), max(map(len, phrases))


def _behind(row: Sequence[_Word], start: int, *, cased: bool, sure: bool) -> set[int]:
    """Return the words of the name that begins behind a cue."""
    found: set[int] = set()
    skipped = 0
    for k in range(start, len(row)):
        word = row[k]
        if k > start and row[k - 1].after == "." and not found:
            break
        plain = sure and not cased and not word.never and (not found or word.surname)
        if plain or (_written(word, cased=cased) and (sure or not word.begins)):
            found.add(k)
        else:
            skipped += 1
            if skipped > (NOISE if sure else 0) or (found and not sure):
                break
        if len(found) == LONGEST or (found and word.after):
            break
    return found


def _answer(row: Sequence[_Word], *, cased: bool) -> set[int]:
    """Return the words of an answer to a question for a name."""
    able = [k for k, word in enumerate(row) if not word.never]
    if cased:
        said = [k for k in able if row[k].capital]
        inner = [k for k in said if not row[k].begins or len(row) <= ANSWER_WORDS]
        return set(inner) if len(inner) <= LONGEST + 1 else set()
    if len(able) <= LONGEST and len(row) <= ANSWER_WORDS:
        return set(able)
    return {k for k in able if row[k].listed and not row[k].doubtful}


@lru_cache(maxsize=1)
def _also_words() -> frozenset[str]:
    return WORDS_TOO | common_words()


def _again(word: _Word, keys: set[str], stems: frozenset[str]) -> bool:
    """Say whether a word is a name that the conversation knows already."""
    if word.never:
        return False
    if word.key in keys and word.key not in _also_words():
        return True
    return word.capital and any(key in keys or inflected(key, stems) for key in forms_of(word.key))


def _runs(rows: Sequence[Sequence[_Word]], places: set[Place]) -> Iterator[Found]:
    """Yield neighbouring words of names as one."""
    for i, row in enumerate(rows):
        first: int | None = None
        for k in range(len(row) + 1):
            inside = (i, k) in places
            if inside and first is None:
                first = k
            if first is not None and (not inside or row[k].after):
                last = k if inside else k - 1
                yield Found("PERSON", i, first, last)
                first = None
