"""What all changes here share: finding the row under a lock, and the trail."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from seminar_app.accounts.models import RoleGrant, UserAccount
from seminar_app.audit.services import record
from seminar_app.core.actor import Actor, Grant, audit_name
from seminar_app.core.errors import NotFound


def locked_account(session: Session, account_id: int) -> UserAccount:
    """An account that nobody else changes until the commit."""
    account = session.get(UserAccount, account_id, with_for_update=True)
    if account is None:
        raise NotFound
    return account


def find_grant(session: Session, account_id: int, grant: Grant) -> RoleGrant | None:
    """The row of a grant that the account has."""
    return session.scalar(
        select(RoleGrant).where(
            RoleGrant.user_account_id == account_id,
            RoleGrant.role == grant.role,
            RoleGrant.office_id.is_not_distinct_from(grant.office_id),
            RoleGrant.agency_id.is_not_distinct_from(grant.agency_id),
            RoleGrant.seminar_id.is_not_distinct_from(grant.seminar_id),
        )
    )


def record_own_change(session: Session, now: datetime, action: str, account: UserAccount, **details: Any) -> None:
    """A row in the trail about an account, by whoever signs in or is signed in with it."""
    name = account.public_id.hex
    record(session, now=now, actor=f"account:{name}", action=action, subject=f"user_account:{name}", details=details)


def record_change(
    session: Session,
    now: datetime,
    actor: Actor | None,
    action: str,
    account: UserAccount,
    *,
    seminar: str | None = None,
    **details: Any,
) -> None:
    """A row in the trail; no actor is the command line."""
    record(
        session,
        now=now,
        actor=audit_name(actor),
        action=action,
        subject=f"user_account:{account.public_id.hex}",
        seminar=seminar,
        details=details,
    )
