"""The agent's side: results acknowledged, a second look asked for, the sound let go.

A second look is somebody else's: whose verdict it was does not answer, and nobody answers
what they asked. Every outcome is kept, so that it can be told how often asking was right.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta

from sqlalchemy import Engine, func
from sqlmodel import Session, col, select

from qa.access import EVERYTHING, Scope
from qa.errors import Forbidden, NotFound, UsageError
from qa.records import Record, Verdict
from qa.store import changes, database, journal, results, reviews, scopes
from qa.store.desk.remarks import written
from qa.store.desk.tables import AcknowledgedRow, SecondLookRow, SoundConsentRow
from qa.store.tables import AssessmentRow, ConversationRow

_UPHELD, _CHANGED = "upheld", "changed"


class Look(Record):
    """A second look that was asked for."""

    number: int
    conversation: str
    card: str
    party: str | None
    item: str
    #: The verdict asked about.
    verdict: Verdict
    asked_by: str
    comment: str
    asked_at: datetime
    #: Whose verdict it was; "" = the machine's alone.
    first_reviewer: str
    #: "" = open, "upheld" or "changed".
    outcome: str
    answered_by: str
    answer: str
    answered_at: datetime | None


class Tally(Record):
    """How second looks ended."""

    open: int
    upheld: int
    changed: int


class Looks:
    """The part of the store that knows what agents answer to their results.

    Parameters
    ----------
    days : within which a second look may be asked for, from the release on.
    total : adds findings and overrides up by a card's text.
    """

    def __init__(
        self, engine: Engine, *, clock: Callable[[], datetime], days: int, total: reviews.Total
    ) -> None:
        self._engine = engine
        self._now = clock
        self._window = timedelta(days=days)
        self._total = total

    # --- acknowledged, and the sound --------------------------------------------------------

    def acknowledged(self, id: str, agent: str) -> datetime | None:
        """Return when an agent has said that they know their result."""
        with database.reading(self._engine) as session:
            row = session.get(AcknowledgedRow, (id, agent))
            return row.at if row else None

    def acknowledge(self, id: str, *, agent: str, who: str) -> None:
        """Say that an agent knows their result; a second time changes nothing.

        Raises
        ------
        NotFound : there is no such conversation.
        """
        with database.writing(self._engine) as session:
            results.existing(session, id)
            if session.get(AcknowledgedRow, (id, agent)) is None:
                session.add(AcknowledgedRow(conversation=id, agent=agent, at=self._now()))
                self._log(session, "acknowledged", id, who)

    def sound(self, id: str, agent: str) -> bool:
        """Say whether an agent lets the sound of their part be an example."""
        with database.reading(self._engine) as session:
            return session.get(SoundConsentRow, (id, agent)) is not None

    def let_sound(self, id: str, *, agent: str, who: str, allowed: bool) -> None:
        """Let the sound of an agent's part be an example, or no longer.

        Raises
        ------
        NotFound : there is no such conversation.
        """
        with database.writing(self._engine) as session:
            results.existing(session, id)
            row = session.get(SoundConsentRow, (id, agent))
            if allowed and row is None:
                session.add(SoundConsentRow(conversation=id, agent=agent, at=self._now()))
                self._log(session, "sound released", id, who)
            elif not allowed and row is not None:
                session.delete(row)
                self._log(session, "sound withdrawn", id, who)

    # --- second looks -----------------------------------------------------------------------

    def until(self, id: str) -> datetime | None:
        """Return until when a second look may be asked for; None = it is not released.

        Raises
        ------
        NotFound : there is no such conversation.
        """
        with database.reading(self._engine) as session:
            released = results.existing(session, id).released_at
            return released + self._window if released else None

    def ask(
        self, id: str, card: str, party: str | None, item: str, *, comment: str, who: str
    ) -> Look:
        """Ask for a second look at an item.

        Raises
        ------
        NotFound : no such conversation, score or item.
        UsageError : too late, asked before, or without a reason.
        """
        said, now = written(comment), self._now()
        if not said:
            raise UsageError("It is not said why.", "Write what was overlooked.")
        with database.writing(self._engine) as session:
            row = results.existing(session, id)
            if row.released_at is None or row.released_at + self._window <= now:
                raise UsageError(
                    f"A second look may be asked for within {self._window.days} days.",
                    "Talk to your supervisor instead.",
                )
            judged = reviews.the_one(session, id, card, party)
            found = next((f for f in reviews.findings_of(session, judged) if f.item == item), None)
            if found is None:
                raise NotFound(f"'{card}' has no item '{item}'.", "Load the page again.")
            key = {"conversation": id, "card": card, "party": judged.party or "", "item": item}
            if session.exec(select(SecondLookRow).filter_by(**key)).first() is not None:
                raise UsageError("A second look was asked for before.", "Its answer is final.")
            over = next((o for o in reviews.standing_of(session, judged) if o.item == item), None)
            look = SecondLookRow(
                conversation=id,
                card=card,
                party=key["party"],
                item=item,
                asked_by=who,
                comment=said,
                asked_at=now,
                first_reviewer=over.who if over else (row.reviewed_by or ""),
                verdict=found.standing,
            )
            session.add(look)
            session.flush()
            self._log(session, "second look asked", id, who, card=card, item=item)
            return _look(look)

    def of(self, id: str, *, scope: Scope = EVERYTHING) -> tuple[Look, ...]:
        """Return the second looks that were asked for in what somebody sees of a conversation."""
        look = SecondLookRow
        shown = scopes.seen(scope, conversation=look.conversation, party=look.party)
        with database.reading(self._engine) as session:
            found = session.exec(
                select(look).where(look.conversation == id, shown).order_by(col(look.id))
            )
            return tuple(_look(row) for row in found)

    def waiting(
        self, *, who: str, scope: Scope = EVERYTHING, after: int = 0, limit: int = 50
    ) -> tuple[Look, ...]:
        """Return open second looks that somebody may answer, the oldest first.

        Parameters
        ----------
        after : number of the last one of the page before.
        """
        look = SecondLookRow
        with database.reading(self._engine) as session:
            found = session.exec(
                select(look)
                .join(ConversationRow, col(ConversationRow.id) == look.conversation)
                .where(
                    look.outcome == "",
                    look.first_reviewer != who,
                    look.asked_by != who,
                    col(look.id) > after,
                    scopes.within(scope),
                )
                .order_by(col(look.id))
                .limit(limit)
            )
            return tuple(_look(row) for row in found)

    def tally(self, *, scope: Scope = EVERYTHING) -> Tally:
        """Count second looks by how they ended."""
        look = SecondLookRow
        with database.reading(self._engine) as session:
            counted = session.exec(
                select(look.outcome, func.count())
                .join(ConversationRow, col(ConversationRow.id) == look.conversation)
                .where(scopes.within(scope))
                .group_by(look.outcome)
            )
            found = {outcome: int(n) for outcome, n in counted}
        return Tally(
            open=found.get("", 0), upheld=found.get(_UPHELD, 0), changed=found.get(_CHANGED, 0)
        )

    def about(self, number: int) -> Look:
        """Return a second look.

        Raises
        ------
        NotFound : there is none of that number.
        """
        with database.reading(self._engine) as session:
            return _look(_row(session, number))

    def answer(
        self,
        number: int,
        *,
        who: str,
        answer: str,
        verdict: Verdict | None = None,
        value: float | None = None,
        criticals: bool = True,
        seen: str | None = None,
    ) -> Look:
        """Answer a second look: uphold the verdict (None), or give another one.

        Parameters
        ----------
        criticals : whether whoever answers may decide on a critical item.

        Raises
        ------
        NotFound : there is none of that number.
        Forbidden : it was their own verdict, they asked, or the item is critical.
        Stale : the conversation is another version by now.
        UsageError : it was answered, without a reason, or that verdict cannot be used.
        """
        said, now = written(answer), self._now()
        if not said:
            raise UsageError("The answer says nothing.", "Write why it stays or changes.")
        with database.writing(self._engine) as session:
            look = _row(session, number)
            _check_answering(look, who)
            if not criticals:
                _check_harmless(session, look)
            changed = verdict is not None and verdict != look.verdict
            detail = {"card": look.card, "item": look.item}
            detail["outcome"] = look.outcome = _CHANGED if changed else _UPHELD
            look.answered_by, look.answer, look.answered_at = who, said, now
            changes.note(
                session, look.conversation, "second look answered",
                who=who, detail=detail, now=now, seen=seen,
            )  # fmt: skip
            if changed and verdict is not None:
                self._change(session, look, verdict, value=value, comment=said, who=who, now=now)
            return _look(look)

    def _change(
        self,
        session: Session,
        look: SecondLookRow,
        verdict: Verdict,
        *,
        value: float | None,
        comment: str,
        who: str,
        now: datetime,
    ) -> None:
        row: AssessmentRow = reviews.the_one(
            session, look.conversation, look.card, look.party or None
        )
        reviews.override(
            session, row, look.item, verdict,
            value=value, comment=comment, who=who, now=now, total=self._total,
        )  # fmt: skip

    def _log(self, session: Session, kind: str, id: str, who: str, **detail: str) -> None:
        journal.write(session, kind, who=who, conversation=id, detail=detail, now=self._now())


def _row(session: Session, number: int) -> SecondLookRow:
    row = session.get(SecondLookRow, number, with_for_update=True)
    if row is None:
        raise NotFound(f"There is no second look {number}.", "Its conversation may be gone.")
    return row


def _check_answering(look: SecondLookRow, who: str) -> None:
    if who in {look.first_reviewer, look.asked_by}:
        raise Forbidden(
            "A second look is somebody else's.", "Let another reviewer answer this one."
        )
    if look.outcome:
        raise UsageError(
            f"{look.answered_by} answered this second look.", "An answer is final: load it again."
        )


def _check_harmless(session: Session, look: SecondLookRow) -> None:
    judged = reviews.the_one(session, look.conversation, look.card, look.party or None)
    if any(f.critical for f in reviews.findings_of(session, judged) if f.item == look.item):
        raise Forbidden(
            f"'{look.item}' is critical.", "Let somebody answer who may confirm criticals."
        )


def _look(row: SecondLookRow) -> Look:
    return Look(
        number=row.id or 0,
        conversation=row.conversation,
        card=row.card,
        party=row.party or None,
        item=row.item,
        verdict=Verdict(row.verdict),
        asked_by=row.asked_by,
        comment=row.comment,
        asked_at=row.asked_at,
        first_reviewer=row.first_reviewer,
        outcome=row.outcome,
        answered_by=row.answered_by,
        answer=row.answer,
        answered_at=row.answered_at,
    )
