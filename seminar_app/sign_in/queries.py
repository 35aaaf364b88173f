"""Queries about an account's sessions and second factors."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from seminar_app.sign_in.models import RecoveryCode, SecondFactor, WebSession
from seminar_app.sign_in.rules import IDLE, LONGEST


def sessions_of(session: Session, account_id: int, *, now: datetime) -> Sequence[WebSession]:
    """Return the account's open sessions, most recently seen first."""
    return session.scalars(
        select(WebSession)
        .where(WebSession.user_account_id == account_id, WebSession.seen_at > now - IDLE, WebSession.created_at > now - LONGEST)
        .order_by(WebSession.seen_at.desc(), WebSession.public_id)
    ).all()


def factors_of(session: Session, account_id: int) -> Sequence[SecondFactor]:
    """Return the account's passkeys and apps, oldest first."""
    return session.scalars(select(SecondFactor).where(SecondFactor.user_account_id == account_id).order_by(SecondFactor.id)).all()


def recovery_codes_left(session: Session, account_id: int) -> int:
    """Return the number of unused recovery codes."""
    return session.scalar(select(func.count()).select_from(RecoveryCode).where(RecoveryCode.user_account_id == account_id)) or 0
