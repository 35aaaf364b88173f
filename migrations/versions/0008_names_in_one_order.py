"""Names stand in the same order on every server: that of their letters' numbers, as on SQLite, and not of the database's locale.

`person.search_key` is folded, so this is the alphabet; what people read is sorted by `list_order`.

Revision: 0008, after 0007.
"""

from __future__ import annotations

from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """PostgreSQL writes no row, but makes the indexes over it again, while people cannot be read: two seconds for 100,000."""
    _collate('"C"')


def downgrade() -> None:
    """The order is the locale's again."""
    _collate("pg_catalog.default")


def _collate(collation: str) -> None:
    if op.get_bind().dialect.name == "postgresql":
        op.execute(f"ALTER TABLE person ALTER COLUMN search_key TYPE VARCHAR(320) COLLATE {collation}")
        op.execute("ANALYZE person")  # what was known of the column's values is forgotten with its type
