"""Changes of a seminar that its people are told of, collected for some minutes.

Revision: 0020, after 0019.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

revision = "0020"
down_revision = "0019"
branch_labels = None
depends_on = None

STATES = ("open", "told", "kept_quiet", "dropped")
ANNOUNCED = sa.JSON(none_as_null=True).with_variant(JSONB(none_as_null=True), "postgresql")


def upgrade() -> None:
    """Changes made before are told to nobody."""
    op.create_table(
        "change_notice",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("public_id", sa.Uuid(), nullable=False),
        sa.Column("seminar_id", sa.Integer(), nullable=False),
        sa.Column("state", sa.Enum(*STATES, name="noticestate", native_enum=False, create_constraint=True, length=32), nullable=False),
        sa.Column("before", ANNOUNCED, nullable=False),
        sa.Column("after", ANNOUNCED, nullable=True),
        sa.Column("began_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("leaves_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("last_registration_id", sa.Integer(), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("people", sa.Integer(), nullable=True),
        sa.Column("liaisons", sa.Integer(), nullable=True),
        sa.Column("reason", sa.String(length=300), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint("(state = 'open') = (ended_at IS NULL)", name=op.f("ck_change_notice_ended")),
        sa.CheckConstraint("(state = 'told') = (after IS NOT NULL)", name=op.f("ck_change_notice_told")),
        sa.ForeignKeyConstraint(["seminar_id"], ["seminar.id"], name=op.f("fk_change_notice_seminar_id_seminar"), ondelete="RESTRICT"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_change_notice")),
        sa.UniqueConstraint("public_id", name=op.f("uq_change_notice_public_id")),
    )
    op.create_index("ix_change_notice_seminar", "change_notice", ["seminar_id", "id"])
    op.create_index(
        "uq_change_notice_open",
        "change_notice",
        ["seminar_id"],
        unique=True,
        sqlite_where=sa.text("state = 'open'"),
        postgresql_where=sa.text("state = 'open'"),
    )
    op.create_index("ix_change_notice_due", "change_notice", ["state", "leaves_at"])


def downgrade() -> None:
    """Changes that wait are told to nobody; the program before this version tells of none."""
    op.execute("DELETE FROM outbox WHERE kind IN ('seminar_changed', 'seminar_changed_liaison')")
    op.drop_table("change_notice")
