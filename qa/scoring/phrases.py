"""The phrase grammar: what a supervisor writes, turned into rows of words to look for.

==================  =====================================================
``thank you``       these words, in any form ("thanks", "thanked")
``(a|b c)``         one of these
``(own )?``         may be there or not
``...``             up to four words of anything, within one sentence
``<NUMBER>``        a slot: NUMBER, TIME, DATE, MONEY, NAME, EMAIL, PHONE or a
                    kind of placeholder that redaction leaves
``<START>``         no word but a place: the turn begins here; ``<CLAUSE>``: a clause
                    begins here; ``<END>``: a sentence ends here
``{company}``       one of the values of a variable of the card
``=sorry``          this form alone, no other form of the word
``=(sent|paid)``    these forms alone
==================  =====================================================

A phrase is unfolded into its variants when the card is loaded (a choice between single
words stays one place); one that makes too many is refused, so no phrase can take for ever.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property, lru_cache
from itertools import product
from typing import NamedTuple

from qa.language import Form, Pack, fold, load_pack, normalise, sought, tokenise

#: Limits that keep a phrase's cost bounded; ordinary phrases make fewer than twenty variants.
MAX_VARIANTS = 256
MAX_WORDS = 24
MAX_GAPS = 3
MAX_DEPTH = 4
MAX_LENGTH = 600
#: Words that one gap may span.
GAP = 4
#: What a common word weighs, a content word weighing 1.
_COMMON = 0.25
#: A phrase no longer than this is shown as it stands.
_SHORT_RULE = 60

SLOTS = ("NUMBER", "TIME", "DATE", "MONEY", "NAME", "EMAIL", "PHONE", "ID")
#: Places instead of words: where the turn begins, a clause begins, a sentence ends.
EDGES = ("START", "CLAUSE", "END")
_LEX = re.compile(
    r"(?P<space>\s+)|(?P<gap>\.\.\.|…)|(?P<slot><[^<>]*>?)|(?P<var>\{[^{}]*\}?)"
    r"|(?P<open>=?\()|(?P<close>\)\??)|(?P<bar>\|)|(?P<exact>=[\w'\u2019-]+)"
    r"|(?P<text>[^\s()|<>{}=…\[\]*\\^$+]+)|(?P<bad>.)"
)
_SINGLE = re.compile(r"[^\W_]+(?:\|[^\W_]+)*")


class PhraseError(ValueError):
    """A phrase that does not fit the grammar; `column` counts characters from 0."""

    def __init__(self, message: str, column: int) -> None:
        super().__init__(message)
        self.column = column


@dataclass(frozen=True, slots=True)
class Piece:
    """One part of a variant, before it is cut into words.

    Its kind is text, choice (single words with | between), exact, slot or gap.
    """

    kind: str
    text: str = ""


@dataclass(frozen=True, eq=False)
class Atom:
    """One thing to match: a word (or one of several) by its keys, a slot, an edge, or a gap.

    Equal ones are one and the same object, so that comparing them costs nothing.
    """

    kind: str
    #: The word, or the name of the slot or edge; of a choice its first word.
    text: str = ""
    keys: frozenset[str] = frozenset()
    #: All words that will do, and as the card writes them.
    words: tuple[str, ...] = ()
    shown: tuple[str, ...] = ()
    #: Of a word: it carries meaning (is no function word). Of a slot: words stand around it.
    content: bool = False

    @property
    def weight(self) -> float:
        """What it weighs in how much of a phrase is there; a common word weighs little."""
        if self.kind in {"gap", "edge"}:
            return 0.0
        return 1.0 if self.content else _COMMON

    def takes(self, form: Form) -> bool:
        """Tell whether a word is this one, in any form; of an exact one in its own."""
        if self.kind == "exact":
            return form.text in self.keys
        return not self.keys.isdisjoint(form.keys)


class Anchor(NamedTuple):
    """Words of a variant that stand in a row, and how many may stand before them in it."""

    words: tuple[Atom, ...]
    fewest: int
    most: int


@dataclass(frozen=True, eq=False)
class Variant:
    """One way of saying a phrase, in one language."""

    #: The phrase as the card words it.
    rule: str
    atoms: tuple[Atom, ...]
    #: The list or family it comes from ("list: greeting"); "" for a phrase of the item itself.
    source: str = ""

    @cached_property
    def words(self) -> tuple[Atom, ...]:
        """The words of it, slots and gaps left out."""
        return tuple(a for a in self.atoms if a.kind in {"word", "exact"})

    @cached_property
    def content(self) -> tuple[Atom, ...]:
        """The words that carry meaning; may be none."""
        return tuple(a for a in self.words if a.content)

    @cached_property
    def needs(self) -> int:
        """How many different content words it has; 0 where none may be said otherwise."""
        return len(set(self.content)) if any(a.kind == "word" for a in self.content) else 0

    @cached_property
    def there(self) -> tuple[float, ...]:
        """By how many different content words are said: the most of it that is there, 0..1."""
        whole, different = sum(a.weight for a in self.atoms), len(set(self.content))
        return tuple(
            round((whole - (different - said)) / whole, 4) for said in range(different + 1)
        )

    @cached_property
    def solid(self) -> bool:
        """Nothing but words in a row."""
        return all(a.kind in {"word", "exact"} for a in self.atoms)

    @cached_property
    def anchor(self) -> Anchor:
        """The words in a row by which it is looked for: the longest, then the rarest."""
        rows = [Anchor((), 0, 0)]
        for atom in self.atoms:
            words, fewest, most = rows[-1]
            if atom.kind in {"word", "exact"}:
                rows[-1] = Anchor((*words, atom), fewest, most)
            elif atom.kind != "edge":
                least, top = (1, 1) if atom.kind == "slot" else (0, GAP)
                rows.append(Anchor((), fewest + len(words) + least, most + len(words) + top))
        return max(rows, key=lambda row: (len(row.words), max(map(_rarity, row.words), default=())))

    @cached_property
    def plain(self) -> bool:
        """Nothing but words that any form will do for."""
        return all(a.kind == "word" for a in self.atoms)

    def named(self, said: Sequence[str] = ()) -> str:
        """Return what a person reads as the rule: where it stands, and the way it was said.

        Parameters
        ----------
        said : words of the turn; of a choice the one is named that is among them.
        """
        if not self.source and len(self.rule) <= _SHORT_RULE:
            return self.rule
        return self._only_name or self._name(said)

    def _name(self, said: Sequence[str]) -> str:
        wording = " ".join(_shown(a, said) for a in self.atoms if a.kind != "edge")
        return f'{self.source} · "{wording}"' if self.source else wording

    @cached_property
    def _only_name(self) -> str:
        """What it is called where there is no choice among its words; else ""."""
        return "" if any(len(a.words) > 1 for a in self.atoms) else self._name(())


def _rarity(atom: Atom) -> tuple[bool, int, int]:
    return atom.content, -len(atom.words), len(atom.text)


def _shown(atom: Atom, said: Sequence[str]) -> str:
    if atom.kind == "gap":
        return "..."
    if atom.kind in {"slot", "edge"}:
        return f"<{atom.text}>"
    for word, shown in zip(atom.words, atom.shown, strict=True):
        if word in said:
            return shown
    return atom.shown[0]


Variants = list[tuple[Piece, ...]]


def parse(phrase: str, variables: Mapping[str, Sequence[str]]) -> Variants:
    """Unfold a phrase into its variants.

    A variable without values makes no variant at all.

    Raises
    ------
    PhraseError : with the column, when the phrase does not fit the grammar, names an
        unknown variable or slot, or unfolds into too many variants.
    """
    if len(phrase) > MAX_LENGTH:
        raise PhraseError(f"a phrase of more than {MAX_LENGTH} characters", MAX_LENGTH)
    variants = _Parser(phrase, variables).parse()
    for variant in variants:
        _refuse_odd(variant)
    return [_merged(v) for v in variants]


def compile_phrase(
    phrase: str, language: str, variables: Mapping[str, Sequence[str]], *, source: str = ""
) -> tuple[Variant, ...]:
    """Return the variants of a phrase as words of one language (PhraseError as `parse`).

    Parameters
    ----------
    source : the list or family that the phrase stands in.
    """
    pack = load_pack(language)
    found = {}
    for pieces in parse(phrase, variables):
        worded = any(p.kind in {"text", "choice", "exact"} for p in pieces)
        options = [_atoms(piece, language, pack, worded=worded) for piece in pieces]
        for chosen in product(*options):
            atoms = tuple(a for part in chosen for a in part)
            if any(a.kind not in {"gap", "edge"} for a in atoms):
                found[atoms] = Variant(phrase, atoms, source)
    return tuple(found.values())


def _refuse_odd(variant: tuple[Piece, ...]) -> None:
    if not variant:
        raise PhraseError("a phrase that may be empty matches everything", 0)
    if all(p.kind == "slot" and p.text in EDGES for p in variant):
        raise PhraseError("a place without a word matches everything", 0)
    if variant[0].kind == "gap" or variant[-1].kind == "gap":
        raise PhraseError("a gap (...) stands between words, not at the edge", 0)
    if sum(p.kind == "gap" for p in variant) > MAX_GAPS:
        raise PhraseError(f"more than {MAX_GAPS} gaps (...)", 0)
    if sum(len(p.text.split()) for p in variant) > MAX_WORDS:
        raise PhraseError(f"more than {MAX_WORDS} words", 0)


def _merged(variant: tuple[Piece, ...]) -> tuple[Piece, ...]:
    """Join neighbouring text, so that short forms are cut as they are in turns."""
    out: list[Piece] = []
    for piece in variant:
        if piece.kind == "text" and out and out[-1].kind == "text":
            out[-1] = Piece("text", f"{out[-1].text} {piece.text}")
        else:
            out.append(piece)
    return tuple(out)


def _atoms(piece: Piece, language: str, pack: Pack, *, worded: bool) -> list[tuple[Atom, ...]]:
    """Return the rows of words that a piece may be; more than one only for odd choices."""
    if piece.kind == "slot" and piece.text in EDGES:
        return [(_same("edge", piece.text, frozenset(), (), (), content=False),)]
    if piece.kind in {"gap", "slot"}:
        return [(_same(piece.kind, piece.text, frozenset(), (), (), content=worded),)]
    exact = piece.kind == "exact"
    rows = [_words(word, language) for word in piece.text.split("|")]
    single = tuple(row[0] for row in rows if len(row) == 1)
    more = [tuple(_atom((t,), pack, exact=exact) for t in row) for row in rows if len(row) > 1]
    return [*([(_atom(single, pack, exact=exact),)] if single else []), *more]


def _atom(words: tuple[_Word, ...], pack: Pack, *, exact: bool = False) -> Atom:
    shown = {text: written for text, written, _ in reversed(words)}
    texts = tuple(dict.fromkeys(text for text, _, _ in words))
    keys = frozenset(texts) if exact else frozenset(k for _, _, found in words for k in found)
    content = any(w not in pack.function_words or w in pack.negations for w in texts)
    kind = "exact" if exact else "word"
    return _same(kind, texts[0], keys, texts, tuple(shown[t] for t in texts), content=content)


@lru_cache(maxsize=100_000)
def _same(
    kind: str,
    text: str,
    keys: frozenset[str],
    words: tuple[str, ...],
    shown: tuple[str, ...],
    *,
    content: bool,
) -> Atom:
    return Atom(kind, text, keys, words, shown, content)


#: A word as it is compared, as it is written, and what it looks for.
_Word = tuple[str, str, frozenset[str]]


@lru_cache(maxsize=20_000)
def _words(text: str, language: str) -> tuple[_Word, ...]:
    found = []
    for token in tokenise(text, language):
        written = text[token.start : token.end].lower()
        same = fold(normalise(written).text) == token.text  # not so for "n't", which is "not"
        looks_for = sought(token.keys, token.text)
        found.append((token.text, written if same else token.text, looks_for))
    return tuple(found)


class _Parser:
    """Recursive descent over one phrase."""

    def __init__(self, phrase: str, variables: Mapping[str, Sequence[str]]) -> None:
        self.variables = variables
        self.length = len(phrase)
        self.tokens = [
            (m.lastgroup or "", m.group(), m.start())
            for m in _LEX.finditer(phrase)
            if m.lastgroup != "space"
        ]
        self.at = 0

    def parse(self) -> Variants:
        if not self.tokens:
            raise PhraseError("an empty phrase", 0)
        variants = self.sequence(0)
        if self.at < len(self.tokens):
            kind, text, column = self.tokens[self.at]
            what = "a bracket that was never opened" if kind == "close" else f"'{text}' outside ( )"
            raise PhraseError(what, column)
        return variants

    def sequence(self, depth: int) -> Variants:
        variants: Variants = [()]
        while self.at < len(self.tokens) and self.tokens[self.at][0] not in {"close", "bar"}:
            column = self.tokens[self.at][2]
            options = self.element(depth)
            if len(variants) * len(options) > MAX_VARIANTS:
                raise PhraseError(
                    f"unfolds into more than {MAX_VARIANTS} variants; split it up",
                    column,
                )
            variants = [v + o for v in variants for o in options]
        return variants

    def element(self, depth: int) -> Variants:
        kind, text, column = self.tokens[self.at]
        self.at += 1
        if kind == "open":
            found = self.group(depth + 1, column)
            return [_exactly(v) for v in found] if text.startswith("=") else found
        if kind == "gap":
            return [(Piece("gap"),)]
        if kind == "slot":
            return [(Piece("slot", _slot(text, column)),)]
        if kind == "var":
            return self.variable(text, column)
        if kind == "exact":
            return [(Piece("exact", text[1:]),)]
        if kind == "text":
            has_word = any(c.isalnum() for c in text)
            return [(Piece("text", text),) if has_word else ()]
        raise PhraseError(f"'{text}' means nothing in a phrase", column)

    def group(self, depth: int, column: int) -> Variants:
        if depth > MAX_DEPTH:
            raise PhraseError(f"brackets nested more than {MAX_DEPTH} deep", column)
        options = self.sequence(depth)
        while self.at < len(self.tokens) and self.tokens[self.at][0] == "bar":
            self.at += 1
            options = options + self.sequence(depth)
        if self.at >= len(self.tokens):
            raise PhraseError("a bracket that is never closed", column)
        closing = self.tokens[self.at][1]
        self.at += 1
        if () in options:
            raise PhraseError("an empty choice; write (x )? for what may be missing", column)
        options = _choice(options)
        if len(options) > MAX_VARIANTS:
            raise PhraseError(f"more than {MAX_VARIANTS} choices", column)
        return [*options, ()] if closing.endswith("?") else options

    def variable(self, text: str, column: int) -> Variants:
        name = text.strip("{}").strip()
        if not text.endswith("}") or name not in self.variables:
            known = ", ".join(sorted(self.variables)) or "none"
            raise PhraseError(f"no variable named '{name}'; the card has: {known}", column)
        return [(Piece("text", value),) for value in self.variables[name]]


def _choice(options: Variants) -> Variants:
    """Keep single words together as one place to match."""
    single = [o for o in options if len(o) == 1 and _SINGLE.fullmatch(o[0].text)]
    single = [o for o in single if o[0].kind in {"text", "choice"}]
    if len(single) < 2:  # noqa: PLR2004
        return options
    words = "|".join(o[0].text for o in single)
    return [(Piece("choice", words),), *(o for o in options if o not in single)]


def _exactly(variant: tuple[Piece, ...]) -> tuple[Piece, ...]:
    return tuple(Piece("exact", p.text) if p.kind in {"text", "choice"} else p for p in variant)


def _slot(text: str, column: int) -> str:
    name = text.strip("<>")
    if not text.endswith(">") or not re.fullmatch(r"[A-Z][A-Z_]*", name):
        known = ", ".join(f"<{s}>" for s in (*SLOTS, *EDGES))
        raise PhraseError(f"'{text}' is no slot; write one of {known}", column)
    return name
