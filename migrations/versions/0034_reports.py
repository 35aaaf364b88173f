"""Whose outcome it is and whether a seat was held, beside the outcome; frozen figures, saved views, indicators, hours to be trained.

Revision: 0034, after 0033.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0034"
down_revision = "0033"
branch_labels = None
depends_on = None

KEEP = "UPDATE participation SET person_id = NEW.person_id, seated = (NEW.state = 'registered') WHERE registration_id = NEW.id AND current"
SQLITE_UP = (
    f"""
    CREATE TRIGGER registration_keeps_participation AFTER UPDATE OF person_id, state ON registration
    WHEN OLD.person_id <> NEW.person_id OR OLD.state <> NEW.state
    BEGIN
        {KEEP};
    END
    """,
)
POSTGRESQL_UP = (
    f"""
    CREATE FUNCTION keep_participation() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
        {KEEP};
        RETURN NULL;
    END
    $$
    """,
    """
    CREATE TRIGGER registration_keeps_participation AFTER UPDATE OF person_id, state ON registration
    FOR EACH ROW WHEN (OLD.person_id <> NEW.person_id OR OLD.state <> NEW.state) EXECUTE FUNCTION keep_participation()
    """,
)
PEOPLE_APART = {"ix_person_hidden": "reserved OR erased_at IS NOT NULL", "ix_person_without_sex": "sex IS NULL"}
FILL = """
    UPDATE participation SET (person_id, seated) =
        (SELECT person_id, state = 'registered' FROM registration WHERE registration.id = participation.registration_id)
"""


def _enum(name: str, *values: str) -> sa.Enum:
    return sa.Enum(*values, name=name, native_enum=False, create_constraint=True, length=32)


def upgrade() -> None:
    """Older versions of an outcome get the person and the seat of now, because nothing says those of then."""
    with op.batch_alter_table("participation") as table:
        table.add_column(sa.Column("person_id", sa.Integer(), nullable=True))
        table.add_column(sa.Column("seated", sa.Boolean(), nullable=True))
    op.execute(FILL)
    with op.batch_alter_table("participation") as table:
        table.alter_column("person_id", existing_type=sa.Integer(), nullable=False)
        table.alter_column("seated", existing_type=sa.Boolean(), nullable=False)
        table.create_foreign_key(op.f("fk_participation_person_id_person"), "person", ["person_id"], ["id"], ondelete="RESTRICT")
    for statement in POSTGRESQL_UP if op.get_bind().dialect.name == "postgresql" else SQLITE_UP:
        op.execute(statement)
    for name, where in PEOPLE_APART.items():
        op.create_index(name, "person", ["id"], sqlite_where=sa.text(where), postgresql_where=sa.text(where))
    _add_tables()


def _add_tables() -> None:
    op.create_table(
        "saved_view",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("public_id", sa.Uuid(), nullable=False),
        sa.Column("account_id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(length=100), nullable=False),
        sa.Column("address", sa.String(length=2000), nullable=False),
        sa.Column("saved_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["account_id"], ["user_account.id"], name=op.f("fk_saved_view_account_id_user_account"), ondelete="RESTRICT"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_saved_view")),
        sa.UniqueConstraint("public_id", name=op.f("uq_saved_view_public_id")),
        sa.UniqueConstraint("account_id", "name", name=op.f("uq_saved_view_account_id_name")),
    )
    op.create_table(
        "indicator",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("public_id", sa.Uuid(), nullable=False),
        sa.Column("code", sa.String(length=32), nullable=False),
        sa.Column("name_es", sa.String(length=200), nullable=False),
        sa.Column("name_en", sa.String(length=200), nullable=False),
        sa.Column("definition", sa.String(length=2000), nullable=False),
        sa.Column("valid_from", sa.Date(), nullable=False),
        sa.Column("valid_to", sa.Date(), nullable=True),
        sa.Column("source", sa.String(length=300), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint("valid_to IS NULL OR valid_from <= valid_to", name=op.f("ck_indicator_dates")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_indicator")),
        sa.UniqueConstraint("public_id", name=op.f("uq_indicator_public_id")),
        sa.UniqueConstraint("code", "valid_from", name=op.f("uq_indicator_code_valid_from")),
    )
    op.create_table(
        "hours_rule",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("public_id", sa.Uuid(), nullable=False),
        sa.Column("office_id", sa.Integer(), nullable=True),
        sa.Column("minutes", sa.Integer(), nullable=False),
        sa.Column("year", _enum("hoursyear", "calendar", "fiscal"), nullable=False),
        sa.Column("valid_from", sa.Date(), nullable=False),
        sa.Column("valid_to", sa.Date(), nullable=True),
        sa.Column("source", sa.String(length=300), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint("minutes > 0", name=op.f("ck_hours_rule_minutes")),
        sa.CheckConstraint("valid_to IS NULL OR valid_from <= valid_to", name=op.f("ck_hours_rule_dates")),
        sa.ForeignKeyConstraint(["office_id"], ["office.id"], name=op.f("fk_hours_rule_office_id_office"), ondelete="RESTRICT"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_hours_rule")),
        sa.UniqueConstraint("public_id", name=op.f("uq_hours_rule_public_id")),
        sa.UniqueConstraint("office_id", "valid_from", name=op.f("uq_hours_rule_office_id_valid_from")),
    )

    op.create_table(
        "report_snapshot",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("public_id", sa.Uuid(), nullable=False),
        sa.Column("title", sa.String(length=200), nullable=False),
        sa.Column("definition", sa.String(length=2000), nullable=False),
        sa.Column("all_offices", sa.Boolean(), nullable=False),
        sa.Column("indicator_id", sa.Integer(), nullable=True),
        sa.Column("figures", sa.Text(), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("made_by", sa.String(length=64), nullable=False),
        sa.Column("audit_sequence", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.ForeignKeyConstraint(
            ["indicator_id"], ["indicator.id"], name=op.f("fk_report_snapshot_indicator_id_indicator"), ondelete="RESTRICT"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_report_snapshot")),
        sa.UniqueConstraint("public_id", name=op.f("uq_report_snapshot_public_id")),
    )
    op.create_index("ix_report_snapshot_made", "report_snapshot", ["made_at"])
    op.create_index(op.f("ix_report_snapshot_indicator_id"), "report_snapshot", ["indicator_id"])
    op.create_table(
        "report_snapshot_office",
        sa.Column("snapshot_id", sa.Integer(), nullable=False),
        sa.Column("office_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["snapshot_id"],
            ["report_snapshot.id"],
            name=op.f("fk_report_snapshot_office_snapshot_id_report_snapshot"),
            ondelete="RESTRICT",
        ),
        sa.ForeignKeyConstraint(["office_id"], ["office.id"], name=op.f("fk_report_snapshot_office_office_id_office"), ondelete="RESTRICT"),
        sa.PrimaryKeyConstraint("snapshot_id", "office_id", name=op.f("pk_report_snapshot_office")),
    )
    op.create_index(op.f("ix_report_snapshot_office_office_id"), "report_snapshot_office", ["office_id"])


def downgrade() -> None:
    """What was frozen or saved is lost; outcomes lose nothing that registrations do not say."""
    for table in ("report_snapshot_office", "report_snapshot", "hours_rule", "indicator", "saved_view"):
        op.drop_table(table)
    if op.get_bind().dialect.name == "postgresql":
        op.execute("DROP TRIGGER registration_keeps_participation ON registration")
        op.execute("DROP FUNCTION keep_participation()")
    else:
        op.execute("DROP TRIGGER registration_keeps_participation")
    for name in PEOPLE_APART:
        op.drop_index(name, table_name="person")
    with op.batch_alter_table("participation") as table:
        table.drop_constraint(op.f("fk_participation_person_id_person"), type_="foreignkey")
        table.drop_column("seated")
        table.drop_column("person_id")
