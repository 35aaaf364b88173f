"""Certificates: what a seminar asks for one, who signs, and each one that was issued.

Revision: 0032, after 0031.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0032"
down_revision = "0031"
branch_labels = None
depends_on = None

STANDS = sa.text("replaced_at IS NULL AND revoked_at IS NULL")


def _enum(name: str, *values: str) -> sa.Enum:
    return sa.Enum(*values, name=name, native_enum=False, create_constraint=True, length=32)


def upgrade() -> None:
    """No seminar gives certificates until its organizer says so."""
    op.create_table(
        "certificate_plan",
        sa.Column("seminar_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("rule", _enum("certificaterule", "none", "completion", "evaluation"), nullable=False),
        sa.Column("issuing", _enum("issuing", "by_hand", "on_completion"), nullable=False),
        sa.Column("language", _enum("certificatelanguage", "person", "both"), nullable=False),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["seminar_id"], ["seminar.id"], name=op.f("fk_certificate_plan_seminar_id_seminar"), ondelete="RESTRICT"),
        sa.PrimaryKeyConstraint("seminar_id", name=op.f("pk_certificate_plan")),
    )
    op.create_table(
        "certificate_signatory",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("seminar_id", sa.Integer(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("title_es", sa.String(length=200), nullable=True),
        sa.Column("title_en", sa.String(length=200), nullable=True),
        sa.Column("office_id", sa.Integer(), nullable=True),
        sa.Column("image_id", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(
            ["seminar_id"],
            ["certificate_plan.seminar_id"],
            name=op.f("fk_certificate_signatory_seminar_id_certificate_plan"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(["office_id"], ["office.id"], name=op.f("fk_certificate_signatory_office_id_office"), ondelete="RESTRICT"),
        sa.ForeignKeyConstraint(["image_id"], ["file.id"], name=op.f("fk_certificate_signatory_image_id_file"), ondelete="RESTRICT"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_certificate_signatory")),
        sa.UniqueConstraint("image_id", name=op.f("uq_certificate_signatory_image_id")),
        sa.UniqueConstraint("seminar_id", "position", name=op.f("uq_certificate_signatory_seminar_id_position")),
    )
    op.create_table(
        "certificate_number",
        sa.Column("id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("last", sa.Integer(), nullable=False),
        sa.CheckConstraint("id = 1", name=op.f("ck_certificate_number_one")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_certificate_number")),
    )
    op.execute("INSERT INTO certificate_number (id, last) VALUES (1, 0)")
    op.create_table(
        "certificate",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("public_id", sa.Uuid(), nullable=False),
        sa.Column("seminar_id", sa.Integer(), nullable=False),
        sa.Column("registration_id", sa.Integer(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("code_hash", sa.LargeBinary(length=32), nullable=False),
        sa.Column("printed_id", sa.Integer(), nullable=True),
        sa.Column("file_id", sa.Integer(), nullable=True),
        sa.Column("issued_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("issued_by", sa.String(length=64), nullable=False),
        sa.Column("replaced_by_id", sa.Integer(), nullable=True),
        sa.Column("replaced_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("revoked_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("revoked_by", sa.String(length=64), nullable=True),
        sa.Column("revoked_reason", sa.String(length=300), nullable=True),
        sa.Column("erased_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("surname_tries", sa.Integer(), nullable=False),
        sa.Column("tries_since", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("replaced_at IS NULL OR revoked_at IS NULL", name=op.f("ck_certificate_ended_once")),
        sa.CheckConstraint("(revoked_at IS NULL) = (revoked_by IS NULL)", name=op.f("ck_certificate_revoked")),
        sa.CheckConstraint("replaced_by_id IS NULL OR replaced_at IS NOT NULL", name=op.f("ck_certificate_replaced")),
        sa.CheckConstraint("number > 0", name=op.f("ck_certificate_number")),
        sa.CheckConstraint("(erased_at IS NULL) = (printed_id IS NOT NULL)", name=op.f("ck_certificate_erased")),
        sa.ForeignKeyConstraint(["seminar_id"], ["seminar.id"], name=op.f("fk_certificate_seminar_id_seminar"), ondelete="RESTRICT"),
        sa.ForeignKeyConstraint(
            ["registration_id"], ["registration.id"], name=op.f("fk_certificate_registration_id_registration"), ondelete="RESTRICT"
        ),
        sa.ForeignKeyConstraint(["printed_id"], ["file.id"], name=op.f("fk_certificate_printed_id_file"), ondelete="RESTRICT"),
        sa.ForeignKeyConstraint(["file_id"], ["file.id"], name=op.f("fk_certificate_file_id_file"), ondelete="RESTRICT"),
        sa.ForeignKeyConstraint(
            ["replaced_by_id"], ["certificate.id"], name=op.f("fk_certificate_replaced_by_id_certificate"), ondelete="RESTRICT"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_certificate")),
        sa.UniqueConstraint("public_id", name=op.f("uq_certificate_public_id")),
        sa.UniqueConstraint("number", name=op.f("uq_certificate_number")),
        sa.UniqueConstraint("code_hash", name=op.f("uq_certificate_code_hash")),
        sa.UniqueConstraint("printed_id", name=op.f("uq_certificate_printed_id")),
        sa.UniqueConstraint("file_id", name=op.f("uq_certificate_file_id")),
    )
    op.create_index("uq_certificate_stands", "certificate", ["registration_id"], unique=True, sqlite_where=STANDS, postgresql_where=STANDS)
    op.create_index("ix_certificate_registration_id", "certificate", ["registration_id"])
    op.create_index(op.f("ix_certificate_seminar_id"), "certificate", ["seminar_id"])
    op.create_index(op.f("ix_certificate_replaced_by_id"), "certificate", ["replaced_by_id"])


def downgrade() -> None:
    """Certificates that were handed out can no longer be verified."""
    op.execute("DELETE FROM outbox WHERE kind IN ('certificate', 'certificate_revoked')")
    op.drop_table("certificate")
    op.drop_table("certificate_number")
    op.drop_table("certificate_signatory")
    op.drop_table("certificate_plan")
    op.execute("DELETE FROM file WHERE kind IN ('certificates.printed', 'certificates.pdf', 'certificates.signature')")
