"""Coordinators of a seminar, assigned by its office."""

from __future__ import annotations

import uuid

from sqlalchemy import select
from sqlalchemy.orm import Session

from seminar_app.accounts.errors import NotACoordinator
from seminar_app.accounts.models import RoleGrant, UserAccount
from seminar_app.accounts.rules import may_organize
from seminar_app.accounts.services.accounts import give_role
from seminar_app.accounts.services.common import find_grants, record_change
from seminar_app.core.actor import Actor, Grant, RoleName
from seminar_app.core.change_context import ChangeContext
from seminar_app.core.errors import NotFound


def assign_coordinator(
    session: Session, context: ChangeContext, *, actor: Actor, seminar_id: int, office_id: int, slug: str, account_public_id: uuid.UUID
) -> UserAccount:
    """Assign a coordinator to a seminar; assigning the same one again changes nothing.

    Args:
        actor: the account that assigns, with its roles.
        office_id: the seminar's office; only its organizers and administrators may assign.
        slug: the seminar's slug, for the audit log.

    Raises:
        NotFound: no such account, or the actor may not organize for this office.
        NotACoordinator: the account has no coordinator role, or is disabled.
    """
    account = _to_assign(session, actor, office_id, account_public_id)
    is_one = session.scalar(
        select(RoleGrant.id).where(RoleGrant.user_account_id == account.id, RoleGrant.role == RoleName.COORDINATOR).limit(1)
    )
    if is_one is None or not account.active:
        raise NotACoordinator(name=account.name)
    grant = Grant(RoleName.COORDINATOR, seminar_id=seminar_id)
    if not find_grants(session, account.id, grant):
        session.add(RoleGrant(user_account_id=account.id, role=grant.role, seminar_id=seminar_id, granted_at=context.now))
        session.flush()
        record_change(session, context, "coordinator.assigned", account, seminar=slug)
    return account


def withdraw_coordinator(
    session: Session, context: ChangeContext, *, actor: Actor, seminar_id: int, office_id: int, slug: str, account_public_id: uuid.UUID
) -> UserAccount:
    """Withdraw a coordinator from a seminar; the account keeps the coordinator role and can be assigned again.

    Raises:
        NotFound: no such account, or the actor may not organize for this office.
    """
    account = _to_assign(session, actor, office_id, account_public_id)
    rows = find_grants(session, account.id, Grant(RoleName.COORDINATOR, seminar_id=seminar_id))
    for row in rows:
        session.delete(row)
    if rows:
        session.flush()
        give_role(session, context, account_id=account.id, grant=Grant(RoleName.COORDINATOR))
        record_change(session, context, "coordinator.withdrawn", account, seminar=slug)
    return account


def _to_assign(session: Session, actor: Actor, office_id: int, public_id: uuid.UUID) -> UserAccount:
    if not may_organize(actor, office_id=office_id):
        raise NotFound
    account = session.scalar(select(UserAccount).where(UserAccount.public_id == public_id).with_for_update())
    if account is None:
        raise NotFound
    return account
