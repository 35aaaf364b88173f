"""When a person was erased: what is left of them is counted and names nobody.

Revision: 0006, after 0005.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Nobody was erased before."""
    op.add_column("person", sa.Column("erased_at", sa.DateTime(timezone=True), nullable=True))


def downgrade() -> None:
    """Who was erased stays without a name; that they were is in the trail."""
    op.execute("ALTER TABLE person DROP COLUMN erased_at")
