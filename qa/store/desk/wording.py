"""Words as they are searched: made comparable, with the forms they match by. Pure.

Both sides go through the same functions, so case, diacritics, comma and cedilla do not
tell words apart, on any database. A word is found in all its forms, a phrase in
quotation marks as it was said, and ``word*`` by its beginning.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import NamedTuple

from qa.errors import UsageError
from qa.language import base_language, keys, normalise

#: Letters and digits; whatever else is written separates words.
_WORD = re.compile(r"[^\W_]+")
_TERM = re.compile(r'"([^"]*)"|(\S+)')
_CYRILLIC = re.compile(r"[\u0400-\u04ff]")
#: Longer words are cut: nobody types one.
_LONGEST = 64
_MOST_TERMS = 10
#: Stands between turns, so that no phrase reaches from one into the next; not to be typed.
_BREAK = "q0q"
#: Words of one row of the index: PostgreSQL knows no later place than 16383.
PART = 16_000


class Word(NamedTuple):
    """A word in its place; a tuple, since there are many."""

    folded: str
    #: What it matches by.
    forms: frozenset[str]
    #: Characters ``[start, end)`` of the text.
    start: int
    end: int


@dataclass(frozen=True)
class Term:
    """Something that must have been said."""

    #: As written, folded; several are a phrase.
    words: tuple[str, ...]
    #: Of a single word: any of these forms. Empty = exactly as written.
    forms: frozenset[str] = frozenset()
    #: The last word is only the beginning of one.
    begins: bool = False


def words(text: str, languages: Sequence[str]) -> Iterator[Word]:
    """Return the words of a text with the forms that they have in these languages."""
    given, known = normalise(text), tuple(languages)
    for found in _WORD.finditer(given.folded):
        start, end = found.span()
        # Lemmas are looked up with their diacritics.
        plain = given.text[start:end][:_LONGEST]
        yield Word(found[0][:_LONGEST], _forms(plain, known), *given.span(start, end))


@lru_cache(maxsize=100_000)
def _forms(word: str, languages: tuple[str, ...]) -> frozenset[str]:
    return frozenset(form.partition("+")[0] for code in languages for form in keys(word, code))


def _said(chunk: str, languages: tuple[str, ...]) -> tuple[tuple[str, frozenset[str]], ...]:
    """Return the words of what stands between two spaces, each with its forms."""
    return (_known if len(chunk) <= _LONGEST else _read)(chunk, languages)


def _read(chunk: str, languages: tuple[str, ...]) -> tuple[tuple[str, frozenset[str]], ...]:
    return tuple((word.folded, word.forms) for word in words(chunk, languages))


_known = lru_cache(maxsize=65_536)(_read)


def index(turns: Iterable[tuple[str, str]]) -> Iterator[tuple[list[str], list[str]]]:
    """Return what is indexed of a conversation: its words in order, and all their forms.

    Parameters
    ----------
    turns : text and language (BCP-47) of each.

    Returns
    -------
    Parts of at most `PART` words, each of whole turns where they are shorter.
    """
    said, forms = list[str](), set[str]()
    for text, language in turns:
        known = (base_language(language),) if language else ()
        found = [word for chunk in text.split() for word in _said(chunk, known)]
        for at in range(0, len(found), PART - 1):
            some = found[at : at + PART - 1]
            if said and len(said) + len(some) >= PART:
                yield said, sorted(forms)
                said, forms = [], set()
            here = [word for word, _ in some]
            said += [*here, _BREAK]
            forms.update(here, *(matched for _, matched in some))
    if said:
        yield said, sorted(forms)


def terms(typed: str) -> tuple[Term, ...]:
    """Read what somebody searches for; all of it must have been said.

    Raises
    ------
    UsageError : it holds no word, or too many.
    """
    found = [term for match in _TERM.finditer(typed) for term in _term(match[1], match[2] or "")]
    if not found:
        raise UsageError("There is no word to search for.", 'Type words, "a phrase", or begin*.')
    if len(found) > _MOST_TERMS:
        raise UsageError(
            f"{len(found)} words are searched for at once.", f"Search for up to {_MOST_TERMS}."
        )
    return tuple(dict.fromkeys(found))


def prepare() -> None:
    """Load the word lists that reading what somebody types takes: seconds, once in a process."""
    terms("words слова")


def _term(phrase: str | None, word: str) -> Iterator[Term]:
    text = phrase if phrase is not None else word
    languages = ("ru",) if _CYRILLIC.search(text) else ("en", "ro", "hu")
    found = tuple(words(text, languages))
    if not found:
        return
    folded = tuple(word.folded for word in found)
    begins = phrase is None and word.endswith("*")
    if phrase is not None or begins or len(found) > 1:
        yield Term(folded, begins=begins)
    else:
        yield Term(folded, forms=found[0].forms | {found[0].folded})


def marks(said: Sequence[Word], wanted: Sequence[Term]) -> dict[Term, list[tuple[int, int]]]:
    """Return where in a text what is searched for stands: characters ``[start, end)``, by term."""
    found: dict[Term, list[tuple[int, int]]] = {}
    for term in wanted:
        n = len(term.words)
        for at in range(len(said) - n + 1):
            if _fits(said[at : at + n], term):
                found.setdefault(term, []).append((said[at].start, said[at + n - 1].end))
    return found


def _fits(some: Sequence[Word], term: Term) -> bool:
    if term.forms:
        (word,) = some
        return bool(term.forms & (word.forms | {word.folded}))
    *first, last = (word.folded for word in some)
    *wanted, ending = term.words
    return first == wanted and (last.startswith(ending) if term.begins else last == ending)
