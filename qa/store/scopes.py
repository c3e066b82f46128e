"""Scopes as conditions of a query: the twin of `qa.access.Scope.holds`."""

from __future__ import annotations

from collections.abc import Iterator

from sqlalchemy import ColumnElement, and_, false, true
from sqlmodel import Session, col, or_, select

from qa.access import Facts, Part, Scope
from qa.records import Role
from qa.store.joining import KNOWN
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
        yield _own(part.agent)
    if part.released:
        yield col(row.released_at).is_not(None)


def _own(agent: str) -> ColumnElement[bool]:
    """Where there is a roster only whom it knows counts, else what the recording says."""
    row = ConversationRow
    takes_part = select(PartyRow.conversation).where(PartyRow.role == Role.AGENT)
    by_person = takes_part.where(PartyRow.person == agent).correlate(None)
    by_id = takes_part.where(PartyRow.agent_id == agent).correlate(None)
    no_roster = col(row.joined).is_(None)
    return or_(
        and_(col(row.agent_id) == agent, or_(no_roster, col(row.joined).in_(KNOWN))),
        col(row.id).in_(by_person),
        and_(no_roster, col(row.id).in_(by_id)),
    )


def facts(session: Session, row: ConversationRow) -> Facts:
    """Return what decides who may see a conversation."""
    parties = session.exec(
        select(PartyRow.person, PartyRow.agent_id).where(
            PartyRow.conversation == row.id, PartyRow.role == Role.AGENT
        )
    ).all()
    agents = {person for person, _ in parties}
    if row.joined is None:
        agents |= {agent for _, agent in parties}
    if row.joined is None or row.joined in KNOWN:
        agents.add(row.agent_id)
    return Facts(
        team=row.team,
        project=row.project,
        agents=frozenset(agent for agent in agents if agent),
        released=row.released_at is not None,
    )
