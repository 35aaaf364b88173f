"""Second factors, recovery codes and the sessions of signed-in browsers."""

from __future__ import annotations

import uuid
from datetime import datetime
from typing import Any

from sqlalchemy import BigInteger, CheckConstraint, ForeignKey, LargeBinary, String
from sqlalchemy.orm import Mapped, mapped_column

from seminar_app.core.data_subject import STAFF
from seminar_app.core.tables import Base, value_enum
from seminar_app.sign_in.rules import FactorKind


class SecondFactor(Base):
    """A second factor: a passkey, or an app that shows a new code every 30 seconds."""

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
    name: Mapped[str] = mapped_column(String(60), info=STAFF)
    """The owner's name for it, for example «Phone»."""
    sealed_secret: Mapped[bytes | None] = mapped_column(LargeBinary, info=STAFF)
    """The secret shared with the app, sealed for this row."""
    credential_id: Mapped[bytes | None] = mapped_column(LargeBinary, unique=True, info=STAFF)
    credential: Mapped[bytes | None] = mapped_column(LargeBinary, info=STAFF)
    """The passkey's public key, as WebAuthn attested credential data."""
    counter: Mapped[int] = mapped_column(BigInteger)
    """App: period of the last used code, so that no code is accepted twice. Passkey: the use counter that the device reports."""
    created_at: Mapped[datetime]
    used_at: Mapped[datetime | None]


class RecoveryCode(Base):
    """A recovery code that replaces a lost second factor once. Stored as a hash; deleted when used."""

    __tablename__ = "recovery_code"

    id: Mapped[int] = mapped_column(primary_key=True)
    user_account_id: Mapped[int] = mapped_column(ForeignKey("user_account.id", ondelete="RESTRICT"), index=True)
    code_hash: Mapped[bytes] = mapped_column(LargeBinary(32), unique=True, info=STAFF)


class WebSession(Base):
    """The session of a signed-in browser. The table holds only a hash of the cookie's id, so a stolen table gives no access."""

    __tablename__ = "web_session"

    id_hash: Mapped[bytes] = mapped_column(LargeBinary(32), primary_key=True, info=STAFF)
    public_id: Mapped[uuid.UUID] = mapped_column(unique=True)
    """Identifies the session on its owner's page; gives no access."""
    user_account_id: Mapped[int | None] = mapped_column(ForeignKey("user_account.id", ondelete="RESTRICT"), index=True)
    values: Mapped[dict[str, Any]] = mapped_column(info=STAFF)
    created_at: Mapped[datetime]
    seen_at: Mapped[datetime] = mapped_column(index=True)
    browser: Mapped[str | None] = mapped_column(String(60), info=STAFF)
    """Description for the owner, for example «Firefox, Windows»."""
    proven_at: Mapped[datetime | None]
    """When the owner last proved their identity, by password or second factor."""
    factor_at: Mapped[datetime | None]
    """When the second factor was proved in this session; None where only the password was."""
