"""How many conversations there are: all of them, or as far as a page needs to know."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import ColumnElement
from sqlalchemy import select as columns
from sqlmodel import Session, col, func, select

from qa.access import EVERYTHING, Scope
from qa.records import ScoreStatus, Triage
from qa.store.listing import conditions, scores_seen
from qa.store.tables import AssessmentRow, ConversationRow, HeardRow, State
from qa.store.views import Counts, Filter, Number


def numbers(
    session: Session, filters: Sequence[Filter], scope: Scope, *, most: int
) -> tuple[Number, ...]:
    """Count what fits each of some filters, by the conditions of its list, up to `most`.

    What that takes does not grow with the number of conversations, where an index finds them.
    """
    counted = []
    for f in filters:
        fits = conditions(session, f, scope)
        # One more than is counted tells that there are more.
        some = select(ConversationRow.id).where(*fits).limit(most + 1).subquery()
        counted.append(columns(func.count()).select_from(some).scalar_subquery())
    found = session.execute(columns(*counted)).one()
    return tuple(Number(n=min(n, most), more=n > most) for n in found)


def counts(session: Session, filter: Filter, scope: Scope) -> Counts:
    """Count conversations by state, triage and score status, and the seconds heard."""
    row, made = ConversationRow, AssessmentRow
    statuses = select(made.status, func.count()).where(col(made.current).is_(True))
    seconds = select(func.coalesce(func.sum(HeardRow.duration), 0.0))
    fits: list[ColumnElement[bool]] = []
    # Of all of them indexes alone answer, without a look at any conversation.
    if filter != Filter() or scope != EVERYTHING:
        fits = list(conditions(session, filter, scope))
        statuses = statuses.join(row, col(row.id) == made.conversation).where(
            scores_seen(scope), *fits
        )
        seconds = seconds.join(row, col(row.id) == HeardRow.conversation).where(*fits)
    states = dict(
        session.exec(select(row.state, func.count()).where(*fits).group_by(row.state)).all()
    )
    triaged = session.exec(
        select(row.triage, func.count())
        .where(*fits, col(row.triage).is_not(None))
        .group_by(col(row.triage))
    )
    return Counts(
        total=sum(states.values()),
        states={State(k): n for k, n in states.items()},
        triaged={Triage(str(k)): n for k, n in triaged},
        statuses={ScoreStatus(k): n for k, n in session.exec(statuses.group_by(made.status))},
        seconds=float(session.exec(seconds).one() or 0.0),
    )
