"""A row that says that SQLite's write-ahead log holds answers; the day of a form's last reminder; addresses in one normal form.

Revision: 0010, after 0009.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from email_validator import EmailNotValidError, validate_email

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Domains of accounts with letters beyond ASCII are written in ASCII, as they are looked for now.

    Where that address has an account already, the other account stays as it is and is found no more; its id is printed.
    Reminders that were sent are deleted: beside the receipts they tell who answered after one.
    """
    op.create_table(
        "log_to_empty",
        sa.Column("id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("since", sa.DateTime(timezone=True), nullable=False),
        sa.Column("token", sa.Integer(), nullable=False),
        sa.CheckConstraint("id = 1", name=op.f("ck_log_to_empty_only_one")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_log_to_empty")),
    )
    op.add_column("feedback_form", sa.Column("reminded_on", sa.Date(), nullable=True))
    connection = op.get_bind()
    for number, email in connection.execute(sa.text("SELECT id, email FROM user_account")).all():
        normal = _normal(email)
        if normal != email and connection.scalar(sa.text("SELECT 1 FROM user_account WHERE email = :normal"), {"normal": normal}):
            print(f"Account {number} has the address of another account in another spelling. Disable one of them.")  # noqa: T201
        elif normal != email:
            connection.execute(sa.text("UPDATE user_account SET email = :normal WHERE id = :id"), {"normal": normal, "id": number})
    op.execute("DELETE FROM outbox WHERE kind = 'feedback_reminder' AND state = 'sent'")


def downgrade() -> None:
    """Addresses stay in ASCII; the version before finds such an account by that spelling only."""
    op.execute("ALTER TABLE feedback_form DROP COLUMN reminded_on")
    op.drop_table("log_to_empty")


def _normal(email: str) -> str:
    """The form in which accounts are found (`core.addresses`), or the address as it is where it cannot be read."""
    try:
        address = validate_email(email, check_deliverability=False)
    except (EmailNotValidError, ValueError):
        return email
    return f"{address.local_part}@{address.ascii_domain}".casefold()
