"""Letters that organizers write to the people of a seminar, and which mails of the outbox belong to one.

Revision: 0024, after 0023.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

revision = "0024"
down_revision = "0023"
branch_labels = None
depends_on = None

STATES = ("draft", "sent", "taken_back")
AUDIENCE = sa.JSON(none_as_null=True).with_variant(JSONB(none_as_null=True), "postgresql")


def upgrade() -> None:
    """Mails written before belong to no letter."""
    op.create_table(
        "letter",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("public_id", sa.Uuid(), nullable=False),
        sa.Column("submission_id", sa.Uuid(), nullable=False),
        sa.Column("seminar_id", sa.Integer(), nullable=False),
        sa.Column("state", sa.Enum(*STATES, name="letterstate", native_enum=False, create_constraint=True, length=32), nullable=False),
        sa.Column("subject_es", sa.String(length=150), nullable=False),
        sa.Column("subject_en", sa.String(length=150), nullable=False),
        sa.Column("text_es", sa.Text(), nullable=False),
        sa.Column("text_en", sa.Text(), nullable=False),
        sa.Column("audience", AUDIENCE, nullable=False),
        sa.Column("written_by", sa.String(length=64), nullable=False),
        sa.Column("written_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("sent_by", sa.String(length=64), nullable=True),
        sa.Column("sent_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("leaves_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("people", sa.Integer(), nullable=True),
        sa.Column("taken_back_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint("(state = 'draft') = (sent_at IS NULL)", name=op.f("ck_letter_sent")),
        sa.CheckConstraint("(sent_at IS NULL) = (leaves_at IS NULL)", name=op.f("ck_letter_leaves")),
        sa.CheckConstraint("(state = 'taken_back') = (taken_back_at IS NOT NULL)", name=op.f("ck_letter_taken_back")),
        sa.ForeignKeyConstraint(["seminar_id"], ["seminar.id"], name=op.f("fk_letter_seminar_id_seminar"), ondelete="RESTRICT"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_letter")),
        sa.UniqueConstraint("public_id", name=op.f("uq_letter_public_id")),
        sa.UniqueConstraint("submission_id", name=op.f("uq_letter_submission_id")),
    )
    op.create_index("ix_letter_seminar", "letter", ["seminar_id", "id"])
    op.add_column("outbox", sa.Column("batch", sa.Uuid(), nullable=True))
    written = sa.text("batch IS NOT NULL")
    op.create_index("ix_outbox_batch", "outbox", ["batch", "state"], sqlite_where=written, postgresql_where=written)


def downgrade() -> None:
    """Letters that wait are not sent: the program before this version has no words for them."""
    op.execute("DELETE FROM outbox WHERE kind IN ('letter', 'letter_unanswered')")
    op.drop_index("ix_outbox_batch", "outbox")
    op.drop_column("outbox", "batch")
    op.drop_table("letter")
