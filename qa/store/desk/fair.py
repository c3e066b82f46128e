"""What a report on fairness answers."""

from __future__ import annotations

from typing import Literal

from qa.records import Record
from qa.store.desk.estimates import Share
from qa.store.desk.figured import CardCount, LeftOut, Question
from qa.store.desk.rates import Gap

#: By what verdicts are told apart: how well the agent's words were recognised, the
#: conversation's language, or the agent.
Trait = Literal["confidence", "language", "agent"]
#: Thirds of what was heard, by how sure the words of the agent are; the worst first.
BANDS = ("low", "middle", "high")


class Rates(Record):
    """How often verdicts were so: each share with its range, of verdicts and conversations."""

    conversations: int
    #: Of what was judged, humans' verdicts in place of the machine's: what failed.
    failed: Share
    #: The same by the machine alone.
    machine: Share
    #: Of all that was asked: what waits for a human, and what did not apply.
    open: Share
    skipped: Share


class Group(Record):
    """A third by confidence, a language or an agent."""

    #: "low", "middle", "high"; a language; an agent's id. "" = not recognised by a machine,
    #: language not known, or whom the roster does not know.
    key: str
    name: str
    agents: int
    #: Between what the confidence of its words lies, and on average; None = none is known.
    least: float | None
    most: float | None
    confidence: float | None
    rates: Rates
    #: How far its fail rate is above that of all others together, by standing verdicts and by
    #: the machine's; None = too few.
    gap: Gap | None
    machine_gap: Gap | None


class ItemCell(Record):
    """How often one item failed in one group."""

    key: str
    rates: Rates


class FairItem(Record):
    """One item of the card."""

    item: str
    section: str
    ask: str
    whole: Rates
    #: One a group, in their order.
    cells: tuple[ItemCell, ...]
    #: The widest difference to all others among the groups: of which group, and how wide.
    widest: str
    gap: Gap | None


class Fairness(Record):
    """An answer: fail rates by one trait, over all items and for each."""

    #: Its span may be shorter than was asked for: see `qa.store.desk.figures`.
    question: Question
    by: Trait
    cards: tuple[CardCount, ...]
    left_out: LeftOut
    #: Conversations looked at.
    n: int
    whole: Rates
    groups: tuple[Group, ...]
    items: tuple[FairItem, ...]
    #: By confidence: the worst third's fail rate above the best third's.
    gap: Gap | None
    machine_gap: Gap | None
