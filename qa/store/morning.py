"""What happened in a night: what came in, what was scored, what failed, what needs a human."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta

from pydantic import AwareDatetime
from sqlalchemy import ColumnElement, Engine, func
from sqlmodel import Session, col, exists, select

from qa.records import Record
from qa.store import database, recorded
from qa.store.desk.draw_tables import DrawnRow, DrawRow
from qa.store.run_tables import RunRow
from qa.store.standing import Failed, reasons_of
from qa.store.tables import AssessmentRow, ConversationRow, HeardRow, State

#: Scores that are named, the lowest first.
LOWEST = 10
#: Spans before this one that its volume is held against, and how far off it may be.
BEFORE = 7
FEWEST, MOST = 0.5, 2.0
#: A run without a sign of life for so long, that did not end, has died.
DIED_S = 600.0


class Low(Record):
    """A low score."""

    conversation: str
    agent: str
    card: str
    total: float


class Alarm(Record):
    """Something that should not be."""

    #: "run-failed", "nothing-came-in", "volume" or "recordings-missing".
    kind: str
    text: str


class Morning(Record):
    """What a span of time brought; names conversations by id, and nothing that was said."""

    since: AwareDatetime
    until: AwareDatetime
    #: Of one team alone; "" = all.
    team: str
    calls: int
    texts: int
    #: Heard or read, and seconds of calls among them.
    scored: int
    seconds: float
    failed: int
    reasons: tuple[Failed, ...]
    waiting: int
    #: Left over by a deadline once or more often.
    passed_over: int
    #: Ids of those where something critical is suspected, and how many need a human besides.
    criticals: tuple[str, ...]
    humans: int
    lowest: tuple[Low, ...]
    alarms: tuple[Alarm, ...]


def morning(
    engine: Engine,
    *,
    since: datetime,
    until: datetime,
    team: str,
    clock: Callable[[], datetime],
    share: float,
) -> Morning:
    """Return what the span ``[since, until)`` brought.

    Parameters
    ----------
    share : of calls without a recording, above which is an alarm.
    """
    with database.reading(engine) as session:
        return _Look(session, since, until, team, clock(), share).all()


class _Look:
    """One look at the tables."""

    def __init__(
        self,
        session: Session,
        since: datetime,
        until: datetime,
        team: str,
        now: datetime,
        share: float,
    ) -> None:
        self._session, self._since, self._until = session, since, until
        self._team, self._now, self._share = team, now, share

    def all(self) -> Morning:
        row = ConversationRow
        came = [col(row.registered_at) >= self._since, col(row.registered_at) < self._until]
        calls = self._count(*came, col(row.channel) == "call")
        texts = self._count(*came, col(row.channel) != "call")
        heard = [
            col(HeardRow.conversation) == row.id,
            col(HeardRow.heard_at) >= self._since,
            col(HeardRow.heard_at) < self._until,
        ]
        fresh = exists().where(*heard)
        failed = [col(row.state) == State.FAILED, col(row.updated_at) >= self._since]
        criticals = self._session.exec(
            select(row.id)
            .where(*self._mine(), fresh, col(row.waits) == "critical")
            .order_by(col(row.at))
            .limit(100)
        ).all()
        return Morning(
            since=self._since,
            until=self._until,
            team=self._team,
            calls=calls,
            texts=texts,
            scored=self._count(fresh),
            seconds=self._seconds(fresh),
            failed=self._count(*failed),
            reasons=reasons_of(self._session, *self._mine(), *failed),
            waiting=self._count(col(row.state).in_([State.WAITING, State.WORKING])),
            passed_over=self._count(col(row.state) == State.WAITING, col(row.nights) > 0),
            criticals=tuple(criticals),
            humans=self._count(fresh, col(row.waits) == "human"),
            lowest=self._lowest(),
            alarms=tuple(self._alarms(calls + texts)),
        )

    def _mine(self) -> list[ColumnElement[bool]]:
        row = ConversationRow
        mine: list[ColumnElement[bool]] = [col(row.mystery).is_(False)]
        return [*mine, col(row.team) == self._team] if self._team else mine

    def _count(self, *conditions: ColumnElement[bool]) -> int:
        query = select(func.count()).select_from(ConversationRow)
        return self._session.exec(query.where(*self._mine(), *conditions)).one()

    def _seconds(self, fresh: ColumnElement[bool]) -> float:
        query = select(func.coalesce(func.sum(ConversationRow.duration), 0.0))
        return float(self._session.exec(query.where(*self._mine(), fresh)).one() or 0.0)

    def _lowest(self) -> tuple[Low, ...]:
        row, made = ConversationRow, AssessmentRow
        # Verdicts that a reviewer is not to see yet are told to nobody.
        blind = exists().where(
            col(DrawnRow.conversation) == row.id,
            col(DrawRow.id) == DrawnRow.draw,
            col(DrawRow.blind).is_(True),
        )
        found = self._session.exec(
            select(
                made.conversation,
                func.coalesce(row.agent_name, row.agent_id, ""),
                made.card,
                made.total,
            )
            .join(row, col(row.id) == made.conversation)
            .where(
                *self._mine(),
                ~blind,
                col(made.current).is_(True),
                col(made.total).is_not(None),
                col(made.made_at) >= self._since,
                col(made.made_at) < self._until,
            )
            .order_by(col(made.total), col(made.id))
            .limit(LOWEST)
        ).all()
        return tuple(
            Low(conversation=one, agent=str(agent), card=card, total=float(total or 0))
            for one, agent, card, total in found
        )

    def _alarms(self, came_in: int) -> list[Alarm]:
        found = []
        runs = self._session.exec(
            select(RunRow).where(
                col(RunRow.began_at) >= self._since, col(RunRow.began_at) < self._until
            )
        ).all()
        for run in runs:
            silent = (self._now - run.seen_at).total_seconds() > DIED_S
            if run.ended == "failed" or (not run.ended and silent):
                text = f"A run on {run.host} that began at {run.began_at:%H:%M} UTC did not end."
                found.append(Alarm(kind="run-failed", text=text))
        usual = self._usual()
        if not came_in:
            text = "Nothing came in: look at the recorder, and at what 'qa import' reads."
            found.append(Alarm(kind="nothing-came-in", text=text))
        elif usual and not FEWEST <= came_in / usual <= MOST:
            text = f"{came_in} came in; lately it was about {usual:.0f}."
            found.append(Alarm(kind="volume", text=text))
        for one in recorded.newest(self._session, self._since, self._until):
            if one.missing > self._share * one.calls:
                text = (
                    f"{one.missing} of {one.calls} calls in {one.table} have no recording: "
                    "look at the recorder."
                )
                found.append(Alarm(kind="recordings-missing", text=text))
        return found

    def _usual(self) -> float:
        """Return what came in in the middle one of the spans before that had anything."""
        row, span = ConversationRow, self._until - self._since
        counts = []
        for n in range(1, BEFORE + 1):
            begin: timedelta = span * n
            count = self._count(
                col(row.registered_at) >= self._since - begin,
                col(row.registered_at) < self._until - begin,
            )
            if count:
                counts.append(count)
        return float(sorted(counts)[len(counts) // 2]) if counts else 0.0
