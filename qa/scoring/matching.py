"""Finding phrases in turns, word by word; `qa.scoring.tolerant` forgives recognition errors.

What must be said may be matched tolerantly; what must not be said only by lemma, since a
near miss of an insult is most often a polite word.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

from qa.language import Token
from qa.scoring.document import Line, View
from qa.scoring.phrasebook import Phrasebook
from qa.scoring.phrases import GAP, Atom, Variant
from qa.scoring.slots import fits

#: Turns to search, and in each the characters ``[start, end)`` a hit must begin in.
Window = Mapping[int, tuple[int, int]]

#: Words before a hit, in its clause, in which a negation turns it round.
_NEGATION_REACH = 4


class Strictness(StrEnum):
    """How far a hit may be from the phrase."""

    EXACT = "exact"
    HIGH = "high"
    MEDIUM = "medium"
    LOW = "low"


@dataclass(frozen=True, slots=True, order=True)
class Hit:
    """A phrase found: characters ``[start, end)`` of a turn's text."""

    turn: int
    start: int
    end: int
    rule: str
    #: 0..1; 1 = every word by lemma.
    score: float
    #: "lemma", "fuzzy" or "near" (of a near miss).
    mode: str


def find(
    view: View, book: Phrasebook, window: Window, *, unless_negated: bool = False
) -> list[Hit]:
    """Find phrases in a window by the forms of their words.

    Hits are in order of place; of hits that overlap the first and longest stays.
    """
    if not window:
        return []
    return distinct(
        hit
        for variant in book.likely(view)
        for hit in _hits(view, variant, window, unless_negated=unless_negated)
    )


def distinct(hits: Iterable[Hit]) -> list[Hit]:
    """Drop hits that overlap an earlier or longer one of the same turn."""
    kept: list[Hit] = []
    for hit in sorted(hits, key=lambda h: (h.turn, h.start, -h.end, -h.score, h.rule)):
        if not kept or kept[-1].turn != hit.turn or kept[-1].end <= hit.start:
            kept.append(hit)
    return kept


def _hits(view: View, variant: Variant, window: Window, *, unless_negated: bool) -> list[Hit]:
    hits = []
    for turn, at, end in _rows(view, variant):
        if turn not in window:
            continue
        line = view.lines[turn]
        lo, hi = window[turn]
        if lo <= line.tokens[at].start < hi and not (unless_negated and negated(view, line, at)):
            hits.append(hit_of(line, variant, at, end, 1.0, "lemma"))
    return hits


def _rows(view: View, variant: Variant) -> Iterator[tuple[int, int, int]]:
    """Yield turn, first word and end of each row of words that a variant is."""
    if not all(view.places(a) for a in variant.words):
        return
    for place in _starts(view, variant):
        turn, at = view.spot(place)
        tokens = view.lines[turn].tokens
        if variant.solid:
            yield turn, at, at + len(variant.atoms)
        elif at < len(tokens) and (end := _match(tokens, at, variant.atoms, view)) >= 0:
            yield turn, at, end


def _starts(view: View, variant: Variant) -> Sequence[int]:
    """Return the places where a variant may begin: all its words before a gap are there."""
    if not variant.fixed:
        return view.odd  # what begins with slots, edges apart
    found = [(view.places(atom), offset) for atom, offset in variant.fixed]
    found.sort(key=lambda pair: len(pair[0]))
    (rarest, shift), *others = found
    starts = [place - shift for place in rarest if place >= shift]
    for places, offset in others:
        starts = [place for place in starts if place + offset in places]
        if not starts:
            break
    return starts


def hit_of(line: Line, variant: Variant, at: int, end: int, score: float, mode: str) -> Hit:
    """Return the words ``[at, end)`` of a turn as a hit."""
    tokens = line.tokens[at:end]
    rule = variant.named([t.text for t in tokens])
    return Hit(line.turn.index, tokens[0].start, tokens[-1].end, rule, score, mode)


def _match(tokens: Sequence[Token], at: int, atoms: Sequence[Atom], view: View) -> int:
    """Return where the match that begins at word `at` ends, or -1."""
    for i, atom in enumerate(atoms):
        if atom.kind == "gap":
            return _after_gap(tokens, at, atoms[i + 1 :], view)
        if atom.kind == "edge":
            if not at_edge(atom.text, tokens, at):
                return -1
            continue
        if at >= len(tokens) or not accepts(view, atom, tokens, at):
            return -1
        at += 1
    return at


def at_edge(edge: str, tokens: Sequence[Token], at: int) -> bool:
    """Tell whether the place before word `at` is the edge that a phrase asks for."""
    if edge == "START":
        return at == 0
    if at in {0, len(tokens)}:
        return (at == 0) == (edge == "CLAUSE")
    before, after = tokens[at - 1], tokens[at]
    return before.clause < after.clause if edge == "CLAUSE" else before.sentence < after.sentence


def accepts(view: View, atom: Atom, tokens: Sequence[Token], at: int) -> bool:
    """Tell whether a word of a turn is what a phrase has in its place, in any form."""
    token = tokens[at]
    if atom.kind == "slot":
        return fits(atom.text, tokens, at, view.pack, in_phrase=atom.content)
    if atom.kind == "exact":
        return token.text in atom.keys
    return not atom.keys.isdisjoint(token.keys)


def _after_gap(tokens: Sequence[Token], at: int, atoms: Sequence[Atom], view: View) -> int:
    sentence = tokens[at - 1].sentence
    for skip in range(GAP + 1):
        if at + skip >= len(tokens) or tokens[at + skip].sentence != sentence:
            return -1
        end = _match(tokens, at + skip, atoms, view)
        if end >= 0:
            return end
    return -1


def negated(view: View, line: Line, at: int) -> bool:
    """Tell whether a negation stands shortly before word `at`, in the same clause."""
    clause = line.tokens[at].clause
    before = line.tokens[max(0, at - _NEGATION_REACH) : at]
    return any(t.clause == clause and t.text in view.pack.negations for t in before)
