"""Links for choosing a password: an invitation, or a reset."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from sqlalchemy.orm import Session

from seminar_app.accounts.models import UserAccount
from seminar_app.core.change_context import ChangeContext
from seminar_app.core.installation import installation_of
from seminar_app.core.links import SecretLink, token_hash
from seminar_app.messages.services import enqueue

RESET_WITHIN = timedelta(hours=1)
"""How long a requested link is valid; an invitation is valid longer."""


INVITED_WITHIN = timedelta(days=7)


RESET_PURPOSE = "password-reset"


RESET_ENDPOINT = "sign_in.reset_password"


def new_reset_link(session: Session, context: ChangeContext, account: UserAccount, *, within: timedelta = RESET_WITHIN) -> SecretLink:
    """Issue a reset link and void earlier ones. Only the hash of its token is stored; the mail is rendered when it is sent."""
    account.reset_version += 1
    link = SecretLink(RESET_PURPOSE, account.public_id, account.reset_version)
    account.reset_hash = token_hash(link.token(installation_of(session).settings.secret_keys[0]))
    account.reset_until = context.now + within
    return link


def send_reset_link(
    database: Session, context: ChangeContext, account: UserAccount, *, invited: bool = False, facts: Mapping[str, Any] | None = None
) -> None:
    """Put a reset link into the outbox, for a forgotten password or for a new account.

    Args:
        invited: for a new account.
        facts: who invited the owner, and for what (see `services.invitations`).
    """
    within = INVITED_WITHIN if invited else RESET_WITHIN
    enqueue(
        database,
        context,
        kind="account_invitation" if invited else "password_reset",
        language=account.language,
        to_address=account.email,
        to_name=account.name,
        facts={**(facts or {}), "days": INVITED_WITHIN.days} if invited else {"minutes": int(within.total_seconds() // 60)},
        link=new_reset_link(database, context, account, within=within),
        link_endpoint=RESET_ENDPOINT,
    )
