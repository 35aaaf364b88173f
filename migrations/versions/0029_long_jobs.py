"""Long work that the worker does and a page watches.

Revision: 0029, after 0028.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

revision = "0029"
down_revision = "0028"
branch_labels = None
depends_on = None

JSON = sa.JSON(none_as_null=True).with_variant(JSONB(none_as_null=True), "postgresql")
STATES = ("waiting", "running", "done", "failed", "cancelled")
IS_OPEN = sa.text("state IN ('waiting', 'running')")


def upgrade() -> None:
    """Nothing refers to this table."""
    op.create_table(
        "job",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("public_id", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.String(length=32), nullable=False),
        sa.Column("owner", sa.String(length=64), nullable=False),
        sa.Column("request_id", sa.String(length=32), nullable=True),
        sa.Column("subject", sa.String(length=96), nullable=False),
        sa.Column("seminar", sa.String(length=120), nullable=True),
        sa.Column("given", JSON, nullable=False),
        sa.Column("state", sa.Enum(*STATES, name="jobstate", native_enum=False, create_constraint=True, length=32), nullable=False),
        sa.Column("stage", sa.String(length=32), nullable=True),
        sa.Column("done", sa.Integer(), nullable=False),
        sa.Column("total", sa.Integer(), nullable=False),
        sa.Column("attempt", sa.Integer(), nullable=False),
        sa.Column("beat_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("cancel_asked", sa.Boolean(), nullable=False),
        sa.Column("outcome", JSON, nullable=False),
        sa.Column("file_id", sa.Integer(), nullable=True),
        sa.Column("begun_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("(state IN ('waiting', 'running')) = (ended_at IS NULL)", name=op.f("ck_job_ended")),
        sa.CheckConstraint("state <> 'running' OR beat_at IS NOT NULL", name=op.f("ck_job_beats")),
        sa.ForeignKeyConstraint(["file_id"], ["file.id"], name=op.f("fk_job_file_id_file"), ondelete="RESTRICT"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_job")),
        sa.UniqueConstraint("public_id", name=op.f("uq_job_public_id")),
        sa.UniqueConstraint("file_id", name=op.f("uq_job_file_id")),
    )
    op.create_index("uq_job_open", "job", ["kind", "subject"], unique=True, sqlite_where=IS_OPEN, postgresql_where=IS_OPEN)
    op.create_index("ix_job_state", "job", ["state", "id"])
    op.create_index("ix_job_expires_at", "job", ["expires_at"])


def downgrade() -> None:
    """Jobs under way are forgotten; nothing that they do is saved before their end."""
    op.drop_table("job")
