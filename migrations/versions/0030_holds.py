"""Seats that are kept without a name or for an invitation, and agencies' lists that are frozen or ask the organizer.

Revision: 0030, after 0029.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0030"
down_revision = "0029"
branch_labels = None
depends_on = None

ENDS = ("used", "expired", "released", "given_up", "declined")
DECIDERS = ("liaison", "organizer")
KINDS = ("substitute", "withdraw", "exchange")
STATES = ("open", "accepted", "declined", "void")
IS_OPEN = sa.text("ended_at IS NULL")
REQUEST_OPEN = sa.text("state = 'open'")

SQLITE_UP = (
    """
    CREATE TRIGGER hold_takes_seat AFTER INSERT ON hold WHEN NEW.ended_at IS NULL
    BEGIN
        UPDATE seat_pool SET taken = taken + 1, held = held + 1 WHERE id = NEW.seat_pool_id;
    END
    """,
    """
    CREATE TRIGGER hold_changes_seat AFTER UPDATE OF ended_at, seat_pool_id ON hold
    WHEN (OLD.ended_at IS NULL) <> (NEW.ended_at IS NULL) OR OLD.seat_pool_id <> NEW.seat_pool_id
    BEGIN
        UPDATE seat_pool SET taken = taken - 1, held = held - 1 WHERE id = OLD.seat_pool_id AND OLD.ended_at IS NULL;
        UPDATE seat_pool SET taken = taken + 1, held = held + 1 WHERE id = NEW.seat_pool_id AND NEW.ended_at IS NULL;
    END
    """,
    """
    CREATE TRIGGER hold_leaves_seat AFTER DELETE ON hold WHEN OLD.ended_at IS NULL
    BEGIN
        UPDATE seat_pool SET taken = taken - 1, held = held - 1 WHERE id = OLD.seat_pool_id;
    END
    """,
)

POSTGRESQL_UP = (
    """
    CREATE FUNCTION count_holds() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
        IF TG_OP <> 'INSERT' AND OLD.ended_at IS NULL THEN
            UPDATE seat_pool SET taken = taken - 1, held = held - 1 WHERE id = OLD.seat_pool_id;
        END IF;
        IF TG_OP <> 'DELETE' AND NEW.ended_at IS NULL THEN
            UPDATE seat_pool SET taken = taken + 1, held = held + 1 WHERE id = NEW.seat_pool_id;
        END IF;
        RETURN NULL;
    END
    $$
    """,
    "CREATE TRIGGER hold_takes_seat AFTER INSERT ON hold FOR EACH ROW WHEN (NEW.ended_at IS NULL) EXECUTE FUNCTION count_holds()",
    """
    CREATE TRIGGER hold_changes_seat AFTER UPDATE OF ended_at, seat_pool_id ON hold FOR EACH ROW
    WHEN ((OLD.ended_at IS NULL) <> (NEW.ended_at IS NULL) OR OLD.seat_pool_id <> NEW.seat_pool_id) EXECUTE FUNCTION count_holds()
    """,
    "CREATE TRIGGER hold_leaves_seat AFTER DELETE ON hold FOR EACH ROW WHEN (OLD.ended_at IS NULL) EXECUTE FUNCTION count_holds()",
)


def upgrade() -> None:
    """No seat was kept before, and nobody was told of a release."""
    op.execute(
        "ALTER TABLE seat_pool ADD COLUMN held INTEGER DEFAULT 0 NOT NULL CONSTRAINT ck_seat_pool_held CHECK (held >= 0 AND held <= taken)"
    )
    op.add_column("seat_pool", sa.Column("release_told", sa.Integer(), nullable=True))
    op.add_column("seminar", sa.Column("list_freezes_on", sa.Date(), nullable=True))
    allowed = ", ".join(f"'{each}'" for each in DECIDERS)
    op.execute(
        "ALTER TABLE seminar ADD COLUMN substitutes_by VARCHAR(32) DEFAULT 'liaison' NOT NULL"
        f" CONSTRAINT ck_seminar_substitutesby CHECK (substitutes_by IN ({allowed}))"
    )
    op.create_table(
        "hold",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("public_id", sa.Uuid(), nullable=False),
        sa.Column("seminar_id", sa.Integer(), nullable=False),
        sa.Column("seat_pool_id", sa.Integer(), nullable=False),
        sa.Column("agency_id", sa.Integer(), nullable=True),
        sa.Column("registration_id", sa.Integer(), nullable=True),
        sa.Column("last_day", sa.Date(), nullable=False),
        sa.Column("link_hash", sa.LargeBinary(length=32), nullable=True),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("made_by", sa.String(length=64), nullable=False),
        sa.Column("reminded_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("ending", sa.Enum(*ENDS, name="holdend", native_enum=False, create_constraint=True, length=32), nullable=True),
        sa.CheckConstraint("(ended_at IS NULL) = (ending IS NULL)", name=op.f("ck_hold_ended")),
        sa.CheckConstraint("(agency_id IS NULL) <> (registration_id IS NULL)", name=op.f("ck_hold_for_one")),
        sa.CheckConstraint("(link_hash IS NULL) = (registration_id IS NULL)", name=op.f("ck_hold_link")),
        sa.ForeignKeyConstraint(["seminar_id"], ["seminar.id"], name=op.f("fk_hold_seminar_id_seminar"), ondelete="RESTRICT"),
        sa.ForeignKeyConstraint(
            ["seminar_id", "seat_pool_id"],
            ["seat_pool.seminar_id", "seat_pool.id"],
            name=op.f("fk_hold_seminar_id_seat_pool_id_seat_pool"),
            ondelete="RESTRICT",
        ),
        sa.ForeignKeyConstraint(["agency_id"], ["agency.id"], name=op.f("fk_hold_agency_id_agency"), ondelete="RESTRICT"),
        sa.ForeignKeyConstraint(
            ["registration_id"], ["registration.id"], name=op.f("fk_hold_registration_id_registration"), ondelete="RESTRICT"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_hold")),
        sa.UniqueConstraint("public_id", name=op.f("uq_hold_public_id")),
        sa.UniqueConstraint("link_hash", name=op.f("uq_hold_link_hash")),
    )
    op.create_index("uq_hold_open", "hold", ["registration_id"], unique=True, sqlite_where=IS_OPEN, postgresql_where=IS_OPEN)
    op.create_index("ix_hold_seminar", "hold", ["seminar_id", "ended_at"])
    op.create_index("ix_hold_due", "hold", ["last_day"], sqlite_where=IS_OPEN, postgresql_where=IS_OPEN)
    op.create_index(op.f("ix_hold_registration_id"), "hold", ["registration_id"])
    op.create_index(op.f("ix_hold_agency_id"), "hold", ["agency_id"])
    op.create_table(
        "list_request",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("public_id", sa.Uuid(), nullable=False),
        sa.Column("seminar_id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.Enum(*KINDS, name="requestkind", native_enum=False, create_constraint=True, length=32), nullable=False),
        sa.Column("state", sa.Enum(*STATES, name="requeststate", native_enum=False, create_constraint=True, length=32), nullable=False),
        sa.Column("registration_id", sa.Integer(), nullable=False),
        sa.Column("other_id", sa.Integer(), nullable=True),
        sa.Column("file_id", sa.Integer(), nullable=True),
        sa.Column("reason", sa.String(length=300), nullable=True),
        sa.Column("submission_id", sa.Uuid(), nullable=False),
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("asked_by", sa.String(length=64), nullable=False),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("decided_by", sa.String(length=64), nullable=True),
        sa.Column("answer", sa.String(length=300), nullable=True),
        sa.CheckConstraint("(state = 'open') = (decided_at IS NULL)", name=op.f("ck_list_request_decided")),
        sa.ForeignKeyConstraint(["seminar_id"], ["seminar.id"], name=op.f("fk_list_request_seminar_id_seminar"), ondelete="RESTRICT"),
        sa.ForeignKeyConstraint(
            ["registration_id"], ["registration.id"], name=op.f("fk_list_request_registration_id_registration"), ondelete="RESTRICT"
        ),
        sa.ForeignKeyConstraint(["other_id"], ["registration.id"], name=op.f("fk_list_request_other_id_registration"), ondelete="RESTRICT"),
        sa.ForeignKeyConstraint(["file_id"], ["file.id"], name=op.f("fk_list_request_file_id_file"), ondelete="RESTRICT"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_list_request")),
        sa.UniqueConstraint("file_id", name=op.f("uq_list_request_file_id")),
        sa.UniqueConstraint("public_id", name=op.f("uq_list_request_public_id")),
        sa.UniqueConstraint("submission_id", name=op.f("uq_list_request_submission_id")),
    )
    op.create_index(
        "uq_list_request_open",
        "list_request",
        ["registration_id"],
        unique=True,
        sqlite_where=REQUEST_OPEN,
        postgresql_where=REQUEST_OPEN,
    )
    op.create_index("ix_list_request_seminar", "list_request", ["seminar_id", "state"])
    op.create_index(op.f("ix_list_request_other_id"), "list_request", ["other_id"])
    for statement in POSTGRESQL_UP if op.get_bind().dialect.name == "postgresql" else SQLITE_UP:
        op.execute(statement)


def downgrade() -> None:
    """Kept seats are free again; the hourly job of the program before gives them to those who wait."""
    op.execute(
        "DELETE FROM outbox WHERE kind IN"
        " ('invitation', 'invitation_reminder', 'release_near', 'request_made', 'request_decided', 'exchanged', 'withdrawn_by_agency')"
    )
    op.execute("UPDATE seat_pool SET taken = taken - held, held = 0 WHERE held > 0")
    if op.get_bind().dialect.name == "postgresql":
        for trigger in ("hold_takes_seat", "hold_changes_seat", "hold_leaves_seat"):
            op.execute(f"DROP TRIGGER {trigger} ON hold")
        op.execute("DROP FUNCTION count_holds()")
    op.drop_table("list_request")
    op.execute("DELETE FROM file WHERE kind = 'nominations.substitute'")  # nothing would say when these have to go
    op.drop_table("hold")
    op.execute("ALTER TABLE seminar DROP COLUMN substitutes_by")
    op.execute("ALTER TABLE seminar DROP COLUMN list_freezes_on")
    op.execute("ALTER TABLE seat_pool DROP COLUMN release_told")
    op.execute("ALTER TABLE seat_pool DROP COLUMN held")
