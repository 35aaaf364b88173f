"""Indexes that find the outcomes of a person that count, and the few outcomes without an agency, among millions.

Revision: 0035, after 0034.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0035"
down_revision = "0034"
branch_labels = None
depends_on = None

INDEXES = {
    "ix_participation_person": (["person_id", "seminar_id"], "current AND NOT superseded AND (seated OR attended)"),
    "ix_participation_without_agency": (["seminar_id"], "current AND agency_version_id IS NULL"),
}


def upgrade() -> None:
    """Add them."""
    for name, (columns, where) in INDEXES.items():
        op.create_index(name, "participation", columns, sqlite_where=sa.text(where), postgresql_where=sa.text(where))


def downgrade() -> None:
    """Take them away."""
    for name in INDEXES:
        op.drop_index(name, table_name="participation")
