"""Draws: conversations chosen by chance for review, so that what is found speaks for all.

The choice follows from the seed and the conversations alone: who has both can make it
again. Each agent's share is drawn by itself, so it does not depend on who else was there.
"""

from __future__ import annotations

import random
from collections import defaultdict
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any

from pydantic import AwareDatetime, Field
from sqlalchemy import ColumnElement, Engine, func, insert
from sqlalchemy.exc import IntegrityError
from sqlmodel import Session, col, exists, or_, select

from qa.access import EVERYTHING, Scope
from qa.errors import NotFound
from qa.records import Channel, Record
from qa.store import database, journal
from qa.store.desk.draw_tables import DrawnRow, DrawRow
from qa.store.joining import KNOWN
from qa.store.scopes import within
from qa.store.tables import AssessmentRow, ConversationRow, State

#: The greatest seed: what both databases keep as a number.
LARGEST_SEED = 2**31 - 1


class Rule(Record):
    """What limits a draw; None fits all."""

    per_agent: int = Field(ge=1, le=1000)
    #: Begin of the conversations, ``[since, until)``.
    since: AwareDatetime | None = None
    until: AwareDatetime | None = None
    #: Shorter ones are left out; those whose length is not known are not.
    min_seconds: float = Field(default=0, ge=0)
    team: str | None = None
    project: str | None = None
    channel: Channel | None = None
    #: Judged by the card of this id.
    card: str | None = None


class Occasion(Record):
    """Who draws and why; of a schedule, for which of its times."""

    who: str
    #: The rule as people read it.
    reason: str
    blind: bool = True
    #: Name of a schedule; "" = a person draws.
    schedule: str = ""
    period: str = ""


class Picked(Record):
    """A conversation that was drawn."""

    conversation: str
    agent: str


class Share(Record):
    """What was drawn for one agent."""

    agent: str
    name: str | None
    drawn: int
    #: From so many.
    of: int


class Drawing(Record):
    """What a draw comes to."""

    #: Number of the draw; None where it was only tried.
    number: int | None = None
    seed: int
    rule: Rule
    picked: tuple[Picked, ...]
    shares: tuple[Share, ...]
    #: Conversations that fit but name no agent who is known: left out.
    unjoined: int


class Draw(Record):
    """A draw that was made, and how far its review is."""

    number: int
    made_at: datetime
    who: str
    seed: int
    rule: Rule
    reason: str
    blind: bool
    schedule: str
    period: str
    drawn: int
    reviewed: int


class DrawPage(Record):
    """Some draws, newest first."""

    items: tuple[Draw, ...]
    #: Give it as `after` for the next page; None at the end.
    next: int | None = None


class Draws:
    """The part of the store that draws conversations for review."""

    def __init__(self, engine: Engine, *, clock: Callable[[], datetime]) -> None:
        self._engine = engine
        self._now = clock

    def plan(self, rule: Rule, *, seed: int, scope: Scope = EVERYTHING) -> Drawing:
        """Return what would be drawn; nothing is kept."""
        with database.reading(self._engine) as session:
            return _plan(session, rule, seed, scope)

    def draw(
        self, rule: Rule, occasion: Occasion, *, seed: int, scope: Scope = EVERYTHING
    ) -> Drawing | None:
        """Draw, and keep what was drawn; None where the schedule drew for that time before."""
        try:
            with database.writing(self._engine) as session:
                if occasion.schedule and _has_drawn(session, occasion):
                    return None
                made = _plan(session, rule, seed, scope)
                return self._keep(session, made, occasion)
        except IntegrityError:  # another process drew for the same time just now
            if occasion.schedule and self.has_drawn(occasion.schedule, occasion.period):
                return None
            raise

    def has_drawn(self, schedule: str, period: str) -> bool:
        """Say whether a schedule has drawn for one of its times."""
        occasion = Occasion(who="", reason="", schedule=schedule, period=period)
        with database.reading(self._engine) as session:
            return _has_drawn(session, occasion)

    def all(
        self, *, after: int | None = None, limit: int = 20, scope: Scope = EVERYTHING
    ) -> DrawPage:
        """Return a page of draws, newest first, each with what somebody may see of it."""
        with database.reading(self._engine) as session:
            query = select(DrawRow).order_by(col(DrawRow.id).desc()).limit(limit + 1)
            if after is not None:
                query = query.where(col(DrawRow.id) < after)
            if not scope.everything:
                query = query.where(col(DrawRow.id).in_(_draws_of(scope)))
            found = session.exec(query).all()
            shown = found[:limit]
            progress = _progress(session, [row.id or 0 for row in shown], scope)
            items = tuple(_draw(row, progress) for row in shown)
        return DrawPage(items=items, next=items[-1].number if len(found) > limit else None)

    def get(self, number: int, *, scope: Scope = EVERYTHING) -> Draw:
        """Return a draw.

        Raises
        ------
        NotFound : there is none of that number, or none of its conversations may be seen.
        """
        with database.reading(self._engine) as session:
            row = session.get(DrawRow, number)
            progress = _progress(session, [number], scope)
            if row is None or (number not in progress and not scope.everything):
                raise NotFound(f"There is no draw {number}.", "See the list of draws.")
            return _draw(row, progress)

    def _keep(self, session: Session, made: Drawing, occasion: Occasion) -> Drawing:
        now = self._now()
        row = DrawRow(
            made_at=now,
            seed=made.seed,
            rule=made.rule.model_dump(mode="json", exclude_none=True),
            **occasion.model_dump(),
        )
        session.add(row)
        session.flush()
        of = {share.agent: share.of for share in made.shares}
        drawn = [
            {"draw": row.id, "conversation": p.conversation, "agent": p.agent, "of": of[p.agent]}
            for p in made.picked
        ]
        if drawn:
            session.execute(insert(DrawnRow), drawn)
        detail = {"draw": str(row.id), "conversations": str(len(drawn))}
        journal.write(session, "drawn", who=occasion.who, conversation=None, detail=detail, now=now)
        return made.model_copy(update={"number": row.id})


def _has_drawn(session: Session, occasion: Occasion) -> bool:
    query = select(DrawRow.id).where(
        DrawRow.schedule == occasion.schedule, DrawRow.period == occasion.period
    )
    return session.exec(query.limit(1)).first() is not None


def _plan(session: Session, rule: Rule, seed: int, scope: Scope) -> Drawing:
    row = ConversationRow
    by_agent: dict[str, list[str]] = defaultdict(list)
    names: dict[str, str | None] = {}
    unjoined = 0
    found = session.exec(
        select(row.id, row.agent_id, row.agent_name, row.joined)
        .where(within(scope), *_conditions(rule))
        .order_by(col(row.id))
    )
    for one, agent_id, name, joined in found:
        if joined not in {None, *KNOWN} or not agent_id:
            unjoined += 1
            continue
        by_agent[agent_id].append(one)
        names[agent_id] = name
    picked = choose(by_agent, rule.per_agent, seed=seed)
    return Drawing(
        seed=seed,
        rule=rule,
        picked=tuple(Picked(conversation=c, agent=a) for a in picked for c in picked[a]),
        shares=tuple(
            Share(agent=a, name=names[a], drawn=len(picked[a]), of=len(by_agent[a]))
            for a in sorted(by_agent)
        ),
        unjoined=unjoined,
    )


def choose(
    given: Mapping[str, Collection[str]], per_agent: int, *, seed: int
) -> dict[str, tuple[str, ...]]:
    """Choose so many of each agent's conversations, or all where there are fewer.

    Parameters
    ----------
    given : ids of conversations by agent, in any order.
    """
    chosen = {}
    for agent in sorted(given):
        # For fairness, not for secrets: the same seed must choose the same again.
        chance = random.Random(f"{seed} {agent}")  # noqa: S311
        ids = sorted(given[agent])
        chosen[agent] = tuple(sorted(chance.sample(ids, min(per_agent, len(ids)))))
    return chosen


def _conditions(rule: Rule) -> Iterator[ColumnElement[bool]]:
    row = ConversationRow
    yield col(row.state) == State.DONE
    yield col(row.reviewed_at).is_(None)
    yield col(row.id).not_in(select(DrawnRow.conversation))
    yield col(row.mystery).is_(False)
    for column, wanted in (
        (row.team, rule.team),
        (row.project, rule.project),
        (row.channel, rule.channel),
    ):
        if wanted is not None:
            yield col(column) == wanted
    if rule.since is not None:
        yield col(row.at) >= rule.since
    if rule.until is not None:
        yield col(row.at) < rule.until
    if rule.min_seconds:
        yield or_(col(row.duration).is_(None), col(row.duration) >= rule.min_seconds)
    if rule.card is not None:
        yield exists().where(
            col(AssessmentRow.conversation) == row.id,
            col(AssessmentRow.card) == rule.card,
            col(AssessmentRow.current).is_(True),
        )


def _draws_of(scope: Scope) -> Any:
    return (
        select(DrawnRow.draw)
        .join(ConversationRow, col(ConversationRow.id) == DrawnRow.conversation)
        .where(within(scope))
    )


def _progress(session: Session, numbers: Sequence[int], scope: Scope) -> dict[int, tuple[int, int]]:
    """Return how many were drawn, and how many of them were reviewed, by draw."""
    row = ConversationRow
    query = (
        select(DrawnRow.draw, func.count(), func.count(col(row.reviewed_at)))
        .join(row, col(row.id) == DrawnRow.conversation)
        .where(col(DrawnRow.draw).in_(numbers), within(scope))
        .group_by(col(DrawnRow.draw))
    )
    return {draw: (drawn, reviewed) for draw, drawn, reviewed in session.exec(query)}


def _draw(row: DrawRow, progress: Mapping[int, tuple[int, int]]) -> Draw:
    drawn, reviewed = progress.get(row.id or 0, (0, 0))
    return Draw(
        number=row.id or 0,
        made_at=row.made_at,
        who=row.who,
        seed=row.seed,
        rule=Rule.model_validate(row.rule),
        reason=row.reason,
        blind=row.blind,
        schedule=row.schedule,
        period=row.period,
        drawn=drawn,
        reviewed=reviewed,
    )
