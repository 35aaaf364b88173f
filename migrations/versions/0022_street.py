"""The street address of a seminar.

Revision: 0022, after 0021.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0022"
down_revision = "0021"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Seminars made before have none."""
    op.add_column("seminar", sa.Column("street", sa.String(length=200), nullable=True))


def downgrade() -> None:
    """The program before this version knows no street, and would not read the changes that people are told of with one."""
    if op.get_bind().dialect.name == "sqlite":
        op.execute("UPDATE change_notice SET before = json_remove(before, '$.street')")
        op.execute("UPDATE change_notice SET after = json_remove(after, '$.street') WHERE after IS NOT NULL")
    else:
        op.execute("UPDATE change_notice SET before = before - 'street'")
        op.execute("UPDATE change_notice SET after = after - 'street' WHERE after IS NOT NULL")
    op.drop_column("seminar", "street")
