"""What a card may say but probably does not mean: warnings, never errors."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from qa.errors import Mistake
from qa.records import ItemKind
from qa.scoring.compiled import compiled, phrases_of
from qa.scoring.scorecard import Item, ListRef, PhraseRef, Scorecard, Section


def check(card: Scorecard, *, name: str = "") -> list[Mistake]:
    """Return warnings about a card that loads: what it says is allowed and looks wrong.

    Mistakes proper are raised by `load_scorecard`.
    """
    lines = card.source.splitlines()
    found = []
    for message, word in (*_card(card), *_items(card)):
        line, column = _place(lines, word)
        found.append(Mistake(name or card.id, line, column, f"warning: {message}"))
    return sorted(set(found), key=lambda m: (m.line, m.column, m.message))


def _card(card: Scorecard) -> Iterator[tuple[str, str]]:
    if not any(item.effect is ItemKind.EARNS for _, item in card.items):
        yield "no item earns points, so no conversation can be scored.", card.id
    for section in card.sections:
        if section.weight == 0:
            yield f"the section '{section.id}' weighs nothing.", section.id


def _items(card: Scorecard) -> Iterator[tuple[str, str]]:
    for section, item in card.items:
        yield from _item(section, item)
        for group in item.check.references():
            for language in card.languages or ("en",):
                yield from ((m, item.id) for m in _phrases(card, item, tuple(group), language))


def _phrases(
    card: Scorecard, item: Item, group: tuple[PhraseRef, ...], language: str
) -> Iterator[str]:
    variants = compiled(card).variants(group, language)
    if not phrases_of(card, group, language):
        yield f"'{item.id}' has no phrase in '{language}', so it will not apply there."
    own = set(phrases_of(card, _own(card, group), language))
    for variant in variants:
        if variant.rule in own and variant.plain and not any(a.content for a in variant.words):
            yield (
                f"the phrase '{variant.rule}' holds only words that are said in passing;"
                " it will match by accident."
            )


def _own(card: Scorecard, group: Sequence[PhraseRef]) -> tuple[PhraseRef, ...]:
    """Return what of a group the card itself words; families of packs have tests of their own."""
    return tuple(
        r for r in group if isinstance(r, str) or (isinstance(r, ListRef) and r.list in card.lists)
    )


def _item(section: Section, item: Item) -> Iterator[tuple[str, str]]:
    if item.critical and item.advice_only:
        yield f"'{item.id}' is advice only, so its 'critical' does nothing.", item.id
    if item.bonus and item.effect is not ItemKind.BONUS:
        yield f"'{item.id}' is advice, so its 'bonus' does nothing.", item.id
    if (
        item.where
        and item.where.after_trigger
        and not (item.only and (item.only.seen or item.only.when))
    ):
        yield f"'{item.id}' searches after a trigger and has none ('only: seen').", item.id
    if (item.within_turns or item.within_seconds) and item.kind != "sequence":
        yield f"'{item.id}' has 'within_...', which only a sequence uses.", item.id
    if item.weight == 0 and not item.advice_only and not item.critical:
        yield f"'{item.id}' in '{section.id}' weighs nothing; write 'advice_only: true'.", item.id


def _place(lines: list[str], word: str) -> tuple[int, int]:
    """Return where an id is given."""
    for number, line in enumerate(lines, 1):
        key, _, value = line.partition(":")
        if key.strip(" -") in {"id", "scorecard"} and value.split("#")[0].strip(" \"'") == word:
            return number, line.index(":") + 3
    return 1, 1
