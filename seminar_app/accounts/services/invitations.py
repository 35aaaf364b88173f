"""Coordinators and liaisons, invited by the organizers of an office. Roles wider than these only administrators give."""

from __future__ import annotations

import uuid
from collections.abc import Collection

from sqlalchemy import select
from sqlalchemy.orm import Session

from seminar_app.accounts.errors import CannotBeInvited, EmailTaken, InvitationAccepted, InvitedOneself
from seminar_app.accounts.models import RoleGrant, UserAccount
from seminar_app.accounts.queries import account_by_email, get_account, works_for
from seminar_app.accounts.rules import may_give
from seminar_app.accounts.services.accounts import create_account, give_role, send_way_in
from seminar_app.accounts.services.administrators import tell_admins
from seminar_app.accounts.services.common import locked_account, record_change, told
from seminar_app.accounts.services.reset_links import send_reset_link
from seminar_app.core.actor import Actor, Grant, RoleName
from seminar_app.core.change_context import ChangeContext
from seminar_app.core.errors import InBothLanguages, NotFound
from seminar_app.messages.services import enqueue
from seminar_app.offices.mail_facts import office_facts
from seminar_app.offices.models import Office


def invite(
    session: Session,
    context: ChangeContext,
    *,
    actor: Actor,
    office_id: int,
    grant: Grant,
    scope: InBothLanguages,
    email: str,
    name: str,
    language: str,
    seminar: str | None = None,
) -> bool:
    """Give a role to the owner of an address, who is told by mail; an account is made if the address has none.

    An account that exists keeps its name and language. All administrators are told.

    Args:
        actor: who invites, with their roles.
        office_id: see `may_give`.
        scope: the seminar's title or the agency's name, for the mail.
        name: of a new account.
        language: of a new account.
        seminar: the slug of a coordinator's seminar, for the audit log.

    Returns:
        Whether the role was given; False if the account had it, and then no mail is sent.

    Raises:
        NotFound: the actor may not give this role.
        InvitedOneself: the address is the actor's own.
        CannotBeInvited: the account is disabled.
        NotAnAddress: no mail can be sent to it.
    """
    if not may_give(actor, grant, office_id=office_id):
        raise NotFound
    account = _account_of(session, email)
    if account is None:
        try:
            account = create_account(session, context, email=email, name=name, language=language, invite=False)
        except EmailTaken:  # somebody else invited the address after it was looked for
            account = _account_of(session, email)
            assert account is not None  # noqa: S101  for the type checker: accounts are never deleted
    if account.id == actor.user_id:
        raise InvitedOneself(email=account.email)
    if not account.active:
        raise CannotBeInvited(email=account.email)
    by_office = _giver(grant.role, office_id)
    if not give_role(session, context, account_id=account.id, grant=grant, given_by_office_id=by_office, seminar=seminar):
        return False
    facts = {"by": actor.name, "role": grant.role.value, "scope_es": scope.es or scope.en, "scope_en": scope.en or scope.es}
    signed = facts | office_facts(session.get_one(Office, office_id), account.language)
    if account.password is None:
        send_reset_link(session, context, account, invited=True, facts=signed)
    else:
        enqueue(
            session,
            context,
            kind="role_given",
            language=account.language,
            to_address=account.email,
            to_name=account.name,
            facts=signed,
        )
    about = {"name": account.name, "email": account.email, "account": str(account.public_id)}
    tell_admins(session, context, kind="account_invited", facts=facts | about)
    return True


def _account_of(session: Session, email: str) -> UserAccount | None:
    found = account_by_email(session, email)
    return None if found is None else locked_account(session, found.id)


def invite_again(
    session: Session, context: ChangeContext, *, actor: Actor, seminar_ids: Collection[int], account_public_id: uuid.UUID
) -> UserAccount:
    """Send another invitation to a person who works for the actor's offices; the link sent before ends.

    Args:
        seminar_ids: the seminars of these offices.

    Raises:
        NotFound: no such account, or it does not work for these offices.
        InvitationAccepted: the account has a password already.
        AccountDisabled: the account could not use the link.
    """
    account = locked_account(session, get_account(session, account_public_id).id)
    if not works_for(session, account.id, office_ids=actor.office_ids, seminar_ids=seminar_ids):
        raise NotFound
    if account.password is not None:
        raise InvitationAccepted(name=account.name)
    send_way_in(session, context, account_id=account.id)
    return account


def take_back(
    session: Session, context: ChangeContext, *, actor: Actor, office_id: int, role_id: int, seminar: str | None = None
) -> UserAccount:
    """Take away a role of `team_of` the actor's offices; a role that others gave as well stays.

    Args:
        office_id: see `may_give`.
        role_id: of the row.
        seminar: the slug of a coordinator's seminar, for the audit log.

    Raises:
        NotFound: no such role, or the actor may not take it away.
    """
    owner_id = session.scalar(select(RoleGrant.user_account_id).where(RoleGrant.id == role_id))
    if owner_id is None:
        raise NotFound
    account = locked_account(session, owner_id)
    row = session.get(RoleGrant, role_id, populate_existing=True)  # as it is under the lock
    if row is None or row.given_by_office_id != _giver(row.role, office_id):
        raise NotFound
    grant = Grant(row.role, row.office_id, row.agency_id, row.seminar_id)
    if not may_give(actor, grant, office_id=office_id):
        raise NotFound
    session.delete(row)
    record_change(session, context, "account.role_taken", account, seminar=seminar, **told(grant, row.given_by_office_id))
    return account


def _giver(role: RoleName, office_id: int) -> int | None:
    """Return the office that a liaison's row names; a coordinator's office is that of the seminar."""
    return office_id if role is RoleName.LIAISON else None
