"""All tables and indexes at once, for what goes through every one of them: migrations, copies."""

from sqlalchemy import Index, text

from qa.store import audit_tables, people_tables, run_tables
from qa.store.desk import draw_tables
from qa.store.desk import tables as desk_tables
from qa.store.erasing import tables as erasing_tables
from qa.store.tables import Table

#: The modules that define tables: each adds its own to the catalogue as it is loaded.
MODULES = (audit_tables, desk_tables, draw_tables, erasing_tables, people_tables, run_tables)
#: The whole catalogue.
METADATA = Table.metadata


def _partial(name: str, table: str, *columns: str, where: str, unique: bool = False) -> Index:
    """Add an index of some rows; it stands here because to say which loads both databases."""
    chosen = METADATA.tables[table].columns
    condition = text(where)
    return Index(
        name,
        *(chosen[column] for column in columns),
        unique=unique,
        sqlite_where=condition,
        postgresql_where=condition,
    )


PARTIAL = (
    # Few have one of these: what counts them reads nothing else.
    _partial(
        "ix_conversation_retry", "conversation", "load", "retry_at", where="retry_at IS NOT NULL"
    ),
    _partial("ix_conversation_triage", "conversation", "triage", where="triage IS NOT NULL"),
    # One verdict stands per item and party, whatever two reviewers do at once.
    _partial(
        "uq_override_standing",
        "override",
        "conversation",
        "card",
        "item",
        "party",
        where="standing",
        unique=True,
    ),
    # A schedule draws once for each of its times, whoever asks and however often.
    _partial("uq_draw_period", "draw", "schedule", "period", where="schedule <> ''", unique=True),
)
