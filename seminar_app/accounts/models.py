"""Staff accounts and their roles."""

from __future__ import annotations

import uuid
from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, LargeBinary, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from seminar_app.core.actor import RoleName
from seminar_app.core.data_subject import STAFF
from seminar_app.core.tables import Base, value_enum


class UserAccount(Base):
    """An account of a member of staff. Officials have none."""

    __tablename__ = "user_account"

    id: Mapped[int] = mapped_column(primary_key=True)
    public_id: Mapped[uuid.UUID] = mapped_column(unique=True)
    email: Mapped[str] = mapped_column(String(320), unique=True, info=STAFF)
    """Canonical: lower case, without surrounding spaces."""
    name: Mapped[str] = mapped_column(String(200), info=STAFF)
    password: Mapped[str | None] = mapped_column(String(255), info=STAFF)
    """Argon2id hash."""
    active: Mapped[bool] = mapped_column(default=True)
    fs_uniquifier: Mapped[str] = mapped_column(String(64), unique=True, info=STAFF)
    language: Mapped[str] = mapped_column(String(2), info=STAFF)
    created_at: Mapped[datetime]
    reset_hash: Mapped[bytes | None] = mapped_column(LargeBinary(32), unique=True, info=STAFF)
    """SHA-256 of the newest reset link's token, until it is used."""
    reset_version: Mapped[int] = mapped_column(default=0)
    """Version number of that reset link."""
    reset_until: Mapped[datetime | None]
    wrong_proofs: Mapped[int] = mapped_column(default=0, server_default="0")
    """Number of wrong second factors and repeated passwords in a row, after a correct sign-in password."""
    wrong_proof_at: Mapped[datetime | None]
    """When the last wrong one was."""

    is_authenticated = True
    is_anonymous = False

    @property
    def audit_name(self) -> str:
        """Return the account's name in the audit log as an actor."""
        return f"account:{self.public_id.hex}"

    @property
    def is_active(self) -> bool:
        """Whether the account may sign in. Flask-Login reads it, like the attributes above."""
        return self.active

    def get_id(self) -> str:
        """Return the value that a session stores; it changes with every new password."""
        return self.fs_uniquifier


class RoleGrant(Base):
    """One role, and the office, agency or seminar it is for."""

    __tablename__ = "role_grant"
    __table_args__ = (
        CheckConstraint(
            "(role IN ('admin', 'auditor') AND office_id IS NULL AND agency_id IS NULL AND seminar_id IS NULL)"
            " OR (role = 'organizer' AND office_id IS NOT NULL AND agency_id IS NULL AND seminar_id IS NULL)"
            " OR (role = 'liaison' AND office_id IS NULL AND agency_id IS NOT NULL AND seminar_id IS NULL)"
            " OR (role = 'coordinator' AND office_id IS NULL AND agency_id IS NULL)",
            name="scope",
        ),
        CheckConstraint("given_by_office_id IS NULL OR role = 'liaison'", name="given_by"),
        UniqueConstraint("user_account_id", "role", "office_id", "agency_id", "seminar_id"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    user_account_id: Mapped[int] = mapped_column(ForeignKey("user_account.id", ondelete="RESTRICT"), index=True)
    role: Mapped[RoleName] = mapped_column(value_enum(RoleName))
    office_id: Mapped[int | None] = mapped_column(ForeignKey("office.id", ondelete="RESTRICT"), index=True)
    agency_id: Mapped[int | None] = mapped_column(ForeignKey("agency.id", ondelete="RESTRICT"), index=True)
    seminar_id: Mapped[int | None] = mapped_column(ForeignKey("seminar.id", ondelete="RESTRICT"), index=True)
    """For a coordinator: the seminar; None means a coordinator who is not assigned yet."""
    granted_at: Mapped[datetime]
    given_by_office_id: Mapped[int | None] = mapped_column(ForeignKey("office.id"), index=True)
    """For a liaison: the office whose organizer invited them, and which may take the role away; None: an administrator gave it."""
