"""Indexes that lists and searches need when there are millions of rows.

People and receivers of mail are found by the beginnings of words (PostgreSQL: an inverted index; SQLite looks through its rows),
addresses by how they begin, and the newest rows of the trail by who, what and where without reading anybody else's.

Revision: 0003, after 0002.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

WORDS_OF = """
CREATE FUNCTION words_of(line text) RETURNS tsvector LANGUAGE plpgsql IMMUTABLE STRICT COST 1000 AS $$
BEGIN
    RETURN array_to_tsvector(array_remove(string_to_array(line, ' '), ''));
END
$$
"""
"""The cost has the planner use the index over it rather than work it out for a million rows; plpgsql, because SQL would be inlined."""

WORDS = (
    WORDS_OF,
    "CREATE INDEX ix_person_words ON person USING gin (words_of(search_key))",
    "CREATE INDEX ix_outbox_name ON outbox USING gin (words_of(lower(to_name)))",
)
FAILED = sa.text("state = 'failed'")


def upgrade() -> None:
    """Add them; those of the trail replace narrower ones."""
    op.create_index("ix_person_email_start", "person", ["email"], postgresql_ops={"email": "text_pattern_ops"})
    op.create_index("ix_outbox_address", "outbox", ["to_address"], postgresql_ops={"to_address": "text_pattern_ops"})
    op.create_index("ix_outbox_kind", "outbox", ["kind", "id"])
    op.create_index("ix_outbox_failed", "outbox", ["id"], sqlite_where=FAILED, postgresql_where=FAILED)
    op.create_index("ix_response_receipt_form_id", "response_receipt", ["form_id"])
    op.drop_index("ix_seminar_start", table_name="seminar")
    op.create_index("ix_seminar_start", "seminar", ["starts_on", "id"])
    op.create_index("ix_seminar_state", "seminar", ["state", "starts_on", "id"])
    op.create_index("ix_audit_actor_sequence", "audit", ["actor", "sequence"], postgresql_ops={"actor": "text_pattern_ops"})
    for column in ("action", "seminar"):
        op.create_index(f"ix_audit_{column}_sequence", "audit", [column, "sequence"])
    for column in ("actor", "action", "seminar"):
        op.drop_index(f"ix_audit_{column}", table_name="audit")
    if op.get_bind().dialect.name == "postgresql":
        for statement in WORDS:
            op.execute(statement)


def downgrade() -> None:
    """Take them away; the narrower ones come back."""
    if op.get_bind().dialect.name == "postgresql":
        op.drop_index("ix_outbox_name", table_name="outbox")
        op.drop_index("ix_person_words", table_name="person")
        op.execute("DROP FUNCTION words_of(text)")
    for column in ("actor", "action", "seminar"):
        op.create_index(f"ix_audit_{column}", "audit", [column])
        op.drop_index(f"ix_audit_{column}_sequence", table_name="audit")
    op.drop_index("ix_seminar_state", table_name="seminar")
    op.drop_index("ix_seminar_start", table_name="seminar")
    op.create_index("ix_seminar_start", "seminar", ["starts_on"])
    op.drop_index("ix_response_receipt_form_id", table_name="response_receipt")
    op.drop_index("ix_outbox_failed", table_name="outbox", sqlite_where=FAILED, postgresql_where=FAILED)
    op.drop_index("ix_outbox_kind", table_name="outbox")
    op.drop_index("ix_outbox_address", table_name="outbox")
    op.drop_index("ix_person_email_start", table_name="person")
