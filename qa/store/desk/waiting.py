"""What a conversation's scores wait for: kept beside it, so that the inbox need not look.

It follows from scores, verdicts and parties alone, and is worked out again in the
transaction that changes them.
"""

from __future__ import annotations

from collections.abc import Collection
from enum import StrEnum

from sqlalchemy import ColumnElement, and_, case, exists, null, update
from sqlmodel import Session, col, or_

from qa.records import Role, ScoreStatus
from qa.store.queue import among
from qa.store.tables import AssessmentRow, ConversationRow, OverrideRow, PartyRow


class Waits(StrEnum):
    """What for."""

    #: A critical fail is suspected.
    CRITICAL = "critical"
    #: Items were left open, a verdict must be confirmed again, or nobody is known as the agent.
    HUMAN = "human"


def settle(session: Session, ids: Collection[str]) -> None:
    """Work out again what conversations wait for."""
    session.flush()
    session.execute(
        update(ConversationRow)
        .where(among(session, ConversationRow.id, ids))
        .values(
            waits=case(
                (_scored(ScoreStatus.CRITICAL_SUSPECTED), Waits.CRITICAL.value),
                (or_(_scored(ScoreStatus.PROVISIONAL), _again(), _agentless()), Waits.HUMAN.value),
                else_=null(),
            )
        )
        .execution_options(synchronize_session=False)
    )


def _scored(status: ScoreStatus) -> ColumnElement[bool]:
    made = AssessmentRow
    return exists().where(
        col(made.conversation) == ConversationRow.id,
        col(made.current).is_(True),
        col(made.status) == status,
    )


def _again() -> ColumnElement[bool]:
    return exists().where(
        col(OverrideRow.conversation) == ConversationRow.id,
        col(OverrideRow.standing).is_(True),
        col(OverrideRow.confirm_again).is_(True),
    )


def _agentless() -> ColumnElement[bool]:
    return and_(
        _scored(ScoreStatus.NOT_SCORABLE),
        col(ConversationRow.triage).is_(None),
        ~exists().where(
            col(PartyRow.conversation) == ConversationRow.id, col(PartyRow.role) == Role.AGENT
        ),
    )
