"""Which table holds what of an agent: every table is here, or says why it holds nothing of them.

A test compares this with all tables there are, so that a new one is not forgotten.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from qa.store.desk.draw_tables import DrawnRow, DrawRow, ReviewRow
from qa.store.desk.tables import (
    AcknowledgedRow,
    AssignmentRow,
    BlindRow,
    CollectionRow,
    CommentRow,
    MomentRow,
    PresenceRow,
    SecondLookRow,
    ShareRow,
    SoundConsentRow,
    StarRow,
)
from qa.store.erasing.tables import ErasedRow, HoldRow
from qa.store.people_tables import (
    AccountRow,
    AgentRow,
    MembershipRow,
    SessionRow,
    ThrottleRow,
    TokenRow,
)
from qa.store.tables import (
    AssessmentRow,
    ConversationRow,
    EventRow,
    FindingRow,
    HeardRow,
    OverrideRow,
    PartyRow,
    PublishedRow,
    RedactedRow,
    TurnRow,
    WantRow,
)


class Whose(StrEnum):
    """Which rows of a conversation that an agent takes part in are about them."""

    #: All: it is of the conversation.
    ALL = "all"
    #: Those of their party, or of all agents where nobody else takes part.
    PARTY = "party"
    #: Those of the turns in which no colleague speaks; of the whole, where nobody else takes part.
    TURN = "turn"
    #: Those of the turns in which they speak.
    OWN_TURN = "own turn"
    #: Those that name their id; "" = those of all agents.
    AGENT = "agent"


@dataclass(frozen=True)
class Kept:
    """A table that has rows of an agent's conversations.

    Parameters
    ----------
    through : the table by which it belongs to a conversation, and the columns that join them.
    without : columns that are about the customer, the machine or somebody else.
    texts : columns that people wrote or said: colleagues' names leave them.
    """

    row: Any
    whose: Whose
    through: tuple[Any, str, str] | None = None
    without: frozenset[str] = frozenset()
    texts: frozenset[str] = field(default_factory=frozenset)

    @property
    def name(self) -> str:
        """Name of the table."""
        return str(self.row.__tablename__)


def _kept(
    row: Any, whose: Whose, *, without: str = "", texts: str = "", through: Any = None
) -> Kept:
    return Kept(row, whose, through, frozenset(without.split()), frozenset(texts.split()))


#: In the order in which they are read.
OF_CONVERSATIONS = (
    _kept(
        ConversationRow,
        Whose.ALL,
        # What the recording is called and what came with it may name the customer.
        without="external_id source checksum details caller_key ticket claimed_by claimed_at"
        " lease_until error_reason error_mend retry_at load needs rank place nights attempts",
    ),
    _kept(PartyRow, Whose.PARTY),
    _kept(TurnRow, Whose.OWN_TURN, without="words", texts="text"),
    _kept(RedactedRow, Whose.OWN_TURN),
    _kept(HeardRow, Whose.ALL, without="audio provenance"),
    _kept(WantRow, Whose.ALL),
    _kept(AssessmentRow, Whose.PARTY, without="provenance"),
    _kept(FindingRow, Whose.PARTY, texts="reason", through=(AssessmentRow, "assessment", "id")),
    _kept(OverrideRow, Whose.PARTY, texts="comment"),
    _kept(ReviewRow, Whose.PARTY),
    _kept(BlindRow, Whose.PARTY, texts="comment", through=(ReviewRow, "review", "id")),
    _kept(CommentRow, Whose.TURN, texts="text"),
    _kept(StarRow, Whose.TURN, texts="thanks"),
    _kept(SecondLookRow, Whose.PARTY, texts="comment answer"),
    _kept(AcknowledgedRow, Whose.AGENT),
    _kept(SoundConsentRow, Whose.AGENT),
    _kept(DrawnRow, Whose.AGENT),
    _kept(AssignmentRow, Whose.ALL),
    _kept(MomentRow, Whose.TURN, texts="note"),
    _kept(ErasedRow, Whose.ALL),
    # Why something is held is about a case, which may be a customer's.
    _kept(HoldRow, Whose.ALL, without="reason"),
    _kept(EventRow, Whose.ALL),
)
#: What is found by the agent's id, their accounts or what was found before, and what of it is
#: left out: what opens a door, and what is about somebody else.
OF_THEMSELVES: Mapping[Any, frozenset[str]] = {
    AgentRow: frozenset({"name_key"}),
    AccountRow: frozenset({"password"}),
    MembershipRow: frozenset(),
    SessionRow: frozenset({"digest"}),
    TokenRow: frozenset({"digest"}),
    ThrottleRow: frozenset({"key"}),
    PresenceRow: frozenset(),
    PublishedRow: frozenset({"source"}),
    CollectionRow: frozenset(),
    ShareRow: frozenset({"digest"}),
    # The rule may name others whom it drew for.
    DrawRow: frozenset({"rule", "seed"}),
}
#: The audit log has rows of both kinds.
AUDIT = "audit"
#: Tables that hold nothing of an agent, and why.
NOTHING: Mapping[str, str] = {
    "scorecard": "The cards by which all are judged.",
    "searchable": "The words of turns, in another form to be found by; they are in 'turn'.",
    "tombstone": "Of what was erased whole; it tells nothing of who took part.",
    "run": "How fast machines work.",
}
