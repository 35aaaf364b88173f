"""Participations: the outcome of each registration, kept. Those of completed seminars are frozen with today's names of agencies.

Revision: 0017, after 0016.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0017"
down_revision = "0016"
branch_labels = None
depends_on = None

DEFAULT = "CASE WHEN s.contact_minutes - 15 > s.contact_minutes / 2 THEN s.contact_minutes - 15 ELSE s.contact_minutes / 2 END"
SAID = "CASE WHEN m.minutes < s.contact_minutes THEN m.minutes ELSE s.contact_minutes END"
WORTH = (
    f"CASE WHEN m.status IN ('late', 'left_early') THEN CASE WHEN m.minutes IS NULL THEN {DEFAULT} ELSE {SAID} END"
    " WHEN m.status = 'present' OR (m.status = 'excused' AND v.excused_rule = 'credited') THEN s.contact_minutes ELSE 0 END"
)
NOT_COUNTED = "m.status = 'excused' AND v.excused_rule = 'not_counted'"
THERE = "m.status IN ('present', 'late', 'left_early')"
OUTCOMES = (
    "SELECT r.id, r.seminar_id, r.agency_version_id, r.state, v.threshold_percent, v.excused_rule, v.state AS seminar_state,"
    " v.archived_from, COALESCE(v.changed_at, v.created_at) AS changed_at,"
    f" COALESCE(SUM(CASE WHEN s.counts_for_completion THEN {WORTH} ELSE 0 END), 0) AS credited,"
    f" COALESCE(SUM(CASE WHEN s.counts_for_completion THEN CASE WHEN {NOT_COUNTED} THEN 0 ELSE s.contact_minutes END ELSE 0 END), 0)"
    "  AS contact,"
    f" COALESCE(MAX(CASE WHEN {THERE} THEN 1 ELSE 0 END), 0) = 1 AS attended,"
    f" COALESCE(SUM(CASE WHEN s.counts_for_completion AND {THERE} THEN 1 ELSE 0 END), 0) AS there,"
    " COALESCE(SUM(CASE WHEN s.counts_for_completion THEN 1 ELSE 0 END), 0) AS sessions"
    " FROM registration r JOIN seminar v ON v.id = r.seminar_id LEFT JOIN seminar_session s ON s.seminar_id = v.id"
    " LEFT JOIN mark m ON m.session_id = s.id AND m.registration_id = r.id"
    " GROUP BY r.id, r.seminar_id, r.agency_version_id, r.state, v.threshold_percent, v.excused_rule, v.state, v.archived_from,"
    " v.changed_at, v.created_at"
)
ROUNDED = "(2000 * credited + contact) / (2 * contact)"
BELOW_ALL = f"CASE WHEN credited < contact AND {ROUNDED} > 999 THEN 999 ELSE {ROUNDED} END"
TENTHS = (
    f"CASE WHEN 100 * credited < threshold_percent * contact AND {BELOW_ALL} > 10 * threshold_percent - 1"
    f" THEN 10 * threshold_percent - 1 ELSE {BELOW_ALL} END"
)
"""Percent × 10, rounded half up; less than all never reads as all, nor less than the threshold as the threshold."""
COMPLETED = "state = 'registered' AND contact > 0 AND 100 * credited >= threshold_percent * contact"
CANCELLED = "seminar_state = 'cancelled' OR (seminar_state = 'archived' AND COALESCE(archived_from, '') = 'cancelled')"
FROZEN = "seminar_state = 'completed' OR (seminar_state = 'archived' AND COALESCE(archived_from, '') = 'completed')"


INSERT = (
    "INSERT INTO participation (registration_id, version, current, seminar_id, agency_version_id, minutes_credited,"
    " contact_minutes, percent, threshold_percent, excused_rule, attended, sessions_attended, sessions_counted, completed,"
    " superseded, frozen_at)"
    f" SELECT id, 1, true, seminar_id, agency_version_id, credited, contact, CASE WHEN contact > 0 THEN ({TENTHS}) / 10.0 END,"
    f" threshold_percent, excused_rule, attended, there, sessions, ({COMPLETED}) AND NOT ({CANCELLED}), false,"
    f" CASE WHEN {FROZEN} THEN changed_at END FROM ({OUTCOMES}) outcome"
)
"""The outcomes that follow from the marks."""


def upgrade() -> None:
    """The outcomes are those that the pages have shown. A registration keeps the names of its agency from now on."""
    _create_participation()
    op.drop_index("ix_registration_roster", table_name="registration")
    op.create_index("ix_registration_roster", "registration", ["seminar_id", "state", "agency_version_id"])
    op.execute(f"{INSERT} ORDER BY id")
    op.execute(
        "UPDATE participation SET superseded = true WHERE registration_id IN (SELECT r.id FROM registration r"
        " JOIN person p ON p.id = r.person_id WHERE p.merged_into_id IS NOT NULL)"
    )
    frozen = op.get_bind().scalar(sa.text("SELECT COUNT(*) FROM participation WHERE frozen_at IS NOT NULL"))
    if frozen:
        print(f"participations of completed seminars, frozen with today's names of agencies: {frozen}")  # noqa: T201  for whoever upgrades


def downgrade() -> None:
    """The outcomes are computed by the pages again, and former versions are lost."""
    op.drop_table("participation")
    op.drop_index("ix_registration_roster", table_name="registration")
    op.create_index("ix_registration_roster", "registration", ["seminar_id", "state", "agency_id"])


def _create_participation() -> None:
    excused = sa.Enum("not_counted", "credited", "absent", name="excusedrule", native_enum=False, create_constraint=True, length=32)
    op.create_table(
        "participation",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("registration_id", sa.Integer(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("current", sa.Boolean(), nullable=False),
        sa.Column("seminar_id", sa.Integer(), nullable=False),
        sa.Column("agency_version_id", sa.Integer(), nullable=False),
        sa.Column("minutes_credited", sa.Integer(), nullable=False),
        sa.Column("contact_minutes", sa.Integer(), nullable=False),
        sa.Column("percent", sa.Numeric(precision=4, scale=1, asdecimal=False), nullable=True),
        sa.Column("threshold_percent", sa.Integer(), nullable=False),
        sa.Column("excused_rule", excused, nullable=False),
        sa.Column("attended", sa.Boolean(), nullable=False),
        sa.Column("sessions_attended", sa.Integer(), nullable=False),
        sa.Column("sessions_counted", sa.Integer(), nullable=False),
        sa.Column("completed", sa.Boolean(), nullable=False),
        sa.Column("superseded", sa.Boolean(), nullable=False),
        sa.Column("frozen_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("0 <= minutes_credited AND minutes_credited <= contact_minutes", name=op.f("ck_participation_minutes")),
        sa.CheckConstraint("(percent IS NULL) = (contact_minutes = 0)", name=op.f("ck_participation_percent")),
        sa.ForeignKeyConstraint(
            ["registration_id"], ["registration.id"], name=op.f("fk_participation_registration_id_registration"), ondelete="RESTRICT"
        ),
        sa.ForeignKeyConstraint(["seminar_id"], ["seminar.id"], name=op.f("fk_participation_seminar_id_seminar"), ondelete="RESTRICT"),
        sa.ForeignKeyConstraint(
            ["agency_version_id"],
            ["agency_version.id"],
            name=op.f("fk_participation_agency_version_id_agency_version"),
            ondelete="RESTRICT",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_participation")),
        sa.UniqueConstraint("registration_id", "version", name=op.f("uq_participation_registration_id_version")),
    )
    current = sa.text("current")
    op.create_index(
        "uq_participation_current", "participation", ["registration_id"], unique=True, sqlite_where=current, postgresql_where=current
    )
    op.create_index("ix_participation_seminar", "participation", ["seminar_id"])
