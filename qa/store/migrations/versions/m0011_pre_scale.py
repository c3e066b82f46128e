"""Indexes that answer lists of many conversations without opening heavy rows."""

from __future__ import annotations

from alembic import op

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Put them in place of those that only led to the rows."""
    op.create_index(
        "ix_assessment_standing", "assessment", ["status", "current", "conversation", "party"]
    )
    op.drop_index("ix_assessment_status", table_name="assessment")
    op.create_index("ix_assessment_newest", "assessment", ["card", "id"])
    op.drop_index("ix_assessment_card", table_name="assessment")
