"""How well each party's words were recognised, in a column: words themselves are heavy."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0015"
down_revision = "0014"
branch_labels = None
depends_on = None

#: Rows of words are [text, start, end, confidence].
_SURE = {
    "sqlite": """SELECT avg(json_extract(word.value, '$[3]'))
        FROM turn, json_each(turn.words) AS word""",
    "postgresql": """SELECT avg(CAST(word.value ->> 3 AS double precision))
        FROM turn, json_array_elements(turn.words) AS word""",
}


def filling(dialect: str) -> str:
    """Return the statement that fills the column from the words that are there."""
    return (
        f"UPDATE party SET word_confidence = ({_SURE[dialect]} "  # noqa: S608 - ours
        "WHERE turn.conversation = party.conversation AND turn.party = party.party) "
        "WHERE conversation IN (SELECT id FROM conversation WHERE channel = 'call')"
    )


def upgrade() -> None:
    """Add the column, and fill it."""
    op.add_column("party", sa.Column("word_confidence", sa.Float(), nullable=True))
    op.execute(filling(op.get_bind().dialect.name))
