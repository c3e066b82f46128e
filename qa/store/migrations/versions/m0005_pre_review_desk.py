"""The review desk: draws, reviews, comments, second looks, collections."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

_MOMENT = sa.DateTime(timezone=True)


def upgrade() -> None:
    """Make the tables."""
    op.add_column("conversation", sa.Column("reviewed_at", _MOMENT, nullable=True))
    op.add_column("conversation", sa.Column("reviewed_by", sa.String(), nullable=True))
    op.add_column(
        "conversation", sa.Column("revision", sa.Integer(), server_default="0", nullable=False)
    )
    op.add_column("conversation", sa.Column("caller_key", sa.String(), nullable=True))
    op.add_column("conversation", sa.Column("ticket", sa.String(), nullable=True))
    op.create_index(op.f("ix_conversation_caller_key"), "conversation", ["caller_key"])
    op.create_index(op.f("ix_conversation_ticket"), "conversation", ["ticket"])

    _draws()
    _reviews()
    _remarks()
    _second_looks()
    _collections()


def _draws() -> None:
    op.create_table(
        "draw",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("made_at", _MOMENT, nullable=False),
        sa.Column("who", sa.String(), nullable=False),
        sa.Column("seed", sa.Integer(), nullable=False),
        sa.Column("rule", sa.JSON(), nullable=False),
        sa.Column("reason", sa.String(), nullable=False),
        sa.Column("blind", sa.Boolean(), nullable=False),
        sa.Column("schedule", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_draw")),
    )
    op.create_table(
        "drawn",
        sa.Column("draw", sa.Integer(), nullable=False),
        sa.Column("conversation", sa.String(), nullable=False),
        sa.Column("agent", sa.String(), nullable=False),
        sa.Column("of", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["conversation"],
            ["conversation.id"],
            name=op.f("fk_drawn_conversation_conversation"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["draw"], ["draw.id"], name=op.f("fk_drawn_draw_draw"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("draw", "conversation", name=op.f("pk_drawn")),
    )
    op.create_index(op.f("ix_drawn_conversation"), "drawn", ["conversation"])
    op.create_table(
        "assignment",
        sa.Column("conversation", sa.String(), nullable=False),
        sa.Column("reviewer", sa.String(), nullable=False),
        sa.Column("given_by", sa.String(), nullable=False),
        sa.Column("at", _MOMENT, nullable=False),
        sa.ForeignKeyConstraint(
            ["conversation"],
            ["conversation.id"],
            name=op.f("fk_assignment_conversation_conversation"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("conversation", name=op.f("pk_assignment")),
    )
    op.create_index(op.f("ix_assignment_reviewer"), "assignment", ["reviewer"])


def _reviews() -> None:
    op.create_table(
        "review",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("conversation", sa.String(), nullable=False),
        sa.Column("card", sa.String(), nullable=False),
        sa.Column("party", sa.String(), nullable=False),
        sa.Column("reviewer", sa.String(), nullable=False),
        sa.Column("blind", sa.Boolean(), nullable=False),
        sa.Column("draw", sa.Integer(), nullable=True),
        sa.Column("started_at", _MOMENT, nullable=False),
        sa.Column("saved_at", _MOMENT, nullable=True),
        sa.ForeignKeyConstraint(
            ["conversation"],
            ["conversation.id"],
            name=op.f("fk_review_conversation_conversation"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["draw"], ["draw.id"], name=op.f("fk_review_draw_draw"), ondelete="SET NULL"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_review")),
    )
    op.create_index(op.f("ix_review_card"), "review", ["card"])
    op.create_index(op.f("ix_review_reviewer"), "review", ["reviewer"])
    op.create_index(
        "uq_review_reviewer", "review", ["conversation", "card", "party", "reviewer"], unique=True
    )
    op.create_table(
        "blind",
        sa.Column("review", sa.Integer(), nullable=False),
        sa.Column("item", sa.String(), nullable=False),
        sa.Column("verdict", sa.String(), nullable=False),
        sa.Column("value", sa.Float(), nullable=True),
        sa.Column("comment", sa.String(), nullable=False),
        sa.Column("machine", sa.String(), nullable=False),
        sa.Column("card_hash", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(
            ["review"], ["review.id"], name=op.f("fk_blind_review_review"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("review", "item", name=op.f("pk_blind")),
    )
    op.create_index(op.f("ix_blind_item"), "blind", ["item"])
    op.create_table(
        "presence",
        sa.Column("conversation", sa.String(), nullable=False),
        sa.Column("who", sa.String(), nullable=False),
        sa.Column("seen_at", _MOMENT, nullable=False),
        sa.ForeignKeyConstraint(
            ["conversation"],
            ["conversation.id"],
            name=op.f("fk_presence_conversation_conversation"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("conversation", "who", name=op.f("pk_presence")),
    )


def _remarks() -> None:
    op.create_table(
        "comment",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("conversation", sa.String(), nullable=False),
        sa.Column("turn", sa.Integer(), nullable=True),
        sa.Column("second", sa.Float(), nullable=True),
        sa.Column("text", sa.String(), nullable=False),
        sa.Column("who", sa.String(), nullable=False),
        sa.Column("at", _MOMENT, nullable=False),
        sa.Column("removed_at", _MOMENT, nullable=True),
        sa.ForeignKeyConstraint(
            ["conversation"],
            ["conversation.id"],
            name=op.f("fk_comment_conversation_conversation"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_comment")),
    )
    op.create_index(op.f("ix_comment_conversation"), "comment", ["conversation"])
    op.create_table(
        "star",
        sa.Column("conversation", sa.String(), nullable=False),
        sa.Column("turn", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("who", sa.String(), nullable=False),
        sa.Column("thanks", sa.String(), nullable=False),
        sa.Column("at", _MOMENT, nullable=False),
        sa.ForeignKeyConstraint(
            ["conversation"],
            ["conversation.id"],
            name=op.f("fk_star_conversation_conversation"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("conversation", "turn", "who", name=op.f("pk_star")),
    )


def _second_looks() -> None:
    op.create_table(
        "acknowledged",
        sa.Column("conversation", sa.String(), nullable=False),
        sa.Column("agent", sa.String(), nullable=False),
        sa.Column("at", _MOMENT, nullable=False),
        sa.ForeignKeyConstraint(
            ["conversation"],
            ["conversation.id"],
            name=op.f("fk_acknowledged_conversation_conversation"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("conversation", "agent", name=op.f("pk_acknowledged")),
    )
    op.create_table(
        "second_look",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("conversation", sa.String(), nullable=False),
        sa.Column("card", sa.String(), nullable=False),
        sa.Column("party", sa.String(), nullable=False),
        sa.Column("item", sa.String(), nullable=False),
        sa.Column("asked_by", sa.String(), nullable=False),
        sa.Column("comment", sa.String(), nullable=False),
        sa.Column("asked_at", _MOMENT, nullable=False),
        sa.Column("first_reviewer", sa.String(), nullable=False),
        sa.Column("verdict", sa.String(), nullable=False),
        sa.Column("outcome", sa.String(), nullable=False),
        sa.Column("answered_by", sa.String(), nullable=False),
        sa.Column("answer", sa.String(), nullable=False),
        sa.Column("answered_at", _MOMENT, nullable=True),
        sa.ForeignKeyConstraint(
            ["conversation"],
            ["conversation.id"],
            name=op.f("fk_second_look_conversation_conversation"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_second_look")),
    )
    op.create_index(op.f("ix_second_look_outcome"), "second_look", ["outcome"])
    op.create_index(
        "uq_second_look_item", "second_look", ["conversation", "card", "party", "item"], unique=True
    )
    op.create_table(
        "sound_consent",
        sa.Column("conversation", sa.String(), nullable=False),
        sa.Column("agent", sa.String(), nullable=False),
        sa.Column("at", _MOMENT, nullable=False),
        sa.ForeignKeyConstraint(
            ["conversation"],
            ["conversation.id"],
            name=op.f("fk_sound_consent_conversation_conversation"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("conversation", "agent", name=op.f("pk_sound_consent")),
    )


def _collections() -> None:
    op.create_table(
        "collection",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("note", sa.String(), nullable=False),
        sa.Column("owner", sa.String(), nullable=False),
        sa.Column("made_at", _MOMENT, nullable=False),
        sa.Column("changed_at", _MOMENT, nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_collection")),
    )
    op.create_index(op.f("ix_collection_owner"), "collection", ["owner"])
    op.create_table(
        "moment",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("collection", sa.String(), nullable=False),
        sa.Column("place", sa.Integer(), nullable=False),
        sa.Column("conversation", sa.String(), nullable=False),
        sa.Column("first", sa.Integer(), nullable=False),
        sa.Column("last", sa.Integer(), nullable=False),
        sa.Column("card", sa.String(), nullable=False),
        sa.Column("item", sa.String(), nullable=False),
        sa.Column("verdict", sa.String(), nullable=False),
        sa.Column("note", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(
            ["collection"],
            ["collection.id"],
            name=op.f("fk_moment_collection_collection"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["conversation"],
            ["conversation.id"],
            name=op.f("fk_moment_conversation_conversation"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_moment")),
    )
    op.create_index(op.f("ix_moment_collection"), "moment", ["collection"])
    op.create_index(op.f("ix_moment_conversation"), "moment", ["conversation"])
    op.create_table(
        "share",
        sa.Column("digest", sa.String(), nullable=False),
        sa.Column("collection", sa.String(), nullable=False),
        sa.Column("made_by", sa.String(), nullable=False),
        sa.Column("made_at", _MOMENT, nullable=False),
        sa.Column("expires_at", _MOMENT, nullable=False),
        sa.Column("withdrawn_at", _MOMENT, nullable=True),
        sa.ForeignKeyConstraint(
            ["collection"],
            ["collection.id"],
            name=op.f("fk_share_collection_collection"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("digest", name=op.f("pk_share")),
    )
    op.create_index(op.f("ix_share_collection"), "share", ["collection"])
