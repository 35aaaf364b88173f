"""Seminars that were held before they were entered, headcounts, announced numbers, and training that others held.

Revision: 0033, after 0032.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0033"
down_revision = "0032"
branch_labels = None
depends_on = None


def _enum(name: str, *values: str) -> sa.Enum:
    return sa.Enum(*values, name=name, native_enum=False, create_constraint=True, length=32)


def _one_line(name: str, *columns: str, where: str) -> None:
    """Make a unique index for rows in which a column is empty: a plain UNIQUE takes two of these for different ones."""
    op.create_index(name, "headcount", list(columns), unique=True, sqlite_where=sa.text(where), postgresql_where=sa.text(where))


def upgrade() -> None:
    """Every seminar so far was entered before it was held."""
    op.add_column("seminar", sa.Column("from_before", sa.Boolean(), server_default=sa.false(), nullable=False))
    op.create_table(
        "headcount",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("public_id", sa.Uuid(), nullable=False),
        sa.Column("seminar_id", sa.Integer(), nullable=False),
        sa.Column("agency_version_id", sa.Integer(), nullable=True),
        sa.Column("sex", _enum("sex", "F", "M", "X"), nullable=True),
        sa.Column("registered", sa.Integer(), nullable=False),
        sa.Column("attended", sa.Integer(), nullable=False),
        sa.Column("completed", sa.Integer(), nullable=False),
        sa.Column("minutes", sa.Integer(), nullable=False),
        sa.Column("source", sa.String(length=300), nullable=True),
        sa.Column("recorded_by", sa.String(length=64), nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint("0 <= completed AND completed <= attended AND attended <= registered", name=op.f("ck_headcount_nested")),
        sa.CheckConstraint("registered > 0", name=op.f("ck_headcount_somebody")),
        sa.CheckConstraint("minutes >= 0", name=op.f("ck_headcount_minutes")),
        sa.ForeignKeyConstraint(["seminar_id"], ["seminar.id"], name=op.f("fk_headcount_seminar_id_seminar"), ondelete="RESTRICT"),
        sa.ForeignKeyConstraint(
            ["agency_version_id"], ["agency_version.id"], name=op.f("fk_headcount_agency_version_id_agency_version"), ondelete="RESTRICT"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_headcount")),
        sa.UniqueConstraint("public_id", name=op.f("uq_headcount_public_id")),
        sa.UniqueConstraint("seminar_id", "agency_version_id", "sex", name=op.f("uq_headcount_seminar_id_agency_version_id_sex")),
    )
    _one_line("uq_headcount_no_agency", "seminar_id", "sex", where="agency_version_id IS NULL")
    _one_line("uq_headcount_no_sex", "seminar_id", "agency_version_id", where="sex IS NULL")
    _one_line("uq_headcount_neither", "seminar_id", where="agency_version_id IS NULL AND sex IS NULL")
    op.create_table(
        "announced_number",
        sa.Column("seminar_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("more_than", sa.Boolean(), nullable=False),
        sa.Column("source", sa.String(length=300), nullable=False),
        sa.Column("recorded_by", sa.String(length=64), nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint("number > 0", name=op.f("ck_announced_number_number")),
        sa.ForeignKeyConstraint(["seminar_id"], ["seminar.id"], name=op.f("fk_announced_number_seminar_id_seminar"), ondelete="RESTRICT"),
        sa.PrimaryKeyConstraint("seminar_id", name=op.f("pk_announced_number")),
    )
    op.create_table(
        "outside_training",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("public_id", sa.Uuid(), nullable=False),
        sa.Column("submission_id", sa.Uuid(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("title", sa.String(length=200), nullable=False),
        sa.Column("provider", sa.String(length=200), nullable=False),
        sa.Column("place", sa.String(length=200), nullable=True),
        sa.Column("country", sa.String(length=2), nullable=False),
        sa.Column("starts_on", sa.Date(), nullable=False),
        sa.Column("ends_on", sa.Date(), nullable=False),
        sa.Column("minutes", sa.Integer(), nullable=False),
        sa.Column("state", _enum("trainingstate", "reported", "approved", "declined"), nullable=False),
        sa.Column("reported_by", sa.String(length=64), nullable=False),
        sa.Column("reported_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("decided_by", sa.String(length=64), nullable=True),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("reason", sa.String(length=300), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint("starts_on <= ends_on", name=op.f("ck_outside_training_dates")),
        sa.CheckConstraint("minutes > 0", name=op.f("ck_outside_training_minutes")),
        sa.CheckConstraint("(state = 'reported') = (decided_at IS NULL)", name=op.f("ck_outside_training_decided")),
        sa.CheckConstraint("(decided_at IS NULL) = (decided_by IS NULL)", name=op.f("ck_outside_training_decided_by")),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_outside_training_person_id_person"), ondelete="RESTRICT"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_outside_training")),
        sa.UniqueConstraint("public_id", name=op.f("uq_outside_training_public_id")),
        sa.UniqueConstraint("submission_id", name=op.f("uq_outside_training_submission_id")),
    )
    op.create_index("ix_outside_training_person", "outside_training", ["person_id", "starts_on"])
    op.create_index("ix_outside_training_state", "outside_training", ["state", "id"])


def downgrade() -> None:
    """Headcounts, announced numbers and reports of training are lost; the seminars and their people stay."""
    op.drop_table("outside_training")
    op.drop_table("announced_number")
    op.drop_table("headcount")
    op.drop_column("seminar", "from_before")
