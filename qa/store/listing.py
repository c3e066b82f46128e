"""Lists: filters, keyset pages, and finding one conversation by what people type."""

from __future__ import annotations

import base64
import binascii
import json
from collections.abc import Callable, Iterator, Sequence
from datetime import datetime
from typing import Any

from pydantic import AwareDatetime, TypeAdapter
from sqlalchemy import ColumnElement, Select, and_, func
from sqlalchemy.orm import defer
from sqlmodel import Session, col, or_, select
from sqlmodel.sql.expression import SelectOfScalar

from qa.access import Scope
from qa.errors import NotFound, UsageError
from qa.records import Role, ScoreStatus, Verdict
from qa.store import lines
from qa.store.queue import among
from qa.store.scopes import concerns, facts, hidden, main_agent_seen, seen, within
from qa.store.tables import (
    AssessmentRow,
    ConversationRow,
    FindingRow,
    OverrideRow,
    PartyRow,
)
from qa.store.views import Filter, Page

#: The most that one page holds.
LONGEST_PAGE = 500
#: How many of the newest conversations are looked through, one by one, before all are.
LOOKED_THROUGH = (200, 1_000)
#: Conditions of a filter that other tables answer.
_LOOKED_UP = ("needs_review", "card", "status", "min_score", "max_score", "failed_item")
#: How many conversations an ambiguous prefix names.
_NAMED = 4
_PLACE: TypeAdapter[tuple[AwareDatetime, str]] = TypeAdapter(tuple[AwareDatetime, str])
_ORDER = (col(ConversationRow.at).desc(), col(ConversationRow.id).desc())
_WITHOUT_DETAILS = defer(ConversationRow.details)  # type: ignore[arg-type]  # it is a column
_WAITS_FOR_HUMAN = (ScoreStatus.PROVISIONAL, ScoreStatus.CRITICAL_SUSPECTED)


def page(
    session: Session,
    filter: Filter,
    scope: Scope,
    *,
    after: str | None,
    limit: int,
) -> Page:
    """Return a page, newest first: by begin (else registration), then by id.

    Raises
    ------
    UsageError : `after` is not what a page gave, or `limit` is out of range.
    """
    if not 1 <= limit <= LONGEST_PAGE:
        raise UsageError(
            f"A page of {limit} was asked for.", f"Ask for 1 to {LONGEST_PAGE} conversations."
        )
    shown, place = page_rows(session, filter, scope, after=after, limit=limit)
    return Page(items=tuple(lines.summaries(session, shown, scope)), next=place)


def page_rows(
    session: Session,
    filter: Filter,
    scope: Scope,
    *,
    after: str | None,
    limit: int,
    details: bool = False,
) -> tuple[list[ConversationRow], str | None]:
    """Return the rows of a page, and the place where the next one begins; None at the end.

    Parameters
    ----------
    details : read all of each conversation's metadata, too, which a list does not show.
    """

    def lane(f: Filter, ids: Sequence[str] | None) -> list[ColumnElement[bool]]:
        return list(conditions(session, f, scope, ids=ids))

    plain = filter.model_copy(update=dict.fromkeys(_LOOKED_UP))
    if plain == filter:
        found = [lane(filter, None)]
        return page_of_lanes(session, found, after=after, limit=limit, details=details)
    return newest_first(
        session,
        lane(plain, None),
        lambda ids: lane(filter, ids),
        after=after,
        limit=limit,
        details=details,
    )


def newest_first(
    session: Session,
    plain: Sequence[ColumnElement[bool]],
    whole: Callable[[Sequence[str] | None], Sequence[ColumnElement[bool]]],
    *,
    after: str | None,
    limit: int,
    details: bool = False,
) -> tuple[list[ConversationRow], str | None]:
    """Return the rows of a page as `page_rows` does, of all that fit conditions dear to look up.

    Looked through are the newest first, which often fill the page: to look up all that ever fit
    takes as long as there are many.

    Parameters
    ----------
    plain : those of the conditions that the rows themselves answer.
    whole : all conditions, as they are of some conversations, or (None) of all.
    """
    newest = select(ConversationRow.id).where(*plain, *_behind(after)).order_by(*_ORDER)
    for some in LOOKED_THROUGH:
        ids = session.exec(newest.limit(some)).all()
        lanes = [whole(ids)]
        found, place = page_of_lanes(session, lanes, after=after, limit=limit, details=details)
        if place is not None or len(ids) < some:
            return found, place
    return page_of_lanes(session, [whole(None)], after=after, limit=limit, details=details)


def page_of_lanes(
    session: Session,
    lanes: Sequence[Sequence[ColumnElement[bool]]],
    *,
    after: str | None,
    limit: int,
    details: bool = False,
) -> tuple[list[ConversationRow], str | None]:
    """Return the rows of a page as `page_rows` does, of all that fit one of some conditions.

    Parameters
    ----------
    lanes : conditions of which no two fit the same conversation: each is asked for by
        itself, so that an index serves it.
    """
    found: list[ConversationRow] = []
    for lane in lanes:
        query = select(ConversationRow).where(*lane, *_behind(after)).order_by(*_ORDER)
        if not details:
            query = query.options(_WITHOUT_DETAILS)
        found += session.exec(query.limit(limit + 1))
    if len(lanes) > 1:
        found.sort(key=lambda row: (row.at, row.id), reverse=True)
    shown = found[:limit]
    return shown, _cursor(shown[-1].at, shown[-1].id) if len(found) > limit else None


def _behind(after: str | None) -> Iterator[ColumnElement[bool]]:
    if after is not None:
        at, last = _read_cursor(after)
        row = ConversationRow
        yield or_(col(row.at) < at, and_(col(row.at) == at, col(row.id) < last))


def _cursor(at: datetime, id: str) -> str:
    text = json.dumps([at.isoformat(), id], separators=(",", ":"))
    return base64.urlsafe_b64encode(text.encode()).decode().rstrip("=")


def _read_cursor(cursor: str) -> tuple[datetime, str]:
    try:
        text = base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4))
        place = _PLACE.validate_json(text)
    except (ValueError, binascii.Error) as err:
        raise UsageError(
            "That is no place in a list.", "Use the 'next' that the last page gave, unchanged."
        ) from err
    return place


def conditions(
    session: Session,
    f: Filter,
    scope: Scope,
    *,
    ids: Sequence[str] | None = None,
) -> Iterator[ColumnElement[bool]]:
    """Return what must hold of the conversations that fit, as far as somebody may know it.

    Parameters
    ----------
    ids : only these are looked at.
    """
    row = ConversationRow

    yield within(scope)
    if ids is not None:
        yield among(session, row.id, ids)
    for column, wanted in (
        (row.state, f.state),
        (row.channel, f.channel),
        (row.direction, f.direction),
        (row.queue, f.queue),
        (row.project, f.project),
        (row.team, f.team),
        (row.language, f.language),
        (row.triage, f.triage),
        (row.ticket, f.ticket),
        (row.caller_key, f.caller_key),
    ):
        if wanted is not None:
            yield col(column) == wanted
    if f.since is not None:
        yield col(row.at) >= f.since
    if f.until is not None:
        yield col(row.at) < f.until
    if f.ids is not None:
        yield among(session, row.id, f.ids)
    if f.agent is not None:
        yield _by_agent(f.agent, scope)
    if f.needs_review is not None:
        yield _by_review(scope, wanted=f.needs_review, one_by_one=ids is not None)
    scored = list(_score_conditions(f, one_by_one=ids is not None))
    if scored:
        made = select(AssessmentRow.conversation).where(col(AssessmentRow.current).is_(True))
        yield one_of(
            AssessmentRow.conversation,
            made.where(*scored, scores_seen(scope)),
            one_by_one=ids is not None,
        )


def scores_seen(scope: Scope) -> ColumnElement[bool]:
    """Leave out what others were scored, and what is hidden: a condition would tell it as well."""
    return seen(scope, conversation=AssessmentRow.conversation, party=AssessmentRow.party)


def one_of(
    column: Any, query: Select[Any] | SelectOfScalar[Any], *, one_by_one: bool
) -> ColumnElement[bool]:
    """Return the condition that a conversation is one of those that a query selects.

    Parameters
    ----------
    column : what the query selects: ids of conversations.
    one_by_one : so few conversations are looked at that each is better looked up by itself,
        whatever a database takes the query to select: it plans before it knows.
    """
    if one_by_one:
        row = ConversationRow
        return query.where(col(column) == row.id).correlate(row).exists()
    return _one_of(ConversationRow.id, query)


def _one_of(column: Any, query: Any) -> ColumnElement[bool]:
    # Uncorrelated: the same table may stand in the query around it.
    return col(column).in_(query.correlate(None))


def _by_agent(agent: str, scope: Scope) -> ColumnElement[bool]:
    row = ConversationRow
    return or_(
        and_(or_(col(row.agent_id) == agent, col(row.agent_name) == agent), main_agent_seen(scope)),
        _one_of(
            row.id,
            select(PartyRow.conversation).where(
                PartyRow.role == Role.AGENT,
                or_(col(PartyRow.agent_id) == agent, col(PartyRow.name) == agent),
                concerns(scope, conversation=PartyRow.conversation, party=PartyRow.party),
            ),
        ),
    )


def _by_review(scope: Scope, *, wanted: bool, one_by_one: bool) -> ColumnElement[bool]:
    row = ConversationRow
    waits = or_(
        one_of(
            AssessmentRow.conversation,
            select(AssessmentRow.conversation).where(
                col(AssessmentRow.current).is_(True),
                col(AssessmentRow.status).in_(_WAITS_FOR_HUMAN),
                scores_seen(scope),
            ),
            one_by_one=one_by_one,
        ),
        _one_of(
            row.id,
            select(OverrideRow.conversation).where(
                col(OverrideRow.standing).is_(True),
                col(OverrideRow.confirm_again).is_(True),
                seen(scope, conversation=OverrideRow.conversation, party=OverrideRow.party),
            ),
        ),
    )
    if scope.reviewer:
        waits = and_(waits, ~hidden(scope, row.id))
    return waits if wanted else ~waits


def _score_conditions(f: Filter, *, one_by_one: bool) -> Iterator[ColumnElement[bool]]:
    """All of one and the same score: its card, its status, its range, its failed item.

    Parameters
    ----------
    one_by_one : there are so few that their items are better looked up than all such items.
    """
    made = AssessmentRow
    if f.card is not None:
        yield col(made.card) == f.card
    if f.status is not None:
        yield col(made.status) == f.status
    if f.min_score is not None:
        yield func.coalesce(made.total, made.high) >= f.min_score
    if f.max_score is not None:
        yield func.coalesce(made.total, made.low) <= f.max_score
    if f.failed_item is not None:
        failed = select(FindingRow.assessment).where(
            FindingRow.item == f.failed_item, FindingRow.standing == Verdict.FAIL
        )
        if one_by_one:
            yield failed.where(col(FindingRow.assessment) == made.id).correlate(made).exists()
        else:
            yield _one_of(made.id, failed)


def resolve(session: Session, typed: str, scope: Scope) -> str:
    """Return the id that is meant by an id, the beginning of one, or the user's own id.

    Raises
    ------
    NotFound : nothing fits.
    UsageError : several do; names them.
    """
    row = ConversationRow
    if (one := session.get(row, typed)) is not None and scope.holds(facts(session, one)):
        return one.id
    known = select(row.id).where(within(scope)).order_by(row.id).limit(_NAMED)
    found: Sequence[str] = ()
    for fits in (
        col(row.external_id) == typed,
        col(row.id).startswith(typed, autoescape=True),
    ):
        if not found and typed:
            found = session.exec(known.where(fits)).all()
    if not found:
        raise NotFound(
            f"No conversation has the id '{typed}', nor one that begins so.",
            "'qa list' shows those that there are.",
        )
    if len(found) > 1:
        more = ", ..." if len(found) == _NAMED else ""
        raise UsageError(
            f"'{typed}' fits several conversations.", f"Name one: {', '.join(found)}{more}."
        )
    return found[0]
