"""The inbox: what people have to do, in three groups, each conversation in one of them.

A group is a list of lanes: conditions of which no two fit the same conversation. Its count
and its list are made from the same lanes, so they agree.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Literal

from sqlalchemy import ColumnElement, Engine, and_, func
from sqlmodel import Session, col, exists, select

from qa.access import Scope
from qa.errors import UsageError
from qa.records import Record
from qa.store import database, lines, listing
from qa.store.desk.asked import awaits
from qa.store.desk.assigning import assigned
from qa.store.desk.draw_tables import DrawnRow, DrawRow
from qa.store.desk.reasons import Why, reasons
from qa.store.desk.tables import AssignmentRow, SecondLookRow
from qa.store.desk.waiting import Waits
from qa.store.queue import among
from qa.store.scopes import hidden, within
from qa.store.tables import ConversationRow, State, WantRow
from qa.store.views import ConversationSummary


class Group(StrEnum):
    """What is to be done, the most urgent first."""

    #: A critical fail is suspected: confirm or dismiss it.
    CRITICAL = "critical"
    #: Something needs a human: see why.
    HUMAN = "human"
    #: Drawn for review, and not reviewed.
    SAMPLE = "sample"


class Wish(Record):
    """Which part of the inbox; None or empty fits all."""

    team: str | None = None
    project: str | None = None
    #: Wanted by the card of this id.
    card: str | None = None
    #: Given to whoever asks, or to nobody.
    given: Literal["", "mine", "nobody"] = ""


@dataclass(frozen=True)
class Looking:
    """Who looks: their account's name, what they may review, which criticals they may confirm."""

    name: str
    scope: Scope
    criticals: Scope


class Task(Record):
    """A conversation in the inbox."""

    summary: ConversationSummary
    #: Why it needs a human; empty for what was only drawn.
    why: tuple[Why, ...]
    #: Whose turn it is; None = anybody's.
    reviewer: str | None
    #: Reason of its draw; None = nobody drew it.
    drawn: str | None


class Tasks(Record):
    """A page of a group, newest first."""

    group: Group
    items: tuple[Task, ...]
    #: Give it as `after` for the next page; None at the end.
    next: str | None = None


class Inbox:
    """The part of the store that knows what people have to do."""

    def __init__(self, engine: Engine, *, clock: Callable[[], datetime]) -> None:
        self._engine = engine
        self._now = clock

    def counts(self, who: Looking, wish: Wish | None = None) -> Mapping[Group, int]:
        """Return how many conversations each group holds."""
        with database.reading(self._engine) as session:
            return {
                group: sum(
                    session.exec(
                        select(func.count()).select_from(ConversationRow).where(*lane)
                    ).one()
                    for lane in _lanes(group, who, wish or Wish())
                )
                for group in Group
            }

    def page(
        self,
        group: Group,
        who: Looking,
        wish: Wish | None = None,
        *,
        after: str | None = None,
        limit: int = 20,
    ) -> Tasks:
        """Return a page of a group.

        Raises
        ------
        UsageError : `after` is not what a page gave, or `limit` is out of range.
        """
        return self.pages([group], who, wish, after=after, limit=limit)[0]

    def pages(
        self,
        groups: Sequence[Group],
        who: Looking,
        wish: Wish | None = None,
        *,
        after: str | None = None,
        limit: int = 20,
    ) -> tuple[Tasks, ...]:
        """Return a page of each of some groups, all lines made at once.

        Raises
        ------
        UsageError : `after` is not what a page gave, or `limit` is out of range.
        """
        if not 1 <= limit <= listing.LONGEST_PAGE:
            raise UsageError(
                f"A page of {limit} was asked for.", f"Ask for 1 to {listing.LONGEST_PAGE}."
            )
        with database.reading(self._engine) as session:
            found = [
                listing.page_of_lanes(
                    session, _lanes(group, who, wish or Wish()), after=after, limit=limit
                )
                for group in groups
            ]
            rows = [row for some, _ in found for row in some]
            tasks = {task.summary.id: task for task in _tasks(session, rows, who)}
        return tuple(
            Tasks(group=group, items=tuple(tasks[row.id] for row in some), next=place)
            for group, (some, place) in zip(groups, found, strict=True)
        )


# --- the groups -----------------------------------------------------------------------------


def _lanes(group: Group, who: Looking, wish: Wish) -> list[list[ColumnElement[bool]]]:
    narrowed = [within(who.scope), *_wished(wish, who.name)]
    if group is Group.CRITICAL:
        return [[*narrowed, _critical(who)]]
    if group is Group.SAMPLE:
        others = [~_sure(_critical(who)), ~_sure(_open(who)), ~_failed(), ~_second_look(who)]
        reviewed = col(ConversationRow.reviewed_at)
        return [
            [*narrowed, _drawn(), reviewed.is_(None), *others],
            # Judged by another; why it is judged once more is told after one's own verdicts.
            [*narrowed, _asked(who), hidden(who.scope, ConversationRow.id),
             reviewed.is_not(None), *others],
        ]  # fmt: skip
    urgent = ~_sure(_critical(who))
    return [
        [*narrowed, _open(who)],
        [*narrowed, _failed(), ~_sure(_open(who)), urgent],
        [*narrowed, _second_look(who), ~_failed(), ~_sure(_open(who)), urgent],
    ]


def _sure(condition: ColumnElement[bool]) -> ColumnElement[bool]:
    """Return a condition that is false where it could not be told: its opposite is then true."""
    return func.coalesce(condition, False)


def _critical(who: Looking) -> ColumnElement[bool]:
    row = ConversationRow
    return and_(
        col(row.waits) == Waits.CRITICAL.value,
        within(who.criticals),
        ~hidden(who.scope, row.id),
    )


def _open(who: Looking) -> ColumnElement[bool]:
    """Its scores wait for a human, and nobody is through with it."""
    row = ConversationRow
    return and_(
        col(row.waits) == Waits.HUMAN.value,
        col(row.reviewed_at).is_(None),
        ~hidden(who.scope, row.id),
    )


def _failed() -> ColumnElement[bool]:
    return col(ConversationRow.state) == State.FAILED


def _second_look(who: Looking) -> ColumnElement[bool]:
    """Somebody asked, and not about what this person decided: another one looks."""
    return and_(_asked(who), ~hidden(who.scope, ConversationRow.id))


def _asked(who: Looking) -> ColumnElement[bool]:
    asked = select(SecondLookRow.conversation).where(awaits(who.name))
    return col(ConversationRow.id).in_(asked.correlate(None))


def _drawn() -> ColumnElement[bool]:
    return col(ConversationRow.id).in_(select(DrawnRow.conversation).correlate(None))


def _wished(wish: Wish, me: str) -> Iterator[ColumnElement[bool]]:
    row = ConversationRow
    if wish.team is not None:
        yield col(row.team) == wish.team
    if wish.project is not None:
        yield col(row.project) == wish.project
    if wish.card is not None:
        yield exists().where(col(WantRow.conversation) == row.id, col(WantRow.card) == wish.card)
    if wish.given == "mine":
        mine = select(AssignmentRow.conversation).where(AssignmentRow.reviewer == me)
        yield col(row.id).in_(mine.correlate(None))
    if wish.given == "nobody":
        yield ~exists().where(col(AssignmentRow.conversation) == row.id)


# --- its lines --------------------------------------------------------------------------------


def _tasks(session: Session, found: Sequence[ConversationRow], who: Looking) -> Iterator[Task]:
    summaries = lines.summaries(session, found, who.scope)
    why = reasons(session, summaries, me=who.name)
    ids = [row.id for row in found]
    given = assigned(session, ids)
    drawn = dict(
        session.exec(
            select(DrawnRow.conversation, DrawRow.reason)
            .join(DrawRow, col(DrawRow.id) == DrawnRow.draw)
            .where(among(session, DrawnRow.conversation, ids))
            .order_by(col(DrawnRow.draw))
        ).all()
    )
    for summary in summaries:
        yield Task(
            summary=summary,
            why=why.get(summary.id, ()),
            reviewer=given.get(summary.id),
            drawn=drawn.get(summary.id),
        )
