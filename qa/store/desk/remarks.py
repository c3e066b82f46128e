"""Remarks: comments at a moment or on the whole, and stars with thanks.

They are added beside one another and overwrite nothing, so they count as no change of the
conversation. Comments are for those who review; a star is for the agent too.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from sqlalchemy import Engine
from sqlmodel import Session, col, or_, select

from qa.access import EVERYTHING, Scope
from qa.errors import Forbidden, NotFound, UsageError
from qa.records import Record
from qa.store import database, journal, results, scopes
from qa.store.desk.tables import CommentRow, StarRow
from qa.store.tables import ConversationRow, TurnRow

#: Characters of a comment, and of thanks.
LONGEST = 2000


class Comment(Record):
    """What somebody says of a moment, or of the whole."""

    number: int
    #: Place of the turn; None = of the whole conversation.
    turn: int | None
    #: Seconds into the recording; None = of the whole turn, or of a chat.
    second: float | None
    text: str
    who: str
    at: datetime


class Star(Record):
    """A moment that was done well."""

    turn: int
    #: Seconds into the recording where the turn begins; None for a chat without times.
    second: float | None
    thanks: str
    who: str
    at: datetime


class Remarks:
    """The part of the store that knows remarks."""

    def __init__(self, engine: Engine, *, clock: Callable[[], datetime]) -> None:
        self._engine = engine
        self._now = clock

    # --- comments -----------------------------------------------------------------------

    def comments(self, id: str, *, scope: Scope = EVERYTHING, who: str = "") -> tuple[Comment, ...]:
        """Return the comments on a conversation that somebody sees, by moment.

        Agents are shown none; who is to judge it blind only their own (`who`).
        """
        whole = Scope(tuple(part for part in scope.parts if part.agent is None))
        with database.reading(self._engine) as session:
            row, scope = ConversationRow, scopes.settled(session, id, scope)
            found = session.exec(
                select(CommentRow)
                .join(row, col(row.id) == CommentRow.conversation)
                .where(
                    CommentRow.conversation == id,
                    col(CommentRow.removed_at).is_(None),
                    scopes.within(whole),
                    or_(CommentRow.who == who, ~scopes.hidden(scope, CommentRow.conversation)),
                )
            )
            made = [_comment(one) for one in found]
        return tuple(sorted(made, key=lambda c: (-1 if c.turn is None else c.turn, c.at, c.number)))

    def comment(
        self, id: str, text: str, *, who: str, turn: int | None = None, second: float | None = None
    ) -> Comment:
        """Say something of a moment: of a turn, of a second of the recording, or of the whole.

        Raises
        ------
        NotFound : no such conversation or turn.
        UsageError : nothing is said, or too much, or of a second that there is not.
        """
        said = written(text)
        if not said:
            raise UsageError("The comment says nothing.", "Write something, then save it.")
        with database.writing(self._engine) as session:
            turn = _place(session, id, turn, second)
            row = CommentRow(
                conversation=id, turn=turn, second=second, text=said, who=who, at=self._now()
            )
            session.add(row)
            session.flush()
            self._log(session, "commented", id, who, turn)
            return _comment(row)

    def remove(self, id: str, number: int, *, who: str) -> None:
        """Take one's own comment away.

        Raises
        ------
        NotFound : there is no such comment.
        Forbidden : it is somebody else's.
        """
        with database.writing(self._engine) as session:
            row = session.get(CommentRow, number)
            if row is None or row.conversation != id or row.removed_at is not None:
                raise NotFound(f"There is no comment {number}.", "It may have been removed.")
            if row.who != who:
                raise Forbidden(f"Comment {number} is of {row.who}.", "Only they remove it.")
            row.removed_at = self._now()
            self._log(session, "comment removed", id, who, row.turn)

    # --- stars --------------------------------------------------------------------------

    def stars(self, id: str, *, scope: Scope = EVERYTHING, who: str = "") -> tuple[Star, ...]:
        """Return the stars of a conversation in its order; see `comments`."""
        with database.reading(self._engine) as session:
            scope = scopes.settled(session, id, scope)
            found = session.exec(
                select(StarRow, TurnRow.starts)
                .join(
                    TurnRow,
                    (col(TurnRow.conversation) == StarRow.conversation)
                    & (col(TurnRow.place) == StarRow.turn),
                    isouter=True,
                )
                .where(
                    StarRow.conversation == id,
                    or_(StarRow.who == who, ~scopes.hidden(scope, StarRow.conversation)),
                )
                .order_by(col(StarRow.turn), col(StarRow.at))
            )
            return tuple(
                Star(turn=s.turn, second=second, thanks=s.thanks, who=s.who, at=s.at)
                for s, second in found
            )

    def star(self, id: str, turn: int, *, who: str, thanks: str = "") -> None:
        """Mark a turn as done well; a second time by the same person only the thanks change.

        Raises
        ------
        NotFound : no such conversation or turn.
        UsageError : the thanks are too long.
        """
        with database.writing(self._engine) as session:
            _place(session, id, turn, None)
            row = session.get(StarRow, (id, turn, who))
            if row is None:
                row = StarRow(conversation=id, turn=turn, who=who, at=self._now())
                self._log(session, "starred", id, who, turn)
            row.thanks = written(thanks)
            session.add(row)

    def unstar(self, id: str, turn: int, *, who: str) -> None:
        """Take one's own star away.

        Raises
        ------
        NotFound : one has given none there.
        """
        with database.writing(self._engine) as session:
            row = session.get(StarRow, (id, turn, who))
            if row is None:
                raise NotFound(f"Turn {turn} has no star of yours.", "There is nothing to remove.")
            session.delete(row)
            self._log(session, "star removed", id, who, turn)

    def _log(self, session: Session, kind: str, id: str, who: str, turn: int | None) -> None:
        detail = {} if turn is None else {"turn": str(turn)}
        journal.write(session, kind, who=who, conversation=id, detail=detail, now=self._now())


def written(text: str) -> str:
    """Return what somebody wrote as it is kept.

    Raises
    ------
    UsageError : it is too long.
    """
    # PostgreSQL keeps no NUL; nobody types one.
    said = text.replace("\x00", "").replace("\r\n", "\n").strip()
    if len(said) > LONGEST:
        raise UsageError(f"{len(said)} characters are too many.", f"Write {LONGEST} at most.")
    return said


def _place(session: Session, id: str, turn: int | None, second: float | None) -> int | None:
    """Return the turn that is meant: the given one, or the one that a second lies in."""
    row = results.existing(session, id)
    if turn is not None and session.get(TurnRow, (id, turn)) is None:
        raise NotFound(f"Conversation {id} has no turn {turn}.", "Turns are counted from 0.")
    if second is None:
        return turn
    if not 0 <= second <= (row.duration or 0):
        raise UsageError(
            f"The recording has no second {second:g}.", f"It lasts {row.duration or 0:g} s."
        )
    if turn is not None:
        return turn
    return session.exec(
        select(TurnRow.place)
        .where(TurnRow.conversation == id, col(TurnRow.starts) <= second)
        .order_by(col(TurnRow.starts).desc(), col(TurnRow.place).desc())
        .limit(1)
    ).first()


def _comment(row: CommentRow) -> Comment:
    return Comment(
        number=row.id or 0,
        turn=row.turn,
        second=row.second,
        text=row.text,
        who=row.who,
        at=row.at,
    )
