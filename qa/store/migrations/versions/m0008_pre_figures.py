"""What figures add up, in indexes; test calls of one's own in a column."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None

_TAGGED = {
    "sqlite": """EXISTS (SELECT 1 FROM json_each(conversation.details, '$.tags')
        WHERE lower(value) = 'mystery')""",
    "postgresql": """EXISTS (SELECT 1
        FROM json_array_elements_text(coalesce(details -> 'tags', '[]'::json)) AS tag
        WHERE lower(tag) = 'mystery')""",
}


def upgrade() -> None:
    """Add the column and the indexes."""
    op.add_column(
        "conversation",
        sa.Column("mystery", sa.Boolean(), server_default=sa.text("false"), nullable=False),
    )
    tagged = _TAGGED[op.get_bind().dialect.name]
    op.execute(f"UPDATE conversation SET mystery = true WHERE {tagged}")  # noqa: S608 - ours
    op.create_index(
        "ix_conversation_figures",
        "conversation",
        ["at", "id", "mystery", "team", "project", "joined", "agent_id", "agent_name"],
    )
    op.drop_index("ix_assessment_current", "assessment")
    op.create_index(
        "ix_assessment_current",
        "assessment",
        ["conversation", "card", "current", "party", "status", "total", "passed"],
    )
