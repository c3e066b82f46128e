"""Where the work stands: what waits and how long, who works on what, what failed and why."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from datetime import datetime, timedelta

from pydantic import AwareDatetime
from sqlalchemy import ColumnElement, Engine, func, text
from sqlmodel import Session, col, select

from qa.records import Record
from qa.store import database
from qa.store.queue import is_postgres
from qa.store.run_tables import RunRow
from qa.store.tables import ConversationRow, HeardRow, State
from qa.store.views import Load

#: A conversation that is worked on for so long is looked at as stuck.
STUCK_S = 3600.0
#: A worker of many machines without a sign of life for so long is taken to have vanished.
SILENT_S = 30.0
#: A run is noted every half minute; after so many seconds it is silent.
QUIET_S = 120.0
#: Spans that throughput is told of.
HOUR, DAY = timedelta(hours=1), timedelta(days=1)
#: How many reasons of failures are told, the most frequent first.
REASONS = 10
#: Failures that are looked at for their reasons.
LOOKED_AT = 20_000


class Queue(Record):
    """What takes speech models, or what does not."""

    load: Load
    #: May be begun at once, wait for another attempt, are being worked on.
    waiting: int
    later: int
    working: int
    #: When the one that waits longest came in; None = none waits.
    oldest: AwareDatetime | None


class Worker(Record):
    """A process that holds claims, by the name it has in the database."""

    name: str
    host: str
    pid: str
    #: Conversations it is at, and since when with the oldest.
    jobs: int
    since: AwareDatetime
    #: Its claims are free again then, unless it gives a sign of life.
    lease_until: AwareDatetime
    #: Its lease has run out, or it has been at one for an hour.
    stuck: bool


class Cluster(Record):
    """What the engine of many machines says of itself."""

    #: Workers that gave a sign of life lately, and that did not (they are swept away).
    alive: int
    silent: int
    #: Jobs that wait, and that are being done, house-keeping left out.
    waiting: int
    working: int


class Going(Record):
    """A run that goes on, of one machine's processes or of a worker of many, and its pace."""

    host: str
    began_at: AwareDatetime
    seen_at: AwareDatetime
    #: It gave no sign of life for longer than it should.
    silent: bool
    done: int
    failed: int
    #: Conversations an hour since it began, idle time included.
    an_hour: float
    #: Seconds of a process for a second of a call, and for a text; None = none was done yet.
    factor: float | None
    text_s: float | None


class Failed(Record):
    """Conversations that were given up for one reason."""

    reason: str
    count: int


class Standing(Record):
    """Where the work stands at a moment."""

    at: AwareDatetime
    queues: tuple[Queue, ...]
    workers: tuple[Worker, ...]
    failed: tuple[Failed, ...]
    failed_count: int
    #: Heard (or read) in the last hour and day, and the seconds of calls among them.
    last_hour: int
    last_day: int
    last_day_seconds: float
    #: Runs that go on, and those of the last day that fell silent without an end.
    runs: tuple[Going, ...] = ()
    #: Where many machines share the work; None = one does it.
    engine: Cluster | None = None


def standing(engine: Engine, *, clock: Callable[[], datetime]) -> Standing:
    """Return where the work stands now."""
    now = clock()
    with database.reading(engine) as session:
        reasons = reasons_of(session, col(ConversationRow.state) == State.FAILED)
        day = _heard_since(session, now - DAY)
        return Standing(
            at=now,
            queues=tuple(_queue(session, load, now) for load in ("speech", "text")),
            workers=workers_at(session, now),
            failed=reasons,
            failed_count=_count(session, State.FAILED),
            last_hour=_heard_since(session, now - HOUR)[0],
            last_day=day[0],
            last_day_seconds=day[1],
            runs=_going(session, now),
            engine=_engine(session),
        )


def _engine(session: Session) -> Cluster | None:
    """Ask the tables of the engine, where there are some."""
    if not is_postgres(session):
        return None
    connection = session.connection()
    if connection.execute(text("SELECT to_regclass('procrastinate_workers')")).scalar() is None:
        return None
    alive, silent = connection.execute(
        text(
            "SELECT count(*) FILTER (WHERE lives), count(*) FILTER (WHERE NOT lives) FROM (SELECT "
            "last_heartbeat >= now() - make_interval(secs => :silent) AS lives "
            "FROM procrastinate_workers) AS found"
        ),
        {"silent": SILENT_S},
    ).one()
    waiting, working = connection.execute(
        text(
            "SELECT count(*) FILTER (WHERE status = 'todo'), "
            "count(*) FILTER (WHERE status = 'doing') "
            "FROM procrastinate_jobs WHERE queue_name IN ('speech', 'text')"
        )
    ).one()
    return Cluster(alive=alive, silent=silent, waiting=waiting, working=working)


def _count(session: Session, state: State) -> int:
    query = select(func.count()).select_from(ConversationRow)
    return session.exec(query.where(ConversationRow.state == state)).one()


def _queue(session: Session, load: Load, now: datetime) -> Queue:
    row = ConversationRow
    mine = (select(func.count()).select_from(row).where(row.load == load)).where
    waits = col(row.state) == State.WAITING
    later = session.exec(mine(waits, col(row.retry_at) > now)).one()
    oldest = session.exec(
        select(func.min(row.registered_at)).where(row.state == State.WAITING, row.load == load)
    ).one()
    return Queue(
        load=load,
        waiting=session.exec(mine(waits)).one() - later,
        later=later,
        working=session.exec(mine(col(row.state) == State.WORKING)).one(),
        oldest=oldest,
    )


def workers_at(session: Session, now: datetime) -> tuple[Worker, ...]:
    """Return who holds claims."""
    row = ConversationRow
    found = session.exec(
        select(row.claimed_by, func.count(), func.min(row.claimed_at), func.min(row.lease_until))
        .where(row.state == State.WORKING)
        .group_by(col(row.claimed_by))
        .order_by(col(row.claimed_by))
    )
    return tuple(
        _worker(str(name), jobs, since or now, lease or now, now)
        for name, jobs, since, lease in found
    )


def _worker(name: str, jobs: int, since: datetime, lease: datetime, now: datetime) -> Worker:
    host, _, _, pid, *_ = [*name.split("/"), "", "", ""]
    stuck = lease < now or (now - since).total_seconds() > STUCK_S
    return Worker(
        name=name, host=host, pid=pid, jobs=jobs, since=since, lease_until=lease, stuck=stuck
    )


def _going(session: Session, now: datetime) -> tuple[Going, ...]:
    """Return the runs that did not end."""
    run = RunRow
    found = session.exec(
        select(run)
        .where(run.ended == "", col(run.seen_at) >= now - DAY)
        .order_by(col(run.host), col(run.began_at), col(run.id))
    )
    return tuple(_paced(row, now) for row in found)


def _paced(run: RunRow, now: datetime) -> Going:
    done = run.done + run.triaged
    # By when it last wrote down how far it was: between two notes it says nothing.
    hours = max((run.seen_at - run.began_at).total_seconds(), 1.0) / 3600
    return Going(
        host=run.host,
        began_at=run.began_at,
        seen_at=run.seen_at,
        silent=(now - run.seen_at).total_seconds() > QUIET_S,
        done=done,
        failed=run.failed,
        an_hour=done / hours,
        factor=run.hearing_s / run.heard_s if run.heard_s else None,
        text_s=run.reading_s / run.texts if run.texts else None,
    )


def reasons_of(session: Session, *conditions: ColumnElement[bool]) -> tuple[Failed, ...]:
    """Count by reason, the recording's own name left out: it makes every reason another one."""
    row = ConversationRow
    found = session.exec(select(row.error_reason, row.source).where(*conditions).limit(LOOKED_AT))
    counts = Counter(reason.removeprefix(f"{source}: ") for reason, source in found)
    ordered = sorted(counts.items(), key=lambda one: (-one[1], one[0]))
    return tuple(Failed(reason=reason, count=n) for reason, n in ordered[:REASONS])


def _heard_since(session: Session, since: datetime) -> tuple[int, float]:
    row = HeardRow
    count, seconds = session.exec(
        select(func.count(), func.coalesce(func.sum(row.duration), 0.0)).where(
            col(row.heard_at) >= since
        )
    ).one()
    return int(count), float(seconds or 0.0)
