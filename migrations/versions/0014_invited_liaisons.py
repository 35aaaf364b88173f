"""The office whose organizer made an account a liaison.

Revision: 0014, after 0013.
"""

from __future__ import annotations

from alembic import op

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Liaisons so far were all made by administrators."""
    op.execute(
        "ALTER TABLE role_grant ADD COLUMN given_by_office_id INTEGER"
        " CONSTRAINT fk_role_grant_given_by_office_id_office REFERENCES office (id)"
        " CONSTRAINT ck_role_grant_given_by CHECK (given_by_office_id IS NULL OR role = 'liaison')"
    )
    op.create_index(op.f("ix_role_grant_given_by_office_id"), "role_grant", ["given_by_office_id"])


def downgrade() -> None:
    """Invited liaisons stay liaisons, of whom only administrators can take the role away."""
    op.drop_index(op.f("ix_role_grant_given_by_office_id"), table_name="role_grant")
    op.execute("ALTER TABLE role_grant DROP COLUMN given_by_office_id")
