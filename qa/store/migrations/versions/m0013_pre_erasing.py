"""What was erased, what is held, and what is not to come back."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from qa.store.tables import UtcDateTime

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None

_MOMENT = UtcDateTime(timezone=True)


def upgrade() -> None:
    """Make the tables."""
    op.create_table(
        "erased",
        sa.Column("conversation", sa.String(), nullable=False),
        sa.Column("what", sa.String(), nullable=False),
        sa.Column("rule", sa.String(), nullable=False),
        sa.Column("request", sa.String(), nullable=False),
        sa.Column("begun_at", _MOMENT, nullable=False),
        sa.Column("done_at", _MOMENT, nullable=True),
        _of_conversation("erased"),
        sa.PrimaryKeyConstraint("conversation", "what", name=op.f("pk_erased")),
    )
    op.create_index(op.f("ix_erased_done_at"), "erased", ["done_at"])
    op.create_table(
        "hold",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("conversation", sa.String(), nullable=False),
        sa.Column("reason", sa.String(), nullable=False),
        sa.Column("who", sa.String(), nullable=False),
        sa.Column("at", _MOMENT, nullable=False),
        sa.Column("removed_at", _MOMENT, nullable=True),
        sa.Column("removed_by", sa.String(), nullable=False),
        _of_conversation("hold"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_hold")),
    )
    op.create_index(op.f("ix_hold_conversation"), "hold", ["conversation"])
    op.create_table(
        "tombstone",
        sa.Column("digest", sa.String(), nullable=False),
        sa.Column("conversation", sa.String(), nullable=False),
        sa.Column("rule", sa.String(), nullable=False),
        sa.Column("at", _MOMENT, nullable=False),
        sa.PrimaryKeyConstraint("digest", name=op.f("pk_tombstone")),
    )
    op.create_index(op.f("ix_tombstone_conversation"), "tombstone", ["conversation"])


def _of_conversation(table: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint(
        ["conversation"],
        ["conversation.id"],
        name=op.f(f"fk_{table}_conversation_conversation"),
        ondelete="CASCADE",
    )
