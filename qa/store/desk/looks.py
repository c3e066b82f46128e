"""Second looks: asked for by agents, answered by somebody else than who gave the verdict.

A second look is about the verdict that stood when it was asked for. Whose verdict it was does
not answer, and nobody answers what they asked. Every outcome is kept, so that it can be told
how often asking was right.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from typing import Literal, NamedTuple

from sqlalchemy import ColumnElement, Engine, func
from sqlmodel import Session, col, select

from qa.access import EVERYTHING, Scope
from qa.errors import Forbidden, NotFound, UsageError
from qa.records import Verdict
from qa.store import changes, database, journal, results, reviews, scopes
from qa.store.desk.asked import (
    CHANGED,
    UPHELD,
    Asked,
    Look,
    LookPage,
    Tally,
    awaits,
    look_of,
)
from qa.store.desk.own import check_own
from qa.store.desk.remarks import written
from qa.store.desk.tables import SecondLookRow
from qa.store.tables import AssessmentRow, ConversationRow

#: Longest page of a list.
LONGEST_PAGE = 200


class _Stands(NamedTuple):
    """What stands on an item, whoever said so."""

    verdict: Verdict
    value: float | None


class Looks:
    """The part of the store that knows what agents want looked at again.

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
        self,
        id: str,
        card: str,
        party: str | None,
        item: str,
        *,
        comment: str,
        who: str,
        scope: Scope,
    ) -> Look:
        """Ask for a second look at an item of one's own.

        Parameters
        ----------
        scope : what was released to whoever asks, as the agent that they are.

        Raises
        ------
        NotFound : no such conversation, score or item of theirs.
        UsageError : too late, asked before, without a reason, or it waits for a human anyway.
        """
        said, now = written(comment), self._now()
        if not said:
            raise UsageError("It is not said why.", "Write what was overlooked.")
        with database.writing(self._engine) as session:
            check_own(session, id, scope)
            row = self._in_time(session, id)
            judged = reviews.the_one(session, id, card, party, scope=scope)
            stands = _askable(session, judged, item)
            over = next((o for o in reviews.standing_of(session, judged) if o.item == item), None)
            look = SecondLookRow(
                conversation=id,
                card=card,
                party=judged.party or "",
                item=item,
                asked_by=who,
                comment=said,
                asked_at=now,
                first_reviewer=over.who if over else (row.reviewed_by or ""),
                verdict=stands.verdict,
            )
            session.add(look)
            session.flush()
            detail = {"card": card, "item": item}
            journal.write(
                session, "second look asked", who=who, conversation=id, detail=detail, now=now
            )
            return look_of(look)

    def _in_time(self, session: Session, id: str) -> ConversationRow:
        # Held until the end: who asks for the same at once finds that it was.
        row = session.get(ConversationRow, id, with_for_update=True)
        if row is None or row.released_at is None or row.released_at + self._window <= self._now():
            raise UsageError(
                f"A second look may be asked for within {self._window.days} days.",
                "Talk to your supervisor instead.",
            )
        return row

    # --- read -------------------------------------------------------------------------------

    def of(self, id: str, *, scope: Scope = EVERYTHING) -> tuple[Look, ...]:
        """Return the second looks that were asked for in what somebody sees of a conversation."""
        look = SecondLookRow
        with database.reading(self._engine) as session:
            scope = scopes.settled(session, id, scope)
            shown = scopes.seen(scope, conversation=look.conversation, party=look.party)
            found = session.exec(
                select(look).where(look.conversation == id, shown).order_by(col(look.id))
            )
            return tuple(look_of(row) for row in found)

    def all(
        self,
        *,
        state: Literal["", "open", "answered"] = "",
        scope: Scope = EVERYTHING,
        after: int | None = None,
        limit: int = 50,
    ) -> LookPage:
        """Return a page of the second looks that somebody sees, the newest first.

        Parameters
        ----------
        after : number of the last one of the page before.

        Raises
        ------
        UsageError : `limit` is not 1 to 200.
        """
        look = SecondLookRow
        fits = [scopes.seen(scope, conversation=look.conversation, party=look.party)]
        if state:
            fits.append(col(look.outcome) == "" if state == "open" else col(look.outcome) != "")
        if after is not None:
            fits.append(col(look.id) < after)
        return self._page(scope, fits, descending=True, limit=limit)

    def waiting(
        self, *, who: str, scope: Scope = EVERYTHING, after: int | None = None, limit: int = 50
    ) -> LookPage:
        """Return a page of the open second looks that somebody may answer, the oldest first.

        Raises
        ------
        UsageError : `limit` is not 1 to 200.
        """
        look = SecondLookRow
        fits = [awaits(who), ~scopes.hidden(scope, look.conversation)]
        if after is not None:
            fits.append(col(look.id) > after)
        return self._page(scope, fits, descending=False, limit=limit)

    def _page(
        self, scope: Scope, fits: Sequence[ColumnElement[bool]], *, descending: bool, limit: int
    ) -> LookPage:
        if not 1 <= limit <= LONGEST_PAGE:
            raise UsageError(
                f"A page of {limit} was asked for.", f"Ask for 1 to {LONGEST_PAGE} second looks."
            )
        look = SecondLookRow
        with database.reading(self._engine) as session:
            found = session.exec(
                select(look)
                .join(ConversationRow, col(ConversationRow.id) == look.conversation)
                .where(scopes.within(scope), *fits)
                .order_by(col(look.id).desc() if descending else col(look.id))
                .limit(limit + 1)
            ).all()
        items = tuple(look_of(row) for row in found[:limit])
        return LookPage(items=items, next=items[-1].number if len(found) > limit else None)

    def tally(self, asked: Asked | None = None, *, scope: Scope = EVERYTHING) -> Tally:
        """Count second looks by how they ended."""
        look, row, asked = SecondLookRow, ConversationRow, asked or Asked()
        query = (
            select(look.outcome, func.count())
            .join(row, col(row.id) == look.conversation)
            .where(scopes.within(scope))
            .group_by(look.outcome)
        )
        for column, value in (
            (col(look.card), asked.card or None),
            (col(row.team), asked.team),
            (col(row.project), asked.project),
        ):
            if value is not None:
                query = query.where(column == value)
        if asked.since is not None:
            query = query.where(col(look.asked_at) >= asked.since)
        if asked.until is not None:
            query = query.where(col(look.asked_at) < asked.until)
        with database.reading(self._engine) as session:
            found = {outcome: int(n) for outcome, n in session.exec(query)}
        return Tally(
            open=found.get("", 0), upheld=found.get(UPHELD, 0), changed=found.get(CHANGED, 0)
        )

    def about(self, number: int, *, scope: Scope = EVERYTHING) -> Look:
        """Return a second look.

        Raises
        ------
        NotFound : there is none of that number, or none that may be seen.
        """
        with database.reading(self._engine) as session:
            return look_of(_row(session, number, scope))

    # --- answered ---------------------------------------------------------------------------

    def answer(
        self,
        number: int,
        *,
        who: str,
        answer: str,
        criticals: bool,
        scope: Scope,
        verdict: Verdict | None = None,
        value: float | None = None,
        seen: str | None = None,
    ) -> Look:
        """Answer a second look: uphold the verdict that stands (None), or give another one.

        It is "changed" when another verdict stands now than the one asked about, whoever
        gave it; else "upheld".

        Parameters
        ----------
        criticals : whether whoever answers may decide on a critical item.
        scope : what whoever answers may give verdicts on.

        Raises
        ------
        NotFound : there is none of that number that they may answer, or no such score by now.
        Forbidden : it was their own verdict, they asked, or the item is critical.
        Stale : the conversation is another version by now.
        UsageError : it was answered, without a reason, or that verdict cannot be used.
        """
        said, now = written(answer), self._now()
        if not said:
            raise UsageError("The answer says nothing.", "Write why it stays or changes.")
        with database.writing(self._engine) as session:
            look = _row(session, number, scope, hold=True)
            _check_answering(look, who)
            judged = _judged(session, look)
            if not criticals:
                _check_harmless(session, look, judged)
            before = _standing(session, judged, look.item) if judged else None
            moves = verdict is not None and _differs(before, verdict, value)
            after = verdict if verdict is not None else (before and before.verdict)
            # A partial verdict of another share is another one.
            changed = after not in {None, look.verdict} or (moves and after is Verdict.PARTIAL)
            look.outcome = CHANGED if changed else UPHELD
            look.answered_by, look.answer, look.answered_at = who, said, now
            self._note(session, look, seen)
            if moves and verdict is not None:
                if judged is None:
                    raise NotFound(
                        f"'{look.card}' judges this no more.", "Uphold it, and say so in words."
                    )
                reviews.override(
                    session, judged, look.item, verdict,
                    value=value, comment=said, who=who, now=now, total=self._total,
                )  # fmt: skip
            return look_of(look)

    def _note(self, session: Session, look: SecondLookRow, seen: str | None) -> None:
        detail = {"card": look.card, "item": look.item, "outcome": look.outcome}
        changes.note(
            session, look.conversation, "second look answered",
            who=look.answered_by, detail=detail, now=self._now(), seen=seen,
        )  # fmt: skip


def _row(session: Session, number: int, scope: Scope, *, hold: bool = False) -> SecondLookRow:
    look = SecondLookRow
    query = (
        select(look)
        .join(ConversationRow, col(ConversationRow.id) == look.conversation)
        .where(
            look.id == number,
            scopes.within(scope),
            scopes.seen(scope, conversation=look.conversation, party=look.party),
        )
    )
    row = session.exec(query.with_for_update(of=look) if hold else query).first()
    if row is None:
        raise NotFound(f"There is no second look {number}.", "Its conversation may be gone.")
    return row


def _askable(session: Session, judged: AssessmentRow, item: str) -> _Stands:
    stands = _standing(session, judged, item)
    if stands is None:
        raise NotFound(f"'{judged.card}' has no item '{item}'.", "Load the page again.")
    if stands.verdict is Verdict.REVIEW:
        raise UsageError(f"'{item}' has no verdict yet.", "It waits for a human: wait for theirs.")
    if _asked_before(session, judged, item):
        raise UsageError("A second look was asked for before.", "Its answer is final.")
    return stands


def _asked_before(session: Session, judged: AssessmentRow, item: str) -> bool:
    look = SecondLookRow
    query = select(look.id).where(
        look.conversation == judged.conversation,
        look.card == judged.card,
        look.party == (judged.party or ""),
        look.item == item,
    )
    return session.exec(query).first() is not None


def _judged(session: Session, look: SecondLookRow) -> AssessmentRow | None:
    """Return the score that it is about; None where the card judges that agent no more."""
    found = reviews.current(session, look.conversation, look.card)
    return next((row for row in found if (row.party or "") == look.party), None)


def _standing(session: Session, judged: AssessmentRow, item: str) -> _Stands | None:
    found = next((f for f in reviews.findings_of(session, judged) if f.item == item), None)
    if found is None:
        return None
    over = next((o for o in reviews.standing_of(session, judged) if o.item == item), None)
    return _Stands(Verdict(found.standing), over.value if over else found.value)


def _differs(before: _Stands | None, verdict: Verdict, value: float | None) -> bool:
    if before is None or before.verdict is not verdict:
        return True
    return verdict is Verdict.PARTIAL and value not in {None, before.value}


def _check_answering(look: SecondLookRow, who: str) -> None:
    if who in {look.first_reviewer, look.asked_by}:
        raise Forbidden(
            "A second look is somebody else's.", "Let another reviewer answer this one."
        )
    if look.outcome:
        raise UsageError(
            f"{look.answered_by} answered this second look.", "An answer is final: load it again."
        )


def _check_harmless(session: Session, look: SecondLookRow, judged: AssessmentRow | None) -> None:
    found = reviews.findings_of(session, judged) if judged else []
    if any(f.critical for f in found if f.item == look.item):
        raise Forbidden(
            f"'{look.item}' is critical.", "Let somebody answer who may confirm criticals."
        )
