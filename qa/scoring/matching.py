"""Finding phrases in turns: by lemma, then tolerant of recognition errors.

What must be said may be matched tolerantly; what must not be said only by lemma, since a
near miss of an insult is most often a polite word.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

from rapidfuzz import fuzz

from qa.language import Token
from qa.scoring.document import Line, View
from qa.scoring.phrases import GAP, Atom, Variant
from qa.scoring.slots import fits

#: Turns to search, and in each the characters ``[start, end)`` a hit must begin in.
Window = Mapping[int, tuple[int, int]]
Accept = Callable[[Atom, Token], bool]

#: Words before a hit, in its clause, in which a negation turns it round.
_NEGATION_REACH = 4
#: A content word counts as present in an alignment from this ratio on.
_GUARD = 70
#: From this many content words on, one may be missing.
_MAY_MISS_ONE = 3
#: A single content word must be this like, and this long, to be matched tolerantly.
_SINGLE_RATIO, _SINGLE_LENGTH = 88, 5
#: Shorter phrases are not aligned as a whole.
_SHORTEST_ALIGNED = 8
#: A near miss has half the content words and is this like the phrase; so many are compared.
_NEAR_SHARE, _NEAR_SCORE, _NEAREST = 0.5, 0.5, 8


class Strictness(StrEnum):
    """How far a hit may be from the phrase."""

    EXACT = "exact"
    HIGH = "high"
    MEDIUM = "medium"
    LOW = "low"


#: Per-word ratio and whole-phrase partial ratio (0 = not tried) of each strictness.
_LEVELS = {
    Strictness.HIGH: (85, 0),
    Strictness.MEDIUM: (75, 80),
    Strictness.LOW: (70, 75),
}


@dataclass(frozen=True, slots=True, order=True)
class Hit:
    """A phrase found: characters ``[start, end)`` of a turn's text."""

    turn: int
    start: int
    end: int
    rule: str
    #: 0..1; 1 = every word by lemma.
    score: float
    #: "lemma" or "fuzzy".
    mode: str


def find(
    view: View,
    variants: Iterable[Variant],
    window: Window,
    *,
    strictness: Strictness = Strictness.MEDIUM,
    unless_negated: bool = False,
) -> list[Hit]:
    """Find phrases in a window; tolerant matching is tried only where no lemma matches.

    Hits are in order of place; of hits that overlap the first and longest stays.
    """
    variants = list(variants)
    hits = [h for v in variants for h in _exact(view, v, window, unless_negated=unless_negated)]
    if not hits and strictness is not Strictness.EXACT:
        word, whole = _LEVELS[strictness]
        for variant in variants:
            found = _by_word(view, variant, window, word, unless_negated=unless_negated)
            if not found and whole:
                found = _aligned(view, variant, window, whole, unless_negated=unless_negated)
            hits += found
    return distinct(hits)


def distinct(hits: Iterable[Hit]) -> list[Hit]:
    """Drop hits that overlap an earlier or longer one of the same turn."""
    kept: list[Hit] = []
    for hit in sorted(hits, key=lambda h: (h.turn, h.start, -h.end, -h.score, h.rule)):
        if not kept or kept[-1].turn != hit.turn or kept[-1].end <= hit.start:
            kept.append(hit)
    return kept


def near_miss(view: View, variants: Iterable[Variant], window: Window) -> Hit | None:
    """Return what comes nearest to any of the phrases; None when nothing is like them.

    Nearest by the share of content words that have something like them in a turn, then
    by how well the whole phrase aligns with it.
    """
    variants = list(variants)
    ranked = sorted(
        (
            (-share, -len(variant.content), turn, at)
            for at, variant in enumerate(variants)
            for turn, share in _shares(view, variant, window).items()
            if share >= _NEAR_SHARE
        ),
    )
    best: Hit | None = None
    for _, _, turn, at in ranked[:_NEAREST]:
        hit = _nearest(view, variants[at], view.lines[turn])
        if hit and hit.score >= _NEAR_SCORE and (best is None or hit.score > best.score):
            best = hit
    return best


def _nearest(view: View, variant: Variant, line: Line) -> Hit | None:
    aligned = fuzz.partial_ratio_alignment(_wording(view, variant, line), line.lemmas)
    if aligned is None:
        return None
    first, last = _covered(line, aligned.dest_start, aligned.dest_end)
    span = line.tokens[first : last + 1]
    score = min(round(aligned.score / 100, 4), _likeness(variant, span))
    return Hit(line.turn.index, span[0].start, span[-1].end, variant.rule, score, "fuzzy")


def _shares(view: View, variant: Variant, window: Window) -> dict[int, float]:
    counts: dict[int, int] = {}
    for atom in variant.content:
        forms = view.similar(atom.words, _GUARD)
        turns = {t for f in forms for t, _ in view.forms.get(f, ())}
        turns |= {t for k in atom.keys for t, _ in view.index.get(k, ())}
        for turn in turns & window.keys():
            counts[turn] = counts.get(turn, 0) + 1
    total = max(len(variant.content), 1)
    return {turn: n / total for turn, n in counts.items()}


# --- by lemma ----------------------------------------------------------------------


def _exact(view: View, variant: Variant, window: Window, *, unless_negated: bool) -> list[Hit]:
    index = view.index
    if any(index.keys().isdisjoint(a.keys) for a in variant.words):
        return []

    def accept(atom: Atom, token: Token) -> bool:
        if atom.kind == "exact":
            return token.text in atom.keys
        return not atom.keys.isdisjoint(token.keys)

    first, offset = variant.anchor
    starts = (
        {(turn, at - offset) for key in first.keys for turn, at in index.get(key, ())}
        if first
        else _everywhere(view, window)
    )
    return _hits(view, variant, window, starts, accept, unless_negated=unless_negated)


def _everywhere(view: View, window: Window) -> set[tuple[int, int]]:
    return {
        (turn, at)
        for turn in window
        if turn in view.lines
        for at in range(len(view.lines[turn].tokens))
    }


def _hits(
    view: View,
    variant: Variant,
    window: Window,
    starts: Iterable[tuple[int, int]],
    accept: Accept,
    *,
    unless_negated: bool,
    mode: str = "lemma",
) -> list[Hit]:
    hits = []
    for turn, at in starts:
        if at < 0 or turn not in window:
            continue
        line = view.lines[turn]
        lo, hi = window[turn]
        if not lo <= line.tokens[at].start < hi:
            continue
        end = _match(line.tokens, at, variant.atoms, view, accept)
        if end < 0 or (unless_negated and negated(view, line, at)):
            continue
        score = 1.0 if mode == "lemma" else _likeness(variant, line.tokens[at:end])
        a, b = line.tokens[at].start, line.tokens[end - 1].end
        hits.append(Hit(turn, a, b, variant.rule, score, mode))
    return hits


def _match(
    tokens: Sequence[Token], at: int, atoms: Sequence[Atom], view: View, accept: Accept
) -> int:
    """Return where the match that begins at word `at` ends, or -1."""
    for i, atom in enumerate(atoms):
        if atom.kind == "gap":
            return _after_gap(tokens, at, atoms[i + 1 :], view, accept)
        if atom.kind == "edge":
            if not _at_edge(atom.text, tokens, at):
                return -1
            continue
        if at >= len(tokens):
            return -1
        token = tokens[at]
        if atom.kind == "slot":
            if not fits(atom.text, tokens, at, view.pack, in_phrase=atom.content):
                return -1
        elif not accept(atom, token):
            return -1
        at += 1
    return at


def _at_edge(edge: str, tokens: Sequence[Token], at: int) -> bool:
    """Tell whether the place before word `at` is the edge that a phrase asks for."""
    if edge == "START":
        return at == 0
    if at in {0, len(tokens)}:
        return (at == 0) == (edge == "CLAUSE")
    before, after = tokens[at - 1], tokens[at]
    return before.clause < after.clause if edge == "CLAUSE" else before.sentence < after.sentence


def _after_gap(
    tokens: Sequence[Token], at: int, atoms: Sequence[Atom], view: View, accept: Accept
) -> int:
    sentence = tokens[at - 1].sentence
    for skip in range(GAP + 1):
        if at + skip >= len(tokens) or tokens[at + skip].sentence != sentence:
            return -1
        end = _match(tokens, at + skip, atoms, view, accept)
        if end >= 0:
            return end
    return -1


def negated(view: View, line: Line, at: int) -> bool:
    """Tell whether a negation stands shortly before word `at`, in the same clause."""
    clause = line.tokens[at].clause
    before = line.tokens[max(0, at - _NEGATION_REACH) : at]
    return any(t.clause == clause and t.text in view.pack.negations for t in before)


# --- tolerant of recognition errors ------------------------------------------------


def _by_word(
    view: View, variant: Variant, window: Window, cutoff: int, *, unless_negated: bool
) -> list[Hit]:
    """Every content word like its word, function words as they are."""
    if not variant.words or not _worth_trying(variant):
        return []
    if len(variant.content) == 1:
        cutoff = max(cutoff, _SINGLE_RATIO)
    like = {
        a: view.similar(a.words, cutoff) for a in variant.words if a.kind == "word" and a.content
    }
    if any(not like.get(a) and view.index.keys().isdisjoint(a.keys) for a in variant.words):
        return []

    def accept(atom: Atom, token: Token) -> bool:
        if atom.kind == "exact":
            return token.text in atom.keys
        return token.text in like.get(atom, ()) or not atom.keys.isdisjoint(token.keys)

    first, offset = variant.anchor
    if first:
        places = {p for k in first.keys for p in view.index.get(k, ())}
        places |= {p for f in like.get(first, ()) for p in view.forms.get(f, ())}
        starts = {(turn, at - offset) for turn, at in places}
    else:
        starts = _everywhere(view, window)
    return _hits(view, variant, window, starts, accept, unless_negated=unless_negated, mode="fuzzy")


def _worth_trying(variant: Variant) -> bool:
    content = variant.content
    return len(content) > 1 or len(content[0].text) >= _SINGLE_LENGTH


def _likeness(variant: Variant, tokens: Sequence[Token]) -> float:
    """Return how like the words are to what was said: the mean of the best ratios."""
    best = [
        max(fuzz.ratio(word, t.text) for word in atom.words for t in tokens)
        if all(atom.keys.isdisjoint(t.keys) for t in tokens)
        else 100.0
        for atom in variant.words
    ]
    return round(sum(best) / len(best) / 100, 4)


def _aligned(
    view: View, variant: Variant, window: Window, cutoff: int, *, unless_negated: bool
) -> list[Hit]:
    """The phrase as a whole, every content word of it having a partner where it aligns."""
    content = variant.content
    if not variant.plain or len(content) < 2:  # noqa: PLR2004
        return []
    missing = 1 if len(content) >= _MAY_MISS_ONE else 0
    need = (len(content) - missing) / len(content)
    hits = []
    for turn, share in _shares(view, variant, window).items():
        if share < need:
            continue
        line = view.lines[turn]
        wording = _wording(view, variant, line)
        if len(wording) < _SHORTEST_ALIGNED:
            continue
        found = fuzz.partial_ratio_alignment(wording, line.lemmas, score_cutoff=cutoff)
        if found is None or found.dest_end <= found.dest_start:
            continue
        first, last = _covered(line, found.dest_start, found.dest_end)
        span = line.tokens[first : last + 1]
        lo, hi = window[turn]
        if not lo <= span[0].start < hi or not _guarded(view, content, span, missing):
            continue
        if not (unless_negated and negated(view, line, first)):
            score = round(found.score / 100, 4)
            hits.append(Hit(turn, span[0].start, span[-1].end, variant.rule, score, "fuzzy"))
    return hits


def _wording(view: View, variant: Variant, line: Line) -> str:
    """Return the variant as lemmas, each choice by the word that the turn is most like."""
    words = []
    for atom in variant.words:
        chosen = atom.text
        for word in atom.words if len(atom.words) > 1 else ():
            if not view.similar((word,), _GUARD).isdisjoint(line.forms):
                chosen = word
                break
        words.append(view.lemma(chosen))
    return " ".join(words)


def _covered(line: Line, start: int, end: int) -> tuple[int, int]:
    """Return the first and last word that the characters of `lemmas` touch."""
    touched = [
        i
        for i, (a, token) in enumerate(zip(line.starts, line.tokens, strict=True))
        if a < end and start < a + len(token.lemma)
    ]
    return (touched[0], touched[-1]) if touched else (0, 0)


def _guarded(view: View, content: Sequence[Atom], span: Sequence[Token], missing: int) -> bool:
    absent = 0
    for atom in content:
        like = view.similar(atom.words, _GUARD)
        there = any(t.text in like or not atom.keys.isdisjoint(t.keys) for t in span)
        if not there and not view.pack.negations.isdisjoint(atom.words):
            return False  # "was able to" is no near form of "was not able to"
        absent += not there
    return absent <= missing
