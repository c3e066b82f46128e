"""The one normaliser: what two spellings must share to be the same word.

Evidence is cut out of the shown text, so every normalised character remembers which
original characters it came from.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property

#: Characters that only layout or typing habit tells apart.
_SAME = {
    "ё": "е",
    "ş": "ș",
    "ţ": "ț",
    "’": "'",
    "‘": "'",
    "ʼ": "'",
    "`": "'",
    "´": "'",
    "“": '"',
    "”": '"',
    "„": '"',
    "«": '"',
    "»": '"',
    "–": "-",
    "—": "-",
    "‑": "-",
    "−": "-",
}
#: Invisible: zero-width spaces and joiners, soft hyphen, direction marks, byte-order mark.
_NOTHING = frozenset(
    "\u200b\u200c\u200d\u2060\ufeff\u00ad\u200e\u200f\u202a\u202b\u202c\u202d\u202e"
)


@dataclass(frozen=True)
class Normalised:
    """Text made comparable, with the way back.

    Attributes
    ----------
    text : lower case, NFKC, one apostrophe, one hyphen, one quotation mark, no
        invisible characters, ``ё`` as ``е`` and cedilla as comma below.
    source : the text it was made from.
    """

    text: str
    source: str
    #: Start and end in `source` of each character of `text`; None when they are the same.
    _spans: tuple[tuple[int, int], ...] | None = None

    def span(self, start: int, end: int) -> tuple[int, int]:
        """Return where the characters ``[start, end)`` of `text` stand in `source`."""
        if self._spans is None or not 0 <= start < end <= len(self.text):
            return start, end
        return self._spans[start][0], self._spans[end - 1][1]

    @cached_property
    def folded(self) -> str:
        """`text` without the diacritics of Latin letters; as long as `text`."""
        return fold(self.text)


def normalise(text: str) -> Normalised:
    """Make text comparable; every character of the result knows where it came from."""
    if text.isascii():
        return Normalised(text.lower(), text) if "`" not in text else _slowly(text)
    return _slowly(text)


def tidy(text: str) -> Normalised:
    """Return text as a parser expects it: capitals kept, one apostrophe, nothing invisible."""
    if text.isascii():
        return Normalised(text, text)
    kept = [(i, c) for i, c in enumerate(text) if c not in _NOTHING]
    spans = tuple((i, i + 1) for i, _ in kept)
    return Normalised("".join(_SAME.get(c, c) for _, c in kept), text, spans)


def fold(text: str) -> str:
    """Drop the diacritics of Latin letters ("bună" -> "buna"); other scripts keep theirs."""
    return text if text.isascii() else "".join(map(_fold_character, text))


def _slowly(text: str) -> Normalised:
    out: list[str] = []
    spans: list[tuple[int, int]] = []
    for start, end in _clusters(text):
        for character in _reduce(text[start:end]):
            out.append(character)
            spans.append((start, end))
    return Normalised("".join(out), text, tuple(spans))


def _clusters(text: str) -> Iterator[tuple[int, int]]:
    """Yield a base character with the combining marks on it: what NFKC may merge."""
    start = 0
    for at in range(1, len(text) + 1):
        if at == len(text) or not unicodedata.combining(text[at]):
            yield start, at
            start = at


def _reduce(cluster: str) -> str:
    kept = "".join(c for c in cluster if c not in _NOTHING)
    reduced = unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", kept).lower())
    return "".join(_SAME.get(c, c) for c in reduced if c not in _NOTHING)


def _fold_character(character: str) -> str:
    if character.isascii() or not "\u00c0" <= character <= "\u024f":
        return character
    return unicodedata.normalize("NFD", character)[0]
