"""Reviewing: who is at a conversation, what changed meanwhile, and whether a human is through."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta

from sqlalchemy import Engine, delete
from sqlmodel import Session, and_, col, or_, select

from qa.access import EVERYTHING, Scope
from qa.errors import UsageError
from qa.records import Record, Verdict
from qa.store import changes, database, results, reviews, scopes
from qa.store.desk.draw_tables import ReviewRow
from qa.store.desk.keeping import hidden_from, save_review
from qa.store.desk.tables import PresenceRow
from qa.store.tables import ConversationRow, State
from qa.store.views import Logged

#: Somebody who was not heard of for so long has left.
PRESENT_S = 60


class Review(Record):
    """One reviewer's work on a conversation, finished or not."""

    card: str
    #: None for a team outcome.
    party: str | None
    reviewer: str
    #: Begun without the machine's verdicts in sight.
    blind: bool
    started_at: datetime
    saved_at: datetime | None


class Reviewing:
    """The part of the store that knows reviews.

    Parameters
    ----------
    total : adds findings and overrides up by a card's text.
    """

    def __init__(
        self, engine: Engine, *, clock: Callable[[], datetime], total: reviews.Total
    ) -> None:
        self._engine = engine
        self._now = clock
        self._total = total

    # --- who else -----------------------------------------------------------------------

    def version(self, id: str) -> str:
        """Return which version of a conversation this is: whoever writes says which they saw.

        Raises
        ------
        NotFound : there is no such conversation.
        """
        with database.reading(self._engine) as session:
            return changes.version(session, id)

    def since(self, id: str, seen: str) -> tuple[Logged, ...]:
        """Return what humans changed since a version, oldest first.

        Raises
        ------
        NotFound : there is no such conversation.
        """
        with database.reading(self._engine) as session:
            return changes.since(session, id, seen)

    def here(self, id: str, *, who: str) -> tuple[str, ...]:
        """Say that somebody has a conversation open; return who else has.

        Raises
        ------
        NotFound : there is no such conversation.
        """
        now = self._now()
        with database.writing(self._engine) as session:
            changes.version(session, id)
            gone = col(PresenceRow.seen_at) < now - timedelta(seconds=PRESENT_S)
            session.execute(delete(PresenceRow).where(gone))
            mine = session.get(PresenceRow, (id, who))
            if mine is None:
                session.add(PresenceRow(conversation=id, who=who, seen_at=now))
            else:
                mine.seen_at = now
            return _present(session, id, who, now)

    def present(self, id: str, *, who: str) -> tuple[str, ...]:
        """Return who else has a conversation open."""
        with database.reading(self._engine) as session:
            return _present(session, id, who, self._now())

    # --- through with it ----------------------------------------------------------------

    def of(self, id: str, *, scope: Scope = EVERYTHING) -> tuple[Review, ...]:
        """Return the reviews of what somebody sees of a conversation, oldest first."""
        row = ReviewRow
        with database.reading(self._engine) as session:
            scope = scopes.settled(session, id, scope)
            shown = scopes.seen(scope, conversation=row.conversation, party=row.party)
            found = session.exec(
                select(row).where(row.conversation == id, shown).order_by(col(row.id))
            )
            return tuple(_review(one) for one in found)

    def through(self, id: str) -> bool:
        """Say whether a human is through with a conversation.

        Raises
        ------
        NotFound : there is no such conversation.
        """
        with database.reading(self._engine) as session:
            return results.existing(session, id).reviewed_at is not None

    def finish(self, id: str, *, who: str, seen: str | None = None) -> None:
        """Say that a reviewer is through with a conversation.

        Raises
        ------
        NotFound : there is no such conversation.
        Stale : it is another version by now.
        UsageError : it has no score, or is to be judged blind and was not.
        """
        now = self._now()
        with database.writing(self._engine) as session:
            changes.note(session, id, "reviewed", who=who, detail={}, now=now, seen=seen)
            if hidden_from(session, [id], who):
                raise UsageError(
                    f"Conversation {id} is to be judged blind: verdicts of {who} are missing.",
                    "Give your own verdict on every item first.",
                )
            save_review(session, id, who=who, now=now, blind=False)

    def reopen(self, id: str, *, who: str, seen: str | None = None) -> None:
        """Let a conversation count as not reviewed again; what was said of it stays.

        Raises
        ------
        NotFound : there is no such conversation.
        Stale : it is another version by now.
        """
        with database.writing(self._engine) as session:
            changes.note(session, id, "reopened", who=who, detail={}, now=self._now(), seen=seen)
            row = session.get_one(ConversationRow, id)
            row.reviewed_at = row.reviewed_by = None

    def next(self, id: str, *, scope: Scope = EVERYTHING) -> str | None:
        """Return the conversation that nobody is through with yet, next in the list."""
        with database.reading(self._engine) as session:
            here = session.get(ConversationRow, id)
            row = ConversationRow
            waiting = (
                select(row.id)
                .where(
                    scopes.within(scope),
                    col(row.reviewed_at).is_(None),
                    row.state == State.DONE,
                    row.id != id,
                )
                .order_by(col(row.at).desc(), col(row.id).desc())
                .limit(1)
            )
            if here is None:
                return session.exec(waiting).first()
            later = or_(col(row.at) < here.at, and_(col(row.at) == here.at, col(row.id) < here.id))
            return session.exec(waiting.where(later)).first() or session.exec(waiting).first()

    def agree(
        self,
        id: str,
        card: str,
        *,
        who: str,
        party: str | None,
        criticals: bool,
        seen: str | None = None,
    ) -> tuple[str, ...]:
        """Confirm every verdict of the machine that no human has looked at; return those items.

        What the machine left open stays open: there is nothing to agree with.

        Parameters
        ----------
        party : which agent's part; None = all.
        criticals : whether critical fails are confirmed too.

        Raises
        ------
        NotFound : there is no such conversation.
        Stale : it is another version by now.
        """
        now = self._now()
        confirmed: list[str] = []
        with database.writing(self._engine) as session:
            for row in reviews.current(session, id, card=card, party=party):
                looked_at = {o.item for o in reviews.standing_of(session, row)}
                for finding in reviews.findings_of(session, row):
                    verdict = Verdict(finding.verdict)
                    if verdict is Verdict.REVIEW or finding.item in looked_at:
                        continue
                    if finding.critical and not criticals:
                        continue
                    detail = {"card": card, "item": finding.item, "verdict": verdict.value}
                    # One change after another: only the first can be made on an old version.
                    changes.note(
                        session, id, "override", who=who, detail=detail, now=now,
                        seen=None if confirmed else seen,
                    )  # fmt: skip
                    value = finding.value if verdict is Verdict.PARTIAL else None
                    reviews.put(
                        session, row, finding.item, verdict, value=value, comment="", who=who,
                        now=now,
                    )  # fmt: skip
                    confirmed.append(finding.item)
                reviews.settle(session, row, total=self._total)
        return tuple(confirmed)


def _present(session: Session, id: str, who: str, now: datetime) -> tuple[str, ...]:
    found = session.exec(
        select(PresenceRow.who)
        .where(
            PresenceRow.conversation == id,
            PresenceRow.who != who,
            col(PresenceRow.seen_at) >= now - timedelta(seconds=PRESENT_S),
        )
        .order_by(col(PresenceRow.who))
    )
    return tuple(found)


def _review(row: ReviewRow) -> Review:
    return Review(
        card=row.card,
        party=row.party or None,
        reviewer=row.reviewer,
        blind=row.blind,
        started_at=row.started_at,
        saved_at=row.saved_at,
    )
