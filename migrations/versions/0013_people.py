"""People in Spanish order; reserved identities with their codes; merged records, joined registrations, requests and proposals; mail by its link.

Revision: 0013, after 0012.
"""

from __future__ import annotations

import re
import secrets
import unicodedata
from collections.abc import Iterator

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None

REASONS = "'own_request', 'agency_request', 'authority_order', 'mistake'"
LETTERS = "BCDFGHJKLMNPQRSTVWXZ"
LONGEST_SORT_KEY = 640
BATCH = 5_000
OPENED = str.maketrans(
    {"æ": "ae", "œ": "oe", "ø": "o", "ð": "d", "đ": "d", "þ": "th", "ł": "l", "ħ": "h", "ı": "i", "ȷ": "j", "ŋ": "n", "ŧ": "t", "ĸ": "q",
     "ə": "e", "ƒ": "f", "ƀ": "b", "ɓ": "b", "ƈ": "c", "ȼ": "c", "ɖ": "d", "ɗ": "d", "ǥ": "g", "ɠ": "g", "ɨ": "i", "ɉ": "j", "ƙ": "k",
     "ƚ": "l", "ɲ": "n", "ƞ": "n", "ɔ": "o", "ɛ": "e", "ƥ": "p", "ɍ": "r", "ƭ": "t", "ʉ": "u", "ʋ": "v", "ƴ": "y", "ɏ": "y", "ƶ": "z"}
)  # fmt: skip
IGNORED = re.compile("[\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b-\u200f\u202a-\u202e\u2060-\u206f\u3164\ufe00-\ufe0f\ufeff\uffa0\ufff0-\uffff\U0001bca0-\U0001bca3\U0001d173-\U0001d17a\U000e0000-\U000e0fff]")  # fmt: skip
BEFORE = ["agency_id", "reserved", "email", "public_id"]
NOW = ["search_key", "agency_id", "reserved", "merged_into_id", "email", "public_id"]


def upgrade() -> None:
    """Nobody has been merged; the reason of an identity reserved so far is unknown, and is taken to be the person's own request."""
    _add_columns()
    _sort()
    op.drop_index("ix_person_in_order", table_name="person")
    op.create_index("ix_person_in_order", "person", ["sort_key", "id"], postgresql_include=NOW)
    op.create_index(op.f("ix_person_merged_into_id"), "person", ["merged_into_id"])
    op.create_index("uq_registration_reserved_code", "registration", ["seminar_id", "reserved_code"], unique=True)
    op.create_index("ix_outbox_link", "outbox", ["link_owner", "id"])
    op.execute("UPDATE person SET reserved_reason = 'own_request' WHERE reserved AND erased_at IS NULL")
    _give_codes()
    _create_tables()


def downgrade() -> None:
    """Merges can no longer be undone: the records that were merged stay as they are, without registrations."""
    for table in ("name_request", "person_join", "match_proposal", "person_merge"):
        op.drop_table(table)
    op.drop_index("ix_outbox_link", table_name="outbox")
    op.drop_index("uq_registration_reserved_code", table_name="registration")
    op.drop_index(op.f("ix_person_merged_into_id"), table_name="person")
    op.drop_index("ix_person_in_order", table_name="person")
    op.create_index("ix_person_in_order", "person", ["search_key", "id"], postgresql_include=BEFORE)
    for table, column in (
        ("person", "sort_key"),
        ("person", "reserved_reason"),
        ("person", "merged_into_id"),
        ("registration", "reserved_code"),
        ("seminar", "offers_reserved"),
    ):
        op.execute(f"ALTER TABLE {table} DROP COLUMN {column}")


def _add_columns() -> None:
    sqlite = op.get_context().dialect.name == "sqlite"
    collation = "" if sqlite else ' COLLATE "C"'
    op.execute(f"ALTER TABLE person ADD COLUMN sort_key VARCHAR({LONGEST_SORT_KEY}){collation} DEFAULT '' NOT NULL")
    op.execute(
        "ALTER TABLE person ADD COLUMN reserved_reason VARCHAR(32)"
        f" CONSTRAINT ck_person_reservedreason CHECK (reserved_reason IN ({REASONS}))"
    )
    op.execute("ALTER TABLE person ADD COLUMN merged_into_id INTEGER CONSTRAINT fk_person_merged_into_id_person REFERENCES person (id)")
    op.add_column("registration", sa.Column("reserved_code", sa.String(length=5), nullable=True))
    op.add_column("seminar", sa.Column("offers_reserved", sa.Boolean(), server_default=sa.false(), nullable=False))
    if not sqlite:
        op.execute("ALTER TABLE person ALTER COLUMN sort_key DROP DEFAULT")


def _sort() -> None:
    """Give each person the key of the Spanish order; the keys of erased people stay empty."""
    connection = op.get_bind()
    change = sa.text("UPDATE person SET sort_key = :key WHERE id = :id")
    for rows in _batches("SELECT id, given_names, surname1, surname2 FROM person WHERE search_key > '' AND id > :last ORDER BY id"):
        connection.execute(change, [{"id": row[0], "key": _sort_key(*row[1:])} for row in rows])


def _batches(query: str) -> Iterator[list[sa.Row[tuple[int, str, str, str | None]]]]:
    last = 0
    while rows := list(op.get_bind().execute(sa.text(f"{query} LIMIT {BATCH}"), {"last": last})):
        yield rows
        last = rows[-1][0]


def _sort_key(given_names: str, surname1: str, surname2: str | None) -> str:
    surnames = (surname1, surname2 or "") if surname1 else ()
    return "\x1f".join(_spanish_order(name) for name in (*surnames, given_names))[:LONGEST_SORT_KEY]


def _spanish_order(name: str) -> str:
    text = unicodedata.normalize("NFC", name.casefold()).replace("ñ", "nω")
    text = unicodedata.normalize("NFKD", IGNORED.sub("", text))
    text = "".join(c for c in text if unicodedata.category(c)[0] != "M").casefold().translate(OPENED)
    return re.sub(r"[\W_]+", " ", text).strip()


def _give_codes() -> None:
    connection = op.get_bind()
    rows = connection.execute(
        sa.text("SELECT r.id, r.seminar_id FROM registration r JOIN person p ON p.id = r.person_id WHERE p.reserved ORDER BY r.id")
    ).all()
    given: set[tuple[int, str]] = set()
    for registration_id, seminar_id in rows:
        while (code := "".join(secrets.choice(LETTERS) for _ in range(5))) and (seminar_id, code) in given:
            pass
        given.add((seminar_id, code))
        connection.execute(sa.text("UPDATE registration SET reserved_code = :code WHERE id = :id"), {"id": registration_id, "code": code})


def _create_tables() -> None:
    op.create_table(
        "person_merge",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("public_id", sa.Uuid(), nullable=False),
        sa.Column("kept_id", sa.Integer(), nullable=False),
        sa.Column("gone_id", sa.Integer(), nullable=False),
        sa.Column("moved", _json(), nullable=False),
        sa.Column("merged_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("merged_by", sa.String(length=64), nullable=False),
        sa.Column("undone_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("undone_by", sa.String(length=64), nullable=True),
        sa.ForeignKeyConstraint(["kept_id"], ["person.id"], name=op.f("fk_person_merge_kept_id_person"), ondelete="RESTRICT"),
        sa.ForeignKeyConstraint(["gone_id"], ["person.id"], name=op.f("fk_person_merge_gone_id_person"), ondelete="RESTRICT"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_person_merge")),
        sa.UniqueConstraint("public_id", name=op.f("uq_person_merge_public_id")),
    )
    op.create_index(op.f("ix_person_merge_kept_id"), "person_merge", ["kept_id"])
    op.create_index(op.f("ix_person_merge_gone_id"), "person_merge", ["gone_id"])
    op.create_table(
        "match_proposal",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("public_id", sa.Uuid(), nullable=False),
        sa.Column("one_id", sa.Integer(), nullable=False),
        sa.Column("other_id", sa.Integer(), nullable=False),
        sa.Column("why", _json(), nullable=False),
        sa.Column("proposed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("proposed_by", sa.String(length=64), nullable=False),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("decided_by", sa.String(length=64), nullable=True),
        sa.CheckConstraint("one_id < other_id", name=op.f("ck_match_proposal_order")),
        sa.ForeignKeyConstraint(["one_id"], ["person.id"], name=op.f("fk_match_proposal_one_id_person"), ondelete="RESTRICT"),
        sa.ForeignKeyConstraint(["other_id"], ["person.id"], name=op.f("fk_match_proposal_other_id_person"), ondelete="RESTRICT"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_match_proposal")),
        sa.UniqueConstraint("one_id", "other_id", name=op.f("uq_match_proposal_one_id_other_id")),
        sa.UniqueConstraint("public_id", name=op.f("uq_match_proposal_public_id")),
    )
    op.create_index(op.f("ix_match_proposal_other_id"), "match_proposal", ["other_id"])
    op.create_table(
        "person_join",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("registration_id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("joined_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("joined_by", sa.String(length=64), nullable=False),
        sa.Column("split_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("split_by", sa.String(length=64), nullable=True),
        sa.ForeignKeyConstraint(
            ["registration_id"], ["registration.id"], name=op.f("fk_person_join_registration_id_registration"), ondelete="RESTRICT"
        ),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_person_join_person_id_person"), ondelete="RESTRICT"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_person_join")),
        sa.UniqueConstraint("registration_id", name=op.f("uq_person_join_registration_id")),
    )
    op.create_index(op.f("ix_person_join_person_id"), "person_join", ["person_id"])
    op.create_table(
        "name_request",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("registration_id", sa.Integer(), nullable=False),
        sa.Column("given_names", sa.String(length=100), nullable=False),
        sa.Column("surname1", sa.String(length=100), nullable=False),
        sa.Column("surname2", sa.String(length=100), nullable=True),
        sa.Column("certificate_name", sa.String(length=300), nullable=False),
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["registration_id"], ["registration.id"], name=op.f("fk_name_request_registration_id_registration"), ondelete="RESTRICT"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_name_request")),
        sa.UniqueConstraint("registration_id", name=op.f("uq_name_request_registration_id")),
    )


def _json() -> sa.types.TypeEngine[object]:
    return sa.JSON(none_as_null=True).with_variant(postgresql.JSONB(none_as_null=True), "postgresql")
