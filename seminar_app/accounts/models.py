"""Offices, the staff's accounts, what each may do and for whom, and the sessions they are signed in with."""

from __future__ import annotations

import uuid
from datetime import datetime
from typing import Any

from flask_security import UserMixin
from sqlalchemy import BigInteger, CheckConstraint, ForeignKey, LargeBinary, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from seminar_app.accounts.rules import FactorKind, RoleName
from seminar_app.core.database import Base, value_enum


class Office(Base):
    """An office that holds seminars, or that hosts with one that does."""

    __tablename__ = "office"

    id: Mapped[int] = mapped_column(primary_key=True)
    public_id: Mapped[uuid.UUID] = mapped_column(unique=True)
    code: Mapped[str] = mapped_column(String(32), unique=True)
    name_es: Mapped[str] = mapped_column(String(200))
    name_en: Mapped[str] = mapped_column(String(200))
    city: Mapped[str | None] = mapped_column(String(100))
    country: Mapped[str] = mapped_column(String(2))
    active: Mapped[bool] = mapped_column(default=True)


class UserAccount(Base, UserMixin):  # type: ignore[misc, unused-ignore]
    """A member of staff who signs in. Officials have none."""

    __tablename__ = "user_account"

    id: Mapped[int] = mapped_column(primary_key=True)
    public_id: Mapped[uuid.UUID] = mapped_column(unique=True)
    email: Mapped[str] = mapped_column(String(320), unique=True)
    """Canonical: lower case, no spaces around."""
    name: Mapped[str] = mapped_column(String(200))
    password: Mapped[str | None] = mapped_column(String(255))
    """Argon2id hash."""
    active: Mapped[bool] = mapped_column(default=True)
    fs_uniquifier: Mapped[str] = mapped_column(String(64), unique=True)
    language: Mapped[str] = mapped_column(String(2))
    created_at: Mapped[datetime]
    reset_hash: Mapped[bytes | None] = mapped_column(LargeBinary(32), unique=True)
    """SHA-256 of the newest reset link's token, until it is used."""
    reset_version: Mapped[int] = mapped_column(default=0)
    """Which issue of the reset link that is."""
    reset_until: Mapped[datetime | None]
    wrong_proofs: Mapped[int] = mapped_column(default=0, server_default="0")
    """Wrong codes and wrong passwords of somebody whose password was right before, one after the other."""
    wrong_proof_at: Mapped[datetime | None]
    """When the last of them was."""


class SecondFactor(Base):
    """What somebody proves at sign-in besides the password: a passkey, or an app that shows a new code every 30 seconds."""

    __tablename__ = "second_factor"
    __table_args__ = (
        CheckConstraint(
            "(kind = 'app' AND sealed_secret IS NOT NULL AND credential_id IS NULL AND credential IS NULL)"
            " OR (kind = 'passkey' AND sealed_secret IS NULL AND credential_id IS NOT NULL AND credential IS NOT NULL)",
            name="of_a_kind",
        ),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    public_id: Mapped[uuid.UUID] = mapped_column(unique=True)
    user_account_id: Mapped[int] = mapped_column(ForeignKey("user_account.id", ondelete="RESTRICT"), index=True)
    kind: Mapped[FactorKind] = mapped_column(value_enum(FactorKind))
    name: Mapped[str] = mapped_column(String(60))
    """What the owner calls it: «Phone»."""
    sealed_secret: Mapped[bytes | None] = mapped_column(LargeBinary)
    """What the app and we share, sealed for this row."""
    credential_id: Mapped[bytes | None] = mapped_column(LargeBinary, unique=True)
    credential: Mapped[bytes | None] = mapped_column(LargeBinary)
    """The passkey's public half, as WebAuthn's attested credential data."""
    counter: Mapped[int] = mapped_column(BigInteger)
    """App: the 30 seconds whose code was used last, so that no code is taken twice. Passkey: uses, as the device counts them."""
    created_at: Mapped[datetime]
    used_at: Mapped[datetime | None]


class RecoveryCode(Base):
    """One of the codes on paper that stand in for a lost second factor, each once. Kept as hashes; a used one is deleted."""

    __tablename__ = "recovery_code"

    id: Mapped[int] = mapped_column(primary_key=True)
    user_account_id: Mapped[int] = mapped_column(ForeignKey("user_account.id", ondelete="RESTRICT"), index=True)
    code_hash: Mapped[bytes] = mapped_column(LargeBinary(32), unique=True)


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
        UniqueConstraint("user_account_id", "role", "office_id", "agency_id", "seminar_id"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    user_account_id: Mapped[int] = mapped_column(ForeignKey("user_account.id", ondelete="RESTRICT"), index=True)
    role: Mapped[RoleName] = mapped_column(value_enum(RoleName))
    office_id: Mapped[int | None] = mapped_column(ForeignKey("office.id", ondelete="RESTRICT"), index=True)
    agency_id: Mapped[int | None] = mapped_column(ForeignKey("agency.id", ondelete="RESTRICT"), index=True)
    seminar_id: Mapped[int | None] = mapped_column(ForeignKey("seminar.id", ondelete="RESTRICT"), index=True)
    """For a coordinator: the seminar; none means «is a coordinator, not assigned yet»."""
    granted_at: Mapped[datetime]


class WebSession(Base):
    """A browser that is signed in. The cookie holds a random id, the table its hash: a stolen table opens nothing."""

    __tablename__ = "web_session"

    id_hash: Mapped[bytes] = mapped_column(LargeBinary(32), primary_key=True)
    public_id: Mapped[uuid.UUID] = mapped_column(unique=True)
    """Names the session on its owner's page; opens nothing."""
    user_account_id: Mapped[int | None] = mapped_column(ForeignKey("user_account.id", ondelete="RESTRICT"), index=True)
    values: Mapped[dict[str, Any]]
    created_at: Mapped[datetime]
    seen_at: Mapped[datetime] = mapped_column(index=True)
    browser: Mapped[str | None] = mapped_column(String(60))
    """What the owner knows it by: «Firefox, Windows»."""
    proven_at: Mapped[datetime | None]
    """When its owner last proved who they are, by password or second factor."""
    factor_at: Mapped[datetime | None]
    """When the second factor was proved in this session; none where only the password was."""
