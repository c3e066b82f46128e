"""What an agent does with their own results, and what stands beside each of them.

All of it is asked with the scope of what was released to a person as the agent that they
are: nobody acknowledges, or lets be heard, what another one said.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime, timedelta

from sqlalchemy import Engine
from sqlmodel import Session, col, or_, select

from qa.access import Scope
from qa.errors import NotFound
from qa.records import Record, Role, Verdict
from qa.store import database, journal, scopes
from qa.store.desk.asked import Look, look_of
from qa.store.desk.remarks import Star
from qa.store.desk.tables import AcknowledgedRow, SecondLookRow, SoundConsentRow, StarRow
from qa.store.queue import among
from qa.store.tables import (
    AssessmentRow,
    ConversationRow,
    FindingRow,
    OverrideRow,
    TurnRow,
)


class Changed(Record):
    """A verdict of the machine's that a person saw otherwise."""

    card: str
    party: str | None
    item: str
    #: The item's question.
    ask: str
    machine: Verdict
    verdict: Verdict
    value: float | None
    comment: str
    who: str
    at: datetime


class Own(Record):
    """What stands beside a conversation of one's own."""

    #: When it was said that the result is known; None = not yet.
    acknowledged_at: datetime | None
    #: Whether the sound of one's own part may be an example, however it went.
    sound: bool
    #: Until when a second look may be asked for.
    until: datetime
    #: Whether that time has not passed.
    open: bool
    looks: tuple[Look, ...] = ()
    #: What people saw otherwise than the machine, oldest first.
    changed: tuple[Changed, ...] = ()
    #: Of moments in which no other agent speaks.
    stars: tuple[Star, ...] = ()

    @property
    def news(self) -> bool:
        """Whether something was said of it since it was acknowledged."""
        said = [c.at for c in self.changed] + [s.at for s in self.stars]
        said += [look.answered_at for look in self.looks if look.answered_at]
        return self.acknowledged_at is not None and any(at > self.acknowledged_at for at in said)


class Owning:
    """The part of the store that knows what is an agent's own.

    Parameters
    ----------
    days : within which a second look may be asked for, from the release on.
    """

    def __init__(self, engine: Engine, *, clock: Callable[[], datetime], days: int) -> None:
        self._engine = engine
        self._now = clock
        self._window = timedelta(days=days)

    def acknowledge(self, id: str, *, who: str, scope: Scope) -> None:
        """Say that an agent knows their result; a second time the time is renewed.

        Raises
        ------
        NotFound : no such conversation was released to them.
        """
        with database.writing(self._engine) as session:
            agent = check_own(session, id, scope)
            row = session.get(AcknowledgedRow, (id, agent))
            if row is None:
                row = AcknowledgedRow(conversation=id, agent=agent, at=self._now())
                self._log(session, "acknowledged", id, who)
            row.at = self._now()
            session.add(row)

    def let_sound(self, id: str, *, allowed: bool, who: str, scope: Scope) -> None:
        """Let the sound of an agent's own part be an example, or no longer.

        Raises
        ------
        NotFound : no such conversation was released to them.
        """
        with database.writing(self._engine) as session:
            agent = check_own(session, id, scope)
            row = session.get(SoundConsentRow, (id, agent))
            if allowed and row is None:
                session.add(SoundConsentRow(conversation=id, agent=agent, at=self._now()))
                self._log(session, "sound released", id, who)
            elif not allowed and row is not None:
                session.delete(row)
                self._log(session, "sound withdrawn", id, who)

    def beside(self, ids: Sequence[str], *, scope: Scope) -> Mapping[str, Own]:
        """Return what stands beside each of some conversations, those that are one's own."""
        now = self._now()
        with database.reading(self._engine) as session:
            released = {
                one: at
                for one, at in session.exec(
                    select(ConversationRow.id, ConversationRow.released_at).where(
                        among(session, ConversationRow.id, ids),
                        col(ConversationRow.released_at).is_not(None),
                        scopes.within(_as_agent(scope)),
                    )
                )
                if at is not None
            }
            known = list(released)
            agents = scope.agents
            acknowledged = _acknowledged(session, known, agents)
            sounds = _sounds(session, known, agents)
            looks, changed, stars = (
                find(session, known, scope) for find in (_looks, _changed, _stars)
            )
        return {
            one: Own(
                acknowledged_at=acknowledged.get(one),
                sound=one in sounds,
                until=at + self._window,
                open=now < at + self._window,
                looks=tuple(looks.get(one, ())),
                changed=tuple(changed.get(one, ())),
                stars=tuple(stars.get(one, ())),
            )
            for one, at in released.items()
        }

    def _log(self, session: Session, kind: str, id: str, who: str) -> None:
        journal.write(session, kind, who=who, conversation=id, detail={}, now=self._now())


def check_own(session: Session, id: str, scope: Scope) -> str:
    """Return as which agent somebody takes part in what was released to them.

    Raises
    ------
    NotFound : there is no such conversation, or none of theirs.
    """
    row = session.get(ConversationRow, id)
    facts = scopes.facts(session, row) if row is not None else None
    if facts is not None and facts.released:
        for part in scope.parts:
            if part.agent is not None and part.holds(facts):
                return part.agent
    raise NotFound(f"No conversation {id} of yours was released.", "See your own: GET /mine.")


def _as_agent(scope: Scope) -> Scope:
    return Scope(
        tuple(p for p in scope.parts if p.agent is not None), scope.reviewer, scope.reviews
    )


def _acknowledged(
    session: Session, ids: Sequence[str], agents: frozenset[str]
) -> Mapping[str, datetime]:
    row = AcknowledgedRow
    return dict(
        session.exec(
            select(row.conversation, row.at).where(
                among(session, row.conversation, ids), col(row.agent).in_(agents)
            )
        ).all()
    )


def _sounds(session: Session, ids: Sequence[str], agents: frozenset[str]) -> frozenset[str]:
    row = SoundConsentRow
    return frozenset(
        session.exec(
            select(row.conversation).where(
                among(session, row.conversation, ids), col(row.agent).in_(agents)
            )
        )
    )


def _looks(session: Session, ids: Sequence[str], scope: Scope) -> Mapping[str, list[Look]]:
    row = SecondLookRow
    found: dict[str, list[Look]] = {}
    for look in session.exec(
        select(row)
        .where(
            among(session, row.conversation, ids),
            scopes.seen(scope, conversation=row.conversation, party=row.party),
        )
        .order_by(col(row.id))
    ):
        found.setdefault(look.conversation, []).append(look_of(look))
    return found


def _changed(session: Session, ids: Sequence[str], scope: Scope) -> Mapping[str, list[Changed]]:
    over, made, finding = OverrideRow, AssessmentRow, FindingRow
    found: dict[str, list[Changed]] = {}
    for o, party, ask, machine in session.exec(
        select(over, made.party, finding.ask, finding.verdict)
        .join(made, (col(made.conversation) == over.conversation) & (col(made.card) == over.card))
        .join(finding, (col(finding.assessment) == made.id) & (col(finding.item) == over.item))
        .where(
            among(session, over.conversation, ids),
            col(over.standing).is_(True),
            col(made.current).is_(True),
            or_(col(made.party) == over.party, col(made.party).is_(None) & (over.party == "")),
            col(finding.verdict) != over.verdict,
            scopes.seen(scope, conversation=over.conversation, party=over.party),
        )
        .order_by(col(over.id))
    ):
        one = Changed(
            card=o.card, party=party, item=o.item, ask=ask, machine=Verdict(machine),
            verdict=Verdict(o.verdict), value=o.value, comment=o.comment, who=o.who, at=o.at,
        )  # fmt: skip
        found.setdefault(o.conversation, []).append(one)
    return found


def _stars(session: Session, ids: Sequence[str], scope: Scope) -> Mapping[str, list[Star]]:
    """Return thanks, not those to a colleague whom the call was transferred to."""
    star, turn = StarRow, TurnRow
    found: dict[str, list[Star]] = {}
    for s, second in session.exec(
        select(star, turn.starts)
        .join(turn, (col(turn.conversation) == star.conversation) & (col(turn.place) == star.turn))
        .where(
            among(session, star.conversation, ids),
            ~scopes.hidden(scope, star.conversation),
            or_(
                col(turn.role) != Role.AGENT,
                scopes.concerns(scope, conversation=star.conversation, party=turn.party),
            ),
        )
        .order_by(col(star.turn), col(star.at))
    ):
        one = Star(turn=s.turn, second=second, thanks=s.thanks, who=s.who, at=s.at)
        found.setdefault(s.conversation, []).append(one)
    return found
