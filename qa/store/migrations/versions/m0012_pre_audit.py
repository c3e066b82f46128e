"""The audit log: rows that are added, and never changed or deleted."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from qa.store.tables import UtcDateTime

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None

_SQLITE = tuple(
    f"""CREATE TRIGGER audit_no_{what} BEFORE {what.upper()} ON audit BEGIN
    SELECT RAISE(ABORT, 'rows of the audit log stay as they are'); END"""
    for what in ("update", "delete")
)
_POSTGRES = (
    """CREATE FUNCTION audit_stays() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN RAISE EXCEPTION 'rows of the audit log stay as they are'; END $$""",
    """CREATE TRIGGER audit_stays BEFORE UPDATE OR DELETE OR TRUNCATE ON audit
    FOR EACH STATEMENT EXECUTE FUNCTION audit_stays()""",
)


def upgrade() -> None:
    """Make the table, and let the database refuse to change it."""
    op.create_table(
        "audit",
        sa.Column("seq", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("at", UtcDateTime(timezone=True), nullable=False),
        *(
            sa.Column(name, sa.String(), nullable=False)
            for name in ("who", "act", "kind", "object")
        ),
        sa.Column("detail", sa.Text(), nullable=False),
        sa.Column("previous", sa.String(), nullable=False),
        sa.Column("hash", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("seq", name=op.f("pk_audit")),
    )
    op.create_index(op.f("ix_audit_at"), "audit", ["at"])
    op.create_index("ix_audit_who", "audit", ["who", "seq"])
    op.create_index("ix_audit_act", "audit", ["act", "seq"])
    op.create_index("ix_audit_object", "audit", ["object", "who", "act", "at"])
    for statement in _SQLITE if op.get_bind().dialect.name == "sqlite" else _POSTGRES:
        op.execute(statement)
