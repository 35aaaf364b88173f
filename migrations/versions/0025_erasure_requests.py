"""Officials ask that their data be erased.

Revision: 0025, after 0024.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0025"
down_revision = "0024"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Nobody has asked so far."""
    op.create_table(
        "erasure_request",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("registration_id", sa.Integer(), nullable=False),
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["registration_id"], ["registration.id"], name=op.f("fk_erasure_request_registration_id_registration"), ondelete="RESTRICT"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_erasure_request")),
        sa.UniqueConstraint("registration_id", name=op.f("uq_erasure_request_registration_id")),
    )


def downgrade() -> None:
    """The program before this version has no words for the mail that declines a request."""
    op.execute("DELETE FROM outbox WHERE kind = 'erasure_declined'")
    op.drop_table("erasure_request")
