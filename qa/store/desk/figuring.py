"""Figures as queries: one row a conversation first, so that every number is of conversations.

Which conversations count is decided here alone, for the figures and for the lists behind
them. Read are columns that an index holds: the rows themselves carry whole assessments.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Select,
    Subquery,
    and_,
    case,
    exists,
    func,
    literal,
    true,
    tuple_,
)
from sqlalchemy import select as columns_of
from sqlalchemy.orm import aliased
from sqlmodel import col, or_, select

from qa.access import Scope
from qa.records import ItemKind, Role, ScoreStatus, Verdict
from qa.store.desk.draw_tables import DrawnRow
from qa.store.desk.figured import Basis, By, Least, Question, Show
from qa.store.joining import KNOWN
from qa.store.scopes import concerns, within
from qa.store.tables import AssessmentRow, ConversationRow, FindingRow, PartyRow

_SETTLED = (ScoreStatus.FINAL, ScoreStatus.CRITICAL_CONFIRMED)
_OPEN = (ScoreStatus.PROVISIONAL, ScoreStatus.CRITICAL_SUSPECTED)
#: Verdicts that say something of an item.
_JUDGED = (Verdict.PASS, Verdict.PARTIAL, Verdict.FAIL)
_COSTS = (ItemKind.EARNS, ItemKind.DEDUCTS)


def person() -> ColumnElement[str | None]:
    """Return the column of whom an assessment is about, by the roster; else null.

    A party that nothing names is whom the conversation itself names, where no other agent
    takes part: as in `qa.store.scopes`.
    """
    other = aliased(PartyRow)
    alone = ~exists().where(
        col(other.conversation) == PartyRow.conversation,
        col(other.role) == Role.AGENT,
        col(other.place) != PartyRow.place,
    )
    unnamed = and_(
        col(PartyRow.agent_id).is_(None),
        or_(col(PartyRow.name).is_(None), col(PartyRow.name) == ConversationRow.agent_name),
        col(ConversationRow.joined).in_(KNOWN),
    )
    return case(
        (col(PartyRow.person).is_not(None), col(PartyRow.person)),
        (and_(unnamed, alone), col(ConversationRow.agent_id)),
        else_=None,
    )


def conditions(
    question: Question, scope: Scope, *, mystery: bool | None = False
) -> Iterator[ColumnElement[bool]]:
    """Yield which conversations count at all, whatever was found in them.

    Parameters
    ----------
    mystery : test calls of one's own: left out, alone, or (None) with all others.
    """
    row = ConversationRow
    yield col(row.at) >= question.since
    yield col(row.at) < question.until
    if mystery is not None:
        yield col(row.mystery).is_(mystery)
    yield within(scope)
    if question.team is not None:
        yield col(row.team) == question.team
    if question.project is not None:
        yield col(row.project) == question.project
    if question.basis is Basis.SAMPLES:
        yield col(row.id).in_(select(DrawnRow.conversation).correlate(None))


def parts(question: Question, scope: Scope, *columns: Any, named: bool = False) -> Select[Any]:
    """Select from agents' parts of the conversations that count.

    Parameters
    ----------
    named : whether the columns ask who the agent is.
    """
    made, row, party = AssessmentRow, ConversationRow, PartyRow
    query = (
        columns_of(*columns)
        .select_from(row)
        .join(made, col(made.conversation) == row.id)
        .where(
            *conditions(question, scope),
            # As an expression, so that SQLite begins with the span and not with all that the
            # card ever judged.
            func.coalesce(made.card, "") == question.card,
            col(made.current).is_(True),
            col(made.party).is_not(None),
            # Of a conversation that others took part in as well, one's own part.
            concerns(scope, conversation=made.conversation, party=made.party),
        )
    )
    if named or question.agent is not None or question.joined is not None:
        query = query.join(
            party, and_(col(party.conversation) == row.id, col(party.party) == made.party)
        )
    if question.agent is not None:
        query = query.where(person() == question.agent)
    if question.joined is not None:
        query = query.where(person().is_not(None) if question.joined else person().is_(None))
    if question.least is not None:
        everybody = question.model_copy(update={"least": None})
        query = query.where(_is_large(question.least, question, parts_of(everybody, scope)))
    return query


def parts_of(question: Question, scope: Scope) -> Select[Any]:
    """Select what says of settled parts how many agents stand behind: see `_is_large`."""
    settled = col(AssessmentRow.status).in_(_SETTLED)
    columns = (*_place(question), named().label("agent"), col(ConversationRow.id).label("id"))
    return parts(question, scope, *columns, named=True).where(settled)


def _place(question: Question) -> tuple[Any, ...]:
    """Return the columns of the smallest part that figures can be asked of."""
    edges = [begin for begin, _ in question.weeks[1:]]
    row = ConversationRow
    return (
        func.coalesce(row.team, "").label("team"),
        func.coalesce(row.project, "").label("project"),
        _week(edges).label("part"),
    )


def _is_large(
    least: Least, question: Question, settled: Select[Any], *more: Any
) -> ColumnElement[bool]:
    """Return the condition that enough agents and conversations stand behind a part.

    Parameters
    ----------
    settled : parts of agents: team, project, week, agent, id, and of `more` the item.
    """
    some = settled.subquery()
    names = [c.name for c in some.c if c.name not in {"agent", "id"}]
    mine = [*_place(question), *more]
    if not least.by_team:
        names, mine = names[1:], mine[1:]
    columns = [some.c[name] for name in names]
    large = (
        columns_of(*columns)
        .group_by(*columns)
        .having(
            func.count(func.distinct(some.c.agent)) >= least.agents,
            func.count(func.distinct(some.c.id)) >= least.conversations,
        )
    )
    return tuple_(*mine).in_(large)


def census(question: Question, scope: Scope) -> Select[Any]:
    """Select cards, each with how many conversations of the span it scored, and left-out ones.

    Of each: agents' parts, test calls, and outcomes of a team.
    """
    made, row = AssessmentRow, ConversationRow
    ours = col(row.mystery).is_(True)
    kinds = (
        and_(~ours, col(made.party).is_not(None)),
        ours,
        and_(~ours, col(made.party).is_(None)),
    )
    columns: list[Any] = [func.coalesce(made.card, "").label("card")]
    columns += [func.count(func.distinct(case((kind, row.id)))) for kind in kinds]
    return (
        columns_of(*columns)
        .select_from(row)
        .join(made, col(made.conversation) == row.id)
        .where(
            *conditions(question, scope, mystery=None),
            col(made.current).is_(True),
            concerns(scope, conversation=made.conversation, party=made.party),
        )
        .group_by(columns[0])
    )


def each(
    question: Question, scope: Scope, *, by: By | None = None, edges: Sequence[datetime] = ()
) -> Subquery:
    """Select one row a conversation (and key): key, week, id, total, and how it stands, 0 or 1.

    It is open while any agent's part is; its total is the average of its parts, it passed where
    all of them did.

    Parameters
    ----------
    edges : where another week begins; weeks are counted from 0.
    """
    made, row = AssessmentRow, ConversationRow
    settled = col(made.status).in_(_SETTLED)
    part = parts(
        question,
        scope,
        _key(by).label("key"),
        _week(edges).label("week"),
        # An expression again: else SQLite goes through all conversations in the order of ids.
        func.coalesce(row.id, "").label("id"),
        case((settled, col(made.total)), else_=None).label("total"),
        _flag(settled).label("scored"),
        _flag(col(made.status).in_(_OPEN)).label("open"),
        _flag(and_(settled, col(made.passed).is_(True))).label("passed"),
        _flag(col(made.status) == ScoreStatus.CRITICAL_CONFIRMED).label("critical"),
        named=by == "agent",
    ).subquery()
    c = part.c
    is_open, scored = func.max(c.open), func.max(c.scored)
    counts = (1 - is_open) * scored
    columns: list[Any] = [
        c.key,
        c.week,
        c.id,
        is_open.label("open"),
        counts.label("scored"),
        func.avg(c.total).label("total"),
        # Of all parts that could be scored.
        (counts * func.min(1 - c.scored + c.passed)).label("passed"),
        func.max(c.critical).label("critical"),
    ]
    return columns_of(*columns).group_by(c.key, c.week, c.id).subquery()


def sums(rows: Subquery) -> Select[Any]:
    """Add up what `each` selects, by key and week."""
    c = rows.c
    total = case((c.scored == 1, c.total), else_=0.0)
    added = (c.scored, total, total * total, c.passed, c.critical, c.open)
    columns: list[Any] = [c.key, c.week, func.count(), *map(func.sum, added)]
    return columns_of(*columns).group_by(c.key, c.week)


def shown(rows: Subquery, show: Show) -> ColumnElement[bool]:
    """Return which of the conversations that `each` selects stand behind a figure."""
    c = rows.c
    return {
        Show.ALL: true(),
        Show.SCORED: c.scored == 1,
        Show.PASSED: c.passed == 1,
        Show.FAILED: and_(c.scored == 1, c.passed == 0),
        Show.CRITICAL: c.critical == 1,
        Show.OPEN: c.open == 1,
        Show.NOT_SCORABLE: and_(c.scored == 0, c.open == 0),
    }[show]


def named() -> ColumnElement[str]:
    """Return the column of an agent, by whatever names them: to count by, not to show."""
    return func.coalesce(
        PartyRow.person, PartyRow.agent_id, PartyRow.name, ConversationRow.agent_id, ""
    )


def items(
    question: Question, scope: Scope, *, edges: Sequence[datetime] = (), by_agent: bool = False
) -> Subquery:
    """Select one row a conversation, item and column: whether it failed, 0 or 1.

    Only where the item was judged: neither where it did not apply, nor where it waits for a
    human, an unconfirmed critical fail among them. What costs no points is left out.
    """
    made, found = AssessmentRow, FindingRow
    suspected = and_(
        col(made.status) == ScoreStatus.CRITICAL_SUSPECTED,
        col(found.critical).is_not(None),
        col(found.standing) == Verdict.FAIL,
    )

    def judged(query: Select[Any]) -> Select[Any]:
        return query.join(found, col(found.assessment) == made.id).where(
            col(found.standing).in_(_JUDGED), col(found.kind).in_(_COSTS), ~suspected
        )

    query = judged(
        parts(
            question,
            scope,
            (person() if by_agent else _week(edges)).label("column"),
            func.coalesce(ConversationRow.id, "").label("id"),
            col(found.item).label("item"),
            _flag(col(found.standing) == Verdict.FAIL).label("failed"),
            named=by_agent,
        )
    )
    if question.least is not None:
        # An item may have been judged at one agent alone.
        everybody = question.model_copy(update={"least": None})
        whom = judged(parts_of(everybody, scope)).add_columns(col(found.item).label("item"))
        query = query.where(_is_large(question.least, question, whom, col(found.item)))
    c = query.subquery().c
    return (
        columns_of(c.column, c.item, c.id, func.max(c.failed).label("failed"))
        .group_by(c.column, c.item, c.id)
        .subquery()
    )


def _key(by: By | None) -> Any:
    match by:
        case "agent":
            return person()
        case "team":
            return col(ConversationRow.team)
        case "project":
            return col(ConversationRow.project)
        case _:
            return literal("")


def _week(edges: Sequence[datetime]) -> ColumnElement[int]:
    if not edges:
        return literal(0)
    at = col(ConversationRow.at)
    return case(*((at < edge, literal(n)) for n, edge in enumerate(edges)), else_=len(edges))


def _flag(condition: ColumnElement[bool]) -> ColumnElement[int]:
    return case((condition, 1), else_=0)
