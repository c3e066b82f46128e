"""Assignments: which reviewer a conversation was given to."""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from datetime import datetime

from sqlalchemy import Engine, delete, insert
from sqlmodel import Session, col, select

from qa.errors import NotFound
from qa.store import database, journal
from qa.store.desk.tables import AssignmentRow
from qa.store.queue import among
from qa.store.tables import ConversationRow


class Assignments:
    """The part of the store that knows whose turn a conversation is."""

    def __init__(self, engine: Engine, *, clock: Callable[[], datetime]) -> None:
        self._engine = engine
        self._now = clock

    def give(self, ids: Sequence[str], reviewer: str, *, by: str) -> int:
        """Give conversations to a reviewer, whoever had them; return how many are new to them.

        Raises
        ------
        NotFound : one of them does not exist; nothing was changed.
        """
        now, ids = self._now(), tuple(dict.fromkeys(ids))
        with database.writing(self._engine) as session:
            _check(session, ids)
            had = assigned(session, ids)
            new = [one for one in ids if had.get(one) != reviewer]
            _forget(session, new)
            if new:
                session.execute(
                    insert(AssignmentRow),
                    [
                        {"conversation": one, "reviewer": reviewer, "given_by": by, "at": now}
                        for one in new
                    ],
                )
            for one in new:
                detail = {"to": reviewer}
                journal.write(session, "assigned", who=by, conversation=one, detail=detail, now=now)
        return len(new)

    def take_back(self, ids: Sequence[str], *, by: str) -> int:
        """Let conversations be anybody's again; return how many were somebody's.

        Raises
        ------
        NotFound : one of them does not exist; nothing was changed.
        """
        now, ids = self._now(), tuple(dict.fromkeys(ids))
        with database.writing(self._engine) as session:
            _check(session, ids)
            had = assigned(session, ids)
            _forget(session, list(had))
            for one, reviewer in had.items():
                detail = {"from": reviewer}
                journal.write(
                    session, "unassigned", who=by, conversation=one, detail=detail, now=now
                )
        return len(had)

    def of(self, ids: Collection[str]) -> dict[str, str]:
        """Return whose turn conversations are, by id; those that are anybody's are left out."""
        with database.reading(self._engine) as session:
            return assigned(session, ids)


def assigned(session: Session, ids: Collection[str]) -> dict[str, str]:
    """Return whose turn conversations are, by id."""
    row = AssignmentRow
    query = select(row.conversation, row.reviewer).where(among(session, row.conversation, ids))
    return dict(session.exec(query.order_by(col(row.conversation))).all())


def _check(session: Session, ids: Sequence[str]) -> None:
    query = select(ConversationRow.id).where(among(session, ConversationRow.id, ids))
    missing = set(ids) - set(session.exec(query).all())
    if missing:
        raise NotFound(
            f"There is no conversation {min(missing)}.", "'qa list' shows those that there are."
        )


def _forget(session: Session, ids: Sequence[str]) -> None:
    session.execute(
        delete(AssignmentRow)
        .where(among(session, AssignmentRow.conversation, ids))
        .execution_options(synchronize_session=False)
    )
