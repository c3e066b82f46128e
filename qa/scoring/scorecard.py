"""What a scorecard may say. Every key of the YAML file is a field here.

`qa.scoring.reading` turns a file into a `Scorecard`; nothing else makes one.
"""

from __future__ import annotations

from enum import StrEnum
from functools import cached_property
from typing import Annotated, Any, Literal, Self

from pydantic import (
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    field_validator,
    model_validator,
)

from qa.errors import UnknownName
from qa.records import CardRef, Channel, Critical, Direction, EndedBy, ItemKind
from qa.scoring.examples import Dialogue, ItemExample
from qa.scoring.matching import Strictness
from qa.scoring.metrics import METRICS
from qa.scoring.saying import phrase_hint, shown

#: What ids are made of.
_ID = r"^[a-z0-9][a-z0-9_-]*$"


class Part(BaseModel):
    """A piece of a scorecard; unknown keys are mistakes."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class ListRef(Part):
    """All phrases of a list of the card, or else of a family of the language packs."""

    list: str


class FamilyRef(Part):
    """All phrases of a family of the language packs, whatever lists the card has."""

    family: str


def _phrase_ref(value: Any) -> Any:
    """Read one entry of a list of phrases; one message for all that it is not."""
    if isinstance(value, (str, ListRef, FamilyRef)):
        return value
    if isinstance(value, dict) and len(value) == 1:
        [(key, name)] = value.items()
        if isinstance(name, str) and key in {"list", "family"}:
            return ListRef(list=name) if key == "list" else FamilyRef(family=name)
    hint = phrase_hint(value)
    raise ValueError(
        f"expected a phrase, 'list: name' or 'family: name'; found {shown(value)}{hint}"
    )


#: A phrase, or where phrases stand.
PhraseRef = Annotated[str | ListRef | FamilyRef, BeforeValidator(_phrase_ref)]
Who = Literal["agent", "customer", "any"]


class Where(Part):
    """The stretch of the conversation to search; several conditions widen it."""

    #: So many turns of the searched speaker, from the start of the agent's part.
    first_turns: int | None = Field(default=None, ge=1)
    #: So many turns of the searched speaker, to the end of the agent's part.
    last_turns: int | None = Field(default=None, ge=1)
    #: Seconds from the first speech of people on, by the times of words.
    first_seconds: float | None = Field(default=None, gt=0)
    #: Seconds before the last speech of people ends, by the times of words.
    last_seconds: float | None = Field(default=None, gt=0)
    #: First share of the agent's part, 0 to 1: of a call by the times of words, of a chat (and
    #: of a call that carries no times) by turns of the searched speaker.
    first_share: float | None = Field(default=None, gt=0, le=1)
    #: The same, counted from the end.
    last_share: float | None = Field(default=None, gt=0, le=1)
    #: Only from the turn on in which the trigger (`only: seen`) was found.
    after_trigger: bool = False

    @cached_property
    def conditions(self) -> tuple[tuple[str, str, float], ...]:
        """What is set of them: side ("first", "last"), unit ("turns", ...), and how many."""
        given = self.model_dump(exclude_none=True, exclude={"after_trigger"})
        return tuple((*name.split("_"), size) for name, size in given.items())


class Search(Part):
    """Look for phrases: a condition, a waiver, or a step of a sequence."""

    #: Whose turns: `agent`, `customer` or `any`. Left out: those of the item; of `when` and of
    #: a `response`'s `to` the other side's.
    who: Who | None = None
    #: The stretch to search; everywhere when left out.
    where: Where | None = None
    #: The phrases, of which one is enough.
    any: tuple[PhraseRef, ...] = Field(min_length=1)
    #: Hits needed.
    at_least: int = Field(default=1, ge=1)
    #: Hits with a negation shortly before them, in the same clause, do not count.
    unless_negated: bool = False
    #: How far a hit may be from the phrase, see the item's.
    strictness: Strictness = Strictness.MEDIUM
    #: A search, of the other side unless it says `who`: hits in the answer to it do not count,
    #: that is in what this side says next.
    unless_answering: Search | None = None
    #: Of a step of a sequence: may be missing.
    optional: bool = False


class Mark(Search):
    """A place to search from or up to: the first time this is said, done or answered."""

    #: One of three: something that was said,
    any: tuple[PhraseRef, ...] = ()
    #: or a system action, by its name among the events; the source must say when it was,
    action: str | tuple[str, ...] | None = None
    #: or what an item further up in the card found.
    item: str | None = None

    @model_validator(mode="after")
    def _one(self) -> Self:
        if sum(map(bool, (self.any, self.action, self.item))) != 1:
            raise ValueError("expected one of 'any', 'action' and 'item'")
        return self


class Limits(Part):
    """What a figure must come to, both ends included."""

    #: From here on.
    at_least: float | None = Field(default=None, allow_inf_nan=False)
    #: Up to here.
    at_most: float | None = Field(default=None, allow_inf_nan=False)

    @model_validator(mode="after")
    def _bounded(self) -> Self:
        low, high = self.at_least, self.at_most
        if low is None and high is None:
            raise ValueError("a figure to apply at needs at_least or at_most")
        if low is not None and high is not None and low > high:
            raise ValueError("at_least is above at_most, so no figure will do")
        return self

    def holds(self, figure: float) -> bool:
        """Tell whether a figure lies within."""
        low, high = self.at_least, self.at_most
        return (low is None or figure >= low) and (high is None or figure <= high)


class Only(Part):
    """When an item applies. Every condition must hold, or the item is not applicable."""

    #: `call`, `chat` or `mail`.
    channel: Channel | tuple[Channel, ...] | None = None
    #: `inbound`, `outbound`, `internal` or `unknown`.
    direction: Direction | tuple[Direction, ...] | None = None
    #: Languages heard in the conversation.
    language: str | tuple[str, ...] | None = None
    #: Queue that the metadata name.
    queue: str | tuple[str, ...] | None = None
    #: Client or project that the metadata name.
    project: str | tuple[str, ...] | None = None
    #: One of the conversation's topics.
    topic: str | tuple[str, ...] | None = None
    #: One of the conversation's tags.
    tag: str | tuple[str, ...] | None = None
    #: Facts of the source by name, each with the values that will do; `true` = any value at
    #: all, `false` = none.
    metadata: dict[str, bool | str | tuple[str, ...]] | None = None
    #: `agent`, `customer`, `system`, `transfer`, `recording_cut` or `unknown`.
    ended_by: EndedBy | tuple[EndedBy, ...] | None = None
    #: A system action of that name is among the events.
    action: str | tuple[str, ...] | None = None
    #: Whether times are known.
    has_times: bool | None = None
    #: Measured figures by name, each within bounds; one that cannot be measured is not.
    metric: dict[str, Limits] | None = Field(default=None, min_length=1)
    #: Whether the conversation was transferred.
    transferred: bool | None = None
    #: The agent is the first of the conversation: who takes over owes no greeting.
    first_agent: bool | None = None
    #: The agent is the last of the conversation: who hands on owes no farewell.
    last_agent: bool | None = None
    #: A list or family that the customer must have said something of.
    seen: str | None = None
    #: A search of its own that must find something, of the customer unless it says `who`.
    when: Search | None = None

    @field_validator("metric")
    @classmethod
    def _known(cls, value: dict[str, Limits] | None) -> dict[str, Limits] | None:
        for name in value or {}:
            if name not in METRICS:
                raise ValueError(str(UnknownName("metric", name, METRICS)))
        return value


class Item(Part):
    """One question about the conversation."""

    #: Unique in the card: lower-case letters, digits, `-`, `_`.
    id: str = Field(pattern=_ID)
    #: The question, as a supervisor would ask it.
    ask: str = Field(min_length=1)
    #: 0 to 1000; 0 = advice.
    weight: float = Field(default=1.0, ge=0, le=1000, allow_inf_nan=False)
    #: A fail weighs more than its weight: `true` (or `whole`) zeroes the total once a human
    #: has confirmed it, `section` the section, `outcome` fails without touching the total;
    #: `automatic` zeroes the total at once.
    critical: Literal[False, True, "whole", "section", "outcome", "automatic"] = False
    #: Takes its weight away when failed, earns nothing (always so for `none`, and for `at_most`
    #: without `at_least`).
    deducts: bool = False
    #: Adds its weight in points, outside the denominator.
    bonus: bool = False
    #: Shown, never scored.
    advice_only: bool = False
    #: Whose words are searched: `agent`, `customer` or `any`.
    who: Who = "agent"
    #: The stretch to search; everywhere when left out.
    where: Where | None = None
    #: When it applies; always when left out.
    only: Only | None = None
    #: A search: not applicable when it finds something.
    not_if: Search | None = None
    #: A search: passes as well when it finds something (the customer said it already).
    or_if: Search | None = None
    #: A mark: only what comes before it counts, not applicable if it never came.
    before: Mark | None = None
    #: A mark: only what comes after it counts, not applicable if it never came.
    after: Mark | None = None
    #: Hits needed; one when left out.
    at_least: int | None = Field(default=None, ge=1)
    #: Hits allowed; any number when left out.
    at_most: int | None = Field(default=None, ge=0)
    #: A hit with a negation in the four words before, in the same clause, does not count; on a
    #: card with a `politeness` or `dep` item English negation is told by sentence structure.
    unless_negated: bool = False
    #: How far a hit may be from the phrase: `exact` (any form of the words), `high`, `medium`,
    #: `low`. Left out: `medium`; `none` is always `exact`.
    strictness: Strictness | None = None
    #: Give part of the credit for part of it.
    partial: bool = False
    #: Of a sequence: turns from its first step to its last.
    within_turns: int | None = Field(default=None, ge=1)
    #: Of a sequence: seconds from its first step to its last.
    within_seconds: float | None = Field(default=None, gt=0)
    #: Mean word confidence below which an absence is "not heard clearly"; the card's when left out.
    min_confidence: float | None = Field(default=None, ge=0, le=1)
    #: Measured chance that it was said and missed, above which its absence is "not heard clearly";
    #: the card's when left out.
    max_missed: float | None = Field(default=None, ge=0, le=1)
    #: What a coach would say.
    advice: str = ""
    #: Sentences that test the item; see `qa scorecard test`.
    examples: tuple[ItemExample, ...] = ()
    #: Name of the check kind, and its options as that kind's model; set from the item's
    #: one check key (`any`, `all`, `none`, `sequence`, `metric`, `human`, ...).
    kind: str
    check: Any

    @property
    def effect(self) -> ItemKind:
        """What the item does to the score."""
        only_advises = getattr(self.check, "advice", False) and not self._weighed
        if self.advice_only or only_advises or (self.weight == 0 and not self.critical):
            return ItemKind.ADVICE
        if self.bonus:
            return ItemKind.BONUS
        only_forbids = self.at_most is not None and self.at_least is None
        if self.deducts or getattr(self.check, "deducts", False) or only_forbids:
            return ItemKind.DEDUCTS
        return ItemKind.EARNS

    @property
    def _weighed(self) -> bool:
        """Whether the card says that the item counts."""
        return not {"weight", "critical", "deducts", "bonus"}.isdisjoint(self.model_fields_set)

    @property
    def criticality(self) -> Critical | None:
        """What a confirmed fail does."""
        if not self.critical:
            return None
        if self.critical is True or self.critical == "automatic":
            return Critical.WHOLE
        return Critical(self.critical)


class Section(Part):
    """Items that belong together and weigh together."""

    #: Unique in the card: lower-case letters, digits, `-`, `_`.
    id: str = Field(pattern=_ID)
    #: Name for people.
    title: str = ""
    #: Weight in the total, in the mode `sections`; weights need not come to 100.
    weight: float = Field(default=1.0, ge=0, le=1000, allow_inf_nan=False)
    #: The items, at least one.
    items: tuple[Item, ...] = Field(min_length=1)


class Mode(StrEnum):
    """How items come together."""

    #: Items within sections, sections within the total.
    SECTIONS = "sections"
    #: All items in one pool; weights of sections do not count.
    ITEMS = "items"
    #: Weights are points; deductions and bonus are points too, the total is points per
    #: hundred possible.
    POINTS = "points"


class Scorecard(Part):
    """A card: what good service means here. Frozen, with the text it was read from."""

    #: The card's id: lower-case letters, digits, `-`, `_`.
    id: str = Field(pattern=_ID, alias="scorecard")
    #: Whole number; raise it with every change.
    version: int = Field(default=1, ge=1)
    #: Name for people.
    title: str = ""
    #: Languages it is written for; empty = every language that has a pack.
    languages: tuple[str, ...] = ()
    #: Channels it is meant for (`call`, `chat`, `mail`); empty = all.
    channels: tuple[Channel, ...] = ()
    #: How items come together: `sections`, `items` or `points`.
    mode: Mode = Mode.SECTIONS
    #: Total from which on a conversation has passed, 0 to 100.
    pass_mark: float = Field(default=80.0, ge=0, le=100)
    #: The most that bonus may lift a total to.
    bonus_cap: float = Field(default=100.0, ge=100, le=1000)
    #: Coverage below which a score is marked.
    low_coverage: float = Field(default=0.5, ge=0, le=1)
    #: Measured chance that something was said and missed, above which its absence is "not heard
    #: clearly".
    max_missed: float = Field(default=0.2, ge=0, le=1)
    #: Such a chance above which an absence is "not heard clearly" too, as long as the total stays
    #: final and nobody is called.
    max_missed_light: float = Field(default=0.02, ge=0, le=1)
    #: In place of both: mean word confidence below which an absence is "not heard clearly".
    min_confidence: float | None = Field(default=None, ge=0, le=1)
    #: Values for `{name}` in phrases. `company: []` is filled from the setting `company`.
    vars: dict[str, tuple[str, ...]] = Field(default_factory=dict)
    #: Phrases by list and language; a list of a family's name takes the family's place.
    lists: dict[str, dict[str, tuple[str, ...]]] = Field(default_factory=dict)
    #: The sections, at least one.
    sections: tuple[Section, ...] = Field(min_length=1)
    #: Conversations that test the card; see `qa scorecard test`.
    examples: tuple[Dialogue, ...] = ()
    #: The YAML it was read from, and "sha256:..." of what that says.
    source: str = ""
    hash: str = ""

    @property
    def ref(self) -> CardRef:
        """What a score stores of the card."""
        return CardRef(id=self.id, version=self.version, hash=self.hash)

    @property
    def items(self) -> tuple[tuple[Section, Item], ...]:
        """All items with their sections, in order."""
        return tuple((s, i) for s in self.sections for i in s.items)

    @property
    def parses(self) -> bool:
        """Whether an item reads sentence structure, so that all of them may."""
        return any(getattr(item.check, "parses", False) for _, item in self.items)

    def item(self, id: str) -> Item:
        """Return the item of that id (KeyError when there is none)."""
        for _, item in self.items:
            if item.id == id:
                return item
        raise KeyError(id)
