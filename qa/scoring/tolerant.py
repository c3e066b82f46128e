"""Finding phrases that recognition has bent, and what comes nearest to a phrase not said.

Nothing is taken for a phrase unless each of its content words has a close partner, within
one sentence and in order; words that are said in passing carry no phrase. A near miss has
at least half of the content words.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import takewhile
from typing import NamedTuple

from qa.scoring.document import Place, Sentences, View
from qa.scoring.matching import (
    Hit,
    Strictness,
    Window,
    accepts,
    at_edge,
    begins_in,
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
#: A near miss is this like a word, and scores this.
_NEAR_RATIO, _NEAR_SCORE = 0.75, 0.5


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
    for variant, sentences in book.together(view, view.sentences(window)):
        found += _bent(view, variant, window, sentences, ratio, share)
    if unless_negated:
        found = [hit for hit in found if not negated(view, view.place(hit.turn, hit.start))]
    return distinct(found)


def near_miss(view: View, book: Phrasebook, window: Window) -> Hit | None:
    """Return what comes nearest to any of the phrases; None when nothing is like them.

    Nearest by the share of its words, content words before others, that were said in order
    in one sentence; of equals the first phrase, and of its places the earliest.
    """
    best: tuple[float, int, Place] = (0.0, 0, 0)
    nearest: tuple[Variant, _Path] | None = None
    worth = book.partly(view, view.sentences(window), at_least=_NEAR_SCORE) if window else []
    for most, number, sentences in worth:
        if nearest and (-most, number) > best[:2]:  # neither this nor what follows comes nearer
            break
        variant = book.variants[number]
        for path in _paths(view, variant, window, sentences, _NEAR_RATIO, missing=True):
            if _letters(view, path) < _NEAR_LETTERS:
                continue
            score = _nearness(variant, path)
            if score >= _NEAR_SCORE and (-score, number, path.first) < best:
                best, nearest = (-score, number, path.first), (variant, path)
            if score >= most:  # nothing of this phrase can come nearer
                break
    return _as_near_miss(view, *nearest, -best[0]) if nearest else None


def _as_near_miss(view: View, variant: Variant, path: _Path, score: float) -> Hit:
    hit = hit_of(view, variant, path.first, path.last + 1, min(score, 0.99), "near")
    return hit._replace(instead=_instead(view, path, variant))


# --- along a phrase ----------------------------------------------------------------


class _Path(NamedTuple):
    """Words of a turn that stand for words of a phrase, in order, within one sentence."""

    #: Of each word of the phrase: its place (-1: missing) and how like it is (0..1).
    words: tuple[tuple[Place, float], ...]
    #: Words of the turn between them that the phrase does not have.
    inserted: tuple[Place, ...]

    @property
    def first(self) -> Place:
        return min(at for at, _ in self.words if at >= 0)

    @property
    def last(self) -> Place:
        return max(at for at, _ in self.words)


def _text(view: View, place: Place) -> str:
    """Return a word as it was said; "" at the end of a turn."""
    form = view.words[place]
    return form.text if form is not None else ""


def _letters(view: View, path: _Path) -> int:
    return sum(len(_text(view, place)) for place, _ in path.words if place >= 0)


def _instead(view: View, path: _Path, variant: Variant) -> tuple[tuple[int, int], ...]:
    """Return where words stand that may have been words of the phrase: bent, between, beside."""
    said = [
        place
        for atom, (place, _) in zip(variant.atoms, path.words, strict=True)
        if atom.kind not in {"gap", "edge"}
    ]
    found = {place for place, like in path.words if place >= 0 and like < 1} | set(path.inserted)
    found |= {path.first - 1} if said[0] < 0 else set()
    found |= {path.last + 1} if said[-1] < 0 else set()
    sentences = view.breaks.sentences
    return tuple(
        view.span(place)
        for place in sorted(found)
        if place >= 0 and view.words[place] and sentences[place] == sentences[path.first]
    )


def _bent(
    view: View, variant: Variant, window: Window, sentences: Sentences, ratio: float, share: float
) -> Iterator[Hit]:
    alone = len(variant.content) == 1
    ratio = _SINGLE_RATIO if alone else ratio
    for path in _paths(view, variant, window, sentences, ratio, missing=False):
        if alone and not _carries(view, variant, path):
            continue
        score = _found(view, variant, path)
        if score >= share and not (
            _turned_round(view, path)
            or _somebody_else(view, variant, path)
            or _reordered(view, variant, path)
        ):
            yield hit_of(view, variant, path.first, path.last + 1, score, "fuzzy")


def _carries(view: View, variant: Variant, path: _Path) -> bool:
    """Tell whether a phrase of one content word is there whole, the word beginning alike."""
    if path.inserted or any(place < 0 for place, _ in path.words):
        return False
    [content] = variant.content
    said = _text(view, path.words[variant.atoms.index(content)][0])
    return any(said[0] == word[0] for word in content.words)


def _turned_round(view: View, path: _Path) -> bool:
    """Tell whether a "not" stands shortly before or between, which the phrase does not have."""
    between = any(_text(view, place) in view.pack.negations for place in path.inserted)
    return between or negated(view, path.first)


def _somebody_else(view: View, variant: Variant, path: _Path) -> bool:
    """Tell whether another person does it than the one a phrase begins with ("you" for "i")."""
    lead = takewhile(lambda pair: pair[1][0] < 0, zip(variant.atoms, path.words, strict=True))
    missing = {word for atom, _ in lead for word in atom.words}
    if missing.isdisjoint(view.pack.pronouns):
        return False
    clauses = view.breaks.clauses
    before = range(max(0, path.first - _LOOK_BACK), path.first)
    near = [*(at for at in before if clauses[at] == clauses[path.first]), *path.inserted]
    return any(_text(view, place) in view.pack.pronouns for place in near)


def _reordered(view: View, variant: Variant, path: _Path) -> bool:
    """Tell whether a word that is missing stands elsewhere ("would you like", "you would like")."""
    missing = {
        key
        for atom, (place, _) in zip(variant.atoms, path.words, strict=True)
        if place < 0
        for key in atom.keys
    }
    around = {max(path.first - 1, 0), path.last + 1, *path.inserted}
    forms = [view.words[place] for place in around]
    return any(form is not None and not missing.isdisjoint(form.keys) for form in forms)


def _paths(
    view: View,
    variant: Variant,
    window: Window,
    sentences: Sentences,
    ratio: float,
    *,
    missing: bool,
) -> Iterator[_Path]:
    """Yield the ways along a phrase, from each place where a content word of it stands.

    Parameters
    ----------
    sentences : where to look; without `missing`, all content words stand in each of them.
    """
    anchors = list(dict.fromkeys(variant.content))
    if not missing:
        anchors = [min(anchors, key=lambda a: len(view.spots(a)))]
    sentence_of = view.sentence_of
    begun = sorted(
        (view.turn_of[place], variant.atoms.index(anchor), place, like)
        for anchor in anchors
        for place, like in view.spots(anchor).items()
        if like >= ratio and sentence_of[place] & sentences
    )
    walk = _Walk(view, variant, ratio, missing=missing)
    seen = set()
    for turn, number, place, like in begun:
        path = walk.along(number, place, like)
        if path and path.words not in seen and begins_in(view, path.first, *window[turn]):
            seen.add(path.words)
            yield path


class _Walk:
    """Goes along a phrase from one of its words, to the right and to the left."""

    def __init__(self, view: View, variant: Variant, ratio: float, *, missing: bool) -> None:
        self._view, self._variant = view, variant
        self._ratio, self._missing = ratio, missing
        #: With gaps or slots in it, a phrase is loose enough.
        self._needs_all = any(a.kind in {"gap", "slot"} for a in variant.atoms)

    def along(self, number: int, place: Place, like: float) -> _Path | None:
        """Go from a place that stands for the phrase's word `number`; None where it leads not."""
        atoms = self._variant.atoms
        words = [(-1, 0.0)] * len(atoms)
        words[number] = (place, like)
        inserted: list[Place] = []
        for order in (range(number + 1, len(atoms)), range(number - 1, -1, -1)):
            if not self._one_way(order, place, words, inserted):
                return None
        return _Path(tuple(words), tuple(inserted))

    def _one_way(
        self,
        order: range,
        place: Place,
        words: list[tuple[Place, float]],
        inserted: list[Place],
    ) -> bool:
        step = order.step
        reach, free = _INSERTED + 1, False
        for number in order:
            atom = self._variant.atoms[number]
            if atom.kind == "gap":
                reach, free = reach + GAP, True
                continue
            if atom.kind == "edge":
                edge = place + 1 if step > 0 else place
                if not self._missing and not at_edge(self._view, edge, atom.text):
                    return False
                continue
            found, like = self._next(atom, place, step, reach)
            if found < 0:
                if not self._missing and (self._needs_all or atom.content or atom.kind != "word"):
                    return False
                reach += 1  # another word may stand in its place
                continue
            words[number] = (found, like)
            if not free:
                inserted += range(min(place, found) + 1, max(place, found))
            place, reach, free = found, _INSERTED + 1, False
        return True

    def _next(self, atom: Atom, place: Place, step: int, reach: int) -> tuple[Place, float]:
        """Return the nearest word that will do, in the same sentence; -1 where none does."""
        view, sentences = self._view, self._view.breaks.sentences
        sentence = sentences[place]
        spots = view.spots(atom) if atom.content and atom.kind == "word" else None
        for _ in range(reach):
            place += step
            if place < 0 or sentences[place] != sentence or view.words[place] is None:
                break
            if spots is None:
                if accepts(view, place, atom):
                    return place, 1.0
            elif (like := spots.get(place, 0.0)) >= self._ratio:
                return place, like
        return -1, 0.0


# --- how much of a phrase ----------------------------------------------------------


def _found(view: View, variant: Variant, path: _Path) -> float:
    """Return the share of the phrase, by letters, that is there; inserted words take off."""
    whole = found = 0.0
    for atom, (place, like) in zip(variant.atoms, path.words, strict=True):
        if atom.kind in {"word", "exact"}:
            length = len(_text(view, place) if place >= 0 else atom.text)
            whole += length
            found += length * like
    whole += _INSERTION * sum(len(_text(view, place)) for place in path.inserted)
    return round(found / whole, 4) if whole else 0.0


def _nearness(variant: Variant, path: _Path) -> float:
    """Return the share of the phrase, by words, that is there; content words weigh more."""
    pairs = list(zip(variant.atoms, path.words, strict=True))
    content = [like for atom, (_, like) in pairs if atom.content and atom.kind != "slot"]
    if 2 * sum(like > 0 for like in content) < len(content):
        return 0.0
    whole = sum(atom.weight for atom, _ in pairs)
    return round(sum(atom.weight * like for atom, (_, like) in pairs) / whole, 4)
