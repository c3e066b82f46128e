"""What counts conversations reads indexes alone: seconds heard by day, retries, triage."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Keep the seconds of calls beside when they were heard; index what few have."""
    op.add_column("heard", sa.Column("duration", sa.Float(), nullable=True))
    op.execute(
        "UPDATE heard SET duration = (SELECT duration FROM conversation "
        "WHERE conversation.id = heard.conversation AND channel = 'call')"
    )
    op.drop_index("ix_heard_heard_at", table_name="heard")
    op.create_index("ix_heard_heard_at", "heard", ["heard_at", "duration"])
    for name, columns in (
        ("ix_conversation_retry", ["load", "retry_at"]),
        ("ix_conversation_triage", ["triage"]),
    ):
        there = sa.text(f"{columns[-1]} IS NOT NULL")
        op.create_index(name, "conversation", columns, sqlite_where=there, postgresql_where=there)
