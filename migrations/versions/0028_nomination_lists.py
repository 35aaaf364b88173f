"""Lists that agencies send, the rows that brought people onto a roster, how columns were placed, and sealed files.

Revision: 0028, after 0027.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

revision = "0028"
down_revision = "0027"
branch_labels = None
depends_on = None

JSON = sa.JSON(none_as_null=True).with_variant(JSONB(none_as_null=True), "postgresql")
STATES = ("nominated", "invited", "pending", "registered", "waitlisted", "declined", "withdrawn", "removed", "substituted")


def upgrade() -> None:
    """Nothing refers to these tables yet."""
    op.create_table(
        "file",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("public_id", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.String(length=32), nullable=False),
        sa.Column("sealed", sa.LargeBinary(), nullable=False),
        sa.Column("key_id", sa.String(length=16), nullable=False),
        sa.Column("kept_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_file")),
        sa.UniqueConstraint("public_id", name=op.f("uq_file_public_id")),
    )
    op.create_table(
        "nomination_list",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("public_id", sa.Uuid(), nullable=False),
        sa.Column("submission_id", sa.Uuid(), nullable=False),
        sa.Column("seminar_id", sa.Integer(), nullable=False),
        sa.Column("agency_id", sa.Integer(), nullable=True),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("content_index", sa.LargeBinary(length=32), nullable=False),
        sa.Column("encoding", sa.String(length=32), nullable=True),
        sa.Column("original_id", sa.Integer(), nullable=True),
        sa.Column("tables_id", sa.Integer(), nullable=True),
        sa.Column("work_id", sa.Integer(), nullable=True),
        sa.Column("confirmed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("uploaded_by", sa.String(length=64), nullable=False),
        sa.Column("uploaded_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("imported_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("total", sa.Integer(), nullable=False),
        sa.Column("waiting", sa.Integer(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["seminar_id"], ["seminar.id"], name=op.f("fk_nomination_list_seminar_id_seminar"), ondelete="RESTRICT"),
        sa.ForeignKeyConstraint(["agency_id"], ["agency.id"], name=op.f("fk_nomination_list_agency_id_agency"), ondelete="RESTRICT"),
        sa.ForeignKeyConstraint(["original_id"], ["file.id"], name=op.f("fk_nomination_list_original_id_file"), ondelete="RESTRICT"),
        sa.ForeignKeyConstraint(["tables_id"], ["file.id"], name=op.f("fk_nomination_list_tables_id_file"), ondelete="RESTRICT"),
        sa.ForeignKeyConstraint(["work_id"], ["file.id"], name=op.f("fk_nomination_list_work_id_file"), ondelete="RESTRICT"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_nomination_list")),
        sa.UniqueConstraint("public_id", name=op.f("uq_nomination_list_public_id")),
        sa.UniqueConstraint("submission_id", name=op.f("uq_nomination_list_submission_id")),
        sa.UniqueConstraint("original_id", name=op.f("uq_nomination_list_original_id")),
        sa.UniqueConstraint("tables_id", name=op.f("uq_nomination_list_tables_id")),
        sa.UniqueConstraint("work_id", name=op.f("uq_nomination_list_work_id")),
    )
    op.create_index("ix_nomination_list_seminar", "nomination_list", ["seminar_id", "id"])
    op.create_index("ix_nomination_list_agency_id", "nomination_list", ["agency_id"])
    op.create_table(
        "nomination",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("list_id", sa.Integer(), nullable=False),
        sa.Column("row", sa.String(length=16), nullable=False),
        sa.Column("registration_id", sa.Integer(), nullable=False),
        sa.Column(
            "state", sa.Enum(*STATES, name="registrationstate", native_enum=False, create_constraint=True, length=32), nullable=False
        ),
        sa.Column("nominated_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["list_id"], ["nomination_list.id"], name=op.f("fk_nomination_list_id_nomination_list"), ondelete="RESTRICT"
        ),
        sa.ForeignKeyConstraint(
            ["registration_id"], ["registration.id"], name=op.f("fk_nomination_registration_id_registration"), ondelete="RESTRICT"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_nomination")),
        sa.UniqueConstraint("list_id", "row", name=op.f("uq_nomination_list_id_row")),
    )
    op.create_index("ix_nomination_registration_id", "nomination", ["registration_id"])
    op.create_table(
        "nomination_mapping",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("agency_id", sa.Integer(), nullable=True),
        sa.Column("fingerprint", sa.String(length=64), nullable=False),
        sa.Column("fields", JSON, nullable=False),
        sa.Column("placed_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["agency_id"], ["agency.id"], name=op.f("fk_nomination_mapping_agency_id_agency"), ondelete="RESTRICT"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_nomination_mapping")),
        sa.UniqueConstraint("agency_id", "fingerprint", name=op.f("uq_nomination_mapping_agency_id_fingerprint")),
    )


def downgrade() -> None:
    """The people whom lists have brought stay on the roster."""
    op.drop_table("nomination_mapping")
    op.drop_table("nomination")
    op.drop_table("nomination_list")
    op.drop_table("file")
