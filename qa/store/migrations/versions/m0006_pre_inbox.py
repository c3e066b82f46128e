"""The inbox: what waits for a human, scheduled draws, search in what was said."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import TSVECTOR

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None

_WORDS = sa.Text().with_variant(TSVECTOR(), "postgresql")
#: What the conversations that are there wait for, as `qa.store.desk.waiting` says it.
_WAITS = """
UPDATE conversation SET waits = CASE
  WHEN EXISTS (SELECT 1 FROM assessment a WHERE a.conversation = conversation.id AND a.current
      AND a.status = 'critical_suspected')
    THEN 'critical'
  WHEN EXISTS (SELECT 1 FROM assessment a WHERE a.conversation = conversation.id AND a.current
      AND a.status = 'provisional')
    OR EXISTS (SELECT 1 FROM "override" o
      WHERE o.conversation = conversation.id AND o.standing AND o.confirm_again)
    OR (EXISTS (SELECT 1 FROM assessment a WHERE a.conversation = conversation.id AND a.current
      AND a.status = 'not_scorable')
      AND conversation.triage IS NULL
      AND NOT EXISTS (SELECT 1 FROM party p
        WHERE p.conversation = conversation.id AND p.role = 'agent'))
    THEN 'human' END
"""
#: An index over the rows of `searchable` that keeps no text of its own.
_SQLITE = (
    """CREATE VIRTUAL TABLE spoken USING fts5(said, forms, content='searchable',
    content_rowid='id', tokenize='unicode61 remove_diacritics 2')""",
    """CREATE TRIGGER searchable_added AFTER INSERT ON searchable BEGIN
    INSERT INTO spoken(rowid, said, forms) VALUES (new.id, new.said, new.forms); END""",
    """CREATE TRIGGER searchable_removed AFTER DELETE ON searchable BEGIN
    INSERT INTO spoken(spoken, rowid, said, forms)
    VALUES ('delete', old.id, old.said, old.forms); END""",
)


def upgrade() -> None:
    """Make the tables."""
    op.add_column(
        "conversation", sa.Column("rank", sa.Integer(), server_default="1", nullable=False)
    )
    op.add_column("conversation", sa.Column("waits", sa.String(), nullable=True))
    op.add_column("draw", sa.Column("period", sa.String(), server_default="", nullable=False))
    op.drop_index("ix_conversation_claim", "conversation")
    op.create_index(
        "ix_conversation_claim", "conversation", ["state", "load", "rank", "registered_at", "id"]
    )
    op.create_index(
        "ix_conversation_waits",
        "conversation",
        ["waits", "at", "id", "reviewed_at", "team", "project"],
    )
    op.create_index(
        "uq_draw_period",
        "draw",
        ["schedule", "period"],
        unique=True,
        sqlite_where=sa.text("schedule <> ''"),
        postgresql_where=sa.text("schedule <> ''"),
    )
    op.execute(_WAITS)
    _search()


def _search() -> None:
    op.create_table(
        "searchable",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("conversation", sa.String(), nullable=False),
        sa.Column("part", sa.Integer(), nullable=False),
        sa.Column("said", _WORDS, nullable=False),
        sa.Column("forms", _WORDS, nullable=False),
        sa.ForeignKeyConstraint(
            ["conversation"],
            ["conversation.id"],
            name=op.f("fk_searchable_conversation_conversation"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_searchable")),
    )
    op.create_index("uq_searchable_part", "searchable", ["conversation", "part"], unique=True)
    if op.get_bind().dialect.name == "sqlite":
        for statement in _SQLITE:
            op.execute(statement)
        return
    for column in ("said", "forms"):
        op.create_index(f"ix_searchable_{column}", "searchable", [column], postgresql_using="gin")
