"""All rows of one database into another one: from SQLite to PostgreSQL."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import Any

from sqlalchemy import Connection, Integer, Table, func, insert, select, text

from qa.errors import UsageError
from qa.settings import Settings
from qa.store import database
from qa.store.catalogue import METADATA

#: Rows that are read and written at once.
AT_ONCE = 1000
#: Made anew where they are written: each database indexes words in its own way.
_OWN = {"searchable"}

Rows = Sequence[dict[str, Any]]


def copy(source: Settings, target: Settings, *, told: Callable[[str, int], None]) -> dict[str, int]:
    """Copy all rows, in one transaction; return how many, by table.

    Nobody else may write to the source meanwhile. Words are indexed by ``qa db upgrade``
    afterwards.

    Parameters
    ----------
    told : called after each table with its name and its rows.

    Raises
    ------
    UsageError : the target holds conversations or accounts already.
    StoreError : one of them does not answer or has to be upgraded.
    """
    one, other = (database.make_engine(database.address(s)) for s in (source, target))
    try:
        for engine in (one, other):
            database.check(engine)
        with database.reading(one) as reader, database.writing(other) as writer:
            into = writer.connection()
            _refuse_rows(into)
            counts = {}
            for table in METADATA.sorted_tables:
                if table.name in _OWN:
                    continue
                counts[table.name] = _copy(table, reader.connection(), into)
                told(table.name, counts[table.name])
            _count_on(into)
        return counts
    finally:
        one.dispose()
        other.dispose()


def _refuse_rows(into: Connection) -> None:
    for name in ("conversation", "account"):
        table = METADATA.tables.get(name)
        if table is not None and into.execute(select(func.count()).select_from(table)).scalar():
            raise UsageError(
                "The database to copy to is not empty; nothing was changed.",
                "Name one that 'qa db upgrade' has just set up.",
            )


def _copy(table: Table, source: Connection, into: Connection) -> int:
    count = 0
    for rows in _read(table, source):
        into.execute(insert(table), rows)
        count += len(rows)
    return count


def _read(table: Table, source: Connection) -> Iterator[Rows]:
    found = source.execution_options(yield_per=AT_ONCE).execute(
        select(table).order_by(*table.primary_key.columns)
    )
    for rows in found.mappings().partitions(AT_ONCE):
        yield [dict(row) for row in rows]


def _count_on(into: Connection) -> None:
    """Let numbers that the database gives go on after those that were copied."""
    if into.dialect.name != "postgresql":
        return
    for table in METADATA.sorted_tables:
        for column in table.primary_key.columns:
            if not isinstance(column.type, Integer) or table.name in _OWN:
                continue
            sequence = into.execute(
                text("SELECT pg_get_serial_sequence(:t, :c)"),
                {"t": f'"{table.name}"', "c": column.name},
            ).scalar()
            if sequence is not None:
                newest = into.execute(select(func.max(column))).scalar()
                if newest is not None:
                    into.execute(text("SELECT setval(:s, :n)"), {"s": sequence, "n": newest})
