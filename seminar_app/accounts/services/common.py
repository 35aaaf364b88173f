"""Parts that all account services share: reading a row under a lock, and writing the audit row."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from seminar_app.accounts.models import RoleGrant, UserAccount
from seminar_app.audit.services import record
from seminar_app.core.actor import Grant
from seminar_app.core.change_context import ChangeContext
from seminar_app.core.errors import NotFound


def locked_account(session: Session, account_id: int) -> UserAccount:
    """Return the account, locked until the commit."""
    account = session.get(UserAccount, account_id, with_for_update=True)
    if account is None:
        raise NotFound
    return account


def find_grants(session: Session, account_id: int, grant: Grant) -> Sequence[RoleGrant]:
    """Return the account's rows for this grant: one, or none; of a liaison one for each office that gave it."""
    return session.scalars(
        select(RoleGrant).where(
            RoleGrant.user_account_id == account_id,
            RoleGrant.role == grant.role,
            RoleGrant.office_id.is_not_distinct_from(grant.office_id),
            RoleGrant.agency_id.is_not_distinct_from(grant.agency_id),
            RoleGrant.seminar_id.is_not_distinct_from(grant.seminar_id),
        )
    ).all()


def told(grant: Grant, given_by_office_id: int | None = None) -> dict[str, Any]:
    """Return a role as the audit log holds it."""
    ids = {"office": grant.office_id or given_by_office_id, "agency": grant.agency_id, "seminar_id": grant.seminar_id}
    return {"role": grant.role.value} | {key: value for key, value in ids.items() if value is not None}


def record_own_change(session: Session, context: ChangeContext, action: str, account: UserAccount, **details: Any) -> None:
    """Write an audit row about an account, with the account itself as the actor."""
    record_change(session, context.by(account.audit_name), action, account, **details)


def record_change(
    session: Session,
    context: ChangeContext,
    action: str,
    account: UserAccount,
    *,
    seminar: str | None = None,
    **details: Any,
) -> None:
    """Write an audit row about an account."""
    record(session, context, action=action, subject=f"user_account:{account.public_id.hex}", seminar=seminar, details=details)
