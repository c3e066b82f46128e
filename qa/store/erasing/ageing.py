"""What retention asks of conversations, read for many at once."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterator, Sequence
from datetime import datetime
from typing import NamedTuple

from sqlalchemy import and_, or_
from sqlalchemy import select as columns
from sqlmodel import Session, col, select

from qa.records import Channel, ScoreStatus
from qa.store.erasing.policies import Aged, What
from qa.store.erasing.tables import ErasedRow, HoldRow
from qa.store.queue import among
from qa.store.tables import AssessmentRow, ConversationRow


def page(
    session: Session, *, after: tuple[datetime, str] | None, limit: int
) -> Sequence[ConversationRow]:
    """Return conversations, oldest first, from behind a place on."""
    row = ConversationRow
    query = select(row).order_by(col(row.at), col(row.id)).limit(limit)
    if after is not None:
        at, last = after
        query = query.where(or_(col(row.at) > at, and_(col(row.at) == at, col(row.id) > last)))
    return session.exec(query).all()


def aged(session: Session, found: Sequence[ConversationRow], *, scores: bool) -> Iterator[Aged]:
    """Yield what rules ask of conversations.

    Parameters
    ----------
    scores : whether they ask for scores, too.
    """
    made = _scores(session, [row.id for row in found]) if scores else {}
    for row in found:
        ever = made.get(row.id, [])
        judged = [one for one in ever if one.current]
        details = row.details
        outcomes = {details.get("disposition"), row.triage} - {None}
        yield Aged(
            id=row.id,
            channel=Channel(row.channel),
            queue=row.queue,
            project=row.project,
            language=row.language,
            tags=frozenset(details.get("tags") or ()),
            outcomes=frozenset(map(str, outcomes)),
            statuses=frozenset(ScoreStatus(one.status) for one in judged),
            passed=frozenset(one.passed for one in judged if one.passed is not None),
            totals=tuple(one.total for one in judged if one.total is not None),
            began_at=row.at,
            scored_at=min((one.made_at for one in ever), default=None),
            reviewed_at=row.reviewed_at,
        )


class _Made(NamedTuple):
    status: str
    passed: bool | None
    total: float | None
    made_at: datetime
    current: bool


def _scores(session: Session, ids: Collection[str]) -> dict[str, list[_Made]]:
    made: dict[str, list[_Made]] = defaultdict(list)
    row = AssessmentRow
    for name, *about in session.execute(
        columns(
            col(row.conversation), col(row.status), col(row.passed), col(row.total),
            col(row.made_at), col(row.current),
        ).where(among(session, row.conversation, ids))
    ):  # fmt: skip
        made[name].append(_Made(*about))
    return made


def erased(session: Session, ids: Collection[str]) -> dict[str, dict[What, ErasedRow]]:
    """Return what was erased of conversations, or begun to be."""
    found: dict[str, dict[What, ErasedRow]] = {name: {} for name in ids}
    for one in session.exec(select(ErasedRow).where(among(session, ErasedRow.conversation, ids))):
        found[one.conversation][What(one.what)] = one
    return found


def held(session: Session, ids: Collection[str] | None = None) -> frozenset[str]:
    """Return which conversations are held."""
    query = select(HoldRow.conversation).where(col(HoldRow.removed_at).is_(None))
    if ids is not None:
        query = query.where(among(session, HoldRow.conversation, ids))
    return frozenset(session.exec(query))


def unfinished(session: Session) -> Sequence[str]:
    """Return conversations of which something was begun to be erased and not finished."""
    query = select(ErasedRow.conversation).where(col(ErasedRow.done_at).is_(None)).distinct()
    return session.exec(query.order_by(ErasedRow.conversation)).all()
