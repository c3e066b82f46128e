"""Scopes as conditions of a query: the twin of `qa.access.Scope.holds`."""

from __future__ import annotations

from collections.abc import Iterator

from sqlalchemy import ColumnElement, and_, false, true
from sqlmodel import Session, col, or_, select

from qa.access import Facts, Part, Scope
from qa.records import Role
from qa.store.tables import ConversationRow, PartyRow


def within(scope: Scope) -> ColumnElement[bool]:
    """Return the condition that a conversation is among those of a scope."""
    if scope.everything:
        return true()
    if scope.nothing:
        return false()
    return or_(*(and_(true(), *_conditions(part)) for part in scope.parts))


def _conditions(part: Part) -> Iterator[ColumnElement[bool]]:
    row = ConversationRow
    if part.team is not None:
        yield col(row.team) == part.team
    if part.project is not None:
        yield col(row.project) == part.project
    if part.agent is not None:
        takes_part = select(PartyRow.conversation).where(
            PartyRow.role == Role.AGENT, PartyRow.agent_id == part.agent
        )
        yield or_(col(row.agent_id) == part.agent, col(row.id).in_(takes_part.correlate(None)))
    if part.released:
        yield col(row.released_at).is_not(None)


def facts(session: Session, row: ConversationRow) -> Facts:
    """Return what decides who may see a conversation."""
    parties = session.exec(
        select(PartyRow.agent_id).where(
            PartyRow.conversation == row.id, PartyRow.role == Role.AGENT
        )
    )
    return Facts(
        team=row.team,
        project=row.project,
        agents=frozenset(agent for agent in (row.agent_id, *parties) if agent),
        released=row.released_at is not None,
    )
