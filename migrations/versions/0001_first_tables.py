"""First tables.

Revision: 0001, after None.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

JSON = sa.JSON(none_as_null=True).with_variant(postgresql.JSONB(none_as_null=True), "postgresql")


def upgrade() -> None:
    """First tables."""
    op.create_table(
        "agency",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("code", sa.String(length=32), nullable=False),
        sa.Column("name_es", sa.String(length=200), nullable=False),
        sa.Column("name_en", sa.String(length=200), nullable=False),
        sa.Column(
            "level",
            sa.Enum("federal", "state", "municipal", "other", name="agencylevel", native_enum=False, create_constraint=True, length=32),
            nullable=False,
        ),
        sa.Column("country", sa.String(length=2), nullable=False),
        sa.Column("state", sa.String(length=60), nullable=True),
        sa.Column("parent_id", sa.Integer(), nullable=True),
        sa.Column("valid_from", sa.Date(), nullable=True),
        sa.Column("valid_to", sa.Date(), nullable=True),
        sa.Column("search_key", sa.String(length=600), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint("parent_id IS NULL OR parent_id <> id", name=op.f("ck_agency_not_its_own_parent")),
        sa.CheckConstraint("valid_to IS NULL OR valid_from IS NULL OR valid_from <= valid_to", name=op.f("ck_agency_dates")),
        sa.ForeignKeyConstraint(["parent_id"], ["agency.id"], name=op.f("fk_agency_parent_id_agency"), ondelete="RESTRICT"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_agency")),
        sa.UniqueConstraint("code", name=op.f("uq_agency_code")),
    )
    op.create_index(op.f("ix_agency_parent_id"), "agency", ["parent_id"], unique=False)
    op.create_table(
        "audit",
        sa.Column("sequence", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=False, nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("actor", sa.String(length=64), nullable=False),
        sa.Column("action", sa.String(length=64), nullable=False),
        sa.Column("subject", sa.String(length=96), nullable=False),
        sa.Column("seminar", sa.String(length=120), nullable=True),
        sa.Column("details", JSON, nullable=False),
        sa.Column("request_id", sa.String(length=32), nullable=True),
        sa.Column("digest", sa.LargeBinary(length=32), nullable=False),
        sa.PrimaryKeyConstraint("sequence", name=op.f("pk_audit")),
    )
    op.create_index(op.f("ix_audit_action"), "audit", ["action"], unique=False)
    op.create_index(op.f("ix_audit_at"), "audit", ["at"], unique=False)
    op.create_index(op.f("ix_audit_actor"), "audit", ["actor"], unique=False)
    op.create_index(op.f("ix_audit_seminar"), "audit", ["seminar"], unique=False)
    op.create_index(op.f("ix_audit_subject"), "audit", ["subject"], unique=False)
    op.create_table(
        "audit_head",
        sa.Column("id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("sequence", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("digest", sa.LargeBinary(length=32), nullable=False),
        sa.CheckConstraint("id = 1", name=op.f("ck_audit_head_only_one")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_audit_head")),
    )
    op.create_table(
        "notice",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(length=32), nullable=False),
        sa.Column("language", sa.String(length=2), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("published_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_notice")),
        sa.UniqueConstraint("kind", "language", "version", name=op.f("uq_notice_kind_language_version")),
    )
    op.create_table(
        "office",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("public_id", sa.Uuid(), nullable=False),
        sa.Column("code", sa.String(length=32), nullable=False),
        sa.Column("name_es", sa.String(length=200), nullable=False),
        sa.Column("name_en", sa.String(length=200), nullable=False),
        sa.Column("city", sa.String(length=100), nullable=True),
        sa.Column("country", sa.String(length=2), nullable=False),
        sa.Column("active", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_office")),
        sa.UniqueConstraint("code", name=op.f("uq_office_code")),
        sa.UniqueConstraint("public_id", name=op.f("uq_office_public_id")),
    )
    op.create_table(
        "outbox",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("public_id", sa.Uuid(), nullable=False),
        sa.Column("message_id", sa.String(length=120), nullable=False),
        sa.Column("dedupe_key", sa.String(length=200), nullable=True),
        sa.Column("kind", sa.String(length=64), nullable=False),
        sa.Column("language", sa.String(length=2), nullable=False),
        sa.Column("to_address", sa.String(length=320), nullable=False),
        sa.Column("to_name", sa.String(length=300), nullable=False),
        sa.Column("context", JSON, nullable=False),
        sa.Column("link_endpoint", sa.String(length=64), nullable=True),
        sa.Column("link_purpose", sa.String(length=32), nullable=True),
        sa.Column("link_owner", sa.Uuid(), nullable=True),
        sa.Column("link_version", sa.Integer(), nullable=True),
        sa.Column(
            "state",
            sa.Enum("waiting", "sending", "sent", "failed", name="messagestate", native_enum=False, create_constraint=True, length=32),
            nullable=False,
        ),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("not_before", sa.DateTime(timezone=True), nullable=False),
        sa.Column("leased_until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("sent_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("last_error", sa.Text(), nullable=True),
        sa.CheckConstraint("attempts >= 0", name=op.f("ck_outbox_attempts")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_outbox")),
        sa.UniqueConstraint("dedupe_key", name=op.f("uq_outbox_dedupe_key")),
        sa.UniqueConstraint("message_id", name=op.f("uq_outbox_message_id")),
        sa.UniqueConstraint("public_id", name=op.f("uq_outbox_public_id")),
    )
    op.create_index("ix_outbox_due", "outbox", ["state", "not_before"], unique=False)
    op.create_table(
        "user_account",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("public_id", sa.Uuid(), nullable=False),
        sa.Column("email", sa.String(length=320), nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("password", sa.String(length=255), nullable=True),
        sa.Column("active", sa.Boolean(), nullable=False),
        sa.Column("fs_uniquifier", sa.String(length=64), nullable=False),
        sa.Column("language", sa.String(length=2), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("reset_hash", sa.LargeBinary(length=32), nullable=True),
        sa.Column("reset_version", sa.Integer(), nullable=False),
        sa.Column("reset_until", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_user_account")),
        sa.UniqueConstraint("email", name=op.f("uq_user_account_email")),
        sa.UniqueConstraint("fs_uniquifier", name=op.f("uq_user_account_fs_uniquifier")),
        sa.UniqueConstraint("public_id", name=op.f("uq_user_account_public_id")),
        sa.UniqueConstraint("reset_hash", name=op.f("uq_user_account_reset_hash")),
    )
    op.create_table(
        "agency_alias",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("agency_id", sa.Integer(), nullable=False),
        sa.Column("alias", sa.String(length=200), nullable=False),
        sa.Column("search_key", sa.String(length=200), nullable=False),
        sa.ForeignKeyConstraint(["agency_id"], ["agency.id"], name=op.f("fk_agency_alias_agency_id_agency"), ondelete="RESTRICT"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_agency_alias")),
        sa.UniqueConstraint("agency_id", "search_key", name=op.f("uq_agency_alias_agency_id_search_key")),
    )
    op.create_index(op.f("ix_agency_alias_agency_id"), "agency_alias", ["agency_id"], unique=False)
    op.create_table(
        "agency_succession",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("from_agency_id", sa.Integer(), nullable=False),
        sa.Column("to_agency_id", sa.Integer(), nullable=False),
        sa.Column("happened_on", sa.Date(), nullable=True),
        sa.Column("happened_in", sa.Integer(), nullable=True),
        sa.Column("source", sa.String(length=300), nullable=True),
        sa.CheckConstraint("happened_on IS NULL OR happened_in IS NULL", name=op.f("ck_agency_succession_day_or_year")),
        sa.CheckConstraint("from_agency_id <> to_agency_id", name=op.f("ck_agency_succession_not_itself")),
        sa.ForeignKeyConstraint(
            ["from_agency_id"], ["agency.id"], name=op.f("fk_agency_succession_from_agency_id_agency"), ondelete="RESTRICT"
        ),
        sa.ForeignKeyConstraint(
            ["to_agency_id"], ["agency.id"], name=op.f("fk_agency_succession_to_agency_id_agency"), ondelete="RESTRICT"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_agency_succession")),
        sa.UniqueConstraint("from_agency_id", "to_agency_id", name=op.f("uq_agency_succession_from_agency_id_to_agency_id")),
    )
    op.create_index(op.f("ix_agency_succession_from_agency_id"), "agency_succession", ["from_agency_id"], unique=False)
    op.create_index(op.f("ix_agency_succession_to_agency_id"), "agency_succession", ["to_agency_id"], unique=False)
    op.create_table(
        "person",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("public_id", sa.Uuid(), nullable=False),
        sa.Column("given_names", sa.String(length=100), nullable=False),
        sa.Column("surname1", sa.String(length=100), nullable=False),
        sa.Column("surname2", sa.String(length=100), nullable=True),
        sa.Column("certificate_name", sa.String(length=300), nullable=False),
        sa.Column("sex", sa.Enum("F", "M", "X", name="sex", native_enum=False, create_constraint=True, length=32), nullable=True),
        sa.Column("email", sa.String(length=320), nullable=True),
        sa.Column("phone", sa.String(length=32), nullable=True),
        sa.Column("agency_id", sa.Integer(), nullable=True),
        sa.Column("language", sa.String(length=2), nullable=False),
        sa.Column("reserved", sa.Boolean(), nullable=False),
        sa.Column("search_key", sa.String(length=320), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["agency_id"], ["agency.id"], name=op.f("fk_person_agency_id_agency"), ondelete="RESTRICT"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_person")),
        sa.UniqueConstraint("email", "search_key", name=op.f("uq_person_email_search_key")),
        sa.UniqueConstraint("public_id", name=op.f("uq_person_public_id")),
    )
    op.create_index(op.f("ix_person_agency_id"), "person", ["agency_id"], unique=False)
    op.create_index(op.f("ix_person_search_key"), "person", ["search_key"], unique=False)
    op.create_table(
        "seminar",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("public_id", sa.Uuid(), nullable=False),
        sa.Column("slug", sa.String(length=120), nullable=False),
        sa.Column("office_id", sa.Integer(), nullable=False),
        sa.Column(
            "state",
            sa.Enum(
                "draft",
                "published",
                "closed",
                "completed",
                "cancelled",
                "archived",
                name="seminarstate",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("title_es", sa.String(length=200), nullable=True),
        sa.Column("title_en", sa.String(length=200), nullable=True),
        sa.Column("topic_es", sa.String(length=200), nullable=True),
        sa.Column("topic_en", sa.String(length=200), nullable=True),
        sa.Column("objectives_es", sa.Text(), nullable=True),
        sa.Column("objectives_en", sa.Text(), nullable=True),
        sa.Column("audience_es", sa.Text(), nullable=True),
        sa.Column("audience_en", sa.Text(), nullable=True),
        sa.Column("funding_source", sa.String(length=200), nullable=True),
        sa.Column("venue", sa.String(length=200), nullable=True),
        sa.Column("city", sa.String(length=100), nullable=False),
        sa.Column("country", sa.String(length=2), nullable=False),
        sa.Column("time_zone", sa.String(length=64), nullable=False),
        sa.Column("starts_on", sa.Date(), nullable=False),
        sa.Column("ends_on", sa.Date(), nullable=False),
        sa.Column(
            "registration_mode",
            sa.Enum(
                "open", "code", "invitation", "nomination", name="registrationmode", native_enum=False, create_constraint=True, length=32
            ),
            nullable=False,
        ),
        sa.Column("registration_code", sa.String(length=64), nullable=True),
        sa.Column(
            "approval",
            sa.Enum("automatic", "manual", name="approval", native_enum=False, create_constraint=True, length=32),
            nullable=False,
        ),
        sa.Column("registration_opens_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("registration_closes_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("threshold_percent", sa.Integer(), nullable=False),
        sa.Column(
            "excused_rule",
            sa.Enum("not_counted", "credited", "absent", name="excusedrule", native_enum=False, create_constraint=True, length=32),
            nullable=False,
        ),
        sa.Column("state_reason", sa.String(length=300), nullable=True),
        sa.Column(
            "archived_from",
            sa.Enum(
                "draft",
                "published",
                "closed",
                "completed",
                "cancelled",
                "archived",
                name="archived_from",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=True,
        ),
        sa.Column("demo", sa.Boolean(), nullable=False),
        sa.Column("search_key", sa.String(length=700), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint(
            "registration_opens_at IS NULL OR registration_closes_at IS NULL OR registration_opens_at < registration_closes_at",
            name=op.f("ck_seminar_window"),
        ),
        sa.CheckConstraint("starts_on <= ends_on", name=op.f("ck_seminar_dates")),
        sa.CheckConstraint("threshold_percent BETWEEN 0 AND 100", name=op.f("ck_seminar_threshold")),
        sa.CheckConstraint("title_es IS NOT NULL OR title_en IS NOT NULL", name=op.f("ck_seminar_titled")),
        sa.ForeignKeyConstraint(["office_id"], ["office.id"], name=op.f("fk_seminar_office_id_office"), ondelete="RESTRICT"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_seminar")),
        sa.UniqueConstraint("public_id", name=op.f("uq_seminar_public_id")),
        sa.UniqueConstraint("slug", name=op.f("uq_seminar_slug")),
    )
    op.create_index("ix_seminar_calendar", "seminar", ["ends_on", "starts_on"], unique=False)
    op.create_index("ix_seminar_start", "seminar", ["starts_on"], unique=False)
    op.create_index(op.f("ix_seminar_office_id"), "seminar", ["office_id"], unique=False)
    op.create_table(
        "web_session",
        sa.Column("id_hash", sa.LargeBinary(length=32), nullable=False),
        sa.Column("public_id", sa.Uuid(), nullable=False),
        sa.Column("user_account_id", sa.Integer(), nullable=True),
        sa.Column("values", JSON, nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("seen_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("browser", sa.String(length=60), nullable=True),
        sa.ForeignKeyConstraint(
            ["user_account_id"], ["user_account.id"], name=op.f("fk_web_session_user_account_id_user_account"), ondelete="RESTRICT"
        ),
        sa.PrimaryKeyConstraint("id_hash", name=op.f("pk_web_session")),
        sa.UniqueConstraint("public_id", name=op.f("uq_web_session_public_id")),
    )
    op.create_index(op.f("ix_web_session_seen_at"), "web_session", ["seen_at"], unique=False)
    op.create_index(op.f("ix_web_session_user_account_id"), "web_session", ["user_account_id"], unique=False)
    op.create_table(
        "feedback_form",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("public_id", sa.Uuid(), nullable=False),
        sa.Column("seminar_id", sa.Integer(), nullable=False),
        sa.Column(
            "kind",
            sa.Enum(
                "reaction",
                "pre_test",
                "post_test",
                "follow_up",
                "supervisor",
                name="formkind",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("opened_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("closed_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["seminar_id"], ["seminar.id"], name=op.f("fk_feedback_form_seminar_id_seminar"), ondelete="RESTRICT"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_feedback_form")),
        sa.UniqueConstraint("public_id", name=op.f("uq_feedback_form_public_id")),
        sa.UniqueConstraint("seminar_id", "kind", name=op.f("uq_feedback_form_seminar_id_kind")),
    )
    op.create_table(
        "role_grant",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("user_account_id", sa.Integer(), nullable=False),
        sa.Column(
            "role",
            sa.Enum(
                "admin",
                "organizer",
                "coordinator",
                "liaison",
                "auditor",
                name="rolename",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("office_id", sa.Integer(), nullable=True),
        sa.Column("agency_id", sa.Integer(), nullable=True),
        sa.Column("seminar_id", sa.Integer(), nullable=True),
        sa.Column("granted_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint(
            "(role IN ('admin', 'auditor') AND office_id IS NULL AND agency_id IS NULL AND seminar_id IS NULL) OR (role = 'organizer' AND office_id IS NOT NULL AND agency_id IS NULL AND seminar_id IS NULL) OR (role = 'liaison' AND office_id IS NULL AND agency_id IS NOT NULL AND seminar_id IS NULL) OR (role = 'coordinator' AND office_id IS NULL AND agency_id IS NULL)",
            name=op.f("ck_role_grant_scope"),
        ),
        sa.ForeignKeyConstraint(["agency_id"], ["agency.id"], name=op.f("fk_role_grant_agency_id_agency"), ondelete="RESTRICT"),
        sa.ForeignKeyConstraint(["office_id"], ["office.id"], name=op.f("fk_role_grant_office_id_office"), ondelete="RESTRICT"),
        sa.ForeignKeyConstraint(["seminar_id"], ["seminar.id"], name=op.f("fk_role_grant_seminar_id_seminar"), ondelete="RESTRICT"),
        sa.ForeignKeyConstraint(
            ["user_account_id"], ["user_account.id"], name=op.f("fk_role_grant_user_account_id_user_account"), ondelete="RESTRICT"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_role_grant")),
        sa.UniqueConstraint(
            "user_account_id",
            "role",
            "office_id",
            "agency_id",
            "seminar_id",
            name=op.f("uq_role_grant_user_account_id_role_office_id_agency_id_seminar_id"),
        ),
    )
    op.create_index(op.f("ix_role_grant_agency_id"), "role_grant", ["agency_id"], unique=False)
    op.create_index(op.f("ix_role_grant_office_id"), "role_grant", ["office_id"], unique=False)
    op.create_index(op.f("ix_role_grant_seminar_id"), "role_grant", ["seminar_id"], unique=False)
    op.create_index(op.f("ix_role_grant_user_account_id"), "role_grant", ["user_account_id"], unique=False)
    op.create_table(
        "seat_pool",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("public_id", sa.Uuid(), nullable=False),
        sa.Column("seminar_id", sa.Integer(), nullable=False),
        sa.Column("agency_id", sa.Integer(), nullable=True),
        sa.Column("size", sa.Integer(), nullable=False),
        sa.Column("taken", sa.Integer(), nullable=False),
        sa.Column("release_on", sa.Date(), nullable=True),
        sa.Column("released_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("agency_id IS NOT NULL OR release_on IS NULL", name=op.f("ck_seat_pool_open_pool_has_no_release")),
        sa.CheckConstraint("taken >= 0 AND taken <= size", name=op.f("ck_seat_pool_room")),
        sa.ForeignKeyConstraint(["agency_id"], ["agency.id"], name=op.f("fk_seat_pool_agency_id_agency"), ondelete="RESTRICT"),
        sa.ForeignKeyConstraint(["seminar_id"], ["seminar.id"], name=op.f("fk_seat_pool_seminar_id_seminar"), ondelete="RESTRICT"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_seat_pool")),
        sa.UniqueConstraint("public_id", name=op.f("uq_seat_pool_public_id")),
        sa.UniqueConstraint("seminar_id", "agency_id", name=op.f("uq_seat_pool_seminar_id_agency_id")),
        sa.UniqueConstraint("seminar_id", "id", name=op.f("uq_seat_pool_seminar_id_id")),
    )
    op.create_index(op.f("ix_seat_pool_agency_id"), "seat_pool", ["agency_id"], unique=False)
    op.create_index(
        "uq_seat_pool_open",
        "seat_pool",
        ["seminar_id"],
        unique=True,
        sqlite_where=sa.text("agency_id IS NULL"),
        postgresql_where=sa.text("agency_id IS NULL"),
    )
    op.create_table(
        "seminar_host",
        sa.Column("seminar_id", sa.Integer(), nullable=False),
        sa.Column("office_id", sa.Integer(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["office_id"], ["office.id"], name=op.f("fk_seminar_host_office_id_office"), ondelete="RESTRICT"),
        sa.ForeignKeyConstraint(["seminar_id"], ["seminar.id"], name=op.f("fk_seminar_host_seminar_id_seminar"), ondelete="RESTRICT"),
        sa.PrimaryKeyConstraint("seminar_id", "office_id", name=op.f("pk_seminar_host")),
    )
    op.create_table(
        "seminar_session",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("public_id", sa.Uuid(), nullable=False),
        sa.Column("seminar_id", sa.Integer(), nullable=False),
        sa.Column("title_es", sa.String(length=200), nullable=True),
        sa.Column("title_en", sa.String(length=200), nullable=True),
        sa.Column("starts_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ends_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("contact_minutes", sa.Integer(), nullable=False),
        sa.Column("room", sa.String(length=100), nullable=True),
        sa.Column("counts_for_completion", sa.Boolean(), nullable=False),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint("contact_minutes BETWEEN 1 AND 1440", name=op.f("ck_seminar_session_contact_minutes")),
        sa.CheckConstraint("starts_at < ends_at", name=op.f("ck_seminar_session_times")),
        sa.ForeignKeyConstraint(["seminar_id"], ["seminar.id"], name=op.f("fk_seminar_session_seminar_id_seminar"), ondelete="RESTRICT"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_seminar_session")),
        sa.UniqueConstraint("public_id", name=op.f("uq_seminar_session_public_id")),
    )
    op.create_index("ix_seminar_session_order", "seminar_session", ["seminar_id", "starts_at"], unique=False)
    op.create_table(
        "feedback_shown",
        sa.Column("form_id", sa.Integer(), nullable=False),
        sa.Column("sealed", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(
            ["form_id"], ["feedback_form.id"], name=op.f("fk_feedback_shown_form_id_feedback_form"), ondelete="RESTRICT"
        ),
        sa.PrimaryKeyConstraint("form_id", name=op.f("pk_feedback_shown")),
    )
    op.create_table(
        "feedback_form_version",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("form_id", sa.Integer(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["form_id"], ["feedback_form.id"], name=op.f("fk_feedback_form_version_form_id_feedback_form"), ondelete="RESTRICT"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_feedback_form_version")),
        sa.UniqueConstraint("form_id", "number", name=op.f("uq_feedback_form_version_form_id_number")),
    )
    op.create_table(
        "registration",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("public_id", sa.Uuid(), nullable=False),
        sa.Column("seminar_id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("agency_id", sa.Integer(), nullable=False),
        sa.Column("unit", sa.String(length=200), nullable=True),
        sa.Column("rank", sa.String(length=100), nullable=True),
        sa.Column("position", sa.String(length=200), nullable=True),
        sa.Column("state_name", sa.String(length=60), nullable=True),
        sa.Column(
            "state",
            sa.Enum(
                "nominated",
                "invited",
                "pending",
                "registered",
                "waitlisted",
                "declined",
                "withdrawn",
                "removed",
                "substituted",
                name="registrationstate",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column(
            "removal_reason",
            sa.Enum(
                "administrative",
                "cancelled",
                "documents_incomplete",
                "no_show",
                "prerequisites_unmet",
                "other",
                name="removalreason",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=True,
        ),
        sa.Column("seat_pool_id", sa.Integer(), nullable=True),
        sa.Column("queue_place", sa.Integer(), nullable=True),
        sa.Column(
            "source",
            sa.Enum(
                "form",
                "staff",
                "nomination",
                "import",
                "walk_in",
                "demo",
                name="source",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("language", sa.String(length=2), nullable=False),
        sa.Column("notice_id", sa.Integer(), nullable=True),
        sa.Column("submission_id", sa.Uuid(), nullable=True),
        sa.Column("link_hash", sa.LargeBinary(length=32), nullable=False),
        sa.Column("link_version", sa.Integer(), nullable=False),
        sa.Column("registered_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint("(state = 'registered') = (seat_pool_id IS NOT NULL)", name=op.f("ck_registration_seated")),
        sa.CheckConstraint("(state = 'removed') = (removal_reason IS NOT NULL)", name=op.f("ck_registration_removed")),
        sa.CheckConstraint("(state = 'waitlisted') = (queue_place IS NOT NULL)", name=op.f("ck_registration_queued")),
        sa.ForeignKeyConstraint(["agency_id"], ["agency.id"], name=op.f("fk_registration_agency_id_agency"), ondelete="RESTRICT"),
        sa.ForeignKeyConstraint(["notice_id"], ["notice.id"], name=op.f("fk_registration_notice_id_notice"), ondelete="RESTRICT"),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_registration_person_id_person"), ondelete="RESTRICT"),
        sa.ForeignKeyConstraint(
            ["seminar_id", "seat_pool_id"],
            ["seat_pool.seminar_id", "seat_pool.id"],
            name=op.f("fk_registration_seminar_id_seat_pool_id_seat_pool"),
            ondelete="RESTRICT",
        ),
        sa.ForeignKeyConstraint(["seminar_id"], ["seminar.id"], name=op.f("fk_registration_seminar_id_seminar"), ondelete="RESTRICT"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_registration")),
        sa.UniqueConstraint("link_hash", name=op.f("uq_registration_link_hash")),
        sa.UniqueConstraint("public_id", name=op.f("uq_registration_public_id")),
        sa.UniqueConstraint("seminar_id", "person_id", name=op.f("uq_registration_seminar_id_person_id")),
        sa.UniqueConstraint("seminar_id", "queue_place", name=op.f("uq_registration_seminar_id_queue_place")),
        sa.UniqueConstraint("submission_id", name=op.f("uq_registration_submission_id")),
    )
    op.create_index(op.f("ix_registration_agency_id"), "registration", ["agency_id"], unique=False)
    op.create_index(op.f("ix_registration_person_id"), "registration", ["person_id"], unique=False)
    op.create_index("ix_registration_roster", "registration", ["seminar_id", "state", "agency_id"], unique=False)
    op.create_index(op.f("ix_registration_seat_pool_id"), "registration", ["seat_pool_id"], unique=False)
    op.create_table(
        "speaker",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("public_id", sa.Uuid(), nullable=False),
        sa.Column("session_id", sa.Integer(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("affiliation", sa.String(length=200), nullable=True),
        sa.ForeignKeyConstraint(
            ["session_id"], ["seminar_session.id"], name=op.f("fk_speaker_session_id_seminar_session"), ondelete="RESTRICT"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_speaker")),
        sa.UniqueConstraint("public_id", name=op.f("uq_speaker_public_id")),
        sa.UniqueConstraint("session_id", "position", name=op.f("uq_speaker_session_id_position")),
    )
    op.create_table(
        "feedback_question",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("version_id", sa.Integer(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("key", sa.String(length=64), nullable=False),
        sa.Column(
            "kind",
            sa.Enum("scale", "choice", "yes_no", "text", name="questionkind", native_enum=False, create_constraint=True, length=32),
            nullable=False,
        ),
        sa.Column("required", sa.Boolean(), nullable=False),
        sa.Column("prompt_es", sa.String(length=300), nullable=False),
        sa.Column("prompt_en", sa.String(length=300), nullable=False),
        sa.Column("options", JSON, nullable=False),
        sa.ForeignKeyConstraint(
            ["version_id"],
            ["feedback_form_version.id"],
            name=op.f("fk_feedback_question_version_id_feedback_form_version"),
            ondelete="RESTRICT",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_feedback_question")),
        sa.UniqueConstraint("version_id", "key", name=op.f("uq_feedback_question_version_id_key")),
        sa.UniqueConstraint("version_id", "position", name=op.f("uq_feedback_question_version_id_position")),
    )
    op.create_table(
        "mark",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("registration_id", sa.Integer(), nullable=False),
        sa.Column("session_id", sa.Integer(), nullable=False),
        sa.Column(
            "status",
            sa.Enum(
                "present",
                "late",
                "left_early",
                "excused",
                "absent",
                name="markstatus",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("minutes_credited", sa.Integer(), nullable=False),
        sa.Column("time_in", sa.DateTime(timezone=True), nullable=True),
        sa.Column("time_out", sa.DateTime(timezone=True), nullable=True),
        sa.Column(
            "method",
            sa.Enum("scan", "list", "self", "paper", name="markmethod", native_enum=False, create_constraint=True, length=32),
            nullable=False,
        ),
        sa.Column("recorded_by", sa.String(length=64), nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint("minutes_credited >= 0", name=op.f("ck_mark_minutes")),
        sa.CheckConstraint("time_in IS NULL OR time_out IS NULL OR time_in <= time_out", name=op.f("ck_mark_times")),
        sa.ForeignKeyConstraint(
            ["registration_id"], ["registration.id"], name=op.f("fk_mark_registration_id_registration"), ondelete="RESTRICT"
        ),
        sa.ForeignKeyConstraint(
            ["session_id"], ["seminar_session.id"], name=op.f("fk_mark_session_id_seminar_session"), ondelete="RESTRICT"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_mark")),
        sa.UniqueConstraint("registration_id", "session_id", name=op.f("uq_mark_registration_id_session_id")),
    )
    op.create_index("ix_mark_session", "mark", ["session_id"], unique=False)
    op.create_table(
        "mark_history",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("registration_id", sa.Integer(), nullable=False),
        sa.Column("session_id", sa.Integer(), nullable=False),
        sa.Column(
            "status",
            sa.Enum(
                "present",
                "late",
                "left_early",
                "excused",
                "absent",
                name="markstatus",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("minutes_credited", sa.Integer(), nullable=False),
        sa.Column("time_in", sa.DateTime(timezone=True), nullable=True),
        sa.Column("time_out", sa.DateTime(timezone=True), nullable=True),
        sa.Column(
            "method",
            sa.Enum("scan", "list", "self", "paper", name="markmethod", native_enum=False, create_constraint=True, length=32),
            nullable=False,
        ),
        sa.Column("recorded_by", sa.String(length=64), nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("replaced_by", sa.String(length=64), nullable=False),
        sa.Column("replaced_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["registration_id"], ["registration.id"], name=op.f("fk_mark_history_registration_id_registration"), ondelete="RESTRICT"
        ),
        sa.ForeignKeyConstraint(
            ["session_id"], ["seminar_session.id"], name=op.f("fk_mark_history_session_id_seminar_session"), ondelete="RESTRICT"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_mark_history")),
    )
    op.create_index("ix_mark_history_of", "mark_history", ["registration_id", "session_id"], unique=False)
    op.create_table(
        "registration_history",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("registration_id", sa.Integer(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("actor", sa.String(length=64), nullable=False),
        sa.Column(
            "from_state",
            sa.Enum(
                "nominated",
                "invited",
                "pending",
                "registered",
                "waitlisted",
                "declined",
                "withdrawn",
                "removed",
                "substituted",
                name="from_state",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=True,
        ),
        sa.Column(
            "to_state",
            sa.Enum(
                "nominated",
                "invited",
                "pending",
                "registered",
                "waitlisted",
                "declined",
                "withdrawn",
                "removed",
                "substituted",
                name="to_state",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("seat_pool_id", sa.Integer(), nullable=True),
        sa.Column("note", sa.String(length=300), nullable=True),
        sa.ForeignKeyConstraint(
            ["registration_id"], ["registration.id"], name=op.f("fk_registration_history_registration_id_registration"), ondelete="RESTRICT"
        ),
        sa.ForeignKeyConstraint(
            ["seat_pool_id"], ["seat_pool.id"], name=op.f("fk_registration_history_seat_pool_id_seat_pool"), ondelete="RESTRICT"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_registration_history")),
    )
    op.create_index("ix_registration_history_of", "registration_history", ["registration_id", "at"], unique=False)
    op.create_table(
        "response",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("version_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["version_id"], ["feedback_form_version.id"], name=op.f("fk_response_version_id_feedback_form_version"), ondelete="RESTRICT"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_response")),
        sqlite_with_rowid=False,
    )
    op.create_index(op.f("ix_response_version_id"), "response", ["version_id"], unique=False)
    op.create_table(
        "response_receipt",
        sa.Column("registration_id", sa.Integer(), nullable=False),
        sa.Column("form_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["form_id"], ["feedback_form.id"], name=op.f("fk_response_receipt_form_id_feedback_form"), ondelete="RESTRICT"
        ),
        sa.ForeignKeyConstraint(
            ["registration_id"], ["registration.id"], name=op.f("fk_response_receipt_registration_id_registration"), ondelete="RESTRICT"
        ),
        sa.PrimaryKeyConstraint("registration_id", "form_id", name=op.f("pk_response_receipt")),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "answer",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("response_id", sa.Uuid(), nullable=False),
        sa.Column("question_id", sa.Integer(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=True),
        sa.Column("text", sa.Text(), nullable=True),
        sa.CheckConstraint("(number IS NULL) <> (text IS NULL)", name=op.f("ck_answer_one_value")),
        sa.ForeignKeyConstraint(
            ["question_id"], ["feedback_question.id"], name=op.f("fk_answer_question_id_feedback_question"), ondelete="RESTRICT"
        ),
        sa.ForeignKeyConstraint(["response_id"], ["response.id"], name=op.f("fk_answer_response_id_response"), ondelete="RESTRICT"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_answer")),
        sa.UniqueConstraint("response_id", "question_id", name=op.f("uq_answer_response_id_question_id")),
        sqlite_with_rowid=False,
    )
    op.create_index(op.f("ix_answer_question_id"), "answer", ["question_id"], unique=False)
    op.execute(
        sa.text("INSERT INTO audit_head (id, sequence, digest) VALUES (1, 0, :zero)").bindparams(
            sa.bindparam("zero", bytes(32), sa.LargeBinary())
        )
    )


def downgrade() -> None:
    """Undo it."""
    op.drop_index(op.f("ix_answer_question_id"), table_name="answer")
    op.drop_table("answer")
    op.drop_table("response_receipt")
    op.drop_index(op.f("ix_response_version_id"), table_name="response")
    op.drop_table("response")
    op.drop_index("ix_registration_history_of", table_name="registration_history")
    op.drop_table("registration_history")
    op.drop_index("ix_mark_history_of", table_name="mark_history")
    op.drop_table("mark_history")
    op.drop_index("ix_mark_session", table_name="mark")
    op.drop_table("mark")
    op.drop_table("feedback_question")
    op.drop_table("speaker")
    op.drop_index(op.f("ix_registration_seat_pool_id"), table_name="registration")
    op.drop_index("ix_registration_roster", table_name="registration")
    op.drop_index(op.f("ix_registration_person_id"), table_name="registration")
    op.drop_index(op.f("ix_registration_agency_id"), table_name="registration")
    op.drop_table("registration")
    op.drop_table("feedback_form_version")
    op.drop_table("feedback_shown")
    op.drop_index("ix_seminar_session_order", table_name="seminar_session")
    op.drop_table("seminar_session")
    op.drop_table("seminar_host")
    op.drop_index(
        "uq_seat_pool_open",
        table_name="seat_pool",
        sqlite_where=sa.text("agency_id IS NULL"),
        postgresql_where=sa.text("agency_id IS NULL"),
    )
    op.drop_index(op.f("ix_seat_pool_agency_id"), table_name="seat_pool")
    op.drop_table("seat_pool")
    op.drop_index(op.f("ix_role_grant_user_account_id"), table_name="role_grant")
    op.drop_index(op.f("ix_role_grant_seminar_id"), table_name="role_grant")
    op.drop_index(op.f("ix_role_grant_office_id"), table_name="role_grant")
    op.drop_index(op.f("ix_role_grant_agency_id"), table_name="role_grant")
    op.drop_table("role_grant")
    op.drop_table("feedback_form")
    op.drop_index(op.f("ix_web_session_user_account_id"), table_name="web_session")
    op.drop_index(op.f("ix_web_session_seen_at"), table_name="web_session")
    op.drop_table("web_session")
    op.drop_index(op.f("ix_seminar_office_id"), table_name="seminar")
    op.drop_index("ix_seminar_calendar", table_name="seminar")
    op.drop_index("ix_seminar_start", table_name="seminar")
    op.drop_table("seminar")
    op.drop_index(op.f("ix_person_search_key"), table_name="person")
    op.drop_index(op.f("ix_person_agency_id"), table_name="person")
    op.drop_table("person")
    op.drop_index(op.f("ix_agency_succession_to_agency_id"), table_name="agency_succession")
    op.drop_index(op.f("ix_agency_succession_from_agency_id"), table_name="agency_succession")
    op.drop_table("agency_succession")
    op.drop_index(op.f("ix_agency_alias_agency_id"), table_name="agency_alias")
    op.drop_table("agency_alias")
    op.drop_table("user_account")
    op.drop_index("ix_outbox_due", table_name="outbox")
    op.drop_table("outbox")
    op.drop_table("office")
    op.drop_table("notice")
    op.drop_table("audit_head")
    op.drop_index(op.f("ix_audit_subject"), table_name="audit")
    op.drop_index(op.f("ix_audit_seminar"), table_name="audit")
    op.drop_index(op.f("ix_audit_at"), table_name="audit")
    op.drop_index(op.f("ix_audit_actor"), table_name="audit")
    op.drop_index(op.f("ix_audit_action"), table_name="audit")
    op.drop_table("audit")
    op.drop_index(op.f("ix_agency_parent_id"), table_name="agency")
    op.drop_table("agency")
