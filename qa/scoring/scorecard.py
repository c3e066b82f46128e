"""What a scorecard may say. Every key of the YAML file is a field here.

`qa.scoring.reading` turns a file into a `Scorecard`; nothing else makes one.
"""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated, Any, Literal, Self

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, model_validator

from qa.records import CardRef, Channel, Critical, Direction, EndedBy, ItemKind
from qa.scoring.examples import Dialogue, ItemExample
from qa.scoring.matching import Strictness

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
    raise ValueError(f"expected a phrase, 'list: name' or 'family: name'; found {value!r}")


#: A phrase, or where phrases stand.
PhraseRef = Annotated[str | ListRef | FamilyRef, BeforeValidator(_phrase_ref)]
Who = Literal["agent", "customer", "any"]


class Where(Part):
    """The stretch of the conversation to search; several conditions widen it."""

    #: Turns of the searched speaker, counted from the start or the end of the agent's part.
    first_turns: int | None = Field(default=None, ge=1)
    last_turns: int | None = Field(default=None, ge=1)
    #: Seconds from the first speech and to the last, by the times of words.
    first_seconds: float | None = Field(default=None, gt=0)
    last_seconds: float | None = Field(default=None, gt=0)
    #: Share of the agent's part, 0..1: of a call by the times of words, of a chat (and of a
    #: call that carries no times) by turns of the searched speaker.
    first_share: float | None = Field(default=None, gt=0, le=1)
    last_share: float | None = Field(default=None, gt=0, le=1)
    #: Only from the turn on in which the trigger (`only: seen`) was found.
    after_trigger: bool = False


class Search(Part):
    """Look for phrases: a condition, a waiver, or a step of a sequence."""

    #: Whose turns; None = those of the item.
    who: Who | None = None
    where: Where | None = None
    any: tuple[PhraseRef, ...] = Field(min_length=1)
    #: Hits needed.
    at_least: int = Field(default=1, ge=1)
    #: Hits with a negation shortly before them do not count.
    unless_negated: bool = False
    strictness: Strictness = Strictness.MEDIUM
    #: Of a step: may be missing.
    optional: bool = False


class Mark(Search):
    """A place to search from or up to: the first time this is said, done or answered."""

    #: One of the three: something said,
    any: tuple[PhraseRef, ...] = ()
    #: a system action by its name among the events, when the source says when it was,
    action: str | tuple[str, ...] | None = None
    #: or where an item further up in the card found what it looks for.
    item: str | None = None

    @model_validator(mode="after")
    def _one(self) -> Self:
        if sum(map(bool, (self.any, self.action, self.item))) != 1:
            raise ValueError("expected one of 'any', 'action' and 'item'")
        return self


class Only(Part):
    """When an item applies. Every condition must hold, or the item is not applicable."""

    channel: Channel | tuple[Channel, ...] | None = None
    direction: Direction | tuple[Direction, ...] | None = None
    language: str | tuple[str, ...] | None = None
    queue: str | tuple[str, ...] | None = None
    project: str | tuple[str, ...] | None = None
    #: One of the conversation's topics.
    topic: str | tuple[str, ...] | None = None
    tag: str | tuple[str, ...] | None = None
    #: Named facts of the source, each with the values that will do; `true` = any value.
    metadata: dict[str, bool | str | tuple[str, ...]] | None = None
    ended_by: EndedBy | tuple[EndedBy, ...] | None = None
    #: A system action of that name is among the events.
    action: str | tuple[str, ...] | None = None
    has_times: bool | None = None
    transferred: bool | None = None
    #: The agent is the first (the last) of the conversation.
    first_agent: bool | None = None
    last_agent: bool | None = None
    #: Something was said: a list or family by name, of the customer, or what `when` looks for.
    seen: str | None = None
    when: Search | None = None


class Item(Part):
    """One question about the conversation."""

    id: str = Field(pattern=_ID)
    #: The question, as a supervisor would ask it.
    ask: str = Field(min_length=1)
    weight: float = Field(default=1.0, ge=0, le=1000, allow_inf_nan=False)
    #: A fail weighs more than its weight: `true` zeroes the total once a human has
    #: confirmed it, `section` the section, `outcome` fails without touching the total;
    #: `automatic` zeroes the total at once.
    critical: Literal[False, True, "whole", "section", "outcome", "automatic"] = False
    #: Takes its weight away when failed, earns nothing (always so for `none`).
    deducts: bool = False
    #: Adds its weight in points, outside the denominator.
    bonus: bool = False
    #: Shown, never scored.
    advice_only: bool = False
    who: Who = "agent"
    where: Where | None = None
    only: Only | None = None
    #: Not applicable when this is found.
    not_if: Search | None = None
    #: Passes as well when this is found.
    or_if: Search | None = None
    #: Only what comes before the first time this is found counts; not applicable if it never is.
    before: Mark | None = None
    #: Only what comes after the first time this is found counts; not applicable if it never is.
    after: Mark | None = None
    at_least: int | None = Field(default=None, ge=1)
    at_most: int | None = Field(default=None, ge=0)
    unless_negated: bool = False
    strictness: Strictness | None = None
    #: Give partial credit.
    partial: bool = False
    #: Turns, seconds between the first step of a sequence and its last.
    within_turns: int | None = Field(default=None, ge=1)
    within_seconds: float | None = Field(default=None, gt=0)
    #: Mean word confidence below which an absence is "not heard clearly"; None = the card's.
    min_confidence: float | None = Field(default=None, ge=0, le=1)
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

    id: str = Field(pattern=_ID)
    title: str = ""
    weight: float = Field(default=1.0, ge=0, le=1000, allow_inf_nan=False)
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

    id: str = Field(pattern=_ID, alias="scorecard")
    version: int = Field(default=1, ge=1)
    title: str = ""
    #: Languages it is written for; empty = every language that has a pack.
    languages: tuple[str, ...] = ()
    #: Channels it is meant for; empty = all.
    channels: tuple[Channel, ...] = ()
    mode: Mode = Mode.SECTIONS
    pass_mark: float = Field(default=80.0, ge=0, le=100)
    #: The most that bonus may lift a total to.
    bonus_cap: float = Field(default=100.0, ge=100, le=1000)
    #: Coverage below which a score is marked.
    low_coverage: float = Field(default=0.5, ge=0, le=1)
    #: Mean word confidence below which an absence is "not heard clearly".
    min_confidence: float = Field(default=0.6, ge=0, le=1)
    #: Values for {name} in phrases.
    vars: dict[str, tuple[str, ...]] = Field(default_factory=dict)
    #: Phrases by list and language.
    lists: dict[str, dict[str, tuple[str, ...]]] = Field(default_factory=dict)
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
