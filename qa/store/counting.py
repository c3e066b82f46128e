"""How many conversations there are: all of them, or as far as a page needs to know."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import select as columns
from sqlmodel import Session, col, func, select

from qa.access import Scope
from qa.records import ScoreStatus, Triage
from qa.store.listing import conditions, scores_seen
from qa.store.tables import AssessmentRow, ConversationRow, State
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
    fits = list(conditions(session, filter, scope))
    row = ConversationRow

    def by(column: str) -> dict[str, int]:
        key = getattr(row, column)
        query = select(key, func.count()).where(*fits).group_by(key)
        return {str(name): int(n) for name, n in session.exec(query) if name}

    states = by("state")
    statuses = session.exec(
        select(AssessmentRow.status, func.count())
        .join(row, col(row.id) == AssessmentRow.conversation)
        .where(col(AssessmentRow.current).is_(True), scores_seen(scope), *fits)
        .group_by(AssessmentRow.status)
    )
    seconds = session.exec(
        select(func.coalesce(func.sum(row.duration), 0.0)).where(*fits, col(row.channel) == "call")
    ).one()
    return Counts(
        total=sum(states.values()),
        states={State(k): n for k, n in states.items()},
        triaged={Triage(k): n for k, n in by("triage").items()},
        statuses={ScoreStatus(k): n for k, n in statuses},
        seconds=float(seconds or 0.0),
    )
