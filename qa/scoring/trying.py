"""Trying a card on its own examples, and families on turns that people labelled.

Precision is the share of what was found that is right, recall the share of what should
be found that was. Of what must not be said, finding it is what counts as found.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal

from pydantic import BaseModel

from qa.language import guess_language, load_pack, pack_languages
from qa.language.parsing import PARSED, Parsers
from qa.records import Channel, ItemKind, Metadata, Party, Role, SafeConversation, SafeTurn, Verdict
from qa.scoring.compiled import compiled
from qa.scoring.context import Context
from qa.scoring.document import Document
from qa.scoring.examples import FACTS, Dialogue, Expect, ItemExample
from qa.scoring.judging import answer, judge
from qa.scoring.matching import Hit, Strictness
from qa.scoring.parts import Part, parts
from qa.scoring.reading import load_scorecard
from qa.scoring.scorecard import Item, Scorecard

_FOUND = frozenset([Verdict.PASS, Verdict.PARTIAL])


@dataclass(frozen=True)
class Miss:
    """An example that came to something else."""

    text: str
    expected: str
    got: str


@dataclass
class Tally:
    """How often something was found, rightly and wrongly, and was overlooked."""

    right: int = 0
    wrong: int = 0
    overlooked: int = 0
    #: Examples tried, and those that need a parser which is not installed.
    n: int = 0
    untried: int = 0
    misses: list[Miss] = field(default_factory=list)

    def count(self, *, expected: bool, found: bool) -> None:
        """Take one example into account."""
        self.n += 1
        self.right += expected and found
        self.wrong += found and not expected
        self.overlooked += expected and not found

    @property
    def precision(self) -> float | None:
        """Share of what was found that is right; None when nothing was found."""
        found = self.right + self.wrong
        return self.right / found if found else None

    @property
    def recall(self) -> float | None:
        """Share of what should be found that was; None when nothing should."""
        there = self.right + self.overlooked
        return self.right / there if there else None

    @property
    def f1(self) -> float | None:
        """Harmonic mean of both; None when there was nothing to find."""
        there = 2 * self.right + self.wrong + self.overlooked
        return 2 * self.right / there if self.right + self.overlooked else (0.0 if there else None)


def try_examples(card: Scorecard, *, parsers: Parsers | None = None) -> dict[str, Tally]:
    """Try each item on the card's examples; an item without any has an empty tally.

    Parameters
    ----------
    parsers : as for `judge`; without them examples of items that read sentence structure
        are not tried, and counted as such.
    """
    tallies = {item.id: Tally() for _, item in card.items}
    for _, item in card.items:
        for example in item.examples:
            _sentence(card, item, example, tallies[item.id], parsers)
    for dialogue in card.examples:
        _dialogue(card, dialogue, tallies, parsers)
    return tallies


def _sentence(
    card: Scorecard, item: Item, example: ItemExample, tally: Tally, parsers: Parsers | None
) -> None:
    who: Literal["agent", "customer"] = example.who or (
        "customer" if item.who == "customer" else "agent"
    )
    safe = _conversation(card, [(who, example.text)], language=example.language)
    free = item.model_copy(update={"only": None, "before": None, "after": None})
    document = Document(safe, parsers=parsers)
    if _unparsed(item, document):
        tally.untried += 1
        return
    [part] = parts(document)
    context = Context(part, free, compiled(card))
    if example.expect in {Expect.HIT, Expect.NONE}:
        hit = bool(_hits(part, card, free, who))
        got, found = (Expect.HIT if hit else Expect.NONE).value, hit
    else:
        verdict = answer(context).verdict
        got, found = verdict.value, _counts_as_found(item, verdict)
    wanted = example.expect.value
    expected = wanted == "hit" or (
        wanted in {"pass", "fail"} and _counts_as_found(item, Verdict(wanted))
    )
    tally.count(expected=expected, found=found)
    if got != wanted:
        tally.misses.append(Miss(example.text, wanted, got))


def _unparsed(item: Item, document: Document) -> bool:
    """Tell whether an item reads sentence structure that cannot be had here."""
    wanted = [c for c in document.languages if c in PARSED]
    return getattr(item.check, "parses", False) and any(
        document.structure.why_not(c) for c in wanted
    )


def _dialogue(
    card: Scorecard, dialogue: Dialogue, tallies: dict[str, Tally], parsers: Parsers | None
) -> None:
    lines = [pair for line in dialogue.lines for pair in line.items()]
    safe = _conversation(card, lines, language=dialogue.language, dialogue=dialogue)
    document = Document(safe, parsers=parsers)
    assessments = judge(document, card)
    for name, wanted in dialogue.expect.items():
        found = [f.verdict for a in assessments for f in a.findings if f.item == name]
        got = found[0] if found else Verdict.NOT_APPLICABLE
        item = card.item(name)
        if _unparsed(item, document):
            tallies[name].untried += 1
            continue
        tallies[name].count(
            expected=_counts_as_found(item, wanted), found=_counts_as_found(item, got)
        )
        if got is not wanted:
            about = dialogue.about or " / ".join(text for _, text in lines)
            tallies[name].misses.append(Miss(about, wanted.value, got.value))


def _counts_as_found(item: Item, verdict: Verdict) -> bool:
    if item.effect is ItemKind.DEDUCTS:
        return verdict is Verdict.FAIL
    return verdict in _FOUND


def _conversation(
    card: Scorecard,
    lines: Sequence[tuple[str, str]],
    *,
    language: str,
    dialogue: Dialogue | None = None,
) -> SafeConversation:
    known = card.languages or pack_languages()
    spoken = language or guess_language(" ".join(t for _, t in lines), known) or known[0]
    people = dict.fromkeys(["agent", *(who for who, _ in lines)])
    turns = tuple(
        SafeTurn(index=i, party=who, role=_role(who), text=" ".join(text.split()), language=spoken)
        for i, (who, text) in enumerate(lines)
    )
    channel = (dialogue and dialogue.channel) or next(iter(card.channels), Channel.CALL)
    return SafeConversation(
        id="example",
        channel=channel,
        metadata=_metadata(dialogue, spoken) if dialogue else Metadata(language=spoken),
        parties=tuple(Party(id=who, role=_role(who)) for who in people),
        turns=turns,
    )


def _metadata(dialogue: Dialogue, language: str) -> Metadata:
    facts = dialogue.metadata
    return Metadata(
        language=language,
        direction=dialogue.direction,
        ended_by=dialogue.ended_by,
        topics=dialogue.topics,
        tags=dialogue.tags,
        extra={k: v for k, v in facts.items() if k not in FACTS},
        **{k: v for k, v in facts.items() if k in FACTS},
    )


def _role(who: str) -> Role:
    return Role(who.partition("-")[0])


# --- labelled turns ----------------------------------------------------------------


@dataclass(frozen=True)
class Labelled:
    """A turn, and which families a person found in it."""

    who: Literal["agent", "customer"]
    text: str
    labels: frozenset[str]
    language: str = ""


class LabelledLine(BaseModel):
    """A line of a file of labelled turns; what else it says is left alone."""

    who: Literal["agent", "customer"]
    text: str
    labels: tuple[str, ...]
    language: str = ""


def try_labels(
    turns: Iterable[Labelled],
    *,
    language: str = "en",
    card: Scorecard | None = None,
    strictness: Strictness = Strictness.EXACT,
) -> dict[str, Tally]:
    """Try every family of a language pack on labelled turns of its speaker.

    A turn is searched as an item of a card would search it. A card's own list of a
    family's name takes the family's place, as it does on the card.

    Parameters
    ----------
    language : of turns that do not say their own.
    strictness : turns that people wrote are searched exactly; those that a machine
        heard with the tolerance that items have.

    Raises
    ------
    UnknownName : a language that has no pack.
    """
    families = load_pack(language).families
    ready = _families_card(tuple(families), card, strictness)
    tallies = {name: Tally() for name in families}
    for turn in turns:
        spoken = turn.language or language
        [part] = parts(Document(_conversation(ready, [(turn.who, turn.text)], language=spoken)))
        for _, item in ready.items:
            if families[item.id].who == turn.who:
                found = bool(_hits(part, ready, item, turn.who))
                expected = item.id in turn.labels
                tallies[item.id].count(expected=expected, found=found)
                if found is not expected:
                    wanted, got = ("hit", "none") if expected else ("none", "hit")
                    tallies[item.id].misses.append(Miss(turn.text, wanted, got))
    return tallies


def _families_card(
    names: Sequence[str], card: Scorecard | None, strictness: Strictness
) -> Scorecard:
    """Return a card that asks for each family, so that labels go the way cards do."""
    items = [
        {"id": n, "ask": n, "any": [{"list": n}], "strictness": strictness.value} for n in names
    ]
    text = {
        "scorecard": "families",
        "lists": {k: v for k, v in card.lists.items() if k in names} if card else {},
        "vars": card.vars if card else {},
        "sections": [{"id": "all", "items": items}],
    }
    return load_scorecard(json.dumps(text, ensure_ascii=False), name="families")


def _hits(part: Part, card: Scorecard, item: Item, who: Literal["agent", "customer"]) -> list[Hit]:
    """Return what the item's phrases find in the turns of that speaker, wherever they are."""
    context = Context(part, item.model_copy(update={"where": None}), compiled(card))
    within = context.window(who)
    return [h for group in item.check.references() for h in context.search(group, within=within)]


def macro_f1(tallies: Mapping[str, Tally]) -> float | None:
    """Return the mean F1 of the families that labels name; None when they name none."""
    named = [t.f1 or 0.0 for t in tallies.values() if t.right + t.overlooked]
    return sum(named) / len(named) if named else None
