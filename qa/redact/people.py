"""Names out: for moments that are shown to people who need not know whose they are.

Redaction has hidden the names that it knows (`names.py`), except those of the roster, which
a supervisor has to see. Here these go as well: of the people who take part as the recording
and the roster have them, and those that somebody is introduced by ("my name is ..."). Rather a
word too many: a name that stays is a person, a word that goes is a gap in an example.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from qa.language import normalise
from qa.redact.forms import common_words, forms_of, inflected, stems_of
from qa.redact.words import folded

#: What stands for a name.
MARK = "[NAME]"
#: What stands where something was hidden.
PLACEHOLDER = re.compile(r"\[[A-Z_]+(?:_\d+)?\]")
#: Placeholders are words of their own, and none that could be a name.
_WORD = re.compile(rf"{PLACEHOLDER.pattern}|[^\W\d_]+(?:[-'’][^\W\d_]+)*")
_SENTENCE_END = re.compile(r"[.!?…]\W*$")
#: Letters that a stem needs at least, before an ending.
_STEM, _FOREIGN_STEM = 3, 4
#: Words of titles and roles that stand in a roster's or a recording's names.
_NO_NAMES = frozenset(
    ("mr", "mrs", "ms", "miss", "dr", "agent", "operator", "customer", "client", "support")
).union(("service", "team", "desk", "bot", "the"))
#: At most so many words make a name.
_LONGEST = 3

#: What follows is a name, however it is written.
_SURE = (
    "my name is", "my name's", "name is", "your name is", "speaking with", "speak with",
    "speaking to", "mr", "mrs", "ms", "miss", "меня зовут", "мое имя", "моя фамилия",
    "вас зовут", "господин", "госпожа", "ma numesc", "ma cheama", "numele meu este",
    "numele este", "domnul", "doamna", "domnisoara", "a nevem", "a neve",
)  # fmt: skip
#: What follows is a name where it is written like one.
_PERHAPS = ("this is", "i am", "i'm", "it's", "you're", "это", "я", "sunt", "aici")
#: What comes before is a name where it is written like one.
_AFTER = ("speaking", "here", "vagyok", "ur", "asszony", "на линии", "la telefon")


@dataclass(frozen=True)
class Names:
    """The names to leave out of a conversation.

    Parameters
    ----------
    own : of those who take part or say their name, word by word, folded: out however
        they are written.
    said : that somebody may have been introduced by: out where written with a capital.
    others : of colleagues: out where they are written with a capital.
    keep : words of the company and its products: never out.
    """

    own: frozenset[str] = frozenset()
    said: frozenset[str] = frozenset()
    others: frozenset[str] = frozenset()
    keep: frozenset[str] = frozenset()
    _stems: frozenset[str] = field(init=False, repr=False)
    _other_stems: frozenset[str] = field(init=False, repr=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "_stems", stems_of(self.own | self.said, _STEM))
        object.__setattr__(self, "_other_stems", stems_of(self.others, _FOREIGN_STEM))

    def spans(self, text: str) -> list[tuple[int, int]]:
        """Return the characters ``[start, end)`` of each name, in order; neighbours are one."""
        found = [(start, end) for start, end, _ in _introduced(text, self.keep)]
        words = list(_WORD.finditer(text))
        found += [(m.start(), m.end()) for m in words if self._is_name(m, text)]
        spans: list[tuple[int, int]] = []
        for start, end in sorted(found):
            if spans and not text[spans[-1][1] : start].strip():
                spans[-1] = (spans[-1][0], max(end, spans[-1][1]))
            elif not spans or start >= spans[-1][1]:
                spans.append((start, end))
        return spans

    def _is_name(self, found: re.Match[str], text: str) -> bool:
        word = found[0]
        if word.startswith("["):
            return False
        capital = word[0].isupper()
        for key in forms_of(word):
            if key in self.keep:
                return False
            if key in self.own and (capital or key not in common_words()):
                return True
            if not capital:
                continue
            if key in self.said or inflected(key, self._stems):
                return True
            known = key in self.others or inflected(key, self._other_stems)
            if known and not (key in common_words() and _begins(found.start(), text)):
                return True
        return False


@dataclass(frozen=True)
class Masked:
    """A text with its names out, and where its other characters went."""

    text: str
    #: (start, end) in the text before, and the start in this one, of each name.
    spans: tuple[tuple[int, int, int], ...]

    def moved(self, start: int, end: int) -> tuple[int, int]:
        """Return where characters ``[start, end)`` of the text before stand now."""
        return self._place(start, at_end=False), self._place(end, at_end=True)

    def _place(self, at: int, *, at_end: bool) -> int:
        shift = 0
        for start, end, now in self.spans:
            if at <= start:
                break
            if at < end:  # inside a name: all of its mark
                return now + (len(MARK) if at_end else 0)
            shift = now + len(MARK) - end
        return at + shift


def masked(text: str, spans: Sequence[tuple[int, int]]) -> Masked:
    """Return a text with what `Names.spans` found left out."""
    out, at, kept = "", 0, []
    for start, end in spans:
        out += text[at:start]
        kept.append((start, end, len(out)))
        out += MARK
        at = end
    return Masked(out + text[at:], tuple(kept))


def colleagues(names: Iterable[str], *, keep: Iterable[str] = ()) -> Names:
    """Return the names that are left out of every conversation.

    Parameters
    ----------
    names : of the people of the roster.
    keep : names of the company and its products.
    """
    kept = frozenset(key for name in keep for key in folded(name).split())
    return Names(others=_tokens(names) - kept, keep=kept)


def of_conversation(known: Names, texts: Iterable[str], *, own: Iterable[str] = ()) -> Names:
    """Return the names that are left out of a conversation.

    Parameters
    ----------
    known : what `colleagues` returned.
    texts : all that is said in it: a name that is given at the beginning is used later.
    own : names and ids of those who take part.
    """
    sure: list[str] = []
    said: list[str] = []
    for text in texts:
        for start, end, certain in _introduced(text, known.keep):
            (sure if certain else said).append(text[start:end])
    return Names(
        own=(_tokens(own) | _tokens(sure)) - known.keep,
        said=_tokens(said) - known.keep,
        others=known.others,
        keep=known.keep,
    )


def _tokens(names: Iterable[str]) -> frozenset[str]:
    words = (m[0] for name in names for m in _WORD.finditer(name))
    keys = {key for word in words for key in forms_of(word)}
    return frozenset(key for key in keys if len(key) > 1) - _NO_NAMES


def _begins(at: int, text: str) -> bool:
    before = text[:at].strip()
    return not before or _SENTENCE_END.search(text[:at]) is not None


# --- introductions -----------------------------------------------------------------------


def _cue(words: Sequence[str]) -> re.Pattern[str]:
    ways = "|".join(re.escape(w).replace(r"\ ", r"\s+") for w in sorted(words, key=len)[::-1])
    return re.compile(rf"(?<!\w)(?:{ways})(?!\w)")


_SURE_CUE, _PERHAPS_CUE, _AFTER_CUE = _cue(_SURE), _cue(_PERHAPS), _cue(_AFTER)


def _introduced(text: str, keep: frozenset[str]) -> list[tuple[int, int, bool]]:
    """Return each word of a name that somebody is introduced by, and whether it surely is one."""
    made = normalise(text)
    plain = made.folded
    words = list(_WORD.finditer(text))
    found = []
    for cue, sure in ((_SURE_CUE, True), (_PERHAPS_CUE, False)):
        for hit in cue.finditer(plain):
            end = made.span(hit.start(), hit.end())[1]
            later = [m for m in words if m.start() >= end]
            found += [(a, b, sure) for a, b in _name_in(text, end, later, keep, sure=sure)]
    for hit in _AFTER_CUE.finditer(plain):
        start = made.span(hit.start(), hit.end())[0]
        before = [m for m in words if m.end() <= start][-_LONGEST:]
        run: list[re.Match[str]] = []
        for m in reversed(before):
            if text[m.end() : (run[-1].start() if run else start)].strip() or not _may(m[0], keep):
                break
            run.append(m)
        found += [(m.start(), m.end(), False) for m in run]
    return found


def _name_in(
    text: str, at: int, words: Sequence[re.Match[str]], keep: frozenset[str], *, sure: bool
) -> list[tuple[int, int]]:
    """Return the words of a name that begins behind a cue."""
    found: list[tuple[int, int]] = []
    for n, m in enumerate(words[:_LONGEST]):
        # "Mr. Smith" and "my name is, er, Smith" alike; a sentence's end is the end.
        between = text[at : m.start()].strip()
        if between not in ({"", ",", ":", "."} if n == 0 else {"", "."}):
            break
        written = _may(m[0], keep)
        plain = sure and n == 0 and not _known(m[0], keep)
        if not (written or plain):
            break
        found.append((m.start(), m.end()))
        at = m.end()
    return found


def _may(word: str, keep: frozenset[str]) -> bool:
    """Say whether a word is written like a name."""
    return word[0].isupper() and not word.startswith("[") and not _known(word, keep)


def _known(word: str, keep: frozenset[str]) -> bool:
    return word.startswith("[") or any(k in keep or k in common_words() for k in forms_of(word))
