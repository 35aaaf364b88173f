"""People in the order of their names, with what a search asks of each, and where each was registered, for whom, and from which agency.

A frequent name is looked for, and who may see whom is decided, without reading the people or their registrations.

Revision: 0007, after 0006.
"""

from __future__ import annotations

from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """They replace those over one column. SQLite keeps the id in an index anyway, and has no columns beside it."""
    op.create_index(
        "ix_person_in_order", "person", ["search_key", "id"], postgresql_include=["agency_id", "reserved", "email", "public_id"]
    )
    op.drop_index("ix_person_search_key", table_name="person")
    op.create_index("ix_registration_of_person", "registration", ["person_id", "agency_id", "seminar_id"])
    op.drop_index("ix_registration_person_id", table_name="registration")


def downgrade() -> None:
    """The narrower ones come back."""
    op.create_index("ix_registration_person_id", "registration", ["person_id"])
    op.drop_index("ix_registration_of_person", table_name="registration")
    op.create_index("ix_person_search_key", "person", ["search_key"])
    op.drop_index("ix_person_in_order", table_name="person")
