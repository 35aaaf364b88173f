"""Certificates: the plan of a seminar, who signs, and each certificate with what was printed on it, sealed."""

from __future__ import annotations

import uuid
from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, LargeBinary, String, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from seminar_app.certificates.rules import CertificateLanguage, CertificateRule, Issuing
from seminar_app.core.data_subject import FREE_TEXT, NO_PERSON, STAFF
from seminar_app.core.tables import Base, value_enum

STANDS = text("replaced_at IS NULL AND revoked_at IS NULL")


class CertificatePlan(Base):
    """What a seminar asks for its certificate, when it is issued and in which language. Without a row it gives none."""

    __tablename__ = "certificate_plan"

    seminar_id: Mapped[int] = mapped_column(ForeignKey("seminar.id", ondelete="RESTRICT"), primary_key=True, autoincrement=False)
    rule: Mapped[CertificateRule] = mapped_column(value_enum(CertificateRule))
    issuing: Mapped[Issuing] = mapped_column(value_enum(Issuing))
    language: Mapped[CertificateLanguage] = mapped_column(value_enum(CertificateLanguage))
    changed_at: Mapped[datetime]
    """Of the plan or of who signs."""
    version: Mapped[int] = mapped_column(default=1)

    __mapper_args__ = {"version_id_col": version}


class Signatory(Base):
    """Somebody who signs for a host, in the order of the certificate."""

    __tablename__ = "certificate_signatory"
    __table_args__ = (UniqueConstraint("seminar_id", "position"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    seminar_id: Mapped[int] = mapped_column(ForeignKey("certificate_plan.seminar_id", ondelete="CASCADE"))
    position: Mapped[int]
    name: Mapped[str] = mapped_column(String(200), info=STAFF)
    title_es: Mapped[str | None] = mapped_column(String(200), info=STAFF)
    title_en: Mapped[str | None] = mapped_column(String(200), info=STAFF)
    office_id: Mapped[int | None] = mapped_column(ForeignKey("office.id", ondelete="RESTRICT"))
    """The host that the person signs for."""
    image_id: Mapped[int | None] = mapped_column(ForeignKey("file.id", ondelete="RESTRICT"), unique=True)
    """A picture of the signature."""


class CertificateNumber(Base):
    """The last number that was given; one row. Whoever issues updates it, so two never get the same and none is left out."""

    __tablename__ = "certificate_number"
    __table_args__ = (CheckConstraint("id = 1", name="one"),)

    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    last: Mapped[int]


class Certificate(Base):
    """A certificate of one registration. At most one of a registration stands: neither replaced nor revoked."""

    __tablename__ = "certificate"
    __table_args__ = (
        Index("uq_certificate_stands", "registration_id", unique=True, sqlite_where=STANDS, postgresql_where=STANDS),
        Index("ix_certificate_registration_id", "registration_id"),
        CheckConstraint("replaced_at IS NULL OR revoked_at IS NULL", name="ended_once"),
        CheckConstraint("(revoked_at IS NULL) = (revoked_by IS NULL)", name="revoked"),
        CheckConstraint("replaced_by_id IS NULL OR replaced_at IS NOT NULL", name="replaced"),
        CheckConstraint("number > 0", name="number"),
        CheckConstraint("(erased_at IS NULL) = (printed_id IS NOT NULL)", name="erased"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    public_id: Mapped[uuid.UUID] = mapped_column(unique=True)
    seminar_id: Mapped[int] = mapped_column(ForeignKey("seminar.id", ondelete="RESTRICT"), index=True)
    registration_id: Mapped[int] = mapped_column(ForeignKey("registration.id", ondelete="RESTRICT"))
    number: Mapped[int] = mapped_column(unique=True)
    code_hash: Mapped[bytes] = mapped_column(LargeBinary(32), unique=True, info=NO_PERSON)
    """Of number and letters; the letters stand in what was printed only."""
    printed_id: Mapped[int | None] = mapped_column(ForeignKey("file.id", ondelete="RESTRICT"), unique=True)
    """What was printed, as JSON in a sealed file; None once the person was erased."""
    file_id: Mapped[int | None] = mapped_column(ForeignKey("file.id", ondelete="RESTRICT"), unique=True)
    """The PDF, once it was set."""
    issued_at: Mapped[datetime]
    issued_by: Mapped[str] = mapped_column(String(64), info=NO_PERSON)
    """Actor, as in the audit log."""
    replaced_by_id: Mapped[int | None] = mapped_column(ForeignKey("certificate.id", ondelete="RESTRICT"), index=True)
    replaced_at: Mapped[datetime | None]
    revoked_at: Mapped[datetime | None]
    revoked_by: Mapped[str | None] = mapped_column(String(64), info=NO_PERSON)
    revoked_reason: Mapped[str | None] = mapped_column(String(300), info=FREE_TEXT)
    erased_at: Mapped[datetime | None]
    surname_tries: Mapped[int] = mapped_column(default=0)
    """How many surnames were typed to see the name, since `tries_since`."""
    tries_since: Mapped[datetime | None]
