"""Versions of agencies, so that a registration keeps the name and the group of its day.

Revision: 0015, after 0014.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0015"
down_revision = "0014"
branch_labels = None
depends_on = None

LEVELS = ("federal", "state", "municipal", "other")
FIRST_VERSIONS = """
WITH RECURSIVE above (agency_id, ancestor_id, parent_id) AS (
    SELECT id, id, parent_id FROM agency
    UNION
    SELECT above.agency_id, agency.id, agency.parent_id FROM above JOIN agency ON agency.id = above.parent_id
)
INSERT INTO agency_version
    (agency_id, current, code, name_es, name_en, level, state, group_id, group_code, group_name_es, group_name_en, group_level, since)
SELECT own.id, :current, own.code, own.name_es, own.name_en, own.level, own.state,
    top.id, top.code, top.name_es, top.name_en, top.level, CURRENT_TIMESTAMP
FROM agency AS own
LEFT JOIN above ON above.agency_id = own.id AND above.parent_id IS NULL
JOIN agency AS top ON top.id = COALESCE(above.ancestor_id, own.id)
ORDER BY own.id
"""


def upgrade() -> None:
    """What an agency was called before is not known: each begins with a version of today, which all registrations so far get."""
    op.create_table(
        "agency_version",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("agency_id", sa.Integer(), nullable=False),
        sa.Column("current", sa.Boolean(), nullable=False),
        sa.Column("code", sa.String(length=32), nullable=False),
        sa.Column("name_es", sa.String(length=200), nullable=False),
        sa.Column("name_en", sa.String(length=200), nullable=False),
        sa.Column("level", _level("agencylevel"), nullable=False),
        sa.Column("state", sa.String(length=60), nullable=True),
        sa.Column("group_id", sa.Integer(), nullable=False),
        sa.Column("group_code", sa.String(length=32), nullable=False),
        sa.Column("group_name_es", sa.String(length=200), nullable=False),
        sa.Column("group_name_en", sa.String(length=200), nullable=False),
        sa.Column("group_level", _level("group_level"), nullable=False),
        sa.Column("since", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["agency_id"], ["agency.id"], name=op.f("fk_agency_version_agency_id_agency"), ondelete="RESTRICT"),
        sa.ForeignKeyConstraint(["group_id"], ["agency.id"], name=op.f("fk_agency_version_group_id_agency"), ondelete="RESTRICT"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_agency_version")),
    )
    op.create_index(
        "uq_agency_version_current",
        "agency_version",
        ["agency_id"],
        unique=True,
        sqlite_where=sa.text("current = 1"),
        postgresql_where=sa.text("current"),
    )
    op.get_bind().execute(sa.text(FIRST_VERSIONS).bindparams(sa.bindparam("current", True, sa.Boolean())))
    _give_versions()


def downgrade() -> None:
    """Registrations show the directory of the day again."""
    op.execute("ALTER TABLE registration DROP COLUMN agency_version_id")
    op.drop_table("agency_version")


def _give_versions() -> None:
    """Add the column to registrations. SQLite keeps the default, which is no version, so that a row without one is refused."""
    name = "fk_registration_agency_version_id_agency_version"
    give = "UPDATE registration SET agency_version_id = kept.id FROM agency_version AS kept WHERE kept.agency_id = registration.agency_id"
    if op.get_context().dialect.name == "sqlite":
        op.execute(
            "ALTER TABLE registration ADD COLUMN agency_version_id INTEGER DEFAULT 0 NOT NULL"
            f" CONSTRAINT {name} REFERENCES agency_version (id)"
        )
        op.execute(give)
    else:
        op.execute("ALTER TABLE registration ADD COLUMN agency_version_id INTEGER")
        op.execute(give)
        op.execute("ALTER TABLE registration ALTER COLUMN agency_version_id SET NOT NULL")
        op.create_foreign_key(op.f(name), "registration", "agency_version", ["agency_version_id"], ["id"])


def _level(name: str) -> sa.Enum:
    return sa.Enum(*LEVELS, name=name, native_enum=False, create_constraint=True, length=32)
