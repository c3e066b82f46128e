"""Scopes as conditions of a query: the twin of `qa.access.Scope.holds`.

Who sees a conversation for having taken part in it sees what concerns them, not the
scores and names of the colleagues it was transferred to or from: `seen`.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import replace
from functools import cache
from typing import Any

from sqlalchemy import ColumnElement, Select, String, and_, bindparam, exists, false, func, true
from sqlalchemy import select as columns
from sqlmodel import Session, col, or_, select

from qa.access import Facts, Part, Scope
from qa.records import Metadata, Party, Role, SafeConversation
from qa.store.desk.draw_tables import DrawnRow, DrawRow, ReviewRow
from qa.store.joining import KNOWN
from qa.store.queue import among, among_given, anew, given, is_postgres
from qa.store.tables import ConversationRow, PartyRow

# To name a table anew copies all its columns, which takes longer than many a query; so it is
# done once. Each name stands in one subquery of one condition alone.
_DRAWN_ROW = anew(ConversationRow)
_INSIDE, _BESIDE = anew(ConversationRow), anew(PartyRow)
_TABLES = ConversationRow.metadata.tables
_OWN_ROW, _OWN, _OTHER = anew(ConversationRow), anew(PartyRow), anew(PartyRow)


def within(scope: Scope) -> ColumnElement[bool]:
    """Return the condition that a conversation is among those of a scope."""
    if scope.everything:
        return true()
    if scope.nothing:
        return false()
    return or_(*(and_(true(), *_conditions(part, ConversationRow)) for part in scope.parts))


def _conditions(part: Part, row: Any) -> Iterator[ColumnElement[bool]]:
    if part.team is not None:
        yield col(row.team) == part.team
    if part.project is not None:
        yield col(row.project) == part.project
    if part.agent is not None:
        yield _own(part.agent, row)
    if part.released:
        yield col(row.released_at).is_not(None)


def _own(agent: str, row: Any) -> ColumnElement[bool]:
    """Where there is a roster only whom it knows counts, else what the recording says."""
    takes_part = select(PartyRow.conversation).where(PartyRow.role == Role.AGENT)
    by_person = takes_part.where(PartyRow.person == agent).correlate(None)
    by_id = takes_part.where(PartyRow.agent_id == agent).correlate(None)
    return or_(
        _is_main(agent, row),
        col(row.id).in_(by_person),
        and_(col(row.joined).is_(None), col(row.id).in_(by_id)),
    )


def _is_main(agent: str, row: Any) -> ColumnElement[bool]:
    known = or_(col(row.joined).is_(None), col(row.joined).in_(KNOWN))
    return and_(col(row.agent_id) == agent, known)


# --- what of a conversation is seen ------------------------------------------------------


def seen(scope: Scope, *, conversation: Any, party: Any) -> ColumnElement[bool]:
    """Return the condition that somebody sees how one agent of a conversation was judged.

    Parameters
    ----------
    conversation, party : columns of what is asked for; see `concerns`.
    """
    shown = concerns(scope, conversation=conversation, party=party)
    return and_(shown, ~hidden(scope, conversation)) if scope.reviewer else shown


def hidden(scope: Scope, conversation: Any) -> ColumnElement[bool]:
    """Return the condition that somebody judges a conversation blind, and has not yet.

    It was drawn for that, and their own verdict is awaited: what the machine and other
    people said of it is nothing they may see.
    """
    if not scope.reviewer:
        return false()
    saved = select(ReviewRow.conversation).where(
        ReviewRow.reviewer == scope.reviewer, col(ReviewRow.saved_at).is_not(None)
    )
    drawn = (
        select(DrawnRow.conversation)
        .join(DrawRow, col(DrawRow.id) == DrawnRow.draw)
        .where(
            col(DrawRow.blind).is_(True), col(DrawnRow.conversation).not_in(saved.correlate(None))
        )
    )
    if Part() not in scope.reviews:
        row = _DRAWN_ROW
        parts = (and_(true(), *_conditions(part, row)) for part in scope.reviews)
        drawn = drawn.join(row, col(row.id) == DrawnRow.conversation).where(or_(*parts))
    # Uncorrelated: each is read once, and never row by row.
    return col(conversation).in_(drawn.correlate(None))


def blind(session: Session, ids: Collection[str], scope: Scope) -> frozenset[str]:
    """Return those conversations that whoever sees a scope is to judge blind, and has not."""
    if not scope.reviewer:
        return frozenset()
    # Few are drawn; of most conversations this alone is asked, once for each session.
    known: dict[str, bool] = session.info.setdefault("drawn blind", {})
    if new := [one for one in ids if one not in known]:
        drawn = set(session.scalars(_drawn_blind(is_postgres(session)), given(session, new)))
        known.update((one, one in drawn) for one in new)
    if not (drawn := {one for one in ids if known[one]}):
        return frozenset()
    row = ConversationRow
    return frozenset(
        session.exec(select(row.id).where(among(session, row.id, drawn), hidden(scope, row.id)))
    )


@cache
def _drawn_blind(postgres: bool) -> Select[Any]:  # noqa: FBT001 - the one thing it depends on
    drawn, draw = _TABLES["drawn"].c, _TABLES["draw"].c
    return (
        columns(drawn.conversation)
        .join(_TABLES["draw"], draw.id == drawn.draw)
        .where(draw.blind.is_(True), among_given(drawn.conversation, postgres=postgres))
    )


def settled(session: Session, id: str, scope: Scope) -> Scope:
    """Return a scope as it is for one conversation: most hide nothing that is to be judged blind.

    What is asked of that conversation within it need not look again.
    """
    if not scope.reviewer or blind(session, [id], scope):
        return scope
    return replace(scope, reviewer="", reviews=())


def concerns(scope: Scope, *, conversation: Any, party: Any) -> ColumnElement[bool]:
    """Return the condition that somebody may know what concerns one agent of a conversation.

    Parameters
    ----------
    conversation, party : columns of what is asked for; no party = all agents together,
        which who took part sees only where nobody else did.
    """
    if scope.nothing:
        return false()
    if not scope.agents:  # the conversations of the scope are whole, so nothing is looked up
        return true()
    return or_(*(_seen(part, conversation, party) for part in scope.parts))


def _seen(part: Part, conversation: Any, party: Any) -> ColumnElement[bool]:
    row, other = _INSIDE, _BESIDE
    inside = col(conversation).in_(select(row.id).where(*_conditions(part, row)))
    if part.agent is None:
        return inside
    own = _own_parties(part.agent, conversation)
    others = exists().where(
        col(other.conversation) == conversation,
        col(other.role) == Role.AGENT,
        col(other.party).not_in(own),
    )
    together = func.coalesce(party, "") == ""
    return and_(inside, or_(col(party).in_(own), and_(together, ~others)))


def _own_parties(agent: str, conversation: Any) -> Any:
    """Select which parties an agent is; never a guess where two could be meant.

    One that nothing names is whom the conversation itself names, where it is the only such one.
    """
    row, mine, other = _OWN_ROW, _OWN, _OTHER
    meant_too = exists().where(
        col(other.conversation) == mine.conversation,
        col(other.role) == Role.AGENT,
        col(other.place) != mine.place,
        or_(_is_named(agent, other, row), _is_unnamed(other, row)),
    )
    by_elimination = and_(_is_unnamed(mine, row), _is_main(agent, row), ~meant_too)
    return (
        select(mine.party)
        .join(row, col(row.id) == mine.conversation)
        .where(
            col(mine.conversation) == conversation,
            col(mine.role) == Role.AGENT,
            or_(_is_named(agent, mine, row), by_elimination),
        )
    )


def _is_named(agent: str, party: Any, row: Any) -> ColumnElement[bool]:
    by_id = and_(col(row.joined).is_(None), col(party.agent_id) == agent)
    return or_(col(party.person) == agent, by_id)


def _is_unnamed(party: Any, row: Any) -> ColumnElement[bool]:
    return and_(
        col(party.person).is_(None),
        col(party.agent_id).is_(None),
        or_(col(party.name).is_(None), col(party.name) == row.agent_name),
    )


def main_agent_seen(scope: Scope) -> ColumnElement[bool]:
    """Return the condition that somebody sees whom a conversation itself names as its agent."""
    if not scope.agents:
        return true()
    whole = Scope(tuple(part for part in scope.parts if part.agent is None))
    return or_(within(whole), col(ConversationRow.agent_id).in_(scope.agents))


def names_main_agent(row: ConversationRow, scope: Scope) -> bool:
    """Say whether somebody sees whom a conversation itself names as its agent."""
    if not scope.agents or row.agent_id in scope.agents:
        return True
    released = row.released_at is not None
    return scope.holds_whole(Facts(team=row.team, project=row.project, released=released))


def agents_seen(
    session: Session, found: Collection[str], scope: Scope
) -> frozenset[tuple[str, str]]:
    """Return which agents of conversations somebody sees by name: (conversation, party).

    Not looked up for who sees conversations whole.
    """
    if not scope.agents:
        return frozenset()
    shown = concerns(scope, conversation=PartyRow.conversation, party=PartyRow.party)
    query = select(PartyRow.conversation, PartyRow.party).where(
        among(session, PartyRow.conversation, found), PartyRow.role == Role.AGENT, shown
    )
    return frozenset(session.exec(query))


def unnamed(
    safe: SafeConversation, row: ConversationRow, scope: Scope, known: Collection[tuple[str, str]]
) -> SafeConversation:
    """Return a conversation without the names of the agents whom somebody does not see.

    Parameters
    ----------
    known : what `agents_seen` returned.
    """
    if not scope.agents:
        return safe

    def shown(party: Party) -> Party:
        if party.role is not Role.AGENT or (safe.id, party.id) in known:
            return party
        return party.model_copy(update={"name": None, "agent_id": None})

    parties = tuple(shown(party) for party in safe.parties)
    metadata = main_unnamed(safe.metadata, row, scope)
    return safe.model_copy(update={"parties": parties, "metadata": metadata})


def main_unnamed(metadata: Metadata, row: ConversationRow, scope: Scope) -> Metadata:
    """Return what is known of a conversation, its agent's name only for who sees it."""
    if names_main_agent(row, scope):
        return metadata
    return metadata.model_copy(update={"agent_id": None, "agent_name": None})


# --- facts -------------------------------------------------------------------------------


_AGENTS = select(PartyRow.person, PartyRow.agent_id).where(
    PartyRow.conversation == bindparam("conversation", type_=String), PartyRow.role == Role.AGENT
)


def facts(session: Session, row: ConversationRow) -> Facts:
    """Return what decides who may see a conversation."""
    parties = session.exec(_AGENTS, params={"conversation": row.id}).all()
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
