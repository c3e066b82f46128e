"""Conditions that never hold, or that swallow an item, a section or the whole card."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from qa.language import load_pack, pack_languages
from qa.records import Channel, ItemKind
from qa.scoring.linting.doubts import Doubt, items, languages
from qa.scoring.references import Path_
from qa.scoring.scorecard import FamilyRef, Item, ListRef, PhraseRef, Scorecard, Search
from qa.scoring.windows import needs_times

#: Figures of who waited how long.
_WAITED = ("reply_seconds", "wait_seconds", "handle_seconds")
#: Figures that only speech has.
_SPOKEN = frozenset(
    ["dead_air_max", "dead_air_share", "interruptions", "talk_ratio", "agent_wpm", "ring_seconds"]
)


def doubts(card: Scorecard) -> Iterator[Doubt]:
    """Yield what can never apply, and what leaves most conversations without a score."""
    never: set[str] = set()
    for path, _, item in items(card):
        reason = _why_never(card, item)
        if reason:
            never.add(item.id)
            yield Doubt(
                (*path, "only" if item.only else item.kind), f"'{item.id}' never applies: {reason}."
            )
        yield from _other_side(card, path, item)
    for s, section in enumerate(card.sections):
        if all(item.id in never for item in section.items):
            yield Doubt(
                ("sections", s, "id"), f"nothing of the section '{section.id}' ever applies."
            )
    yield from _swallowed(card, never)


def _swallowed(card: Scorecard, never: set[str]) -> Iterator[Doubt]:
    earning = [i for _, i in card.items if i.effect is ItemKind.EARNS and i.id not in never]
    if not earning:
        message = "no item earns points, so no conversation can be scored."
        yield Doubt(("scorecard",), message)
    elif all(_waits(item) for item in earning):
        message = (
            "every item that earns points waits for something to be said, so a conversation"
            " in which it is not said has no score; give one item no condition."
        )
        yield Doubt(("scorecard",), message)


def _waits(item: Item) -> bool:
    seen = item.only and (item.only.seen or item.only.when)
    return bool(seen or item.before or item.after or item.kind == "response")


def _why_never(card: Scorecard, item: Item) -> str:
    """Return why an item cannot apply in any conversation of the card; "" when it can."""
    only = item.only
    channels = set(card.channels) or set(Channel)
    if only and only.channel is not None:
        asked = set(_listed(only.channel))
        if not asked & channels:
            return f"it is for {_or(asked)} and the card for {_or(channels)}"
        channels &= asked
    if only and only.language is not None:
        asked, spoken = set(_listed(only.language)), set(card.languages or pack_languages())
        if not asked & spoken:
            return f"it is for {_or(asked)} and the card for {_or(spoken)}"
    figures = _figures(item)
    for figure in figures:
        if figure in _SPOKEN and Channel.CALL not in channels:
            return f"{figure} is measured on calls and this is for {_or(channels)}"
    timed = needs_times(item.where) or any(f.startswith(_WAITED) or f in _SPOKEN for f in figures)
    if only and only.has_times is False and timed:
        return "it needs times and is for conversations without any"
    return _contradicted(item)


def _figures(item: Item) -> tuple[str, ...]:
    """Return what is measured for an item: the figure it asks for, and those it hangs on."""
    asked = tuple(item.check.root) if item.kind == "metric" else ()
    return (*asked, *((item.only.metric if item.only else None) or ()))


def _contradicted(item: Item) -> str:
    wanted = item.only.when if item.only else None
    waiver = item.not_if
    if item.only and item.only.seen and wanted is None:
        wanted = Search(who="customer", any=(ListRef(list=item.only.seen),))
    if wanted and waiver and wanted.at_least >= waiver.at_least:
        same = (wanted.who or "customer") == (waiver.who or item.who)
        narrowed = waiver.where or waiver.unless_answering
        if same and not narrowed and set(wanted.any) <= set(waiver.any):
            return "what it waits for ('only') is what waives it ('not_if')"
    if item.before and item.before == item.after:
        return "it must come before and after the same thing"
    return ""


def _listed(value: object) -> tuple[object, ...]:
    return value if isinstance(value, tuple) else (value,)


def _or(values: set[object] | set[str] | set[Channel]) -> str:
    return " or ".join(sorted(map(str, values)))


# --- families of the other side ----------------------------------------------------


def _other_side(card: Scorecard, path: Path_, item: Item) -> Iterator[Doubt]:
    for key, who, refs in _searches(item):
        for ref in refs:
            side = _side(card, ref)
            if side and who not in {side, "any"}:
                name = ref.family if isinstance(ref, FamilyRef) else getattr(ref, "list", ref)
                message = (
                    f"'{item.id}' looks for the family '{name}', which is what the {side} says,"
                    f" in what the {who} says; write 'who: {side}'."
                )
                yield Doubt((*path, key), message)


def _searches(item: Item) -> Iterator[tuple[str, str, Sequence[PhraseRef]]]:
    """Yield what an item looks for in whose words, where one can tell."""
    if item.kind in {"any", "all", "none", "count", "near"}:
        for group in item.check.references():
            yield item.kind, item.who, group
    if item.kind == "sequence":
        for step in item.check.root:
            yield item.kind, step.who or item.who, step.any
    for key in ("not_if", "or_if", "before", "after"):
        search = getattr(item, key)
        if search is not None:
            yield key, search.who or item.who, search.any
            yield from _asked(key, search, search.who or item.who)
    if item.only and item.only.when:
        yield "only", item.only.when.who or "customer", item.only.when.any
        yield from _asked("only", item.only.when, item.only.when.who or "customer")
    if item.only and item.only.seen:
        yield "only", "customer", (ListRef(list=item.only.seen),)


def _asked(key: str, search: Search, who: str) -> Iterator[tuple[str, str, Sequence[PhraseRef]]]:
    asked = search.unless_answering
    if asked:
        other = {"agent": "customer", "customer": "agent"}.get(who, "any")
        yield key, asked.who or other, asked.any


def _side(card: Scorecard, ref: PhraseRef) -> str:
    """Return whose words a family holds; "" for phrases and lists of the card."""
    if isinstance(ref, str) or (isinstance(ref, ListRef) and ref.list in card.lists):
        return ""
    name = ref.family if isinstance(ref, FamilyRef) else ref.list
    for language in (*languages(card), "en"):
        family = load_pack(language).families.get(name)
        if family:
            return family.who
    return ""
