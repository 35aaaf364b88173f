"""Change accounts and their roles. The caller has checked that the actor may."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Iterable

from sqlalchemy import select
from sqlalchemy.orm import Session

from seminar_app.accounts.errors import AccountDisabled, EmailTaken, LastAdmin, NotAnAddress, OwnAccount
from seminar_app.accounts.models import RoleGrant, UserAccount
from seminar_app.accounts.queries import account_by_email
from seminar_app.accounts.services.common import find_grants, locked_account, record_change, told
from seminar_app.accounts.services.reset_links import send_reset_link
from seminar_app.core.actor import Grant, RoleName
from seminar_app.core.addresses import normal_address
from seminar_app.core.change_context import ChangeContext
from seminar_app.core.errors import NotFound

OnDisabled = Callable[[Session, int], int]
"""`hook(session, account_id)` returns how many sessions it ended."""
_on_disabled: list[OnDisabled] = []


def when_disabled(hook: OnDisabled) -> OnDisabled:
    """Register a hook for the transaction that disables an account. `sign_in` ends the account's sessions with it."""
    if hook not in _on_disabled:
        _on_disabled.append(hook)
    return hook


def create_account(
    session: Session,
    context: ChangeContext,
    *,
    email: str,
    name: str,
    language: str,
    grants: Iterable[Grant] = (),
    password_hash: str | None = None,
    invite: bool = True,
) -> UserAccount:
    """Make an account.

    Args:
        password_hash: Argon2id, where the password is known already.
        invite: send a mail with a link for choosing a password, valid for seven days.

    Raises:
        EmailTaken: there is an account with this address.
        NotAnAddress: no mail can be sent to it.
    """
    address = normal_address(email)
    if address is None or not address.isascii():
        raise NotAnAddress(email=email)
    if account_by_email(session, address) is not None:
        raise EmailTaken(email=address)
    account = UserAccount(
        public_id=uuid.uuid4(),
        email=address,
        name=name,
        password=password_hash,
        active=True,
        fs_uniquifier=uuid.uuid4().hex,
        language=language,
        created_at=context.now,
        reset_version=0,
    )
    session.add(account)
    session.flush()
    record_change(session, context, "account.created", account)
    for grant in grants:
        give_role(session, context, account_id=account.id, grant=grant)
    if invite:
        send_reset_link(session, context, account, invited=True)
    return account


def edit_account(session: Session, context: ChangeContext, *, account_id: int, name: str, language: str) -> None:
    """Change the account's name and language."""
    account = locked_account(session, account_id)
    changed = [field for field, value in (("name", name), ("language", language)) if getattr(account, field) != value]
    account.name, account.language = name, language
    if changed:
        record_change(session, context, "account.edited", account, fields=changed)


def choose_language(session: Session, context: ChangeContext, *, account_id: int, language: str) -> None:
    """Set the language of the account's own pages and mail; it holds in every browser."""
    account = locked_account(session, account_id)
    if account.language != language:
        account.language = language
        record_change(session, context, "account.edited", account, fields=["language"])


def give_role(
    session: Session,
    context: ChangeContext,
    *,
    account_id: int,
    grant: Grant,
    given_by_office_id: int | None = None,
    seminar: str | None = None,
) -> bool:
    """Add a role to an account; a role it has already is not added again. Return whether it was added.

    Args:
        given_by_office_id: the office that invited a liaison; without it an administrator gives the role.
        seminar: the slug of a coordinator's seminar, for the audit log.
    """
    account = locked_account(session, account_id)
    if any(row.given_by_office_id == given_by_office_id for row in find_grants(session, account_id, grant)):
        return False
    session.add(
        RoleGrant(
            user_account_id=account_id,
            role=grant.role,
            office_id=grant.office_id,
            agency_id=grant.agency_id,
            seminar_id=grant.seminar_id,
            granted_at=context.now,
            given_by_office_id=given_by_office_id,
        )
    )
    session.flush()
    record_change(session, context, "account.role_given", account, seminar=seminar, **told(grant, given_by_office_id))
    return True


def take_role(session: Session, context: ChangeContext, *, account_id: int, grant: Grant) -> None:
    """Remove a role, whoever gave it; it can be given again.

    Raises:
        NotFound: the account has no such role.
        OwnAccount: the role is the actor's own administrator role.
        LastAdmin: no administrator would be left.
    """
    _lock_admins(session)
    account = locked_account(session, account_id)
    rows = find_grants(session, account_id, grant)
    if not rows:
        raise NotFound
    if grant.role is RoleName.ADMIN:
        _somebody_stays_admin(session, context, account)
    for row in rows:
        session.delete(row)
    record_change(session, context, "account.role_taken", account, **told(grant))


def disable_account(session: Session, context: ChangeContext, *, account_id: int) -> None:
    """Disable the account's sign-in, and end its sessions at once.

    Raises:
        OwnAccount: the account is the actor's own.
        LastAdmin: no administrator would be left.
    """
    _lock_admins(session)
    account = locked_account(session, account_id)
    if not account.active:
        return
    _somebody_stays_admin(session, context, account)
    account.active = False
    account.reset_hash = account.reset_until = None
    record_change(session, context, "account.disabled", account, sessions_ended=sum(hook(session, account.id) for hook in _on_disabled))


def enable_account(session: Session, context: ChangeContext, *, account_id: int) -> None:
    """Enable the account's sign-in again."""
    account = locked_account(session, account_id)
    if not account.active:
        account.active = True
        record_change(session, context, "account.enabled", account)


def send_way_in(session: Session, context: ChangeContext, *, account_id: int) -> None:
    """Send a link for choosing a password: an invitation if the account has none yet, else a reset.

    Raises:
        AccountDisabled: the account could not use the link.
    """
    account = locked_account(session, account_id)
    if not account.active:
        raise AccountDisabled
    send_reset_link(session, context, account, invited=account.password is None)
    record_change(session, context, "account.reset_sent", account)


def _lock_admins(session: Session) -> None:
    """Lock all administrators before their number may fall, so that two of them cannot remove each other at once."""
    admins = select(RoleGrant.user_account_id).where(RoleGrant.role == RoleName.ADMIN)
    session.execute(select(UserAccount.id).where(UserAccount.id.in_(admins)).order_by(UserAccount.id).with_for_update()).all()


def _somebody_stays_admin(session: Session, context: ChangeContext, account: UserAccount) -> None:
    if account.audit_name == context.actor:
        raise OwnAccount
    admins = session.scalars(
        select(UserAccount.id)
        .join(RoleGrant, RoleGrant.user_account_id == UserAccount.id)
        .where(RoleGrant.role == RoleName.ADMIN, UserAccount.active)
    )
    if set(admins) == {account.id}:
        raise LastAdmin
