"""What a night needs: an order, lengths before hearing, and what earlier runs took."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from qa.store.tables import UtcDateTime

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None

_CLAIM = "ix_conversation_claim"


def upgrade() -> None:
    """Add the columns, the order that claims follow, and the table of runs."""
    for name in ("place", "nights"):
        column = sa.Column(name, sa.Integer(), server_default="0", nullable=False)
        op.add_column("conversation", column)
    op.add_column("conversation", sa.Column("length", sa.Float(), nullable=True))
    op.drop_index(_CLAIM, table_name="conversation")
    order = ["state", "load", "rank", "place", "registered_at", "id"]
    op.create_index(_CLAIM, "conversation", order)
    op.create_table(
        "run",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("host", sa.String(), nullable=False),
        sa.Column("recipe", sa.String(), nullable=False),
        sa.Column("began_at", UtcDateTime(timezone=True), nullable=False),
        sa.Column("seen_at", UtcDateTime(timezone=True), nullable=False),
        sa.Column("ended", sa.String(), nullable=False),
        sa.Column("until", UtcDateTime(timezone=True), nullable=True),
        *(
            sa.Column(name, sa.Integer(), nullable=False)
            for name in ("done", "triaged", "failed", "retried", "waiting")
        ),
        sa.Column("heard_s", sa.Float(), nullable=False),
        sa.Column("hearing_s", sa.Float(), nullable=False),
        sa.Column("texts", sa.Integer(), nullable=False),
        sa.Column("reading_s", sa.Float(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_run")),
    )
    op.create_index("ix_run_host", "run", ["host", "began_at"])
    op.create_index(op.f("ix_run_began_at"), "run", ["began_at"])
