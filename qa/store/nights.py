"""What a night's work needs to know: an order, how much there is, and what earlier runs took."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from datetime import datetime

from pydantic import AwareDatetime
from sqlalchemy import ColumnElement, Engine, case, func, literal, update
from sqlmodel import col, exists, or_, select

from qa.records import Record
from qa.store import database, queue
from qa.store.desk.draw_tables import DrawnRow
from qa.store.run_tables import RunRow
from qa.store.standing import Worker, workers_at
from qa.store.tables import ConversationRow, State
from qa.store.views import Load

#: Runs that a pace is read from, and the fewest seconds of calls that say something of it.
RUNS = 10
LEAST_HEARD_S = 60.0
SPEECH: tuple[Load, ...] = ("speech",)
EITHER: tuple[Load, ...] = ("speech", "text")


class Ahead(Record):
    """What waits and may be begun."""

    #: Calls to be heard, and seconds of those whose length is known.
    calls: int
    seconds: float
    #: How many of them do not say how long they are.
    unmeasured: int
    #: What is only read and judged.
    texts: int


class Pace(Record):
    """What work took in earlier runs of the same kind on this machine."""

    #: Seconds of calls heard, and seconds that a process was at them.
    heard_s: float
    hearing_s: float
    texts: int
    reading_s: float
    runs: int


class Run(Record):
    """How far a run came."""

    done: int = 0
    triaged: int = 0
    failed: int = 0
    retried: int = 0
    waiting: int = 0
    heard_s: float = 0.0
    hearing_s: float = 0.0
    texts: int = 0
    reading_s: float = 0.0


class PastRun(Run):
    """A run, and when it was."""

    id: int
    host: str
    began_at: AwareDatetime
    seen_at: AwareDatetime
    #: "done", "deadline", "interrupted", "failed"; "" while it goes on, and where it died.
    ended: str
    until: AwareDatetime | None


class Nights:
    """The part of the `Store` that plans work and remembers what it took."""

    def __init__(self, engine: Engine, *, clock: Callable[[], datetime]) -> None:
        self._engine = engine
        self._now = clock

    # --- the order -------------------------------------------------------------------

    def plan(self) -> int:
        """Put what waits in the order of a night; return how many were given a place.

        What a sample drew comes first, then what earlier nights did not come to, then the
        rest. Among each, agents take turns, and of each agent the newest comes first. What
        a person asked for has a rank before all of it; what comes in later stands before
        all places, until the next plan.
        """
        row = ConversationRow
        drawn = exists().where(col(DrawnRow.conversation) == row.id)
        kind = case((drawn, 0), (col(row.nights) > 0, 1), else_=2)
        agent = func.coalesce(row.joined, row.agent_id, row.agent_name, "")
        turns = func.row_number().over(
            partition_by=[kind, agent], order_by=[col(row.at).desc(), col(row.id)]
        )
        waiting = (
            select(
                col(row.id).label("id"),
                col(row.at).label("at"),
                kind.label("kind"),
                turns.label("turn"),
            )
            .where(row.state == State.WAITING)
            .subquery()
        )
        places = func.row_number().over(
            order_by=[waiting.c.kind, waiting.c.turn, waiting.c.at.desc(), waiting.c.id]
        )
        ordered = select(waiting.c.id, places.label("place")).subquery()
        change = (
            update(row)
            .where(col(row.id) == ordered.c.id, col(row.place) != ordered.c.place)
            .values(place=ordered.c.place)
            .execution_options(synchronize_session=False)
        )
        with database.writing(self._engine) as session:
            return int(session.execute(change).rowcount)  # type: ignore[attr-defined]

    def pass_over(self, only: Collection[str] | None = None) -> int:
        """Note that a night ends before it came to what waits; return how many wait."""
        row = ConversationRow
        with database.writing(self._engine) as session:
            change = (
                update(row)
                .where(*queue.waiting(session, only, EITHER))
                .values(nights=row.nights + 1)
                .execution_options(synchronize_session=False)
            )
            return int(session.execute(change).rowcount)  # type: ignore[attr-defined]

    # --- how much there is -------------------------------------------------------------

    def unmeasured(self, most: int, only: Collection[str] | None = None) -> list[str]:
        """Return calls that wait and nobody looked how long they are, in the order of claims."""
        row = ConversationRow
        with database.reading(self._engine) as session:
            found = session.exec(
                select(row.id)
                .where(*queue.waiting(session, only, SPEECH), col(row.length).is_(None))
                .order_by(col(row.rank), col(row.place), col(row.registered_at), col(row.id))
                .limit(most)
            )
            return list(found)

    def set_lengths(self, lengths: Mapping[str, float]) -> None:
        """Keep how long calls are, in seconds; 0 = they do not say."""
        with database.writing(self._engine) as session:
            for one, seconds in lengths.items():
                session.execute(
                    update(ConversationRow)
                    .where(col(ConversationRow.id) == one)
                    .values(length=seconds)
                    .execution_options(synchronize_session=False)
                )

    def ahead(self, only: Collection[str] | None = None) -> Ahead:
        """Return how much waits."""
        row = ConversationRow
        with database.reading(self._engine) as session:
            found = session.exec(
                select(
                    row.load,
                    func.count(),
                    func.coalesce(func.sum(row.length), 0.0),
                    func.coalesce(func.sum(case((col(row.length) > 0, 0), else_=1)), 0),
                )
                .where(*queue.waiting(session, only, EITHER))
                .group_by(col(row.load))
            ).all()
        by_load = {load: (n, seconds, blank) for load, n, seconds, blank in found}
        calls, seconds, blank = by_load.get("speech", (0, 0.0, 0))
        texts = by_load.get("text", (0, 0.0, 0))[0]
        return Ahead(calls=calls, seconds=float(seconds or 0), unmeasured=int(blank), texts=texts)

    def others(self, worker: str) -> tuple[Worker, ...]:
        """Return who else holds claims."""
        with database.reading(self._engine) as session:
            return tuple(one for one in workers_at(session, self._now()) if one.name != worker)

    # --- runs --------------------------------------------------------------------------

    def begin(self, host: str, recipe: str, *, until: datetime | None) -> int:
        """Write down that a run begins; return its number."""
        now = self._now()
        row = RunRow(host=host, recipe=recipe, began_at=now, seen_at=now, until=until)
        with database.writing(self._engine) as session:
            session.add(row)
            session.flush()
            return int(row.id or 0)

    def note(self, number: int, run: Run, *, ended: str = "") -> None:
        """Write down how far a run is."""
        change = (
            update(RunRow)
            .where(col(RunRow.id) == number)
            .values(seen_at=self._now(), ended=ended, **run.model_dump())
        )
        with database.writing(self._engine) as session:
            session.execute(change)

    def runs(self, *, since: datetime) -> tuple[PastRun, ...]:
        """Return runs that began since, oldest first."""
        with database.reading(self._engine) as session:
            found = session.exec(
                select(RunRow).where(col(RunRow.began_at) >= since).order_by(col(RunRow.id))
            ).all()
            return tuple(
                PastRun.model_validate(row.model_dump(exclude={"recipe"})) for row in found
            )

    def pace(self, host: str, recipe: str) -> Pace | None:
        """Return what the newest runs of this kind took on this machine; None = too little."""
        said: ColumnElement[bool] = or_(
            col(RunRow.heard_s) >= LEAST_HEARD_S, col(RunRow.texts) > literal(0)
        )
        with database.reading(self._engine) as session:
            found = session.exec(
                select(RunRow)
                .where(RunRow.host == host, RunRow.recipe == recipe, said)
                .order_by(col(RunRow.began_at).desc())
                .limit(RUNS)
            ).all()
            if not found:
                return None
            return Pace(
                heard_s=sum(run.heard_s for run in found),
                hearing_s=sum(run.hearing_s for run in found),
                texts=sum(run.texts for run in found),
                reading_s=sum(run.reading_s for run in found),
                runs=len(found),
            )
