"""The file of one agent: all that is stored about them, nothing of colleagues or customers."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any

from sqlalchemy import Engine, String, and_, cast, func
from sqlalchemy import select as columns_of
from sqlmodel import Session, col, or_, select

from qa.access import Part, Scope
from qa.errors import NotFound
from qa.records import Role
from qa.setting_parts import Redaction, redaction_of
from qa.store import database, scopes
from qa.store.acts import Kind
from qa.store.agents.kept import AUDIT, OF_CONVERSATIONS, OF_THEMSELVES, Kept, Whose
from qa.store.audit_tables import AuditRow
from qa.store.desk.draw_tables import DrawnRow, DrawRow
from qa.store.desk.tables import CollectionRow, MomentRow, PresenceRow, ShareRow
from qa.store.people_tables import (
    AccountRow,
    AgentRow,
    MembershipRow,
    SessionRow,
    ThrottleRow,
    TokenRow,
)
from qa.store.queue import among
from qa.store.tables import ConversationRow, EventRow, PartyRow, PublishedRow, Table, TurnRow
from qa.store.throttle import key_of

if TYPE_CHECKING:
    from qa.redact.people import Names

#: Conversations that are read at once.
_AT_ONCE = 200
#: In place of a colleague's name, and of words that exports may not show as they are stored.
_MARK, _LEFT_OUT = "[NAME]", "[LEFT OUT]"
#: Tables that hold words of a conversation itself.
_SPOKEN = frozenset({"turn", "finding"})

#: A row as it is exported: values that JSON knows.
Plain = dict[str, Any]


@dataclass(frozen=True)
class AgentFile:
    """All that is stored about one agent; its rows are read when they are asked for.

    Parameters
    ----------
    names : by the roster, newest last.
    accounts : ids of accounts by name.
    parties : own parties by conversation.
    colleagues : parties of other agents by conversation, where there are any.
    peers : the accounts of those.
    """

    agent: str
    made_at: datetime
    names: tuple[str, ...]
    accounts: Mapping[str, str]
    parties: Mapping[str, frozenset[str]]
    colleagues: Mapping[str, frozenset[str]]
    peers: Mapping[str, frozenset[str]]
    _engine: Engine
    _hidden: Names
    #: Conversations of which more is to be hidden in exports than is in the store.
    _barred: frozenset[str]

    @property
    def tables(self) -> tuple[str, ...]:
        """Names of the tables, in the order in which they are read."""
        themselves = [str(row.__tablename__) for row in OF_THEMSELVES]
        return (*themselves, *(kept.name for kept in OF_CONVERSATIONS), AUDIT)

    def rows(self, table: str) -> Iterator[Plain]:
        """Return what a table holds of them, oldest first; read a part at a time."""
        if table == AUDIT:
            yield from self._audit()
            return
        for row, without in OF_THEMSELVES.items():
            if row.__tablename__ == table:
                with database.reading(self._engine) as session:
                    found = session.exec(select(row).where(self._theirs(session, row))).all()
                    yield from [_plain(one, without) for one in found]
        for kept in OF_CONVERSATIONS:
            if kept.name == table:
                for some in _parts(tuple(self.parties)):
                    with database.reading(self._engine) as session:
                        yield from self._of(session, kept, some)
        if table == EventRow.__tablename__:
            yield from self._elsewhere()

    # --- of themselves -------------------------------------------------------------------

    def _theirs(self, session: Session, row: Any) -> Any:
        """Return the condition that a row is theirs, for tables of no conversation."""
        names, ids = tuple(self.accounts), tuple(self.accounts.values())
        moments = select(MomentRow.collection).where(
            among(session, MomentRow.conversation, tuple(self.parties))
        )
        drawn = select(DrawnRow.draw).where(DrawnRow.agent == self.agent)
        owned = select(CollectionRow.id).where(col(CollectionRow.owner).in_(names))
        theirs: Mapping[Any, Callable[[], Any]] = {
            AgentRow: lambda: col(AgentRow.agent_id) == self.agent,
            AccountRow: lambda: col(AccountRow.id).in_(ids),
            MembershipRow: lambda: col(MembershipRow.account).in_(ids),
            SessionRow: lambda: col(SessionRow.account).in_(ids),
            TokenRow: lambda: col(TokenRow.account).in_(ids),
            ThrottleRow: lambda: col(ThrottleRow.key).in_([key_of("account", n) for n in names]),
            PresenceRow: lambda: col(PresenceRow.who).in_(names),
            PublishedRow: lambda: col(PublishedRow.who).in_(names),
            CollectionRow: lambda: or_(
                col(CollectionRow.owner).in_(names), col(CollectionRow.id).in_(moments)
            ),
            ShareRow: lambda: or_(
                col(ShareRow.made_by).in_(names),
                col(ShareRow.collection).in_(moments),
                col(ShareRow.collection).in_(owned),
            ),
            DrawRow: lambda: or_(col(DrawRow.who).in_(names), col(DrawRow.id).in_(drawn)),
        }
        return theirs[row]()

    # --- of conversations ----------------------------------------------------------------

    def _of(self, session: Session, kept: Kept, ids: Sequence[str]) -> Iterator[Plain]:
        row, conversation, party = kept.row, kept.row, kept.row
        query: Any
        if kept.through is None:
            place = row.id if row is ConversationRow else row.conversation
            query = select(row, place, getattr(party, "party", _none()))
        else:
            conversation, own, other = kept.through
            place = conversation.conversation
            query = select(row, place, conversation.party).join(
                conversation, getattr(row, own) == getattr(conversation, other)
            )
        speakers = self._speakers(session, ids) if _asks_turns(kept) else {}
        order = list(row.__table__.primary_key.columns)
        for one, of, whose in session.exec(
            query.where(among(session, place, ids)).order_by(place, *order)
        ):
            if self._is_theirs(kept, one, of, whose, speakers):
                yield self._told(kept, one, of, speakers)

    def _speakers(self, session: Session, ids: Sequence[str]) -> dict[tuple[str, int], str]:
        """Return which party speaks in each turn."""
        query = select(TurnRow.conversation, TurnRow.place, TurnRow.party)
        found = session.exec(query.where(among(session, TurnRow.conversation, ids)))
        return {(of, place): party for of, place, party in found}

    def _is_theirs(
        self,
        kept: Kept,
        row: Any,
        of: str,
        party: str | None,
        speakers: Mapping[tuple[str, int], str],
    ) -> bool:
        others, alone = self.colleagues.get(of, frozenset()), of not in self.colleagues
        match kept.whose:
            case Whose.ALL:
                return True
            case Whose.PARTY:
                return party in self.parties[of] or (not party and alone)
            case Whose.AGENT:
                return row.agent == self.agent or (not row.agent and alone)
            case Whose.OWN_TURN:
                spoken = party if party is not None else speakers.get((of, row.turn))
                return spoken in self.parties[of]
            case Whose.TURN:
                turns = _turns(row)
                if turns is None:
                    return alone
                return not any(speakers.get((of, turn)) in others for turn in turns)

    def _told(
        self, kept: Kept, row: Any, of: str, speakers: Mapping[tuple[str, int], str]
    ) -> Plain:
        told = _plain(row, kept.without)
        barred = of in self._barred and kept.name in _SPOKEN
        for name in kept.texts:
            told[name] = _LEFT_OUT if barred else self._without_names(told[name])
        mine, others = self.parties[of], self.colleagues.get(of, frozenset())
        match kept.name:
            case "conversation" if told["agent_id"] != self.agent and others:
                told |= {"agent_id": None, "agent_name": None}
            case "heard":
                told["speech"] = [s for s in told["speech"] if s[0] in mine]
                told["events"] = [e for e in told["events"] if e.get("party") not in others]
            case "finding":
                told["evidence"] = [
                    e | {"quote": _LEFT_OUT if barred else self._quote(e, of, speakers)}
                    for e in told["evidence"]
                ]
            case "event" if others:
                # It may be of a colleague's item, or by a colleague.
                told |= {"detail": {}, "who": self._who(told["who"], of)}
        return told

    def _quote(self, one: Plain, of: str, speakers: Mapping[tuple[str, int], str]) -> str:
        spoken = speakers.get((of, one.get("turn") or 0))
        others = self.colleagues.get(of, frozenset())
        return "" if spoken in others else self._without_names(one.get("quote") or "")

    def _without_names(self, text: str) -> str:
        for start, end in reversed(self._hidden.spans(text)):
            text = text[:start] + _MARK + text[end:]
        return text

    # --- what was written down -----------------------------------------------------------

    def _elsewhere(self) -> Iterator[Plain]:
        """Return events of no conversation of theirs: of their accounts, and what they did."""
        names = tuple(self.accounts)
        row = EventRow
        about = col(row.detail)["account"].as_string().in_(names)
        theirs = or_(col(row.who).in_(names), about)
        with database.reading(self._engine) as session:
            found = session.exec(select(row).where(theirs).order_by(col(row.id))).all()
            for one in found:
                if one.conversation not in self.parties:
                    # Of other people's conversations it says that they did something.
                    detail = one.detail if one.conversation is None else {}
                    yield _plain(one, frozenset()) | {"detail": detail}

    def _audit(self) -> Iterator[Plain]:
        row, names = AuditRow, tuple(self.accounts)
        themselves = or_(
            and_(col(row.kind) == Kind.AGENT, col(row.object) == self.agent),
            and_(col(row.kind) == Kind.ACCOUNT, col(row.object).in_(names)),
            col(row.who).in_(names),
            col(row.detail).contains(f'"figures of agent {self.agent}"', autoescape=True),
        )
        with database.reading(self._engine) as session:
            found = session.exec(select(row).where(themselves).order_by(col(row.seq))).all()
            yield from [self._entry(one) for one in found]
        for some in _parts(tuple(self.parties)):
            with database.reading(self._engine) as session:
                of_calls = select(row).where(
                    row.kind == Kind.CONVERSATION,
                    among(session, row.object, some),
                    col(row.who).not_in(names),
                )
                found = session.exec(of_calls.order_by(col(row.seq))).all()
                yield from [self._entry(one) for one in found]

    def _entry(self, row: AuditRow) -> Plain:
        told = _plain(row, frozenset({"previous", "hash"}))
        of_others = row.kind == Kind.CONVERSATION and (
            row.object not in self.parties or row.object in self.colleagues
        )
        return told | ({"detail": "", "who": self._who(row.who, row.object)} if of_others else {})

    def _who(self, who: str, conversation: str) -> str:
        return _MARK if who in self.peers.get(conversation, ()) else who


class AgentFiles:
    """The part of the store that gathers what is stored about one agent.

    Parameters
    ----------
    keep : names of the company and its products, which are no colleagues'.
    rules : what is left as it was said, by queue and project.
    """

    def __init__(
        self,
        engine: Engine,
        *,
        keep: Sequence[str],
        rules: Sequence[Redaction],
        clock: Callable[[], datetime],
    ) -> None:
        self._engine = engine
        self._keep = keep
        self._rules = rules
        self._now = clock

    def of(self, agent: str) -> AgentFile:
        """Return the file of an agent.

        Raises
        ------
        NotFound : nothing is stored of an agent of that id.
        """
        from qa.redact.people import colleagues  # noqa: PLC0415 - nothing else needs word tables

        with database.reading(self._engine) as session:
            known = select(AgentRow.name).where(AgentRow.agent_id == agent)
            names = tuple(session.exec(known.order_by(col(AgentRow.id))))
            accounts = dict(
                session.exec(
                    select(AccountRow.name, AccountRow.id).where(AccountRow.agent_id == agent)
                ).all()
            )
            found = _Found(session, agent)
            roster = session.exec(select(AgentRow.name).where(AgentRow.agent_id != agent))
            strangers = {*roster, *found.named} - set(names)
        if not (names or accounts or found.mine):
            raise NotFound(
                f"Nothing is stored of an agent '{agent}'.",
                "Give the id that the roster or the recordings have: qa roster list",
            )
        # A word of their own name that a colleague shares stays.
        keep = (*self._keep, *names)
        return AgentFile(
            agent=agent,
            made_at=self._now(),
            names=names,
            accounts=accounts,
            parties=_frozen(found.mine),
            colleagues=_frozen(found.others),
            peers=_frozen(found.peers),
            _engine=self._engine,
            _hidden=colleagues(strangers, keep=keep),
            _barred=found.barred(self._rules),
        )


class _Found:
    """Whose parts the conversations of an agent are made of."""

    def __init__(self, session: Session, agent: str) -> None:
        scope = Scope((Part(agent=agent),))
        row, party = ConversationRow, PartyRow
        #: Id, queue, project.
        self._placed = session.exec(
            select(row.id, row.queue, row.project).where(scopes.within(scope)).order_by(col(row.at))
        ).all()
        ids = [one for one, *_ in self._placed]
        self.mine: dict[str, set[str]] = {one: set() for one in ids}
        self.others: dict[str, set[str]] = {}
        #: Accounts of the colleagues of each conversation, and names of all of them.
        self.peers: dict[str, set[str]] = {}
        self.named: set[str] = set()
        accounts: dict[str, set[str]] = {}
        for name, whose in session.exec(select(AccountRow.name, AccountRow.agent_id)):
            accounts.setdefault(whose or "", set()).add(name)
        theirs = scopes.concerns(scope, conversation=party.conversation, party=party.party)
        who = func.coalesce(party.person, party.agent_id, "")
        for some in _parts(ids):
            query = columns_of(
                col(party.conversation), col(party.party), col(party.name), who, theirs
            ).where(among(session, party.conversation, some), col(party.role) == Role.AGENT)
            for of, which, name, person, own in session.execute(query):
                if own:
                    self.mine[of].add(which)
                    continue
                self.others.setdefault(of, set()).add(which)
                self.peers.setdefault(of, set()).update(accounts.get(person or "-", ()))
                self.named |= {name} if name else set()

    def barred(self, rules: Sequence[Redaction]) -> frozenset[str]:
        """Return the conversations of which exports hide more than is hidden in the store."""
        return frozenset(
            one
            for one, queue, project in self._placed
            if redaction_of(rules, queue=queue, project=project).stored_alone
        )


def _frozen(found: Mapping[str, set[str]]) -> dict[str, frozenset[str]]:
    return {of: frozenset(parties) for of, parties in found.items()}


def _parts(ids: Sequence[str]) -> Iterator[Sequence[str]]:
    for start in range(0, len(ids), _AT_ONCE):
        yield ids[start : start + _AT_ONCE]


def _none() -> Any:
    return cast(func.nullif("", ""), String)


def _asks_turns(kept: Kept) -> bool:
    return kept.name == "finding" or (
        kept.whose in {Whose.TURN, Whose.OWN_TURN} and kept.row is not TurnRow
    )


def _turns(row: Any) -> range | None:
    """Return the turns that a row is about; None = the whole conversation."""
    if isinstance(row, MomentRow):
        return range(row.first, row.last + 1)
    return None if row.turn is None else range(row.turn, row.turn + 1)


def _plain(row: Table, without: frozenset[str]) -> Plain:
    return row.model_dump(mode="json", exclude=set(without))
