"""Check kinds: the ways an item can be answered. One file each.

A check kind is a pydantic model of what the item says under its key, with a verb
``run(context) -> Outcome``. Other distributions add theirs through the entry-point group
"qa.checks"; the name in `CHECKS` is the key in the card.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING, Protocol

from pydantic import BaseModel

from qa import plugins
from qa.records import Evidence, Verdict

if TYPE_CHECKING:
    from qa.scoring.context import Context
    from qa.scoring.scorecard import PhraseRef

CHECKS = {
    "any": "qa.scoring.checks.any_of:AnyOf",
    "all": "qa.scoring.checks.all_of:AllOf",
    "none": "qa.scoring.checks.none_of:NoneOf",
    "sequence": "qa.scoring.checks.sequence:Sequence",
    "response": "qa.scoring.checks.response:Response",
    "near": "qa.scoring.checks.near:Near",
    "count": "qa.scoring.checks.count:Count",
    "choice": "qa.scoring.checks.choice:Choice",
    "metric": "qa.scoring.checks.metric:Metric",
    "politeness": "qa.scoring.checks.politeness:Politeness",
    "dep": "qa.scoring.checks.dep:Dep",
    "recorded": "qa.scoring.checks.recorded:Recorded",
    "human": "qa.scoring.checks.human:Human",
}
GROUP = "qa.checks"


@dataclass(frozen=True)
class Doubt:
    """What speaks against a verdict by absence."""

    #: Measured chance that it was said and missed, 0..1; infinite where so little is found that
    #: an absence says nothing at all.
    missed: float
    #: How it is told where the absence is left open.
    reason: str


@dataclass(frozen=True)
class Outcome:
    """What a check found."""

    verdict: Verdict
    evidence: tuple[Evidence, ...] = ()
    #: Always given for not_applicable, review and verdicts by absence.
    reason: str = ""
    #: Share of the credit, for partial.
    value: float | None = None
    #: Of a verdict by absence: what was measured of such ones; None = not measured, or not asked.
    doubt: Doubt | None = None


class Check(Protocol):
    """One way to answer an item."""

    #: Passing earns nothing, failing takes the item's weight away.
    deducts: bool

    def run(self, context: Context) -> Outcome:
        """Answer the item for one agent's part of a conversation."""
        ...

    def references(self) -> Sequence[Sequence[PhraseRef]]:
        """Return the groups of phrases it looks for, so that the card can be checked."""
        ...


@lru_cache(maxsize=1)
def kinds() -> tuple[str, ...]:
    """Return the names of all check kinds."""
    return tuple(plugins.names(CHECKS, GROUP))


@lru_cache(maxsize=64)
def made_by(name: str) -> str:
    """Return name and version of the distribution that a check kind comes from; "" for our own."""
    return plugins.maker(name, CHECKS, GROUP)


@lru_cache(maxsize=64)
def load_kind(name: str) -> type[BaseModel]:
    """Return the model of a check kind (UnknownName when nothing answers to the name)."""
    found: type[BaseModel] = plugins.load("check", name, CHECKS, GROUP)
    return found
