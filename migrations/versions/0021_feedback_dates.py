"""Dates on which a form of feedback opens and closes by itself.

Revision: 0021, after 0020.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0021"
down_revision = "0020"
branch_labels = None
depends_on = None

KINDS = ("reaction", "pre_test", "post_test", "follow_up", "supervisor")


def upgrade() -> None:
    """Forms made before have no dates: they open and close by hand."""
    op.create_table(
        "feedback_dates",
        sa.Column("seminar_id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.Enum(*KINDS, name="formkind", native_enum=False, create_constraint=True, length=32), nullable=False),
        sa.Column("opens_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("closes_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("opens_at < closes_at", name=op.f("ck_feedback_dates_order")),
        sa.ForeignKeyConstraint(["seminar_id"], ["seminar.id"], name=op.f("fk_feedback_dates_seminar_id_seminar"), ondelete="RESTRICT"),
        sa.PrimaryKeyConstraint("seminar_id", "kind", name=op.f("pk_feedback_dates")),
    )


def downgrade() -> None:
    """The program before this version neither opens nor closes by date, and has no words for the mail that tells of an opening."""
    op.execute("DELETE FROM outbox WHERE kind = 'feedback_opened'")
    op.drop_table("feedback_dates")
