"""Finding phrases in turns, word by word; `qa.scoring.tolerant` forgives recognition errors.

What must be said may be matched tolerantly; what must not be said only by lemma, since a
near miss of an insult is most often a polite word.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from itertools import groupby
from operator import itemgetter

from qa.scoring.branches import Tree
from qa.scoring.document import Line, Rows, View
from qa.scoring.phrasebook import Phrasebook
from qa.scoring.phrases import GAP, Atom, Variant

#: Turns to search, and in each the characters ``[start, end)`` a hit must begin in.
Window = Mapping[int, tuple[int, int]]

#: Words before a hit, in its clause, in which a negation turns it round.
_NEGATION_REACH = 4
#: Turn, first word and end of a row of words.
_PLACE = itemgetter(0, 1, 2)


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
    #: Of a near miss: where the words stand that may have been words of the phrase.
    instead: tuple[tuple[int, int], ...] = ()


def find(
    view: View, book: Phrasebook, window: Window, *, unless_negated: bool = False
) -> list[Hit]:
    """Find phrases in a window by the forms of their words.

    Hits are in order of place; of hits that overlap the first and longest stays.
    """
    rows = [
        (turn, at, -end, variant)
        for turn, at, end, variant in _rows_in(view, book, window)
        if not (unless_negated and negated(view, view.lines[turn], at))
    ]
    rows.sort(key=_PLACE)
    hits: list[Hit] = []
    reached = (-1, 0)
    for (turn, at, end), same in groupby(rows, key=_PLACE):
        if (turn, at) >= reached:
            line, reached = view.lines[turn], (turn, -end)
            hits.append(min(hit_of(line, row[3], at, -end, 1.0, "lemma") for row in same))
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
) -> Iterator[tuple[int, int, int, Variant]]:
    """Yield the rows of words in a window that are phrases of a book."""
    if not window:
        return
    rows = _rows(view, book.tree)
    for variant in rows.keys() & book.known:
        for (turn, at), end in rows[variant].items():
            if turn in window and _begins_in(view.lines[turn], at, *window[turn]):
                yield turn, at, end, variant


def _begins_in(line: Line, at: int, low: int, high: int) -> bool:
    whole = low <= 0 and high >= len(line.turn.text)
    return whole or low <= line.places.starts[at] < high


def _rows(view: View, tree: Tree) -> Rows:
    """Return where the phrases of a tree stand in the whole conversation; looked for once."""
    size, rows = view.rows.get(tree, (0, {}))
    if size != tree.size:
        rows = _walked(view, tree)
        view.rows[tree] = tree.size, rows
    return rows


def _walked(view: View, tree: Tree) -> Rows:
    rows: dict[Variant, dict[tuple[int, int], int]] = {}
    for turn, line in view.lines.items():
        for variant, at, end in tree.walk(line.forms):
            if variant.solid:
                rows.setdefault(variant, {})[turn, at] = end
                continue
            _, fewest, most = variant.anchor
            for start in range(max(0, at - most), at - fewest + 1):
                if (end := _match(view, line, start, variant.atoms)) >= 0:
                    rows.setdefault(variant, {})[turn, start] = end
    for variant in tree.wordless:
        for place in view.slotted(next(a for a in variant.atoms if a.kind == "slot")):
            turn, at = view.spot(place)
            if (end := _match(view, view.lines[turn], at, variant.atoms)) >= 0:
                rows.setdefault(variant, {})[turn, at] = end
    return rows


def hit_of(line: Line, variant: Variant, at: int, end: int, score: float, mode: str) -> Hit:
    """Return the words ``[at, end)`` of a turn as a hit."""
    rule = variant.named([form.text for form in line.forms[at:end]])
    starts, ends, *_ = line.places
    return Hit(line.turn.index, starts[at], ends[end - 1], rule, score, mode)


def _match(view: View, line: Line, at: int, atoms: Sequence[Atom]) -> int:
    """Return where the match that begins at word `at` ends, or -1."""
    for i, atom in enumerate(atoms):
        if atom.kind == "gap":
            return _after_gap(view, line, at, atoms[i + 1 :])
        if atom.kind == "edge":
            if not at_edge(atom.text, line, at):
                return -1
            continue
        if at >= len(line.forms) or not accepts(view, line, at, atom):
            return -1
        at += 1
    return at


def at_edge(edge: str, line: Line, at: int) -> bool:
    """Tell whether the place before word `at` is the edge that a phrase asks for."""
    if edge == "START":
        return at == 0
    if at in {0, len(line.forms)}:
        return (at == 0) == (edge == "CLAUSE")
    counted = line.places.clauses if edge == "CLAUSE" else line.places.sentences
    return counted[at - 1] < counted[at]


def accepts(view: View, line: Line, at: int, atom: Atom) -> bool:
    """Tell whether a word of a turn is what a phrase has in its place, in any form."""
    if atom.kind == "slot":
        return view.place(line.turn.index, at) in view.slotted(atom)
    return atom.takes(line.forms[at])


def _after_gap(view: View, line: Line, at: int, atoms: Sequence[Atom]) -> int:
    sentences = line.places.sentences
    for start in range(at, min(at + GAP + 1, len(sentences))):
        if sentences[start] != sentences[at - 1]:
            return -1
        end = _match(view, line, start, atoms)
        if end >= 0:
            return end
    return -1


def negated(view: View, line: Line, at: int) -> bool:
    """Tell whether a negation stands shortly before word `at`, in the same clause."""
    clauses = line.places.clauses
    return any(
        clauses[i] == clauses[at] and line.forms[i].text in view.pack.negations
        for i in range(max(0, at - _NEGATION_REACH), at)
    )
