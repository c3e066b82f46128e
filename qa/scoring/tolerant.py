"""Finding phrases that recognition has bent, and what comes nearest to a phrase not said.

Nothing is taken for a phrase unless each of its content words has a close partner, within
one sentence and in order; words that are said in passing carry no phrase. A near miss has
at least half of the content words.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import takewhile

from qa.scoring.document import Line, Turns, View
from qa.scoring.matching import (
    Hit,
    Strictness,
    Window,
    accepts,
    at_edge,
    distinct,
    find,
    hit_of,
    negated,
)
from qa.scoring.phrasebook import Phrasebook
from qa.scoring.phrases import GAP, Atom, Variant

#: Ratio that each content word must have, and share of the phrase that must be found.
_LEVELS = {
    Strictness.HIGH: (0.85, 0.9),
    Strictness.MEDIUM: (0.75, 0.8),
    Strictness.LOW: (0.7, 0.7),
}
#: Where one content word carries the phrase, it must be this like, and begin alike.
_SINGLE_RATIO = 0.88
#: Words that may stand between two words of the phrase.
_INSERTED = 1
#: An inserted word takes this much off, as a share of its own length.
_INSERTION = 0.5
#: Words before the first one found, among which another person is looked for.
_LOOK_BACK = 3
#: Letters that a near miss must have: a lone "yes" or "you" is near to nothing.
_NEAR_LETTERS = 5
#: A near miss is this like a word, and scores this; a common word weighs this much in it.
_NEAR_RATIO, _NEAR_SCORE, _COMMON = 0.75, 0.5, 0.25


def find_tolerantly(
    view: View,
    book: Phrasebook,
    window: Window,
    *,
    strictness: Strictness = Strictness.MEDIUM,
    unless_negated: bool = False,
) -> list[Hit]:
    """Find phrases in a window; tolerant matching is tried only where no lemma matches.

    Hits are in order of place; of hits that overlap the first and longest stays.
    """
    hits = find(view, book, window, unless_negated=unless_negated)
    if hits or strictness is Strictness.EXACT or not window:
        return hits
    ratio, share = _LEVELS[strictness]
    found: list[Hit] = []
    for variant, turns in book.together(view, view.these(window)):
        found += _bent(view, variant, window, turns, ratio, share)
    if unless_negated:
        found = [h for h in found if not negated(view, view.lines[h.turn], _word_at(view, h))]
    return distinct(found)


def near_miss(view: View, book: Phrasebook, window: Window) -> Hit | None:
    """Return what comes nearest to any of the phrases; None when nothing is like them.

    Nearest by the share of its words, content words before others, that were said in order
    in one sentence; of equals the first phrase, and of its places the earliest.
    """
    if not window:
        return None
    bounds = []
    for number, count, turns in book.partly(view, view.these(window)):
        bound = _bound(book.variants[number], count)
        if bound >= _NEAR_SCORE:
            bounds.append((-bound, number, turns))
    best: tuple[float, int] = (0.0, 0)
    nearest: Hit | None = None
    for bound, number, turns in sorted(bounds):
        if (bound, number) >= best and nearest:  # neither this nor what follows comes nearer
            break
        variant = book.variants[number]
        for path in _paths(view, variant, window, turns, _NEAR_RATIO, missing=True):
            if _letters(path) < _NEAR_LETTERS:
                continue
            score = _nearness(variant, path)
            if score < _NEAR_SCORE or (-score, number) >= best:
                continue
            best = (-score, number)
            nearest = replace(
                hit_of(path.line, variant, path.first, path.last + 1, min(score, 0.99), "near"),
                instead=_instead(path, variant),
            )
            if -score <= bound:  # nothing of this phrase can come nearer
                break
    return nearest


# --- along a phrase ----------------------------------------------------------------


@dataclass(frozen=True)
class _Path:
    """Words of a turn that stand for words of a phrase, in order, within one sentence."""

    line: Line
    #: Of each place of the phrase: the word (-1: missing) and how like it is (0..1).
    words: tuple[tuple[int, float], ...]
    #: Words of the turn between them that the phrase does not have.
    inserted: tuple[int, ...]

    @property
    def first(self) -> int:
        return min(at for at, _ in self.words if at >= 0)

    @property
    def last(self) -> int:
        return max(at for at, _ in self.words)


def _letters(path: _Path) -> int:
    return sum(len(path.line.forms[at].text) for at, _ in path.words if at >= 0)


def _instead(path: _Path, variant: Variant) -> tuple[tuple[int, int], ...]:
    """Return where words stand that may have been words of the phrase: bent, between, beside."""
    sentences = path.line.places.sentences
    words = [
        at
        for atom, (at, _) in zip(variant.atoms, path.words, strict=True)
        if atom.kind not in {"gap", "edge"}
    ]
    places = {at for at, like in path.words if at >= 0 and like < 1} | set(path.inserted)
    places |= {path.first - 1} if words[0] < 0 else set()
    places |= {path.last + 1} if words[-1] < 0 else set()
    starts, ends, *_ = path.line.places
    return tuple(
        (starts[at], ends[at])
        for at in sorted(places)
        if 0 <= at < len(sentences) and sentences[at] == sentences[path.first]
    )


def _bent(
    view: View, variant: Variant, window: Window, turns: Turns, ratio: float, share: float
) -> Iterator[Hit]:
    alone = len(variant.content) == 1
    ratio = _SINGLE_RATIO if alone else ratio
    for path in _paths(view, variant, window, turns, ratio, missing=False):
        if alone and not _carries(variant, path):
            continue
        score = _found(variant, path)
        if score >= share and not (
            _turned_round(view, path)
            or _somebody_else(view, variant, path)
            or _reordered(variant, path)
        ):
            yield hit_of(path.line, variant, path.first, path.last + 1, score, "fuzzy")


def _carries(variant: Variant, path: _Path) -> bool:
    """Tell whether a phrase of one content word is there whole, the word beginning alike."""
    if path.inserted or any(at < 0 for at, _ in path.words):
        return False
    [content] = variant.content
    said = path.line.forms[path.words[variant.atoms.index(content)][0]].text
    return any(said[0] == word[0] for word in content.words)


def _turned_round(view: View, path: _Path) -> bool:
    """Tell whether a "not" stands shortly before or between, which the phrase does not have."""
    between = any(path.line.forms[at].text in view.pack.negations for at in path.inserted)
    return between or negated(view, path.line, path.first)


def _somebody_else(view: View, variant: Variant, path: _Path) -> bool:
    """Tell whether another person does it than the one a phrase begins with ("you" for "i")."""
    lead = takewhile(lambda pair: pair[1][0] < 0, zip(variant.atoms, path.words, strict=True))
    missing = {word for atom, _ in lead for word in atom.words}
    if missing.isdisjoint(view.pack.pronouns):
        return False
    clauses = path.line.places.clauses
    before = range(max(0, path.first - _LOOK_BACK), path.first)
    near = [*(at for at in before if clauses[at] == clauses[path.first]), *path.inserted]
    return any(path.line.forms[at].text in view.pack.pronouns for at in near)


def _reordered(variant: Variant, path: _Path) -> bool:
    """Tell whether a word that is missing stands elsewhere ("would you like", "you would like")."""
    missing = {
        key
        for atom, (at, _) in zip(variant.atoms, path.words, strict=True)
        if at < 0
        for key in atom.keys
    }
    forms = path.line.forms
    around = {path.first - 1, path.last + 1, *path.inserted}
    return any(not missing.isdisjoint(forms[at].keys) for at in around if 0 <= at < len(forms))


def _paths(
    view: View, variant: Variant, window: Window, turns: Turns, ratio: float, *, missing: bool
) -> Iterator[_Path]:
    """Yield the ways along a phrase, from each place where a content word of it stands.

    Parameters
    ----------
    turns : where to look; without `missing`, all content words stand in each of them.
    """
    anchors = list(dict.fromkeys(variant.content))
    if not missing:
        anchors = [min(anchors, key=lambda a: view.turns(a).bit_count())]
    seen = set()
    for turn in view.numbers(turns):
        walk = _Walk(view, view.lines[turn], variant, ratio, missing=missing)
        for anchor in anchors:
            place = variant.atoms.index(anchor)
            for at, like in view.spots(anchor).get(turn, {}).items():
                path = walk.along(place, at, like) if like >= ratio else None
                if path is None or (turn, path.words) in seen:
                    continue
                lo, hi = window[turn]
                if lo <= path.line.places.starts[path.first] < hi:
                    seen.add((turn, path.words))
                    yield path


class _Walk:
    """Goes along a phrase from one of its words, to the right and to the left."""

    def __init__(
        self, view: View, line: Line, variant: Variant, ratio: float, *, missing: bool
    ) -> None:
        self._view, self._line, self._variant = view, line, variant
        self._ratio, self._missing = ratio, missing
        #: With gaps or slots in it, a phrase is loose enough.
        self._needs_all = any(a.kind in {"gap", "slot"} for a in variant.atoms)

    def along(self, place: int, at: int, like: float) -> _Path | None:
        atoms = self._variant.atoms
        words = [(-1, 0.0)] * len(atoms)
        words[place] = (at, like)
        inserted: list[int] = []
        for order in (range(place + 1, len(atoms)), range(place - 1, -1, -1)):
            if not self._one_way(order, at, words, inserted):
                return None
        return _Path(self._line, tuple(words), tuple(inserted))

    def _one_way(
        self, order: Sequence[int], at: int, words: list[tuple[int, float]], inserted: list[int]
    ) -> bool:
        step = order.step if isinstance(order, range) else 1
        reach, free = _INSERTED + 1, False
        for place in order:
            atom = self._variant.atoms[place]
            if atom.kind == "gap":
                reach, free = reach + GAP, True
                continue
            if atom.kind == "edge":
                edge = at + 1 if step > 0 else at
                if not self._missing and not at_edge(atom.text, self._line, edge):
                    return False
                continue
            found, like = self._next(atom, at, step, reach)
            if found < 0:
                if not self._missing and (self._needs_all or atom.content or atom.kind != "word"):
                    return False
                reach += 1  # another word may stand in its place
                continue
            words[place] = (found, like)
            if not free:
                inserted += range(min(at, found) + 1, max(at, found))
            at, reach, free = found, _INSERTED + 1, False
        return True

    def _next(self, atom: Atom, at: int, step: int, reach: int) -> tuple[int, float]:
        """Return the nearest word that will do, in the same sentence; -1 where none does."""
        sentences = self._line.places.sentences
        sentence = sentences[at]
        for _ in range(reach):
            at += step
            if not 0 <= at < len(sentences) or sentences[at] != sentence:
                break
            if accepts(self._view, self._line, at, atom):
                return at, 1.0
            if atom.content and atom.kind == "word":
                like = self._view.spots(atom).get(self._line.turn.index, {}).get(at, 0.0)
                if like >= self._ratio:
                    return at, like
        return -1, 0.0


# --- how much of a phrase ----------------------------------------------------------


def _found(variant: Variant, path: _Path) -> float:
    """Return the share of the phrase, by letters, that is there; inserted words take off."""
    whole = found = 0.0
    for atom, (at, like) in zip(variant.atoms, path.words, strict=True):
        if atom.kind in {"word", "exact"}:
            length = len(path.line.forms[at].text) if at >= 0 else len(atom.text)
            whole += length
            found += length * like
    whole += _INSERTION * sum(len(path.line.forms[at].text) for at in path.inserted)
    return round(found / whole, 4) if whole else 0.0


def _weight(atom: Atom) -> float:
    if atom.kind in {"gap", "edge"}:
        return 0.0
    return 1.0 if atom.content else _COMMON


def _nearness(variant: Variant, path: _Path) -> float:
    """Return the share of the phrase, by words, that is there; content words weigh more."""
    pairs = list(zip(variant.atoms, path.words, strict=True))
    content = [like for atom, (_, like) in pairs if atom.content and atom.kind != "slot"]
    if 2 * sum(like > 0 for like in content) < len(content):
        return 0.0
    whole = sum(_weight(atom) for atom, _ in pairs)
    return round(sum(_weight(atom) * like for atom, (_, like) in pairs) / whole, 4)


def _bound(variant: Variant, said: int) -> float:
    """Return the most that `_nearness` can come to, `said` different content words being said."""
    weights = [_weight(a) for a in variant.atoms]
    absent = len(set(variant.content)) - said
    return round((sum(weights) - absent) / sum(weights), 4)


def _word_at(view: View, hit: Hit) -> int:
    return view.lines[hit.turn].places.starts.index(hit.start)
