"""Examples: what the writer of a card says it must make of a sentence or a conversation.

They are tests of the card (`qa.scoring.trying`), never part of what it says: a card with
another example is the same card.
"""

from __future__ import annotations

from enum import StrEnum
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field, field_validator

from qa.records import Channel, Direction, EndedBy, Verdict

#: Facts that have a place of their own in a conversation's metadata.
FACTS = frozenset(["platform", "queue", "project", "team", "customer_ref", "ticket", "disposition"])


class _Part(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Expect(StrEnum):
    """What one sentence must come to."""

    PASS = "pass"  # noqa: S105 - a verdict, no password
    FAIL = "fail"
    #: The item's phrases are found in it, or are not, whatever that means for the verdict.
    HIT = "hit"
    NONE = "none"


class ItemExample(_Part):
    """One sentence, and what the item must make of it; conditions are taken to hold."""

    #: Who says it, `agent` or `customer`; whom the item listens to when left out.
    who: Literal["agent", "customer"] | None = None
    #: The sentence.
    text: str = Field(min_length=1)
    #: `pass` or `fail`, its conditions (`only`, `before`, `after`) taken to hold; `hit` or
    #: `none` where only finding its phrases matters.
    expect: Expect
    #: Its language; told by the words when left out.
    language: str = ""


class Dialogue(_Part):
    """A small conversation, and the verdicts it must come to."""

    #: What it shows, for people.
    about: str = ""
    #: `call` when left out, or the first that the card is for.
    channel: Channel | None = None
    #: Who called whom.
    direction: Direction = Direction.UNKNOWN
    #: Who or what ended it.
    ended_by: EndedBy = EndedBy.UNKNOWN
    #: Its language; told by the words when left out.
    language: str = ""
    #: Topics it has.
    topics: tuple[str, ...] = ()
    #: Tags it has.
    tags: tuple[str, ...] = ()
    #: Facts of the source by name: `queue`, `project`, `ticket`, or any other.
    metadata: dict[str, str] = Field(default_factory=dict)
    #: Who says what, line by line; `agent-2` is another agent.
    lines: tuple[dict[str, str], ...] = Field(min_length=1)
    #: Verdict by item.
    expect: dict[str, Verdict] = Field(min_length=1)

    @field_validator("lines")
    @classmethod
    def _one_each(cls, value: tuple[dict[str, str], ...]) -> tuple[dict[str, str], ...]:
        for line in value:
            if len(line) != 1 or next(iter(line)).split("-")[0] not in {"agent", "customer"}:
                raise ValueError("each line is 'agent: words' or 'customer: words'")
        return value
