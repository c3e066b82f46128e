"""Phrases that say too little, and phrases that nobody can ever say."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from itertools import pairwise

from qa.language import load_pack
from qa.scoring.linting.doubts import Doubt, items, languages
from qa.scoring.phrases import EDGES, SLOTS, Variant, compile_phrase
from qa.scoring.references import Path_, references
from qa.scoring.saying import nearest
from qa.scoring.scorecard import Item, ListRef, Scorecard, Where
from qa.scoring.slots import KNOWN

#: Content words below which a phrase is found in passing, unless it has this many words.
_FEW, _ENOUGH = 2, 3
#: Figures in a row that redaction takes for a number of somebody or something.
_HIDDEN = re.compile(r"\d(?:[\s-]*\d){5,}|\S@\S")
_SLOT = re.compile(r"<([A-Z_]+)>")
_CYRILLIC = re.compile(r"[\u0400-\u052f]")
_LATIN = re.compile(r"[a-z\u00c0-\u024f]", re.IGNORECASE)
_WORD = re.compile(r"[^\W\d_]+")


def doubts(card: Scorecard) -> Iterator[Doubt]:
    """Yield the phrases of the card that mean too much, or nothing."""
    wide = frozenset(_searched_widely(card))
    for name, by_language in card.lists.items():
        for language, phrases in by_language.items():
            path: Path_ = ("lists", name, language)
            for i, phrase in enumerate(phrases):
                yield from _never(card, phrase, language, (*path, i))
                yield from _passing(card, phrase, (language,), (*path, i))
            yield from _twice(phrases, path)
            if name in wide:
                yield from _short(card, phrases, language, path, f"the list '{name}'")
    yield from _inline(card)


def _inline(card: Scorecard) -> Iterator[Doubt]:
    """Yield the same of phrases that stand in an item; they are read in the first language."""
    first = languages(card)[0]
    for path, phrase in references(card):
        if isinstance(phrase, str):
            yield from _passing(card, phrase, languages(card), path)
            yield from _never(card, phrase, first, path)
    for path, _, item in items(card):
        if _is_wide(item):
            phrases = [p for group in item.check.references() for p in group if isinstance(p, str)]
            yield from _short(card, phrases, first, (*path, item.kind), f"'{item.id}'")


def _is_wide(item: Item) -> bool:
    """Tell whether an item looks for one phrase alone, all over the conversation."""
    narrowed = item.before or item.after or _narrow(item.where)
    return item.kind in {"any", "none", "all", "count"} and not narrowed


def _narrow(where: Where | None) -> bool:
    return where is not None and bool(where.model_dump(exclude_none=True, exclude_defaults=True))


def _searched_widely(card: Scorecard) -> Iterator[str]:
    for _, _, item in items(card):
        if _is_wide(item):
            for group in item.check.references():
                yield from (r.list for r in group if isinstance(r, ListRef))


def _passing(card: Scorecard, phrase: str, spoken: Sequence[str], path: Path_) -> Iterator[Doubt]:
    """Doubt a phrase of nothing but function words."""
    if all(any(_is_empty(v) for v in _variants(card, phrase, c)) for c in spoken):
        yield Doubt(
            path,
            f"the phrase '{phrase}' holds only words that are said in passing;"
            " it will match by accident.",
        )


def _is_empty(variant: Variant) -> bool:
    return variant.plain and not variant.content and len(variant.words) < _ENOUGH


def _short(
    card: Scorecard, phrases: Sequence[str], language: str, path: Path_, where: str
) -> Iterator[Doubt]:
    """Note once for a whole list which phrases have fewer than two words of meaning."""
    named = {value for values in card.vars.values() for value in values}
    found = [
        p
        for p in phrases
        if p.strip("{}") not in card.vars
        and p not in named
        and any(_is_short(v) for v in _variants(card, p, language))
    ]
    if found:
        more = f" and {len(found) - 1} more" if len(found) > 1 else ""
        are = "are" if more else "is"
        yield Doubt(
            path,
            f"'{found[0]}'{more} of {where} in '{language}' {are} of fewer than two words that"
            " carry meaning, and found wherever that word is said; more words, '=word' for this"
            " form alone, or a narrower 'where' are surer.",
            "note",
        )


def _is_short(variant: Variant) -> bool:
    few = len(variant.content) < _FEW and len(variant.words) < _ENOUGH
    return few and variant.plain and bool(variant.content)


def _twice(phrases: Sequence[str], path: Path_) -> Iterator[Doubt]:
    for i, phrase in enumerate(phrases):
        if phrase in phrases[:i]:
            yield Doubt((*path, i), f"the phrase '{phrase}' is there twice.")


def _variants(card: Scorecard, phrase: str, language: str) -> tuple[Variant, ...]:
    return compile_phrase(phrase, language, card.vars)


# --- what nobody can say -----------------------------------------------------------


def _never(card: Scorecard, phrase: str, language: str, path: Path_) -> Iterator[Doubt]:
    reason = _why_never(card, phrase, language)
    if reason:
        yield Doubt(
            path,
            f"the phrase '{phrase}' can never be found: {reason}".rstrip(".")
            + "." * (reason[-1] != "?"),
        )


def _why_never(card: Scorecard, phrase: str, language: str) -> str:
    """Return why no turn can hold any variant of a phrase; "" when one can."""
    for word in _WORD.findall(phrase):
        if _CYRILLIC.search(word) and _LATIN.search(word):
            return f"'{word}' mixes Latin and Cyrillic letters"
    if _HIDDEN.search(phrase):
        return "redaction hides numbers and addresses first; write <NUMBER>, <PHONE> or <EMAIL>"
    for slot in _SLOT.findall(phrase):
        if slot not in KNOWN and slot not in EDGES:
            near = nearest(slot, sorted({*SLOTS, *EDGES}))
            return f"<{slot}> is neither a slot nor known as a placeholder of redaction{near}"
    variants = _variants(card, phrase, language)
    empty = [n for n, values in card.vars.items() if not values and f"{{{n}}}" in phrase]
    if not variants and empty:
        # `company` is filled from the settings of the house
        return "" if empty == ["company"] else f"the variable '{empty[0]}' has no values"
    if not variants:
        return "it holds no word"
    reasons = [_why_not(v, language) for v in variants]
    return reasons[0] if all(reasons) else ""


def _first_word(parts: Sequence[str]) -> int:
    return next(i for i, part in enumerate(parts) if part not in EDGES)


def _why_not(variant: Variant, language: str) -> str:
    parts = [a.text if a.kind == "edge" else a.kind for a in variant.atoms]
    if "START" in parts:
        before = set(parts[: parts.index("START")])
        if before - {"CLAUSE", "END"}:
            return "<START>, where the turn begins, stands behind a word"
        if "END" in parts[: _first_word(parts)]:
            return "no sentence ends (<END>) where the turn begins (<START>)"
    beside = [p for p in parts if p not in {"CLAUSE", "START"}]
    if any({"END", "gap"} == {*pair} for pair in pairwise(beside)):
        return "<END> stands beside a gap (...), which stays within one sentence"
    if not _CYRILLIC.search("".join(load_pack(language).function_words)):
        foreign = [a for a in variant.words if all(_CYRILLIC.search(w) for w in a.words)]
        if foreign:
            return f"'{foreign[0].text}' is in Cyrillic letters and the language is '{language}'"
    return ""
