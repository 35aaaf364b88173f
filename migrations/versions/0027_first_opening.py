"""The first opening of the page: a proven mailbox, the notice acknowledged, and wrong surnames.

Revision: 0027, after 0026.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0027"
down_revision = "0026"
branch_labels = None
depends_on = None

FILLED_IN = "('form', 'demo')"
"""Sources of people who filled in the form themselves; those of the demonstration stand for such."""
USED_THEIR_PAGE = (
    "SELECT r.person_id FROM registration r JOIN registration_history h ON h.registration_id = r.id AND h.actor = 'registration:' || {hex}",
    "SELECT r.person_id FROM registration r JOIN response_receipt c ON c.registration_id = r.id",
    "SELECT r.person_id FROM registration r JOIN name_request n ON n.registration_id = r.id",
    "SELECT r.person_id FROM registration r JOIN erasure_request e ON e.registration_id = r.id",
)
"""Who has done something that only the personal link lets one do."""


def upgrade() -> None:
    """Who filled in the form, or has used the page since, holds the mailbox; whom staff entered is asked once for the surname.

    The notice that the form showed was acknowledged when the form made the registration.
    """
    op.add_column("person", sa.Column("email_proven_at", sa.DateTime(timezone=True), nullable=True))
    op.add_column("registration", sa.Column("notice_at", sa.DateTime(timezone=True), nullable=True))
    op.add_column("registration", sa.Column("wrong_surnames", sa.Integer(), server_default="0", nullable=False))
    op.execute("UPDATE registration SET notice_at = registered_at WHERE notice_id IS NOT NULL OR source = 'demo'")
    name = "r.public_id" if op.get_bind().dialect.name == "sqlite" else "replace(r.public_id::text, '-', '')"
    used = " UNION ".join(part.format(hex=name) for part in USED_THEIR_PAGE)
    first = "(SELECT min(f.registered_at) FROM registration f WHERE f.person_id = person.id)"
    op.execute(
        f"UPDATE person SET email_proven_at = coalesce({first}, created_at) WHERE email IS NOT NULL AND (id IN ({used})"
        f" OR id IN (SELECT r.person_id FROM registration r WHERE r.source IN {FILLED_IN}))"
    )


def downgrade() -> None:
    """The program before this version opens each page at once; an ended link works again there."""
    op.execute("ALTER TABLE registration DROP COLUMN wrong_surnames")
    op.execute("ALTER TABLE registration DROP COLUMN notice_at")
    op.execute("ALTER TABLE person DROP COLUMN email_proven_at")
