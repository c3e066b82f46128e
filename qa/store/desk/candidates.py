"""Verdicts that may be examples, in the order in which they are shown.

Starred ones first, then those that a human confirmed, then all others; among themselves
those that were judged last. Each of these is a query of its own that stops early: with a
hundred thousand conversations nobody waits for a sort of all verdicts.
"""

from __future__ import annotations

from collections.abc import Iterator
from heapq import merge
from itertools import islice
from typing import Any, NamedTuple

from pydantic import Field
from sqlalchemy import ColumnElement, and_, exists, func
from sqlalchemy.orm import aliased, defer
from sqlmodel import Session, col, or_, select

from qa.access import Scope
from qa.records import Channel, Record, Verdict
from qa.store.desk.draw_tables import DrawnRow, DrawRow
from qa.store.desk.excerpts import CONTEXT, MOST_CONTEXT
from qa.store.desk.tables import StarRow
from qa.store.scopes import within
from qa.store.tables import AssessmentRow, ConversationRow, FindingRow, OverrideRow

#: What a human or the machine says of an item that can be an example.
EXAMPLES = (Verdict.PASS, Verdict.PARTIAL, Verdict.FAIL)
_AT_ONCE = 100
#: Starred, confirmed by a human, and all others.
_STARRED, _CONFIRMED, _OTHERS = _TIERS = (0, 1, 2)


class Wanted(Record):
    """Which moments; every condition must hold, None or empty fits all."""

    item: str = ""
    card: str = ""
    verdict: Verdict | None = None
    #: Only those that somebody starred.
    starred: bool = False
    language: str = ""
    team: str = ""
    project: str = ""
    channel: Channel | None = None
    #: Of the moment with its context.
    min_seconds: float | None = Field(default=None, ge=0)
    max_seconds: float | None = Field(default=None, ge=0)
    max_turns: int | None = Field(default=None, ge=1)
    #: Words that are said in it.
    text: str = ""
    #: Turns of context.
    before: int = Field(default=CONTEXT, ge=0, le=MOST_CONTEXT)
    after: int = Field(default=CONTEXT, ge=0, le=MOST_CONTEXT)


class Candidate(NamedTuple):
    """A verdict that may be an example, and what it is about."""

    tier: int
    finding: FindingRow
    made: AssessmentRow
    row: ConversationRow
    #: A human gave it.
    confirmed: bool

    @property
    def place(self) -> tuple[int, int, int]:
        """Where it stands among all."""
        return self.tier, self.finding.assessment, self.finding.place


def candidates(
    session: Session, wanted: Wanted, scope: Scope, place: tuple[int, int, int] | None
) -> Iterator[list[Candidate]]:
    """Yield some at a time, from behind a place on."""
    for tier in _TIERS:
        if (wanted.starred and tier != _STARRED) or (place and tier < place[0]):
            continue
        at = place[1:] if place and place[0] == tier else None
        # An index has the order of one verdict of one item; several are merged.
        apart = wanted.item and not wanted.verdict
        verdicts = [(v,) for v in EXAMPLES] if apart else [_verdicts(wanted)]
        lanes = [_lane(session, wanted, scope, tier, at, some) for some in verdicts]
        found = merge(*lanes, key=lambda c: (-c.finding.assessment, c.finding.place))
        while some := list(islice(found, _AT_ONCE)):
            yield some


def the_one(session: Session, assessment: int, place: int, scope: Scope) -> Candidate | None:
    """Return a verdict that may be an example, if it may."""
    query = _query(Wanted(), scope, _verdicts(Wanted())).where(
        col(FindingRow.assessment) == assessment, col(FindingRow.place) == place
    )
    found = session.exec(query).first()
    return None if found is None else Candidate(_OTHERS, *found)


def _verdicts(wanted: Wanted) -> tuple[Verdict, ...]:
    return tuple(v for v in EXAMPLES if wanted.verdict in {None, v})


def _lane(
    session: Session,
    wanted: Wanted,
    scope: Scope,
    tier: int,
    at: tuple[int, int] | None,
    verdicts: tuple[Verdict, ...],
) -> Iterator[Candidate]:
    # By the column whose index is walked: verdicts of an item, else scores one by one.
    number = col(FindingRow.assessment) if wanted.item else col(AssessmentRow.id)
    while True:
        query = _query(wanted, scope, verdicts, few=tier != _OTHERS).where(*_in_tier(tier))
        if at is not None:
            behind = and_(number == at[0], col(FindingRow.place) > at[1])
            query = query.where(or_(number < at[0], behind))
        query = query.order_by(number.desc(), col(FindingRow.place)).limit(_AT_ONCE)
        found = [Candidate(tier, *row) for row in session.exec(query)]
        yield from found
        if len(found) < _AT_ONCE:
            return
        at = found[-1].place[1:]


def _query(
    wanted: Wanted, scope: Scope, verdicts: tuple[Verdict, ...], *, few: bool = False
) -> Any:
    """Select verdicts.

    Parameters
    ----------
    few : only few conversations are meant, so it is not worth while to begin with all
        verdicts of an item.
    """
    made, finding, row = AssessmentRow, FindingRow, ConversationRow
    item = func.coalesce(finding.item, "") if few else col(finding.item)
    query = (
        select(finding, made, row, _confirmed().label("confirmed"))
        .join(made, col(made.id) == finding.assessment)
        .join(row, col(row.id) == made.conversation)
        .where(col(made.current).is_(True), within(scope), *_ripe())
        .where(col(finding.standing).in_(verdicts))
        # Most of what a score weighs, and nothing that an example shows.
        .options(*(defer(column) for column in (made.machine, made.standing, made.provenance)))  # type: ignore[arg-type]  # they are columns
    )
    for column, value in (
        (item, wanted.item),
        (col(made.card), wanted.card),
        (col(row.language), wanted.language),
        (col(row.team), wanted.team),
        (col(row.project), wanted.project),
        (col(row.channel), wanted.channel),
    ):
        if value:
            query = query.where(column == value)
    return query


def _ripe() -> tuple[ColumnElement[bool], ...]:
    """Leave out suspicions, and what is to be judged blind still."""
    made, finding, row = AssessmentRow, FindingRow, ConversationRow
    suspected = and_(
        col(finding.critical).is_not(None), col(finding.standing) == Verdict.FAIL, ~_confirmed()
    )
    blind = exists().where(
        col(DrawnRow.conversation) == made.conversation,
        col(DrawnRow.draw) == DrawRow.id,
        col(DrawRow.blind).is_(True),
    )
    return ~suspected, or_(col(row.reviewed_at).is_not(None), ~blind)


def _confirmed() -> ColumnElement[bool]:
    """Whether a human gave the verdict that stands, and nothing it rests on has changed."""
    over = aliased(OverrideRow)
    return exists().where(
        col(over.conversation) == AssessmentRow.conversation,
        col(over.card) == AssessmentRow.card,
        col(over.item) == FindingRow.item,
        col(over.party) == func.coalesce(AssessmentRow.party, ""),
        col(over.standing).is_(True),
        col(over.confirm_again).is_(False),
    )


def _in_tier(tier: int) -> Iterator[ColumnElement[bool]]:
    # Whether the star is on this very moment is seen once its turns are known.
    if tier == _STARRED:
        yield col(AssessmentRow.conversation).in_(select(StarRow.conversation))
    elif tier == _CONFIRMED:
        # Few conversations: looking for them among all verdicts would take as long as there are.
        over = OverrideRow
        decided = select(over.conversation).where(
            col(over.standing).is_(True), col(over.confirm_again).is_(False)
        )
        yield col(AssessmentRow.conversation).in_(decided.correlate(None))
        yield _confirmed()
    else:
        yield ~_confirmed()
