"""Counts and alerts of access to personal data bear the access log's name; mail follows renamed kinds and pages.

Revision: 0009, after 0008.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None

MAIL = (("kind", "many_looks", "access_alert"), ("link_endpoint", "security.reset_password", "sign_in.reset_password"))


def upgrade() -> None:
    """Copy the rows into tables of the new names; mail that waits is written by the templates and pages of today."""
    _move("look", "access")
    for column, before, after in MAIL:
        _rename(column, before, after)


def downgrade() -> None:
    """Copy the rows back."""
    _move("access", "look")
    for column, before, after in MAIL:
        _rename(column, after, before)


def _move(old: str, new: str) -> None:
    """New tables and not renamed ones: constraints and indexes bear the table's name."""
    op.create_table(
        f"{new}_count",
        sa.Column("actor", sa.String(length=64), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column(
            "kind",
            sa.Enum("roster", "person", "search", "export", name=f"{new}kind", native_enum=False, create_constraint=True, length=32),
            nullable=False,
        ),
        sa.Column("subject", sa.String(length=120), nullable=False),
        sa.Column("times", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("actor", "day", "kind", "subject", name=op.f(f"pk_{new}_count")),
    )
    op.create_index(f"ix_{new}_count_day", f"{new}_count", ["day"], unique=False)
    op.create_table(
        f"{new}_alert",
        sa.Column("actor", sa.String(length=64), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("actor", "day", name=op.f(f"pk_{new}_alert")),
    )
    op.execute(f"INSERT INTO {new}_count (actor, day, kind, subject, times) SELECT actor, day, kind, subject, times FROM {old}_count")
    op.execute(f"INSERT INTO {new}_alert (actor, day, at) SELECT actor, day, at FROM {old}_alert")
    for table in (f"{old}_alert", f"{old}_count"):
        op.drop_table(table)


def _rename(column: str, before: str, after: str) -> None:
    op.execute(f"UPDATE outbox SET {column} = '{after}' WHERE {column} = '{before}'")
