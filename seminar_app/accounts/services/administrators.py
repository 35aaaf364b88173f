"""Mail to all administrators."""

from __future__ import annotations

from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from seminar_app.accounts.models import RoleGrant, UserAccount
from seminar_app.core.actor import RoleName
from seminar_app.core.change_context import ChangeContext
from seminar_app.messages.services import enqueue


def tell_admins(session: Session, context: ChangeContext, *, kind: str, facts: dict[str, Any], dedupe_key: str | None = None) -> None:
    """Send a mail to each administrator who can sign in, in the transaction of what it tells of.

    Args:
        kind: of the mail; see `enqueue`.
        facts: values for its template.
        dedupe_key: with it, each administrator gets the mail once in all.
    """
    admins = select(RoleGrant.user_account_id).where(RoleGrant.role == RoleName.ADMIN)
    for admin in session.scalars(select(UserAccount).where(UserAccount.active, UserAccount.id.in_(admins)).order_by(UserAccount.id)).all():
        enqueue(
            session,
            context,
            kind=kind,
            language=admin.language,
            to_address=admin.email,
            to_name=admin.name,
            facts=facts,
            dedupe_key=dedupe_key and f"{dedupe_key}:{admin.public_id.hex}",
        )
