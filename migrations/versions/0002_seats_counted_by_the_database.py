"""Seats counted by the database: a trigger keeps seat_pool.taken true to the seated registrations.

Together with the CHECK (0 <= taken <= size) this refuses the extra person on every path, whoever writes.

Revision: 0002, after 0001.
"""

from __future__ import annotations

from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

SQLITE_UP = (
    """
    CREATE TRIGGER registration_takes_seat AFTER INSERT ON registration WHEN NEW.seat_pool_id IS NOT NULL
    BEGIN
        UPDATE seat_pool SET taken = taken + 1 WHERE id = NEW.seat_pool_id;
    END
    """,
    """
    CREATE TRIGGER registration_changes_seat AFTER UPDATE OF seat_pool_id ON registration WHEN OLD.seat_pool_id IS NOT NEW.seat_pool_id
    BEGIN
        UPDATE seat_pool SET taken = taken - 1 WHERE id = OLD.seat_pool_id;
        UPDATE seat_pool SET taken = taken + 1 WHERE id = NEW.seat_pool_id;
    END
    """,
    """
    CREATE TRIGGER registration_leaves_seat AFTER DELETE ON registration WHEN OLD.seat_pool_id IS NOT NULL
    BEGIN
        UPDATE seat_pool SET taken = taken - 1 WHERE id = OLD.seat_pool_id;
    END
    """,
)

POSTGRESQL_UP = (
    """
    CREATE FUNCTION count_seats() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
        IF TG_OP <> 'INSERT' AND OLD.seat_pool_id IS NOT NULL THEN
            UPDATE seat_pool SET taken = taken - 1 WHERE id = OLD.seat_pool_id;
        END IF;
        IF TG_OP <> 'DELETE' AND NEW.seat_pool_id IS NOT NULL THEN
            UPDATE seat_pool SET taken = taken + 1 WHERE id = NEW.seat_pool_id;
        END IF;
        RETURN NULL;
    END
    $$
    """,
    "CREATE TRIGGER registration_takes_seat AFTER INSERT ON registration FOR EACH ROW WHEN (NEW.seat_pool_id IS NOT NULL) EXECUTE FUNCTION count_seats()",
    """
    CREATE TRIGGER registration_changes_seat AFTER UPDATE OF seat_pool_id ON registration
    FOR EACH ROW WHEN (OLD.seat_pool_id IS DISTINCT FROM NEW.seat_pool_id) EXECUTE FUNCTION count_seats()
    """,
    "CREATE TRIGGER registration_leaves_seat AFTER DELETE ON registration FOR EACH ROW WHEN (OLD.seat_pool_id IS NOT NULL) EXECUTE FUNCTION count_seats()",
)

TRIGGERS = ("registration_takes_seat", "registration_changes_seat", "registration_leaves_seat")
COUNT_NOW = "UPDATE seat_pool SET taken = (SELECT count(*) FROM registration WHERE registration.seat_pool_id = seat_pool.id)"


def upgrade() -> None:
    """Count what is seated, then keep counting."""
    op.execute(COUNT_NOW)
    for statement in POSTGRESQL_UP if op.get_bind().dialect.name == "postgresql" else SQLITE_UP:
        op.execute(statement)


def downgrade() -> None:
    """Stop counting; the numbers stay as they are."""
    if op.get_bind().dialect.name == "postgresql":
        for trigger in TRIGGERS:
            op.execute(f"DROP TRIGGER {trigger} ON registration")
        op.execute("DROP FUNCTION count_seats()")
        return
    for trigger in TRIGGERS:
        op.execute(f"DROP TRIGGER {trigger}")
