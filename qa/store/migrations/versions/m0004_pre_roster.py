"""The roster's names as they are compared, and who each party is by the roster."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the columns."""
    op.add_column("agent", sa.Column("name_key", sa.String(), nullable=False, server_default=""))
    op.create_index(op.f("ix_agent_extension"), "agent", ["extension"])
    op.create_index(op.f("ix_agent_name_key"), "agent", ["name_key"])
    op.add_column("party", sa.Column("person", sa.String(), nullable=True))
    op.create_index(op.f("ix_party_person"), "party", ["person"])
    op.create_index("ix_conversation_team", "conversation", ["team", "at", "id"])
