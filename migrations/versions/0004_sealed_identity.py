"""CURP, birth data and passports sealed apart from the person; which of them a seminar asks for, and why; a seal on the end of the trail; looks counted.

Revision: 0004, after 0003.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

ASKS = ("asks_birth", "asks_curp", "asks_passport")
REASONS = ("identity_reason_es", "identity_reason_en")


def upgrade() -> None:
    """A table for what is sealed, and the seminar's questions. Seminars of before ask for nothing."""
    op.create_table(
        "person_identity",
        sa.Column("person_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("curp", sa.LargeBinary(), nullable=True),
        sa.Column("birth_date", sa.LargeBinary(), nullable=True),
        sa.Column("birth_place", sa.LargeBinary(), nullable=True),
        sa.Column("passport", sa.LargeBinary(), nullable=True),
        sa.Column("curp_index", sa.LargeBinary(length=32), nullable=True),
        sa.Column("passport_index", sa.LargeBinary(length=32), nullable=True),
        sa.Column("key_id", sa.String(length=16), nullable=False),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_person_identity_person_id_person"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("person_id", name=op.f("pk_person_identity")),
    )
    for column in ("curp_index", "passport_index", "key_id"):
        op.create_index(op.f(f"ix_person_identity_{column}"), "person_identity", [column], unique=False)
    op.create_table(
        "look_count",
        sa.Column("actor", sa.String(length=64), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column(
            "kind",
            sa.Enum("roster", "person", "search", "export", name="lookkind", native_enum=False, create_constraint=True, length=32),
            nullable=False,
        ),
        sa.Column("subject", sa.String(length=120), nullable=False),
        sa.Column("times", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("actor", "day", "kind", "subject", name=op.f("pk_look_count")),
    )
    op.create_index("ix_look_count_day", "look_count", ["day"], unique=False)
    op.create_table(
        "look_alert",
        sa.Column("actor", sa.String(length=64), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("actor", "day", name=op.f("pk_look_alert")),
    )
    op.add_column("audit_head", sa.Column("seal", sa.LargeBinary(length=32), nullable=True))
    # added and dropped by name: a rebuild of the table on SQLite would have to carry every row that points at it
    for column in ASKS:
        op.execute(
            f"ALTER TABLE seminar ADD COLUMN {column} VARCHAR(32) DEFAULT 'no' NOT NULL "
            f"CONSTRAINT ck_seminar_{column} CHECK ({column} IN ('no', 'optional', 'required'))"
        )
    for column in REASONS:
        op.add_column("seminar", sa.Column(column, sa.String(length=300), nullable=True))


def downgrade() -> None:
    """Take the questions and everything sealed away: without the table there is nothing that could be opened."""
    for column in (*REASONS, *ASKS):
        op.execute(f"ALTER TABLE seminar DROP COLUMN {column}")
    op.execute("ALTER TABLE audit_head DROP COLUMN seal")
    for table in ("look_alert", "look_count", "person_identity"):
        op.drop_table(table)
