"""Verdicts that were given without sight of each other, side by side.

A blind verdict and the machine's of that time are a pair; so are those of two people who
judged one agent's part of a conversation blind, by the same text of a card. What one had
seen of the other never makes a pair.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from datetime import datetime
from enum import StrEnum
from typing import Any

from pydantic import AwareDatetime
from sqlalchemy import ColumnElement, Engine, Select, and_, func, literal
from sqlalchemy import select as columns_of
from sqlmodel import Session, col, or_

from qa.access import EVERYTHING, Scope
from qa.errors import UsageError
from qa.records import Record, Verdict
from qa.store import database, lines
from qa.store.desk.agreement import Agreement, Table, measure
from qa.store.desk.draw_tables import ReviewRow
from qa.store.desk.figured import CardCount
from qa.store.desk.figures import texts
from qa.store.desk.tables import BlindRow
from qa.store.queue import anew
from qa.store.scopes import seen, within
from qa.store.tables import ConversationRow
from qa.store.views import ConversationSummary

#: Two aliases of each table: of one verdict, and of another person's on the same thing.
_REVIEW, _BLIND = anew(ReviewRow), anew(BlindRow)
_THEIRS, _OTHER = anew(ReviewRow), anew(BlindRow)

_Tables = Mapping[str, Table]


class Between(StrEnum):
    """Whose verdicts are compared."""

    #: A person's and the machine's.
    MACHINE = "machine"
    #: Two people's.
    HUMANS = "humans"


class Compared(Record):
    """Which blind verdicts are compared."""

    #: Id of a card; "" = the one most often judged blind.
    card: str = ""
    team: str | None = None
    project: str | None = None
    #: When they were given, ``[since, until)``.
    since: AwareDatetime | None = None
    until: AwareDatetime | None = None


class ItemAgreement(Record):
    """How far verdicts on one item agree."""

    item: str
    section: str
    ask: str
    machine: Agreement
    humans: Agreement
    #: Blind verdicts on what the machine had left to a human: no verdict of it, so no pair.
    left: int


class AgreementSheet(Record):
    """An answer: agreement on each item of a card, in the card's order."""

    #: With the card that was found for "".
    compared: Compared
    #: Cards that were judged blind, and in how many conversations; most often first.
    cards: tuple[CardCount, ...]
    conversations: int
    reviewers: int
    items: tuple[ItemAgreement, ...]


class Disagreement(Record):
    """Two different verdicts on one thing."""

    conversation: ConversationSummary
    #: Which agent's part; None = of all together.
    party: str | None
    item: str
    #: A person's verdict, and whose.
    one: Verdict
    who: str
    #: The other one; whose: "" = the machine's.
    other: Verdict
    other_who: str
    #: When the later of the two was given.
    at: datetime


class Disagreements(Record):
    """A page of them, the newest reviews first."""

    items: tuple[Disagreement, ...]
    next: str | None = None


class Agreeing:
    """The part of the store that knows how far people and the machine agree."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def sheet(self, compared: Compared, *, scope: Scope = EVERYTHING) -> AgreementSheet:
        """Return agreement of a person with the machine, and of two people, item by item.

        Of two people the one whose name comes first is always on the same side.
        """
        with database.reading(self._engine) as session:
            cards = _cards(session, compared, scope)
            if not compared.card and cards:
                compared = compared.model_copy(update={"card": cards[0].card})
            machine, left = _with_machine(session, compared, scope)
            humans = _of_humans(session, compared, scope)
            return AgreementSheet(
                compared=compared,
                cards=cards,
                conversations=_count(session, compared, scope, _REVIEW.conversation),
                reviewers=_count(session, compared, scope, _REVIEW.reviewer),
                items=tuple(
                    ItemAgreement(
                        item=item, section=section, ask=ask,
                        machine=measure(machine.get(item, {})),
                        humans=measure(humans.get(item, {})),
                        left=left.get(item, 0),
                    )
                    for item, section, ask in texts(session, compared.card, {*machine, *left})
                ),
            )  # fmt: skip

    def disagreements(
        self,
        compared: Compared,
        *,
        between: Between = Between.MACHINE,
        item: str | None = None,
        after: str | None = None,
        limit: int = 50,
        scope: Scope = EVERYTHING,
        read: Scope = EVERYTHING,
    ) -> Disagreements:
        """Return a page of different verdicts on one thing, the newest reviews first.

        Parameters
        ----------
        item : of one item only.
        scope, read : whose figures are seen, and which conversations may be read: what
            somebody has yet to judge blind is left out.

        Raises
        ------
        UsageError : `after` is not what a page gave.
        """
        if not compared.card:
            compared = self.sheet(compared, scope=scope).compared
        query = _different(compared, scope, between).where(
            within(read), seen(read, conversation=_REVIEW.conversation, party=_REVIEW.party)
        )
        if item is not None:
            query = query.where(col(_BLIND.item) == item)
        if after is not None:
            query = query.where(_behind(after, between))
        with database.reading(self._engine) as session:
            found = session.execute(query.limit(limit + 1)).all()
            shown = found[:limit]
            rows = {row.id: row for row, *_ in shown}
            named = {s.id: s for s in lines.summaries(session, list(rows.values()), read)}
            last = shown[-1] if len(found) > limit else None
            return Disagreements(
                items=tuple(_disagreement(named[row.id], *rest) for row, *rest in shown),
                next=_place(*last[1:]) if last is not None else None,
            )


# --- counts ------------------------------------------------------------------------------


def _kept(compared: Compared, scope: Scope, *columns: Any) -> Select[Any]:
    """Select from all blind verdicts that are compared."""
    row = ConversationRow
    query = (
        columns_of(*columns)
        .select_from(_BLIND)
        .join(_REVIEW, col(_REVIEW.id) == _BLIND.review)
        .join(row, col(row.id) == _REVIEW.conversation)
        .where(
            col(_REVIEW.blind).is_(True),
            col(_REVIEW.saved_at).is_not(None),
            within(scope),
        )
    )
    if compared.card:
        query = query.where(col(_REVIEW.card) == compared.card)
    if compared.team is not None:
        query = query.where(col(row.team) == compared.team)
    if compared.project is not None:
        query = query.where(col(row.project) == compared.project)
    if compared.since is not None:
        query = query.where(col(_REVIEW.saved_at) >= compared.since)
    if compared.until is not None:
        query = query.where(col(_REVIEW.saved_at) < compared.until)
    return query


def _by_two(compared: Compared, scope: Scope, *columns: Any) -> Select[Any]:
    """Select from pairs of two people's blind verdicts, each pair from both sides."""
    query = _kept(compared, scope, *columns)
    same_part = and_(
        col(_THEIRS.conversation) == _REVIEW.conversation,
        col(_THEIRS.card) == _REVIEW.card,
        col(_THEIRS.party) == _REVIEW.party,
        col(_THEIRS.reviewer) != _REVIEW.reviewer,
    )
    # By another text of the card they were asked something else.
    same_question = and_(
        col(_OTHER.review) == _THEIRS.id,
        col(_OTHER.item) == _BLIND.item,
        col(_OTHER.card_hash) == _BLIND.card_hash,
    )
    query = query.join(_THEIRS, same_part).join(_OTHER, same_question)
    query = query.where(col(_THEIRS.blind).is_(True), col(_THEIRS.saved_at).is_not(None))
    if compared.since is not None:
        query = query.where(col(_THEIRS.saved_at) >= compared.since)
    if compared.until is not None:
        query = query.where(col(_THEIRS.saved_at) < compared.until)
    return query


def _cards(session: Session, compared: Compared, scope: Scope) -> tuple[CardCount, ...]:
    wide = compared.model_copy(update={"card": ""})
    conversations = func.count(func.distinct(_REVIEW.conversation))
    query = _kept(wide, scope, _REVIEW.card, conversations).group_by(_REVIEW.card)
    found = [CardCount(card=card, conversations=n) for card, n in session.execute(query)]
    return tuple(sorted(found, key=lambda c: (-c.conversations, c.card)))


def _count(session: Session, compared: Compared, scope: Scope, column: Any) -> int:
    query = _kept(compared, scope, func.count(func.distinct(column)))
    return int(session.execute(query).scalar_one())


def _with_machine(
    session: Session, compared: Compared, scope: Scope
) -> tuple[_Tables, Mapping[str, int]]:
    """Return a table for each item, and how many verdicts the machine had left to a human."""
    three = (_BLIND.item, _BLIND.verdict, _BLIND.machine)
    tables: dict[str, dict[tuple[Verdict, Verdict], int]] = defaultdict(dict)
    left: dict[str, int] = {}
    query = _kept(compared, scope, *three, func.count()).group_by(*three)
    for item, one, other, n in session.execute(query):
        if other == Verdict.REVIEW:
            left[item] = left.get(item, 0) + n
        else:
            tables[item][Verdict(one), Verdict(other)] = n
    return tables, left


def _of_humans(session: Session, compared: Compared, scope: Scope) -> _Tables:
    three = (_BLIND.item, _BLIND.verdict, _OTHER.verdict)
    tables: dict[str, dict[tuple[Verdict, Verdict], int]] = defaultdict(dict)
    query = _by_two(compared, scope, *three, func.count()).group_by(*three)
    for item, one, other, n in session.execute(
        query.where(col(_REVIEW.reviewer) < _THEIRS.reviewer)
    ):
        tables[item][Verdict(one), Verdict(other)] = n
    return tables


# --- cases -------------------------------------------------------------------------------


def _different(compared: Compared, scope: Scope, between: Between) -> Select[Any]:
    """Select pairs that differ: what `_disagreement` takes, the newest reviews first."""
    review, blind = _REVIEW, _BLIND
    ours = (ConversationRow, review.id, review.party, review.reviewer, review.saved_at)
    verdict = (blind.item, blind.verdict)
    if between is Between.MACHINE:
        nobody = (literal(0), literal(""), literal(None), blind.machine)
        query = _kept(compared, scope, *ours, *verdict, *nobody).where(
            col(blind.machine) != blind.verdict, col(blind.machine) != Verdict.REVIEW
        )
        return query.order_by(col(review.id).desc(), col(blind.item))
    theirs = (_THEIRS.id, _THEIRS.reviewer, _THEIRS.saved_at, _OTHER.verdict)
    return (
        _by_two(compared, scope, *ours, *verdict, *theirs)
        .where(col(_THEIRS.id) < review.id, col(_OTHER.verdict) != blind.verdict)
        .order_by(col(review.id).desc(), col(_THEIRS.id).desc(), col(blind.item))
    )


def _disagreement(
    conversation: ConversationSummary,
    _review: int,
    party: str,
    who: str,
    at: datetime,
    item: str,
    one: str,
    _theirs: int,
    other_who: str,
    other_at: datetime | None,
    other: str,
) -> Disagreement:
    return Disagreement(
        conversation=conversation,
        party=party or None,
        item=item,
        one=Verdict(one),
        who=who,
        other=Verdict(other),
        other_who=other_who,
        at=max(at, other_at) if other_at is not None else at,
    )


def _place(review: int, _party: str, _who: str, _at: datetime, item: str, *rest: Any) -> str:
    """Name the place behind a case in the list."""
    return f"{review}.{rest[1]}.{item}"


def _behind(place: str, between: Between) -> ColumnElement[bool]:
    """Return the condition that a case stands behind a place.

    Raises
    ------
    UsageError : it is none.
    """
    try:
        review, theirs, item = place.split(".", 2)
        first, second = int(review), int(theirs)
    except ValueError as err:
        raise UsageError(
            "That is no place in a list.", "Use the 'next' that the last page gave, unchanged."
        ) from err
    same = col(_REVIEW.id) == first
    later = col(_BLIND.item) > item
    if between is Between.HUMANS:
        later = or_(
            col(_THEIRS.id) < second, and_(col(_THEIRS.id) == second, col(_BLIND.item) > item)
        )
    return or_(col(_REVIEW.id) < first, and_(same, later))
