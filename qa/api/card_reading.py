"""A scorecard as people read it: what is asked, when it applies, what counts as evidence."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from qa.api import words
from qa.api.i18n import N_, Texts, gettext
from qa.language import load_pack, pack_languages
from qa.scoring import Scorecard
from qa.scoring.scorecard import FamilyRef, Item, ListRef, Only, PhraseRef, Where

#: What each condition of `only` is called.
_CONDITIONS: Mapping[str, str] = Texts(
    {
        "channel": N_("channel"),
        "direction": N_("direction"),
        "language": N_("language"),
        "queue": N_("queue"),
        "project": N_("project"),
        "topic": N_("topic"),
        "tag": N_("tag"),
        "ended_by": N_("ended by"),
        "action": N_("system action"),
        "has_times": N_("times are known"),
        "transferred": N_("transferred"),
        "first_agent": N_("first agent"),
        "last_agent": N_("last agent"),
        "seen": N_("the customer said"),
    }
)
_SPEAKERS: Mapping[str, str] = Texts(
    {
        "agent": N_("what the agent says"),
        "customer": N_("what the customer says"),
        "any": N_("what anybody says"),
    }
)


@dataclass(frozen=True)
class Phrases:
    """Phrases that stand together: written out, or a family by its name with its phrases."""

    #: "" = written out in the card.
    name: str
    #: Language -> phrases; "" = whatever is spoken.
    by_language: tuple[tuple[str, tuple[str, ...]], ...]


@dataclass(frozen=True)
class ItemText:
    """One item in words."""

    id: str
    ask: str
    weight: str
    tags: tuple[str, ...]
    applies: tuple[str, ...]
    looks: str
    kind: str
    #: One of each group is enough.
    phrases: tuple[Phrases, ...]
    advice: str


@dataclass(frozen=True)
class SectionText:
    """One section in words."""

    title: str
    weight: str
    items: tuple[ItemText, ...]


def sections(card: Scorecard) -> tuple[SectionText, ...]:
    """Word all sections of a card."""
    total = sum(s.weight for s in card.sections) or 1.0
    return tuple(
        SectionText(
            title=section.title or section.id,
            weight=gettext("%d %% of the total") % round(100 * section.weight / total)
            if card.mode == "sections"
            else "",
            items=tuple(_item(card, item) for item in section.items),
        )
        for section in card.sections
    )


def _item(card: Scorecard, item: Item) -> ItemText:
    tags = [words.KINDS[item.effect]]
    if item.criticality:
        tags.append(words.CRITICALS[item.criticality])
    return ItemText(
        id=item.id,
        ask=item.ask,
        weight=words.number(item.weight),
        tags=tuple(tag for tag in tags if tag),
        applies=tuple(_applies(item.only)) if item.only else (),
        looks=", ".join([_SPEAKERS[item.who], *_window(item.where)]),
        kind=item.kind,
        phrases=tuple(_phrases(card, item)),
        advice=item.advice,
    )


def _applies(only: Only) -> Iterator[str]:
    for name, value in only.model_dump(mode="json", exclude_none=True).items():
        if name in _CONDITIONS:
            yield f"{_CONDITIONS[name]}: {_said(value)}"
        elif name == "metadata":
            yield from (f"{key}: {_said(wanted)}" for key, wanted in value.items())
        elif name == "metric":
            yield from (f"{figure} {_limits(wanted)}" for figure, wanted in value.items())
        else:
            yield gettext("something was said before that (see the file)")


def _limits(wanted: Mapping[str, float]) -> str:
    signs = (("at_least", "≥"), ("at_most", "≤"))
    return ", ".join(f"{sign} {wanted[k]:g}" for k, sign in signs if k in wanted)


def _said(value: Any) -> str:
    if isinstance(value, bool):
        return gettext("yes") if value else gettext("no")
    return ", ".join(map(str, value)) if isinstance(value, list | tuple) else str(value)


def _window(where: Where | None) -> Iterator[str]:
    for side, unit, size in where.conditions if where else ():
        shown = f"{100 * size:.0f} %" if unit == "share" else words.number(size)
        yield {
            ("first", "turns"): gettext("in the first %s turns"),
            ("last", "turns"): gettext("in the last %s turns"),
            ("first", "seconds"): gettext("in the first %s seconds"),
            ("last", "seconds"): gettext("in the last %s seconds"),
            ("first", "share"): gettext("in the first %s of the conversation"),
            ("last", "share"): gettext("in the last %s of the conversation"),
        }[side, unit] % shown


def _phrases(card: Scorecard, item: Item) -> Iterator[Phrases]:
    for group in item.check.references():
        yield from _group(card, group)


def _group(card: Scorecard, group: Sequence[PhraseRef]) -> Iterator[Phrases]:
    plain = tuple(ref for ref in group if isinstance(ref, str))
    if plain:
        yield Phrases("", (("", plain),))
    for ref in group:
        if isinstance(ref, ListRef) and ref.list in card.lists:
            yield Phrases(ref.list, tuple(card.lists[ref.list].items()))
        elif isinstance(ref, ListRef | FamilyRef):
            yield _family(ref.list if isinstance(ref, ListRef) else ref.family, card.languages)


def _family(name: str, languages: Sequence[str]) -> Phrases:
    packs = {code: load_pack(code) for code in pack_languages() if code in (languages or [code])}
    return Phrases(
        name.replace("_", " "),
        tuple(
            (code, pack.families[name].phrases)
            for code, pack in packs.items()
            if name in pack.families
        ),
    )
