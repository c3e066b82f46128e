"""In which language a page speaks: catalogues, plural rules, dates and numbers.

The text in the program is English and the key of every catalogue (`locale/*.po`, read as they
are). A request speaks one language (`qa.api.language`); the command line, which sets none,
speaks English.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import date, datetime, time
from functools import cache, lru_cache
from gettext import NullTranslations
from io import BytesIO
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

if TYPE_CHECKING:
    from babel import Locale

LOCALES = Path(__file__).parent / "locale"
ENGLISH = "en"
#: What pages are offered in, by the name that its speakers give it.
OFFERED: Mapping[str, str] = {"en": "English", "ru": "Русский"}
#: With a catalogue that nobody has filled and read yet: not offered.
PREPARED = ("ro", "hu")

Key = TypeVar("Key")

_speaks: ContextVar[str | None] = ContextVar("language", default=None)


def N_(text: str) -> str:  # noqa: N802 - the name by which catalogues find texts
    """Mark a text for the catalogues; it is translated where it is shown."""
    return text


def gettext(text: str) -> str:
    """Return a text in the language of the request."""
    return catalogue(_speaks.get() or ENGLISH).gettext(text)


def ngettext(one: str, many: str, n: int) -> str:
    """Return the form of a text that fits a number, in the language of the request."""
    return catalogue(_speaks.get() or ENGLISH).ngettext(one, many, n)


class Texts(Mapping[Key, str]):
    """Texts by key, each translated when it is read."""

    def __init__(self, source: Mapping[Key, str]) -> None:
        self._source = dict(source)

    def __getitem__(self, key: Key) -> str:
        text = self._source[key]
        return gettext(text) if text else ""

    def __iter__(self) -> Iterator[Key]:
        return iter(self._source)

    def __len__(self) -> int:
        return len(self._source)


def language() -> str:
    """Return the language of the request, as HTML names it."""
    return _speaks.get() or ENGLISH


@contextmanager
def speaking(name: str) -> Iterator[None]:
    """Speak a language meanwhile."""
    token = _speaks.set(name)
    try:
        yield
    finally:
        _speaks.reset(token)


def moment(at: datetime) -> str:
    """Word a moment, in the zone of this machine, as the language of the request does."""
    local = at.astimezone()
    if _speaks.get() is None:
        return local.strftime("%Y-%m-%d %H:%M")
    clock = local.time().replace(second=0, microsecond=0)
    return f"{_day(language(), local.date())}, {_clock(language(), clock)}"


def day_of(at: datetime) -> str:
    """Word the day of a moment, in the zone of this machine."""
    if _speaks.get() is None:
        return f"{at.astimezone():%Y-%m-%d}"
    return _day(language(), at.astimezone().date())


# A list words a hundred days, times and numbers, most of them again and again.


@lru_cache(maxsize=2048)
def _day(name: str, day: date) -> str:
    from babel.dates import format_date  # noqa: PLC0415 - not for the command line

    worded: str = format_date(day, "d MMM y", locale=_known_locale(name))
    return worded


@lru_cache(maxsize=4096)
def _clock(name: str, at: time) -> str:
    from babel.dates import format_time  # noqa: PLC0415 - see above

    worded: str = format_time(at, "HH:mm", locale=_known_locale(name))
    return worded


@lru_cache(maxsize=4096)
def _number(name: str, value: float, pattern: str) -> str:
    from babel.numbers import format_decimal  # noqa: PLC0415 - see above

    shown: str = format_decimal(value, pattern, locale=_known_locale(name))
    return shown


def decimal(value: float) -> str:
    """Word a number with one decimal at most."""
    if _speaks.get() is None:
        return f"{value:.0f}" if value.is_integer() else f"{value:.1f}"
    return _number(language(), value + 0.0, "0.#")  # no "-0"


def hundredths(value: float) -> str:
    """Word a number with two decimals."""
    rounded = round(value, 2) + 0.0  # no "-0"
    if _speaks.get() is None:
        return f"{rounded:.2f}"
    return _number(language(), rounded, "0.00")


@cache
def _known_locale(name: str) -> Locale:
    from babel import Locale  # noqa: PLC0415 - see above

    # "4 Mar 2026", not "Mar 4, 2026": the order that most of Europe reads.
    return Locale.parse({"en": "en_GB"}.get(name, name))


@cache
def catalogue(name: str) -> NullTranslations:
    """Return the texts of a language; English ones where there is no catalogue."""
    path = LOCALES / f"{name}.po"
    if name == ENGLISH or not path.is_file():
        return NullTranslations()
    from babel.messages.mofile import write_mo  # noqa: PLC0415 - see above
    from babel.messages.pofile import read_po  # noqa: PLC0415
    from babel.support import Translations  # noqa: PLC0415

    with path.open("rb") as source:
        found = read_po(source, locale=name)
    compiled = BytesIO()
    write_mo(compiled, found)
    compiled.seek(0)
    made: NullTranslations = Translations(compiled)
    return made
