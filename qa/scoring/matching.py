"""Finding phrases in turns, word by word; `qa.scoring.tolerant` forgives recognition errors.

What must be said may be matched tolerantly; what must not be said only by lemma, since a
near miss of an insult is most often a polite word.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from enum import StrEnum
from itertools import groupby
from operator import itemgetter
from typing import NamedTuple

from qa.scoring.branches import Tree
from qa.scoring.document import Place, Rows, View
from qa.scoring.phrasebook import Phrasebook
from qa.scoring.phrases import GAP, Atom, Variant

#: Turns to search, and in each the characters ``[start, end)`` a hit must begin in.
Window = Mapping[int, tuple[int, int]]

#: Words before a hit, in its clause, in which a negation turns it round.
_NEGATION_REACH = 4
#: First word and end of a row of words.
_PLACE = itemgetter(0, 1)


class Strictness(StrEnum):
    """How far a hit may be from the phrase."""

    EXACT = "exact"
    HIGH = "high"
    MEDIUM = "medium"
    LOW = "low"


class Hit(NamedTuple):
    """A phrase found: characters ``[start, end)`` of a turn's text."""

    turn: int
    start: int
    end: int
    rule: str
    #: 0..1; 1 = every word by lemma.
    score: float
    #: "lemma", "fuzzy" or "near" (of a near miss).
    mode: str
    #: Of a near miss: where the words stand that may have been words of the phrase.
    instead: tuple[tuple[int, int], ...] = ()


def find(
    view: View, book: Phrasebook, window: Window, *, unless_negated: bool = False
) -> list[Hit]:
    """Find phrases in a window by the forms of their words.

    Hits are in order of place; of hits that overlap the first and longest stays.
    """
    hits: list[Hit] = []
    reached = 0
    for (place, end), same in groupby(sorted(_rows_in(view, book, window), key=_PLACE), key=_PLACE):
        if place >= reached and not (unless_negated and negated(view, place)):
            reached = -end
            hits.append(
                min(hit_of(view, variant, place, -end, 1.0, "lemma") for *_, variant in same)
            )
    return hits


def distinct(hits: Iterable[Hit]) -> list[Hit]:
    """Drop hits that overlap an earlier or longer one of the same turn."""
    kept: list[Hit] = []
    for hit in sorted(hits, key=lambda h: (h.turn, h.start, -h.end, -h.score, h.rule)):
        if not kept or kept[-1].turn != hit.turn or kept[-1].end <= hit.start:
            kept.append(hit)
    return kept


def _rows_in(
    view: View, book: Phrasebook, window: Window
) -> Iterator[tuple[Place, Place, Variant]]:
    """Yield first word and end (as a negative number) of what in a window is a phrase of a book."""
    if not window:
        return
    rows, turn_of = _rows(view, book.tree), view.turn_of
    for variant in rows.keys() & book.known:
        for place, end in rows[variant].items():
            limits = window.get(turn_of[place])
            if limits and begins_in(view, place, *limits):
                yield place, -end, variant


def begins_in(view: View, place: Place, low: int, high: int) -> bool:
    """Tell whether a word begins among the characters ``[low, high)`` of its turn."""
    whole = low <= 0 and high >= len(view.turns[view.turn_of[place]].text)
    return whole or low <= view.span(place)[0] < high


def _rows(view: View, tree: Tree) -> Rows:
    """Return where the phrases of a tree stand in the whole conversation; looked for once."""
    size, rows = view.rows.get(tree, (0, {}))
    if size != tree.size:
        rows = _walked(view, tree)
        view.rows[tree] = tree.size, rows
    return rows


def _walked(view: View, tree: Tree) -> Rows:
    rows: defaultdict[Variant, dict[Place, Place]] = defaultdict(dict)
    for variant, place, end in tree.walk(view.said, view.words):
        if variant.solid:
            rows[variant][place] = end
            continue
        _, fewest, most = variant.anchor
        for start in range(place - fewest, max(place - most, 0) - 1, -1):
            if view.turn_of[start] != view.turn_of[place]:
                break
            if (end := _match(view, start, variant.atoms)) >= 0:
                rows[variant][start] = end
    for variant in tree.wordless:
        for place in view.slotted(next(a for a in variant.atoms if a.kind == "slot")):
            if (end := _match(view, place, variant.atoms)) >= 0:
                rows[variant][place] = end
    return rows


def hit_of(view: View, variant: Variant, place: Place, end: Place, score: float, mode: str) -> Hit:
    """Return the words ``[place, end)`` as a hit."""
    rule = variant.named([form.text for form in view.words[place:end] if form])
    start, stop = view.span(place)[0], view.span(end - 1)[1]
    return Hit(view.turn_of[place], start, stop, rule, score, mode)


def _match(view: View, place: Place, atoms: Sequence[Atom]) -> Place:
    """Return where the match that begins at a place ends, or -1."""
    words = view.words
    for i, atom in enumerate(atoms):
        kind = atom.kind
        if kind == "gap":
            return _after_gap(view, place, atoms[i + 1 :])
        if kind == "edge":
            if not at_edge(view, place, atom.text):
                return -1
            continue
        form = words[place]
        if form is None or not (
            place in view.slotted(atom) if kind == "slot" else atom.takes(form)
        ):
            return -1
        place += 1
    return place


def _after_gap(view: View, place: Place, atoms: Sequence[Atom]) -> Place:
    words, sentences = view.words, view.breaks.sentences
    for start in range(place, place + GAP + 1):
        if words[start] is None or sentences[start] != sentences[place - 1]:
            return -1
        end = _match(view, start, atoms)
        if end >= 0:
            return end
    return -1


def at_edge(view: View, place: Place, edge: str) -> bool:
    """Tell whether the place before a word is the edge that a phrase asks for."""
    words = view.words
    first, last = place == 0 or words[place - 1] is None, words[place] is None
    if edge == "START":
        return first
    if first or last:
        return first == (edge == "CLAUSE")
    counted = view.breaks.clauses if edge == "CLAUSE" else view.breaks.sentences
    return counted[place - 1] < counted[place]


def accepts(view: View, place: Place, atom: Atom) -> bool:
    """Tell whether a word is what a phrase has in its place, in any form."""
    if atom.kind == "slot":
        return place in view.slotted(atom)
    form = view.words[place]
    return form is not None and atom.takes(form)


def negated(view: View, place: Place) -> bool:
    """Tell whether a negation stands shortly before a word, in the same clause."""
    words, clauses = view.words, view.breaks.clauses
    for before in range(place - 1, max(place - _NEGATION_REACH, 0) - 1, -1):
        form = words[before]
        if form is None or clauses[before] != clauses[place]:
            return False
        if form.text in view.pack.negations:
            return True
    return False
