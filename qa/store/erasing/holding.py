"""Holds: conversations of which nothing may be erased, by no rule and at nobody's request."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime

from sqlalchemy import Engine
from sqlmodel import Session, col, select

from qa.errors import NotFound, UsageError
from qa.store import chain, database
from qa.store.acts import Act, Done, Kind
from qa.store.erasing.tables import HoldRow
from qa.store.erasing.views import Hold
from qa.store.tables import ConversationRow

#: Characters of a reason.
LONGEST = 500


class Holding:
    """The part of erasing that prevents it."""

    def __init__(self, engine: Engine, *, clock: Callable[[], datetime]) -> None:
        self._engine = engine
        self._now = clock

    def hold(self, ids: Sequence[str], *, reason: str, who: str) -> tuple[Hold, ...]:
        """Hold conversations; each hold has to be taken off by itself.

        Raises
        ------
        NotFound : no such conversation; none is held then.
        UsageError : no reason, or too long a one.
        """
        why = " ".join(reason.split())
        if not 0 < len(why) <= LONGEST:
            raise UsageError("A hold needs a reason.", f"Give one of at most {LONGEST} characters.")
        now = self._now()
        with database.writing(self._engine) as session:
            made = []
            for name in dict.fromkeys(ids):
                # Locked: whoever is about to erase it comes before or after, never between.
                if session.get(ConversationRow, name, with_for_update=True) is None:
                    raise NotFound(
                        f"There is no conversation {name}.", "'qa list' shows those that there are."
                    )
                made.append(HoldRow(conversation=name, reason=why, who=who, at=now))
            session.add_all(made)
            session.flush()
            for row in made:
                self._note(session, row, who, "held")
            return tuple(map(_view, made))

    def unhold(self, numbers: Sequence[int], *, who: str) -> tuple[Hold, ...]:
        """Take holds off, by their numbers.

        Raises
        ------
        NotFound : there is no such hold, or it was taken off; none is taken off then.
        """
        with database.writing(self._engine) as session:
            found = []
            for number in dict.fromkeys(numbers):
                row = session.get(HoldRow, number, with_for_update=True)
                if row is None or row.removed_at is not None:
                    raise NotFound(f"There is no hold {number}.", "See: qa hold list")
                row.removed_at, row.removed_by = self._now(), who
                found.append(row)
                self._note(session, row, who, "released")
            session.flush()
            return tuple(map(_view, found))

    def _note(self, session: Session, row: HoldRow, who: str, what: str) -> None:
        # The reason stays in the hold's own row: it may speak of people.
        detail = {"conversation": row.conversation, "what": what}
        done = Done(
            at=self._now(), who=who, act=Act.HELD, kind=Kind.HOLD, object=str(row.id), detail=detail
        )
        chain.note(session, done)

    def holds(self, ids: Sequence[str] | None = None, *, ended: bool = False) -> tuple[Hold, ...]:
        """Return holds, oldest first.

        Parameters
        ----------
        ids : of these conversations; None = of all.
        ended : those that were taken off as well.
        """
        query = select(HoldRow).order_by(col(HoldRow.id))
        if ids is not None:
            query = query.where(col(HoldRow.conversation).in_(ids))
        if not ended:
            query = query.where(col(HoldRow.removed_at).is_(None))
        with database.reading(self._engine) as session:
            return tuple(map(_view, session.exec(query)))


def _view(row: HoldRow) -> Hold:
    return Hold(
        number=row.id or 0,
        conversation=row.conversation,
        reason=row.reason,
        who=row.who,
        at=row.at,
        removed_at=row.removed_at,
        removed_by=row.removed_by,
    )
