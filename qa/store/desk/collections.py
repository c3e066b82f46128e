"""Collections: moments in an order, with notes, and links by which colleagues see them.

A collection is its owner's. Colleagues come by a link that ends, of which only a digest is
kept. Whoever looks sees the moments that their rights reach: a link opens a collection, it
gives no rights.
"""

from __future__ import annotations

import secrets as random
from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from typing import Literal

from sqlalchemy import Engine, func
from sqlmodel import Session, col, select

from qa.access import EVERYTHING, Scope
from qa.access.secrets import digest, new_session
from qa.errors import NotFound, UsageError
from qa.store import database, journal
from qa.store.desk.collected import (
    Collected,
    Collection,
    Listed,
    Share,
    checked_name,
    checked_note,
    head,
    moment_row,
    moment_rows,
    moments_of,
    own_row,
    share_of,
)
from qa.store.desk.excerpts import LONGEST, Excerpts, Moment
from qa.store.desk.tables import CollectionRow, MomentRow, ShareRow
from qa.store.scopes import within
from qa.store.tables import ConversationRow, TurnRow

#: A link is good for so long, and at most.
LASTS = timedelta(days=30)
LONGEST_LASTS = timedelta(days=365)
#: Moments of a collection: what is heard in one sitting, many times over.
MOST = 200


class Collections:
    """The part of the store that keeps collections.

    Parameters
    ----------
    keep : names of the company and its products, which stay in the text.

    Wherever an owner is given, a collection of somebody else does not exist;
    None = whoever owns it, for the machine's own user.
    """

    def __init__(
        self, engine: Engine, *, keep: Sequence[str], clock: Callable[[], datetime]
    ) -> None:
        self._engine = engine
        self._keep = tuple(keep)
        self._now = clock

    # --- collections -----------------------------------------------------------------------

    def list(self, *, owner: str | None) -> tuple[Listed, ...]:
        """Return somebody's collections, changed last first."""
        counted = (
            select(func.count())
            .where(MomentRow.collection == CollectionRow.id)
            .correlate(CollectionRow)
            .scalar_subquery()
        )
        query = select(CollectionRow, counted)
        if owner is not None:
            query = query.where(CollectionRow.owner == owner)
        query = query.order_by(col(CollectionRow.changed_at).desc(), col(CollectionRow.id))
        with database.reading(self._engine) as session:
            return tuple(Listed(**head(row), moments=number) for row, number in session.exec(query))

    def create(self, name: str, *, owner: str, note: str = "") -> str:
        """Make an empty collection; return its id.

        Raises
        ------
        UsageError : no name, or more text than there is room for.
        """
        row = CollectionRow(
            id=random.token_hex(8),
            name=checked_name(name),
            note=checked_note(note),
            owner=owner,
            made_at=self._now(),
            changed_at=self._now(),
        )
        with database.writing(self._engine) as session:
            session.add(row)
            return row.id

    def named(self, name: str, *, owner: str) -> str:
        """Return the id of the collection of that name; made where there is none.

        Raises
        ------
        UsageError : no name, or too long a one.
        """
        wanted = checked_name(name)
        for one in self.list(owner=owner):
            if one.name == wanted:
                return one.id
        return self.create(wanted, owner=owner)

    def read(
        self, id: str, *, owner: str | None, scope: Scope = EVERYTHING, only: int | None = None
    ) -> Collection:
        """Return a collection, with those of its moments that lie in a scope.

        Parameters
        ----------
        only : the number of the one moment that is wanted.

        Raises
        ------
        NotFound : there is none of that owner.
        """
        with database.reading(self._engine) as session:
            return self._read(session, own_row(session, id, owner), scope, only)

    def change(
        self, id: str, *, owner: str | None, name: str | None = None, note: str | None = None
    ) -> None:
        """Give another name or note; None leaves what is.

        Raises
        ------
        NotFound : there is none of that owner.
        UsageError : no name, or more text than there is room for.
        """
        with database.writing(self._engine) as session:
            row = own_row(session, id, owner)
            row.name = row.name if name is None else checked_name(name)
            row.note = row.note if note is None else checked_note(note)
            row.changed_at = self._now()

    def delete(self, id: str, *, owner: str | None) -> None:
        """Delete a collection with its notes and links; the conversations stay.

        Raises
        ------
        NotFound : there is none of that owner.
        """
        with database.writing(self._engine) as session:
            session.delete(own_row(session, id, owner))

    # --- moments ---------------------------------------------------------------------------

    def add(self, id: str, moment: Moment, *, owner: str | None, note: str = "") -> int:
        """Put a moment at the end; the same one twice is one. Return its number.

        Raises
        ------
        NotFound : there is no such collection of that owner.
        UsageError : it is full, or the note too long.
        """
        with database.writing(self._engine) as session:
            row = own_row(session, id, owner)
            same = session.exec(
                select(MomentRow).where(
                    MomentRow.collection == id,
                    MomentRow.conversation == moment.conversation,
                    MomentRow.first == moment.first,
                    MomentRow.last == moment.last,
                    MomentRow.card == moment.card,
                    MomentRow.item == moment.item,
                )
            ).first()
            if same is not None:
                return same.id or 0
            places = session.exec(select(MomentRow.place).where(MomentRow.collection == id)).all()
            if len(places) >= MOST:
                raise UsageError(
                    f"A collection holds {MOST} moments at most.", "Begin another one."
                )
            made = MomentRow(
                collection=id,
                place=max(places, default=-1) + 1,
                conversation=moment.conversation,
                first=moment.first,
                last=moment.last,
                card=moment.card,
                item=moment.item,
                verdict=moment.verdict or "",
                note=checked_note(note),
            )
            session.add(made)
            row.changed_at = self._now()
            session.flush()
            return made.id or 0

    def stretch(
        self, conversation: str, first: int, last: int, *, card: str = "", item: str = ""
    ) -> Moment:
        """Return turns of a conversation as a moment: for who may read all of it.

        Raises
        ------
        NotFound : there are no such turns.
        UsageError : more turns than a moment may have.
        """
        if not 0 <= last - first < LONGEST:
            raise UsageError(
                "That is no moment: too many turns, or none.", f"Take 1 to {LONGEST} turns."
            )
        with database.reading(self._engine) as session:
            row = session.get(ConversationRow, conversation)
            found = session.get(TurnRow, (conversation, first))
            if row is None or found is None:
                raise NotFound("There are no such turns.", "Look at the conversation again.")
            kept = MomentRow(
                collection="", place=0, conversation=conversation, first=first, last=last,
                card=card, item=item,
            )  # fmt: skip
            (moment,) = moments_of(session, Excerpts(session, keep=self._keep), [(kept, row)])
        if moment is None:
            raise UsageError("That takes too long for a moment.", "Take fewer turns.")
        return moment

    def note(self, id: str, moment: int, text: str, *, owner: str | None) -> None:
        """Say something of a moment, in place of what was said before.

        Raises
        ------
        NotFound : there is no such moment or collection of that owner.
        UsageError : it is too long.
        """
        with database.writing(self._engine) as session:
            row = own_row(session, id, owner)
            moment_row(session, id, moment).note = checked_note(text)
            row.changed_at = self._now()

    def move(
        self, id: str, moment: int, to: Literal["up", "down"] | int, *, owner: str | None
    ) -> None:
        """Move a moment up or down by one, or to a place counted from 0.

        Raises
        ------
        NotFound : there is no such moment or collection of that owner.
        """
        with database.writing(self._engine) as session:
            row = own_row(session, id, owner)
            rows = moment_rows(session, id)
            mine = moment_row(session, id, moment)
            at = [one.id for one in rows].index(mine.id)
            wanted = at + {"up": -1, "down": 1}[to] if isinstance(to, str) else to
            rows.insert(min(max(wanted, 0), len(rows) - 1), rows.pop(at))
            for place, one in enumerate(rows):
                one.place = place
            row.changed_at = self._now()

    def remove(self, id: str, moment: int, *, owner: str | None) -> None:
        """Take a moment out.

        Raises
        ------
        NotFound : there is no such moment or collection of that owner.
        """
        with database.writing(self._engine) as session:
            row = own_row(session, id, owner)
            session.delete(moment_row(session, id, moment))
            row.changed_at = self._now()

    # --- links -----------------------------------------------------------------------------

    def share(
        self, id: str, *, owner: str | None, who: str, lasts: timedelta = LASTS
    ) -> tuple[str, Share]:
        """Make a link; return what it leads by, which is shown now and never again.

        Raises
        ------
        NotFound : there is no such collection of that owner.
        UsageError : it would last no time, or longer than a year.
        """
        if not timedelta() < lasts <= LONGEST_LASTS:
            raise UsageError("A link lasts 1 to 365 days.", "Say for how many days.")
        secret, now = new_session(), self._now()
        with database.writing(self._engine) as session:
            own_row(session, id, owner)
            row = ShareRow(
                digest=digest(secret),
                collection=id,
                made_by=who,
                made_at=now,
                expires_at=now + lasts,
            )
            session.add(row)
            journal.write(
                session, "collection shared", who=who, conversation=None,
                detail={"collection": id, "until": row.expires_at.isoformat()}, now=now,
            )  # fmt: skip
            return secret, share_of(row)

    def shares(self, id: str, *, owner: str | None) -> tuple[Share, ...]:
        """Return the links that were made, the newest first.

        Raises
        ------
        NotFound : there is no such collection of that owner.
        """
        with database.reading(self._engine) as session:
            own_row(session, id, owner)
            found = session.exec(
                select(ShareRow)
                .where(ShareRow.collection == id)
                .order_by(col(ShareRow.made_at).desc(), col(ShareRow.digest))
            )
            return tuple(share_of(row) for row in found)

    def withdraw(self, id: str, share: str, *, owner: str | None, who: str) -> None:
        """End a link; a second time changes nothing.

        Raises
        ------
        NotFound : there is no such link or collection of that owner.
        """
        with database.writing(self._engine) as session:
            own_row(session, id, owner)
            rows = session.exec(select(ShareRow).where(ShareRow.collection == id))
            row = next((one for one in rows if share_of(one).id == share), None)
            if row is None:
                raise NotFound("There is no such link.", "Load the page again.")
            if row.withdrawn_at is None:
                row.withdrawn_at = self._now()
                journal.write(
                    session, "link withdrawn", who=who, conversation=None,
                    detail={"collection": id}, now=self._now(),
                )  # fmt: skip

    def shared(
        self, secret: str, *, scope: Scope = EVERYTHING, only: int | None = None
    ) -> Collection:
        """Return the collection that a link leads to, as far as a scope reaches.

        Parameters
        ----------
        only : the number of the one moment that is wanted.

        Raises
        ------
        NotFound : no such link, or it has ended: the same answer for both.
        """
        with database.reading(self._engine) as session:
            row = session.get(ShareRow, digest(secret))
            if row is None or row.withdrawn_at is not None or row.expires_at <= self._now():
                raise NotFound(
                    "This link leads nowhere, or not any more.",
                    "Ask whoever sent it for another one.",
                )
            found = session.get_one(CollectionRow, row.collection)
            return self._read(session, found, scope, only)

    def _read(
        self, session: Session, row: CollectionRow, scope: Scope, only: int | None
    ) -> Collection:
        rows = [one for one in moment_rows(session, row.id) if only in {None, one.id}]
        seen = {
            one.id: one
            for one in session.exec(
                select(ConversationRow).where(
                    col(ConversationRow.id).in_({r.conversation for r in rows}), within(scope)
                )
            )
        }
        excerpts = Excerpts(session, keep=self._keep)
        shown = [(kept, seen[kept.conversation]) for kept in rows if kept.conversation in seen]
        moments = tuple(
            Collected(id=kept.id or 0, note=kept.note, moment=moment)
            for (kept, _), moment in zip(shown, moments_of(session, excerpts, shown), strict=True)
            if moment is not None
        )
        return Collection(**head(row), moments=moments, hidden=len(rows) - len(moments))
