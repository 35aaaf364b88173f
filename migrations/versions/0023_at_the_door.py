"""Entered at the door: the paper notice, who made way for whom, and extra seats.

Revision: 0023, after 0022.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0023"
down_revision = "0022"
branch_labels = None
depends_on = None

IN_STATES = (("registration", "paper_notice_at"), ("registration", "seat_asked_at"))


def upgrade() -> None:
    """Nobody was entered at the door before, and no seminar has extra seats."""
    op.execute(
        "ALTER TABLE seminar ADD COLUMN extra_at_door INTEGER DEFAULT 0 NOT NULL"
        " CONSTRAINT ck_seminar_extra_at_door CHECK (extra_at_door BETWEEN 0 AND 999)"
    )
    for table, column in IN_STATES:
        op.add_column(table, sa.Column(column, sa.DateTime(timezone=True), nullable=True))
    op.add_column("registration", sa.Column("paper_notice_by", sa.String(length=64), nullable=True))
    op.add_column("registration_history", sa.Column("extra_seats", sa.Integer(), server_default="0", nullable=False))
    name = "fk_registration_history_other_id_registration"
    if op.get_context().dialect.name == "sqlite":
        op.execute(f"ALTER TABLE registration_history ADD COLUMN other_id INTEGER CONSTRAINT {name} REFERENCES registration (id)")
    else:
        op.add_column("registration_history", sa.Column("other_id", sa.Integer(), nullable=True))
        op.create_foreign_key(op.f(name), "registration_history", "registration", ["other_id"], ["id"])


def downgrade() -> None:
    """The states stay; that a notice was signed on paper is lost, and mail that the program before has no words for."""
    op.execute("DELETE FROM outbox WHERE kind = 'substituted'")
    for column in ("other_id", "extra_seats"):
        op.execute(f"ALTER TABLE registration_history DROP COLUMN {column}")
    for column in ("paper_notice_by", *(column for _table, column in IN_STATES)):
        op.execute(f"ALTER TABLE registration DROP COLUMN {column}")
    op.execute("ALTER TABLE seminar DROP COLUMN extra_at_door")
