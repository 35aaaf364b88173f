"""A second factor for staff: apps, passkeys and recovery codes, and what each session has proved when.

Revision: 0005, after 0004.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

OF_A_KIND = (
    "(kind = 'app' AND sealed_secret IS NOT NULL AND credential_id IS NULL AND credential IS NULL)"
    " OR (kind = 'passkey' AND sealed_secret IS NULL AND credential_id IS NOT NULL AND credential IS NOT NULL)"
)


def upgrade() -> None:
    """Sessions that are open have proved a password when they began; who must show more is asked for it."""
    op.add_column("user_account", sa.Column("wrong_proofs", sa.Integer(), server_default="0", nullable=False))
    op.add_column("user_account", sa.Column("wrong_proof_at", sa.DateTime(timezone=True), nullable=True))
    op.add_column("web_session", sa.Column("proven_at", sa.DateTime(timezone=True), nullable=True))
    op.add_column("web_session", sa.Column("factor_at", sa.DateTime(timezone=True), nullable=True))
    op.create_table(
        "second_factor",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("public_id", sa.Uuid(), nullable=False),
        sa.Column("user_account_id", sa.Integer(), nullable=False),
        sa.Column(
            "kind", sa.Enum("app", "passkey", name="factorkind", native_enum=False, create_constraint=True, length=32), nullable=False
        ),
        sa.Column("name", sa.String(length=60), nullable=False),
        sa.Column("sealed_secret", sa.LargeBinary(), nullable=True),
        sa.Column("credential_id", sa.LargeBinary(), nullable=True),
        sa.Column("credential", sa.LargeBinary(), nullable=True),
        sa.Column("counter", sa.BigInteger(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("used_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint(OF_A_KIND, name=op.f("ck_second_factor_of_a_kind")),
        sa.ForeignKeyConstraint(
            ["user_account_id"], ["user_account.id"], name=op.f("fk_second_factor_user_account_id_user_account"), ondelete="RESTRICT"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_second_factor")),
        sa.UniqueConstraint("credential_id", name=op.f("uq_second_factor_credential_id")),
        sa.UniqueConstraint("public_id", name=op.f("uq_second_factor_public_id")),
    )
    op.create_index(op.f("ix_second_factor_user_account_id"), "second_factor", ["user_account_id"], unique=False)
    op.create_table(
        "recovery_code",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("user_account_id", sa.Integer(), nullable=False),
        sa.Column("code_hash", sa.LargeBinary(length=32), nullable=False),
        sa.ForeignKeyConstraint(
            ["user_account_id"], ["user_account.id"], name=op.f("fk_recovery_code_user_account_id_user_account"), ondelete="RESTRICT"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_recovery_code")),
        sa.UniqueConstraint("code_hash", name=op.f("uq_recovery_code_code_hash")),
    )
    op.create_index(op.f("ix_recovery_code_user_account_id"), "recovery_code", ["user_account_id"], unique=False)


def downgrade() -> None:
    """Back to the password alone; the factors are gone."""
    op.drop_table("recovery_code")
    op.drop_table("second_factor")
    op.drop_column("web_session", "factor_at")
    op.drop_column("web_session", "proven_at")
    op.drop_column("user_account", "wrong_proof_at")
    op.drop_column("user_account", "wrong_proofs")
