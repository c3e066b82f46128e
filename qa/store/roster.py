"""The agents' roster: who the recordings' agents are, and in which team, on which day."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from datetime import date, datetime

from sqlalchemy import Engine, delete, func, insert
from sqlalchemy import select as columns
from sqlmodel import Session, col, or_, select

from qa.records import Metadata, Record, Role
from qa.store import database, journal
from qa.store.joining import KNOWN, Agent, Joined, join, name_key
from qa.store.people_tables import AgentRow
from qa.store.queue import among
from qa.store.tables import ConversationRow, PartyRow

#: Conversations that are joined again in one transaction.
_AT_ONCE = 500


class Unjoined(Record):
    """What recordings call an agent whom the roster does not know, and how often."""

    agent_id: str | None
    agent_name: str | None
    why: Joined
    conversations: int
    first: datetime
    last: datetime


class Roster:
    """The part of the store that knows who is who."""

    def __init__(self, engine: Engine, *, clock: Callable[[], datetime]) -> None:
        self._engine = engine
        self._now = clock

    def all(self) -> tuple[Agent, ...]:
        """Return the roster by id and day."""
        with database.reading(self._engine) as session:
            return tuple(_agents(session))

    def replace(self, agents: Sequence[Agent], *, who: str) -> None:
        """Take a roster in place of the one before; `join` makes it count."""
        with database.writing(self._engine) as session:
            session.execute(delete(AgentRow))
            session.execute(insert(AgentRow), [_values(agent) for agent in agents])
            journal.write(
                session, "roster replaced", who=who, conversation=None,
                detail={"entries": str(len(agents))}, now=self._now(),
            )  # fmt: skip

    def join(self) -> Mapping[Joined, int]:
        """Join all recordings again, by what they say themselves; return how many how."""
        counted: Counter[Joined] = Counter()
        with database.reading(self._engine) as session:
            roster = list(_agents(session))
        after = ""
        while roster:
            with database.writing(self._engine) as session:
                found = session.exec(
                    select(ConversationRow)
                    .where(col(ConversationRow.id) > after)
                    .order_by(col(ConversationRow.id))
                    .limit(_AT_ONCE)
                ).all()
                if not found:
                    break
                parties = _parties(session, [row.id for row in found])
                for row in found:
                    counted[_apply(row, parties.get(row.id, []), roster)] += 1
                after = found[-1].id
        return counted

    def unjoined(self) -> tuple[Unjoined, ...]:
        """Return what could not be joined, the most frequent first."""
        row = ConversationRow
        query = (
            columns(
                col(row.agent_id), col(row.agent_name), col(row.joined), func.count(),
                func.min(row.at), func.max(row.at),
            )
            .where(col(row.joined).is_not(None), col(row.joined).not_in(KNOWN))
            .group_by(col(row.agent_id), col(row.agent_name), col(row.joined))
            .order_by(func.count().desc(), col(row.agent_id), col(row.agent_name))
        )  # fmt: skip
        with database.reading(self._engine) as session:
            return tuple(
                Unjoined(
                    agent_id=agent_id, agent_name=name, why=Joined(why or ""),
                    conversations=number, first=first, last=last,
                )
                for agent_id, name, why, number, first, last in session.execute(query)
            )  # fmt: skip


def apply(session: Session, ids: Collection[str]) -> None:
    """Join recordings, by what they say themselves; without a roster nothing changes."""
    if session.exec(select(AgentRow.id).limit(1)).first() is None:
        return
    session.flush()
    found = session.exec(
        select(ConversationRow).where(among(session, ConversationRow.id, ids))
    ).all()
    parties = _parties(session, ids)
    said = [Metadata.model_validate(row.details) for row in found]
    named = [(m.agent_id, m.agent_name) for m in said]
    named += [(p.agent_id, p.name) for those in parties.values() for p in those]
    numbers = {agent_id for agent_id, _ in named if agent_id}
    names = {name_key(name) for _, name in named if name}
    people = list(_agents(session, ids=numbers, names=names))
    for row in found:
        _apply(row, parties.get(row.id, []), people)


def _apply(row: ConversationRow, parties: Sequence[PartyRow], roster: Sequence[Agent]) -> Joined:
    """Write into the rows who is meant; the roster's team counts before the recording's.

    Its project does not: an agent may work for several, and the recording knows for which
    it was.
    """
    meta = Metadata.model_validate(row.details)
    day = row.at.astimezone().date()
    for party in parties:
        party.person = _person(roster, party.agent_id, party.name, day)
    first = parties[0] if parties else None
    agent_id = meta.agent_id or (first.agent_id if first else None)
    agent_name = meta.agent_name or (first.name if first else None)
    row.agent_id, row.agent_name = agent_id, agent_name
    row.team, row.project = meta.team, meta.project
    found = join(roster, agent_id=agent_id, agent_name=agent_name, day=day)
    row.joined = found.how
    if found.agent is not None:
        row.agent_id, row.agent_name = found.agent.id, found.agent.name
        row.team = found.agent.team or meta.team
        row.project = meta.project or found.agent.project or None
    return found.how


def _person(
    roster: Sequence[Agent], agent_id: str | None, name: str | None, day: date
) -> str | None:
    found = join(roster, agent_id=agent_id, agent_name=name, day=day).agent
    return found.id if found else None


def _agents(
    session: Session, *, ids: Collection[str] | None = None, names: Collection[str] = ()
) -> Iterator[Agent]:
    query = select(AgentRow).order_by(col(AgentRow.agent_id), col(AgentRow.id))
    if ids is not None:
        query = query.where(
            or_(
                col(AgentRow.agent_id).in_(ids),
                col(AgentRow.extension).in_(ids),
                col(AgentRow.name_key).in_(names),
            )
        )
    for row in session.exec(query):
        yield Agent(
            id=row.agent_id,
            name=row.name,
            extension=row.extension,
            team=row.team,
            project=row.project,
            valid_from=row.valid_from,
            valid_to=row.valid_to,
        )


def _values(agent: Agent) -> dict[str, object]:
    return {
        "agent_id": agent.id,
        "name_key": name_key(agent.name),
        **agent.model_dump(exclude={"id"}),
    }


def _parties(session: Session, ids: Collection[str]) -> dict[str, list[PartyRow]]:
    found: dict[str, list[PartyRow]] = {}
    for party in session.exec(
        select(PartyRow)
        .where(among(session, PartyRow.conversation, ids), PartyRow.role == Role.AGENT)
        .order_by(col(PartyRow.conversation), col(PartyRow.place))
    ):
        found.setdefault(party.conversation, []).append(party)
    return found
