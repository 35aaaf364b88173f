"""Observations, of which marks are made. The marks so far and their history become chains of observations.

Revision: 0016, after 0015.
"""

from __future__ import annotations

import json

import sqlalchemy as sa
from alembic import op

revision = "0016"
down_revision = "0015"
branch_labels = None
depends_on = None

STATUSES = ("present", "late", "left_early", "excused", "absent")
METHODS = ("scan", "list", "self", "paper")
DEFAULT = "CASE WHEN s.contact_minutes - 15 > s.contact_minutes / 2 THEN s.contact_minutes - 15 ELSE s.contact_minutes / 2 END"
"""Minutes of who came late or left early, where nobody said them."""


def upgrade() -> None:
    """Minutes that equal the default of the session as it now is become minutes that nobody said."""
    _create_observation()
    minutes = f"CASE WHEN m.status IN ('late', 'left_early') AND m.minutes_credited <> {DEFAULT} THEN m.minutes_credited END"
    op.execute(
        "INSERT INTO observation"
        " (public_id, registration_id, session_id, kind, minutes, follows, observed_at, received_at, method, recorded_by, reason)"
        f" SELECT {_new_id()}, registration_id, session_id, kind, minutes, NULL, at, at, method, by_whom, NULL FROM ("
        "  SELECT m.id, 0 AS place, m.registration_id, m.session_id, m.status AS kind,"
        f"  {minutes} AS minutes, m.recorded_at AS at, m.method, m.recorded_by AS by_whom"
        "  FROM mark_history m JOIN seminar_session s ON s.id = m.session_id"
        "  UNION ALL"
        "  SELECT m.id, 1, m.registration_id, m.session_id, 'cleared', NULL, m.replaced_at, m.method, m.replaced_by FROM mark_history m"
        "  WHERE NOT EXISTS (SELECT 1 FROM mark n WHERE n.registration_id = m.registration_id AND n.session_id = m.session_id"
        "   AND n.recorded_at = m.replaced_at)"
        "  AND NOT EXISTS (SELECT 1 FROM mark_history n WHERE n.registration_id = m.registration_id AND n.session_id = m.session_id"
        "   AND n.recorded_at = m.replaced_at AND n.id <> m.id)"
        "  UNION ALL"
        "  SELECT m.id, 2, m.registration_id, m.session_id, m.status,"
        f"  {minutes}, m.recorded_at, m.method, m.recorded_by"
        "  FROM mark m JOIN seminar_session s ON s.id = m.session_id"
        " ) seen ORDER BY CASE place WHEN 2 THEN 1 ELSE 0 END, at, place, id"
    )
    op.execute(
        "UPDATE observation SET follows = (SELECT p.public_id FROM observation p WHERE p.registration_id = observation.registration_id"
        " AND p.session_id = observation.session_id AND p.id < observation.id ORDER BY p.id DESC LIMIT 1)"
    )
    _translate_merges()
    op.drop_table("mark_history")
    op.drop_table("mark")
    _create_mark()
    op.execute(
        "INSERT INTO mark (registration_id, session_id, last, status, minutes, time_in, time_out, still_in, conflict)"
        " SELECT o.registration_id, o.session_id, o.public_id, CASE WHEN o.kind = 'cleared' THEN NULL ELSE o.kind END, o.minutes,"
        " NULL, NULL, false, false FROM observation o WHERE NOT EXISTS (SELECT 1 FROM observation n"
        " WHERE n.registration_id = o.registration_id AND n.session_id = o.session_id AND n.id > o.id) ORDER BY o.id"
    )


def downgrade() -> None:
    """Each mark keeps its worth, and what was observed before it becomes its history; reasons and conflicts are lost."""
    op.execute("CREATE TABLE mark_kept AS SELECT * FROM mark")
    op.drop_table("mark")
    _create_former("mark")
    _create_former("mark_history")
    worth = (
        f"CASE WHEN m.status IN ('late', 'left_early') THEN COALESCE(m.minutes, {DEFAULT})"
        " WHEN m.status = 'present' OR (m.status = 'excused' AND r.excused_rule = 'credited') THEN s.contact_minutes ELSE 0 END"
    )
    method = "CASE WHEN o.method IN ('import', 'merge') THEN 'list' ELSE o.method END"
    op.execute(
        "INSERT INTO mark (registration_id, session_id, status, minutes_credited, time_in, time_out, method, recorded_by, recorded_at, version)"
        f" SELECT m.registration_id, m.session_id, m.status, {worth}, m.time_in, m.time_out, {method}, o.recorded_by, o.observed_at, 1"
        " FROM mark_kept m JOIN observation o ON o.public_id = m.last JOIN seminar_session s ON s.id = m.session_id"
        " JOIN seminar r ON r.id = s.seminar_id WHERE m.status IS NOT NULL ORDER BY m.id"
    )
    op.execute(
        "INSERT INTO mark_history (registration_id, session_id, status, minutes_credited, time_in, time_out, method, recorded_by,"
        " recorded_at, replaced_by, replaced_at)"
        f" SELECT m.registration_id, m.session_id, m.status, {worth}, NULL, NULL, m.method, m.recorded_by, m.observed_at,"
        " n.recorded_by, n.observed_at"
        f" FROM (SELECT o.id, o.registration_id, o.session_id, o.kind AS status, o.minutes, {method} AS method, o.recorded_by,"
        "  o.observed_at, o.public_id, (SELECT MIN(f.id) FROM observation f WHERE f.registration_id = o.registration_id"
        "  AND f.session_id = o.session_id AND f.id > o.id) AS next_id FROM observation o WHERE o.kind NOT IN ('in', 'out', 'cleared')) m"
        " JOIN observation n ON n.id = m.next_id JOIN seminar_session s ON s.id = m.session_id JOIN seminar r ON r.id = s.seminar_id"
        " WHERE NOT EXISTS (SELECT 1 FROM mark_kept k WHERE k.last = m.public_id) ORDER BY m.id"
    )
    op.drop_table("mark_kept")
    op.drop_table("observation")


def _translate_merges() -> None:
    """Name the observations that copied marks became in the merges that can still be undone."""
    connection = op.get_bind()
    merges = connection.execute(sa.text("SELECT id, moved FROM person_merge WHERE undone_at IS NULL")).all()
    last = sa.text(
        "SELECT MAX(o.id) FROM observation o JOIN mark m ON m.registration_id = o.registration_id AND m.session_id = o.session_id"
        " WHERE m.id = :mark"
    )
    for merge_id, stored in merges:
        moved = json.loads(stored) if isinstance(stored, str) else stored
        if marks := moved.get("copies", {}).pop("mark", None):
            found = (connection.scalar(last, {"mark": mark}) for mark in marks)
            moved["copies"]["observation"] = [each for each in found if each is not None]
            value = "CAST(:moved AS JSONB)" if connection.dialect.name == "postgresql" else ":moved"
            change = sa.text(f"UPDATE person_merge SET moved = {value} WHERE id = :id")
            connection.execute(change, {"moved": json.dumps(moved), "id": merge_id})


def _new_id() -> str:
    return "lower(hex(randomblob(16)))" if op.get_context().dialect.name == "sqlite" else "gen_random_uuid()"


def _enum(name: str, *values: str) -> sa.Enum:
    return sa.Enum(*values, name=name, native_enum=False, create_constraint=True, length=32)


def _references(table: str) -> list[sa.Constraint]:
    return [
        sa.ForeignKeyConstraint(
            ["registration_id"], ["registration.id"], name=op.f(f"fk_{table}_registration_id_registration"), ondelete="RESTRICT"
        ),
        sa.ForeignKeyConstraint(
            ["session_id"], ["seminar_session.id"], name=op.f(f"fk_{table}_session_id_seminar_session"), ondelete="RESTRICT"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f(f"pk_{table}")),
    ]


def _create_observation() -> None:
    op.create_table(
        "observation",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("public_id", sa.Uuid(), nullable=False),
        sa.Column("registration_id", sa.Integer(), nullable=False),
        sa.Column("session_id", sa.Integer(), nullable=False),
        sa.Column("kind", _enum("observationkind", *STATUSES, "in", "out", "cleared"), nullable=False),
        sa.Column("minutes", sa.Integer(), nullable=True),
        sa.Column("follows", sa.Uuid(), nullable=True),
        sa.Column("observed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("received_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("method", _enum("markmethod", *METHODS, "import", "merge"), nullable=False),
        sa.Column("recorded_by", sa.String(length=64), nullable=False),
        sa.Column("reason", sa.String(length=300), nullable=True),
        sa.CheckConstraint("minutes >= 0", name=op.f("ck_observation_minutes")),
        sa.CheckConstraint("observed_at <= received_at", name=op.f("ck_observation_times")),
        *_references("observation"),
        sa.UniqueConstraint("public_id", name=op.f("uq_observation_public_id")),
    )
    op.create_index("ix_observation_of", "observation", ["registration_id", "session_id"])
    op.create_index("ix_observation_session", "observation", ["session_id"])


def _create_mark() -> None:
    op.create_table(
        "mark",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("registration_id", sa.Integer(), nullable=False),
        sa.Column("session_id", sa.Integer(), nullable=False),
        sa.Column("last", sa.Uuid(), nullable=False),
        sa.Column("status", _enum("markstatus", *STATUSES), nullable=True),
        sa.Column("minutes", sa.Integer(), nullable=True),
        sa.Column("time_in", sa.DateTime(timezone=True), nullable=True),
        sa.Column("time_out", sa.DateTime(timezone=True), nullable=True),
        sa.Column("still_in", sa.Boolean(), nullable=False),
        sa.Column("conflict", sa.Boolean(), nullable=False),
        sa.CheckConstraint("minutes >= 0", name=op.f("ck_mark_minutes")),
        sa.CheckConstraint("time_in IS NULL OR time_out IS NULL OR time_in <= time_out", name=op.f("ck_mark_times")),
        *_references("mark"),
        sa.UniqueConstraint("registration_id", "session_id", name=op.f("uq_mark_registration_id_session_id")),
    )
    op.create_index("ix_mark_session", "mark", ["session_id"])


def _create_former(table: str) -> None:
    """Create `mark` or `mark_history` as they were."""
    own: list[sa.schema.SchemaItem] = [
        sa.Column("replaced_by", sa.String(length=64), nullable=False),
        sa.Column("replaced_at", sa.DateTime(timezone=True), nullable=False),
    ]
    if table == "mark":
        own = [
            sa.Column("version", sa.Integer(), nullable=False),
            sa.CheckConstraint("minutes_credited >= 0", name=op.f("ck_mark_minutes")),
            sa.CheckConstraint("time_in IS NULL OR time_out IS NULL OR time_in <= time_out", name=op.f("ck_mark_times")),
            sa.UniqueConstraint("registration_id", "session_id", name=op.f("uq_mark_registration_id_session_id")),
        ]
    op.create_table(
        table,
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("registration_id", sa.Integer(), nullable=False),
        sa.Column("session_id", sa.Integer(), nullable=False),
        sa.Column("status", _enum("markstatus", *STATUSES), nullable=False),
        sa.Column("minutes_credited", sa.Integer(), nullable=False),
        sa.Column("time_in", sa.DateTime(timezone=True), nullable=True),
        sa.Column("time_out", sa.DateTime(timezone=True), nullable=True),
        sa.Column("method", _enum("markmethod", *METHODS), nullable=False),
        sa.Column("recorded_by", sa.String(length=64), nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        *own,
        *_references(table),
    )
    if table == "mark":
        op.create_index("ix_mark_session", "mark", ["session_id"])
    else:
        op.create_index("ix_mark_history_of", "mark_history", ["registration_id", "session_id"])
