"""What waits: registration and wants. Every function works inside the caller's transaction."""

from __future__ import annotations

import json
from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Any, TypeVar

from sqlalchemy import (
    ARRAY,
    ColumnElement,
    String,
    any_,
    bindparam,
    func,
    insert,
    inspect,
    literal,
    update,
)
from sqlalchemy.orm import aliased
from sqlalchemy.types import TypeEngine
from sqlmodel import Session, col, exists, or_, select

from qa.errors import InputError
from qa.records import Conversation
from qa.store.names import shown
from qa.store.tables import ConversationRow, State, Table, WantRow
from qa.store.views import Fit, Load

Named = TypeVar("Named", bound=Table)


def among(session: Session, column: Any, ids: Collection[str]) -> ColumnElement[bool]:
    """Return "column is one of ids" with one parameter, however many ids there are."""
    if len(ids) == 1:  # most often a worker's own one, and building the query is what it costs
        return col(column) == literal(next(iter(ids)), String)
    if is_postgres(session):
        return col(column) == any_(literal(list(ids), ARRAY(String)))
    values = func.json_each(json.dumps(list(ids))).table_valued("value")
    return col(column).in_(select(values.c.value))


def anew(table: type[Named]) -> type[Named]:
    """Name a table anew for queries of this program's whole life, by several threads at once.

    Where its columns are found is worked out on first use: a second thread would meet that half
    done, take the table's own columns instead, and every later query with it.
    """
    made = aliased(table)
    inspect(made).selectable.exported_columns.corresponding_column(inspect(table).primary_key[0])
    return made


def is_postgres(session: Session) -> bool:
    """Say whether a session asks PostgreSQL, which writes some conditions otherwise."""
    return session.get_bind().dialect.name == "postgresql"


def among_given(
    column: Any, of: type[TypeEngine[Any]] = String, *, postgres: bool
) -> ColumnElement[bool]:
    """Return "column is one of those that `given` names", for queries that are built once.

    To build a query takes longer than to answer many a one.

    Parameters
    ----------
    of : type of the column.
    """
    if postgres:
        return col(column) == any_(bindparam("given", type_=ARRAY(of)))
    values = func.json_each(bindparam("given", type_=String)).table_valued("value")
    return col(column).in_(select(values.c.value))


def given(session: Session, values: Collection[Any]) -> dict[str, Any]:
    """Return the parameters of a query that asks `among_given`."""
    return {"given": list(values) if is_postgres(session) else json.dumps(list(values))}


# --- registration and wants ----------------------------------------------------------


def find_same(session: Session, conversation: Conversation) -> ConversationRow | None:
    """Return the row of the same content.

    Raises
    ------
    InputError : its id is taken by other content.
    """
    row = session.exec(
        select(ConversationRow).where(ConversationRow.checksum == conversation.checksum)
    ).first()
    if row is None and session.get(ConversationRow, conversation.id) is not None:
        raise InputError(
            f"{conversation.source}: its id {conversation.id} belongs to other content.",
            "Give every conversation an id of its own, or leave the id out.",
        )
    return row


def add_wants(
    session: Session, row: ConversationRow, cards: Sequence[str], *, now: datetime
) -> bool:
    """Add what is not wanted yet; say whether anything was."""
    known = set(session.exec(select(WantRow.card).where(WantRow.conversation == row.id)))
    new = [card for card in dict.fromkeys(cards) if card not in known]
    for card in new:
        session.add(WantRow(conversation=row.id, card=card, asked_at=now))
    if new and row.state in {State.DONE, State.TRIAGED}:
        row.state, row.retry_at, row.updated_at = State.WAITING, None, now
    return bool(new)


def found_elsewhere(row: ConversationRow, source: str) -> None:
    """Read a recording from where it lies now; that it was missing is forgiven."""
    row.source, row.attempts = shown(source), 0
    if row.state == State.FAILED:
        row.state = State.WAITING


def want(
    session: Session, ids: Sequence[str] | None, cards: Sequence[str] | None, *, now: datetime
) -> int:
    """Ask for (another) judgement; return how many conversations now wait for it."""
    chosen: ColumnElement[bool] = (
        literal(True) if ids is None else among(session, ConversationRow.id, ids)
    )
    reopened = update(WantRow).values(open=True, asked_at=now)
    if ids is not None:
        reopened = reopened.where(among(session, WantRow.conversation, ids))
    if cards is not None:
        reopened = reopened.where(col(WantRow.card).in_(cards))
    session.execute(reopened)
    for card in dict.fromkeys(cards or ()):
        missing = select(
            ConversationRow.id,
            literal(card),
            literal(True),
            literal(now, WantRow.asked_at.type),  # type: ignore[attr-defined]
        ).where(
            chosen,
            ~exists().where(
                col(WantRow.conversation) == ConversationRow.id, col(WantRow.card) == card
            ),
        )
        columns = ["conversation", "card", "open", "asked_at"]
        session.execute(insert(WantRow).from_select(columns, missing))
    erased = select(ConversationRow.id).where(chosen, ConversationRow.state == State.ERASED)
    session.execute(update(WantRow).where(col(WantRow.conversation).in_(erased)).values(open=False))
    wanted = exists().where(
        col(WantRow.conversation) == ConversationRow.id, col(WantRow.open).is_(True)
    )
    session.execute(
        update(ConversationRow)
        .where(chosen, wanted, col(ConversationRow.state).in_([State.DONE, State.TRIAGED]))
        .values(state=State.WAITING, attempts=0, retry_at=None, updated_at=now)
    )
    waiting = (
        select(func.count())
        .select_from(ConversationRow)
        .where(chosen, wanted, col(ConversationRow.state).in_([State.WAITING, State.WORKING]))
    )
    return session.exec(waiting).one()


def hurry(session: Session, ids: Sequence[str]) -> None:
    """Let conversations go before all others."""
    session.execute(
        update(ConversationRow).where(among(session, ConversationRow.id, ids)).values(rank=0)
    )


def retry(session: Session, ids: Sequence[str] | None, *, now: datetime) -> int:
    """Let failed conversations wait again, their attempts forgotten; return how many."""
    changed = (
        update(ConversationRow)
        .where(col(ConversationRow.state) == State.FAILED)
        .values(state=State.WAITING, attempts=0, retry_at=None, updated_at=now)
    )
    if ids is not None:
        changed = changed.where(among(session, ConversationRow.id, ids))
    return int(session.execute(changed).rowcount)  # type: ignore[attr-defined]


# --- what waits ------------------------------------------------------------------------


def waiting(
    session: Session,
    only: Collection[str] | None,
    loads: Collection[Load],
    *,
    skip: Collection[str] = (),
) -> list[ColumnElement[bool]]:
    """Return the conditions of what waits and may be claimed."""
    conditions = [
        col(ConversationRow.state) == State.WAITING,
        col(ConversationRow.load).in_(loads),
    ]
    if only is not None:
        conditions.append(among(session, ConversationRow.id, only))
    if skip:
        conditions.append(~among(session, ConversationRow.id, skip))
    return conditions


def fitting(loads: Collection[Load], fit: Fit | None) -> list[ColumnElement[bool]]:
    """Return the condition that a call is short enough; those that do not say are taken alike."""
    if fit is None or "speech" not in loads:
        return []
    length = func.coalesce(func.nullif(ConversationRow.length, 0), fit.unknown_s)
    return [or_(col(ConversationRow.load) != "speech", length <= fit.longest_s)]


def set_heard(row: ConversationRow) -> None:
    """Say that judging comes next, which takes no speech models."""
    row.needs, row.load = "judge", "text"
