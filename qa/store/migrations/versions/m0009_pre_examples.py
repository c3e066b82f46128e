"""The index that finds examples of an item, the newest first."""

from __future__ import annotations

from alembic import op

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Put it in place of the one without an order."""
    op.create_index("ix_finding_example", "finding", ["item", "standing", "assessment", "place"])
    op.drop_index("ix_finding_standing", table_name="finding")
