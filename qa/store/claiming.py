"""Claims: who works on what, leases, attempts, and how a claim ends.

Every function works inside the caller's transaction. On PostgreSQL a claim skips
rows that another worker holds; SQLite has no row locks, and needs none here: its
writers begin as writers and so come one after the other (`qa.store.database`).
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from datetime import datetime, timedelta

from sqlalchemy import func, update
from sqlmodel import Session, col, or_, select

from qa.errors import Away, Forbidden, InputError, NotFound, QaError, UsageError
from qa.records import Channel
from qa.store.names import shown
from qa.store.queue import among, fitting, waiting
from qa.store.tables import ConversationRow, State, WantRow
from qa.store.views import Fit, Job, Load
from qa.store.workers import is_gone

#: Failures that come again however often one tries.
FINAL = (InputError, UsageError, NotFound, Forbidden)
#: Seconds before the second attempt; four times as long before each further one.
BACK_OFF_S = 2.0
LONGEST_BACK_OFF_S = 600.0
#: Attempts at a recording whose server does not answer: that lasts eleven minutes.
AWAY_ATTEMPTS = 6
_CHEAP_FIRST: tuple[Load, ...] = ("text", "speech")


def claim(
    session: Session,
    worker: str,
    *,
    lease_s: float,
    only: Collection[str] | None,
    skip: Collection[str],
    loads: Collection[Load],
    now: datetime,
    most: int = 1,
    fit: Fit | None = None,
    with_others: bool = False,
) -> list[Job]:
    """Give a worker what comes next: what costs little first, then in order of arrival.

    Several at once are written ones that were never tried. What was tried goes alone: when
    a process dies over several, the one that it died of is found without the others.

    Parameters
    ----------
    with_others : the first is one of `only`, those that go with it may be any.
    """
    found: Sequence[ConversationRow] = ()
    for load in sorted(set(loads), key=_CHEAP_FIRST.index):
        at_once = 1 if with_others else most
        found = found or _first(session, only, skip, load, now, most=at_once, fit=fit)
    if with_others and found and most > 1 and _goes_with_others(found[0]):
        # The first is still "waiting" to the database, so it is skipped by name.
        others = [*skip, found[0].id]
        found = [*found, *_first(session, None, others, "text", now, most=most - 1, fit=fit)]
    if found and not _goes_with_others(found[0]):
        found = found[:1]
    elif found:
        found = [row for row in found if _goes_with_others(row)]
    wanted: dict[str, list[tuple[str, datetime]]] = {row.id: [] for row in found}
    for name, card, asked in session.exec(
        select(WantRow.conversation, WantRow.card, WantRow.asked_at)
        .where(among(session, WantRow.conversation, wanted), col(WantRow.open).is_(True))
        .order_by(WantRow.card)
    ):
        wanted[name].append((card, asked))
    return [_claimed(row, worker, wanted[row.id], lease_s=lease_s, now=now) for row in found]


def _goes_with_others(row: ConversationRow) -> bool:
    return row.channel != Channel.CALL and row.attempts == 0


def _claimed(
    row: ConversationRow,
    worker: str,
    wants: Sequence[tuple[str, datetime]],
    *,
    lease_s: float,
    now: datetime,
) -> Job:
    row.state, row.claimed_by, row.claimed_at = State.WORKING, worker, now
    row.lease_until, row.retry_at, row.updated_at = now + timedelta(seconds=lease_s), None, now
    row.attempts += 1
    return Job.model_validate(
        {
            "id": row.id,
            "channel": row.channel,
            "source": row.source,
            "needs": row.needs,
            "attempt": row.attempts,
            "scorecards": tuple(card for card, _ in wants),
            "asked": tuple(sorted({asked for _, asked in wants})),
            "worker": worker,
            "claimed_at": now,
            "load": row.load,
            "length": row.length or None,
        }
    )


def _first(
    session: Session,
    only: Collection[str] | None,
    skip: Collection[str],
    load: Load,
    now: datetime,
    *,
    most: int,
    fit: Fit | None,
) -> Sequence[ConversationRow]:
    # One load at a time, so that the index gives the order and nothing is sorted; except in
    # the last minutes of a night, when little is left to do or to choose from.
    longest = fit is not None and fit.longest_first and load == "speech"
    return session.exec(
        select(ConversationRow)
        .where(
            *waiting(session, only, [load], skip=skip),
            *fitting([load], fit),
            # Further ahead than any pause is what a clock said that was set back since.
            or_(
                col(ConversationRow.retry_at).is_(None),
                col(ConversationRow.retry_at) <= now,
                col(ConversationRow.retry_at) > now + timedelta(seconds=LONGEST_BACK_OFF_S),
            ),
        )
        .order_by(
            col(ConversationRow.rank),
            *([func.coalesce(ConversationRow.length, 0).desc()] if longest else []),
            col(ConversationRow.place),
            col(ConversationRow.registered_at),
            col(ConversationRow.id),
        )
        .limit(most)
        .with_for_update(skip_locked=True)
    ).all()


def recover(
    session: Session,
    *,
    attempts: int,
    now: datetime,
    gone: Callable[[str], bool] | None = None,
) -> list[str]:
    """Take claims away from workers that are gone; return the ids that failed by it.

    A worker is gone when its lease ran out, or at once when its process can be
    seen to have ended. Each such claim counts as an attempt.
    """
    one_machine = session.get_bind().dialect.name == "sqlite"

    def is_lost(worker: str | None, lease_until: datetime | None) -> bool:
        return (
            lease_until is None
            or lease_until <= now
            or is_gone(worker or "", one_machine=one_machine)
            or (gone is not None and gone(worker or ""))
        )

    working = ConversationRow.state == State.WORKING
    # Each claim asks; most times nobody is gone, and then no row is read or locked.
    holders = session.exec(
        select(
            ConversationRow.claimed_by,
            func.min(func.coalesce(ConversationRow.lease_until, ConversationRow.registered_at)),
        )
        .where(working)
        .group_by(col(ConversationRow.claimed_by))
    ).all()
    if not any(is_lost(worker, lease) for worker, lease in holders):
        return []
    held = session.exec(select(ConversationRow).where(working).with_for_update(skip_locked=True))
    lost = [row for row in held if is_lost(row.claimed_by, row.lease_until)]
    for row in lost:
        _let_go(row, now=now)
        row.error_reason = f"The program ended while it worked on this (attempt {row.attempts})."
        row.error_mend = "Nothing is lost: 'qa work' goes on with it."
        if row.attempts >= attempts:
            row.state = State.FAILED
            row.error_mend = "If memory ran out, use fewer workers; then: qa work --retry failed"
    return [row.id for row in lost if row.state == State.FAILED]


def renew(session: Session, jobs: Sequence[Job], *, lease_s: float, now: datetime) -> set[str]:
    """Prolong claims; return the ids of those that are still held."""
    kept = held(session, jobs)
    for row in kept.values():
        row.lease_until = now + timedelta(seconds=lease_s)
    return set(kept)


def finish(session: Session, jobs: Sequence[Job], *, now: datetime) -> dict[str, State]:
    """Close claims whose work is done; return the new states, without those lost meanwhile.

    What was asked for again since the claim still waits: it was asked at another time than
    those that the claim found. (Not at a later one: clocks are set back, and differ.)
    """
    found = held(session, jobs)
    together: dict[tuple[tuple[str, ...], tuple[datetime, ...]], list[str]] = {}
    for job in jobs:
        if job.id in found:
            together.setdefault((job.scorecards, job.asked), []).append(job.id)
    for (cards, asked), ids in together.items():
        session.execute(
            update(WantRow)
            .where(
                among(session, WantRow.conversation, ids),
                col(WantRow.card).in_(cards),
                col(WantRow.asked_at).in_(asked),
            )
            .values(open=False)
            .execution_options(synchronize_session=False)
        )
    left = select(WantRow.conversation).where(
        among(session, WantRow.conversation, found), col(WantRow.open).is_(True)
    )
    still_wanted = set(session.exec(left))
    for name, row in found.items():
        _let_go(row, now=now)
        row.attempts, row.error_reason, row.error_mend = 0, "", ""
        row.place = row.nights = 0
        if name not in still_wanted:
            row.state = State.TRIAGED if row.triage else State.DONE
    return {name: State(row.state) for name, row in found.items()}


def fail(
    session: Session, job: Job, error: QaError, *, attempts: int, now: datetime
) -> State | None:
    """Close a claim whose work failed: it waits again, or has failed; None when it was lost."""
    row = _held(session, job)
    if row is None:
        return None
    _let_go(row, now=now)
    row.error_reason, row.error_mend = shown(error.reason), error.mend
    if isinstance(error, Away) and attempts > 1:
        attempts = max(attempts, AWAY_ATTEMPTS)
    if isinstance(error, FINAL) or row.attempts >= attempts:
        row.state = State.FAILED
    else:
        pause = min(BACK_OFF_S * 4 ** (row.attempts - 1), LONGEST_BACK_OFF_S)
        row.retry_at = now + timedelta(seconds=pause)
    return State(row.state)


def hold(session: Session, job: Job, error: QaError, *, now: datetime) -> bool:
    """Give a claim back because this machine cannot do it; no attempt is counted."""
    row = _held(session, job)
    if row is None:
        return False
    _let_go(row, now=now)
    row.attempts -= 1
    row.error_reason, row.error_mend = shown(error.reason), error.mend
    return True


def release(session: Session, worker: str, *, now: datetime) -> int:
    """Give back all that a worker holds, no attempt counted; return how many."""
    held = session.exec(
        select(ConversationRow).where(
            ConversationRow.claimed_by == worker, ConversationRow.state == State.WORKING
        )
    ).all()
    for row in held:
        _let_go(row, now=now)
        row.attempts -= 1
    return len(held)


def give_back(session: Session, jobs: Sequence[Job], *, now: datetime) -> None:
    """Give claims back that are still their worker's, no attempt counted."""
    for row in held(session, jobs).values():
        _let_go(row, now=now)
        row.attempts -= 1


def held(session: Session, jobs: Sequence[Job]) -> dict[str, ConversationRow]:
    """Return the rows, by id, of those claims that are still their worker's.

    A worker that was thought dead may still report; its claim is another's by now.
    """
    claims = {job.id: (job.worker, job.attempt) for job in jobs}
    found = session.exec(
        select(ConversationRow)
        .where(
            among(session, ConversationRow.id, claims),
            ConversationRow.state == State.WORKING,
        )
        .order_by(col(ConversationRow.id))  # locked in one order, whoever comes
        .with_for_update()
    )
    return {row.id: row for row in found if claims[row.id] == (row.claimed_by, row.attempts)}


def _held(session: Session, job: Job) -> ConversationRow | None:
    return held(session, [job]).get(job.id)


def _let_go(row: ConversationRow, *, now: datetime) -> None:
    row.state, row.claimed_by, row.lease_until, row.updated_at = State.WAITING, None, None, now
