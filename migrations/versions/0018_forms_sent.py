"""Forms that wait for the button in their mail.

Revision: 0018, after 0017.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0018"
down_revision = "0017"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Registrations made before keep their seats; a form sent from now on takes one only when its mail's button is pressed."""
    op.create_table(
        "form_sent",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("public_id", sa.Uuid(), nullable=False),
        sa.Column("seminar_id", sa.Integer(), nullable=False),
        sa.Column("submission_id", sa.Uuid(), nullable=False),
        sa.Column("showing", sa.Uuid(), nullable=False),
        sa.Column("link_hash", sa.LargeBinary(length=32), nullable=False),
        sa.Column("sealed", sa.LargeBinary(), nullable=False),
        sa.Column("key_id", sa.String(length=16), nullable=False),
        sa.Column("address_index", sa.LargeBinary(length=32), nullable=False),
        sa.Column("person_index", sa.LargeBinary(length=32), nullable=False),
        sa.Column("reserved", sa.Boolean(), nullable=False),
        sa.Column("void", sa.Boolean(), nullable=False),
        sa.Column("sent_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ends_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("erase_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("registration_id", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(
            ["registration_id"], ["registration.id"], name=op.f("fk_form_sent_registration_id_registration"), ondelete="RESTRICT"
        ),
        sa.ForeignKeyConstraint(["seminar_id"], ["seminar.id"], name=op.f("fk_form_sent_seminar_id_seminar"), ondelete="RESTRICT"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_form_sent")),
        sa.UniqueConstraint("link_hash", name=op.f("uq_form_sent_link_hash")),
        sa.UniqueConstraint("public_id", name=op.f("uq_form_sent_public_id")),
        sa.UniqueConstraint("submission_id", name=op.f("uq_form_sent_submission_id")),
    )
    op.create_index("ix_form_sent_person", "form_sent", ["person_index", "seminar_id", "sent_at"])
    op.create_index("ix_form_sent_address", "form_sent", ["seminar_id", "address_index"])
    op.create_index(op.f("ix_form_sent_ends_at"), "form_sent", ["ends_at"])
    op.create_index(op.f("ix_form_sent_registration_id"), "form_sent", ["registration_id"])


def downgrade() -> None:
    """Forms that nobody has confirmed are lost with their mails; the people fill them in again."""
    op.execute("DELETE FROM outbox WHERE kind IN ('form_sent', 'links')")
    op.drop_table("form_sent")
