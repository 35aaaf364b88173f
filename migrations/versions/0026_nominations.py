"""Nominations draw from their agency's seats only.

Revision: 0026, after 0025.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0026"
down_revision = "0025"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Nobody was nominated before: everybody on a waiting list may have an open seat. Places of earlier steps are not known."""
    op.add_column("registration", sa.Column("agency_seats_only", sa.Boolean(), server_default=sa.false(), nullable=False))
    op.add_column("registration_history", sa.Column("queue_place", sa.Integer(), nullable=True))


def downgrade() -> None:
    """Alternates become people on the waiting list, in the same order; mail that the program before has no words for is lost."""
    op.execute("DELETE FROM outbox WHERE kind IN ('nominated', 'alternate')")
    op.execute("ALTER TABLE registration_history DROP COLUMN queue_place")
    op.execute("ALTER TABLE registration DROP COLUMN agency_seats_only")
