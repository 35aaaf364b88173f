"""How to reach an office, its language and zone; its own privacy notices; when each job last ran.

Revision: 0011, after 0010.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None

OFFICE = {"email": 254, "phone": 32, "language": 2, "time_zone": 64}


def upgrade() -> None:
    """New columns are empty: offices are asked for them at the next edit."""
    for name, length in OFFICE.items():
        op.add_column("office", sa.Column(name, sa.String(length=length), nullable=True))
    op.create_table(
        "office_notice",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("office_id", sa.Integer(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("text_es", sa.Text(), nullable=False),
        sa.Column("text_en", sa.Text(), nullable=False),
        sa.Column("published_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["office_id"], ["office.id"], name=op.f("fk_office_notice_office_id_office"), ondelete="RESTRICT"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_office_notice")),
        sa.UniqueConstraint("office_id", "version", name=op.f("uq_office_notice_office_id_version")),
    )
    name = op.f("fk_registration_office_notice_id_office_notice")
    if op.get_context().dialect.name == "sqlite":
        op.execute(f"ALTER TABLE registration ADD COLUMN office_notice_id INTEGER CONSTRAINT {name} REFERENCES office_notice (id)")
    else:
        op.add_column("registration", sa.Column("office_notice_id", sa.Integer(), nullable=True))
        op.create_foreign_key(name, "registration", "office_notice", ["office_notice_id"], ["id"])
    op.create_table(
        "job_run",
        sa.Column("name", sa.String(length=64), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("failed", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_job_run")),
    )


def downgrade() -> None:
    """Which office's notice somebody read, and how to reach offices, is lost."""
    op.drop_table("job_run")
    op.execute("ALTER TABLE registration DROP COLUMN office_notice_id")
    op.drop_table("office_notice")
    for name in OFFICE:
        op.execute(f"ALTER TABLE office DROP COLUMN {name}")
