"""Sign-in sheets that were printed, and what was keyed from them.

Revision: 0031, after 0030.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0031"
down_revision = "0030"
branch_labels = None
depends_on = None

MARKS = ("present", "late", "left_early", "excused", "absent")


def upgrade() -> None:
    """Nothing was printed before."""
    op.create_table(
        "printed_sheet",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("public_id", sa.Uuid(), nullable=False),
        sa.Column("seminar_id", sa.Integer(), nullable=False),
        sa.Column("session_id", sa.Integer(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("people", sa.Integer(), nullable=False),
        sa.Column("blank_rows", sa.Integer(), nullable=False),
        sa.Column("printed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("printed_by", sa.String(length=64), nullable=False),
        sa.CheckConstraint("number > 0", name=op.f("ck_printed_sheet_number")),
        sa.CheckConstraint("people >= 0", name=op.f("ck_printed_sheet_people")),
        sa.CheckConstraint("blank_rows >= 0", name=op.f("ck_printed_sheet_blank_rows")),
        sa.ForeignKeyConstraint(["seminar_id"], ["seminar.id"], name=op.f("fk_printed_sheet_seminar_id_seminar"), ondelete="RESTRICT"),
        sa.ForeignKeyConstraint(
            ["session_id"], ["seminar_session.id"], name=op.f("fk_printed_sheet_session_id_seminar_session"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_printed_sheet")),
        sa.UniqueConstraint("public_id", name=op.f("uq_printed_sheet_public_id")),
        sa.UniqueConstraint("seminar_id", "number", name=op.f("uq_printed_sheet_seminar_id_number")),
    )
    op.create_index(op.f("ix_printed_sheet_session_id"), "printed_sheet", ["session_id"])
    op.create_table(
        "sheet_row",
        sa.Column("sheet_id", sa.Integer(), nullable=False),
        sa.Column("number", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("registration_id", sa.Integer(), nullable=False),
        sa.Column("said", sa.Enum(*MARKS, name="said", native_enum=False, create_constraint=True, length=32), nullable=True),
        sa.Column("said_minutes", sa.Integer(), nullable=True),
        sa.Column("said_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("said_by", sa.String(length=64), nullable=True),
        sa.Column("observation", sa.Uuid(), nullable=True),
        sa.Column("keeps_screen", sa.Boolean(), server_default=sa.false(), nullable=False),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("decided_by", sa.String(length=64), nullable=True),
        sa.Column("decided_on", sa.Uuid(), nullable=True),
        sa.CheckConstraint("number > 0", name=op.f("ck_sheet_row_number")),
        sa.CheckConstraint("said_minutes IS NULL OR (said_minutes >= 0 AND said IS NOT NULL)", name=op.f("ck_sheet_row_minutes")),
        sa.CheckConstraint("(said IS NULL) = (said_at IS NULL)", name=op.f("ck_sheet_row_said_when")),
        sa.CheckConstraint("(decided_at IS NULL) = (decided_by IS NULL)", name=op.f("ck_sheet_row_decided_when")),
        sa.CheckConstraint("decided_at IS NULL OR said IS NOT NULL", name=op.f("ck_sheet_row_decided")),
        sa.CheckConstraint("NOT keeps_screen OR decided_at IS NOT NULL", name=op.f("ck_sheet_row_keeps_screen")),
        sa.ForeignKeyConstraint(["sheet_id"], ["printed_sheet.id"], name=op.f("fk_sheet_row_sheet_id_printed_sheet"), ondelete="CASCADE"),
        sa.ForeignKeyConstraint(
            ["registration_id"], ["registration.id"], name=op.f("fk_sheet_row_registration_id_registration"), ondelete="RESTRICT"
        ),
        sa.PrimaryKeyConstraint("sheet_id", "number", name=op.f("pk_sheet_row")),
        sa.UniqueConstraint("sheet_id", "registration_id", name=op.f("uq_sheet_row_sheet_id_registration_id")),
    )
    op.create_index(op.f("ix_sheet_row_registration_id"), "sheet_row", ["registration_id"])


def downgrade() -> None:
    """What was keyed stands in the observations; only which sheet it came from is lost."""
    op.drop_table("sheet_row")
    op.drop_table("printed_sheet")
