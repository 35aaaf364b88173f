"""Alert the administrators when an account accesses more personal data than a working day needs."""

from __future__ import annotations

from dataclasses import asdict
from datetime import date
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from seminar_app.accounts.models import RoleGrant, UserAccount
from seminar_app.audit import services as audit
from seminar_app.audit.access_log import DailyAccess
from seminar_app.core.actor import RULE, RoleName
from seminar_app.core.change_context import ChangeContext
from seminar_app.messages.services import enqueue

MAIL = "access_alert"


def tell_admins(session: Session, context: ChangeContext, day: date, looks: DailyAccess) -> None:
    """Send a mail to each administrator and write an audit row, in the transaction of the access that exceeded a limit.

    Args:
        context: of the access; its actor is the account that exceeded the limit.
    """
    public_id = UUID(hex=context.actor.partition(":")[2])
    name = session.scalar(select(UserAccount.name).where(UserAccount.public_id == public_id)) or public_id.hex[:8].upper()
    admins = select(RoleGrant.user_account_id).where(RoleGrant.role == RoleName.ADMIN)
    for admin in session.scalars(select(UserAccount).where(UserAccount.active, UserAccount.id.in_(admins)).order_by(UserAccount.id)):
        enqueue(
            session,
            context,
            kind=MAIL,
            language=admin.language,
            to_address=admin.email,
            to_name=admin.name,
            facts={"name": name, "day": day.isoformat(), **asdict(looks)},
            dedupe_key=f"{MAIL}:{public_id.hex}:{day.isoformat()}:{admin.public_id.hex}",
        )
    audit.record(
        session,
        context.by(RULE),
        action="access.alerted",
        subject=f"user_account:{public_id.hex}",
        details={"day": day.isoformat(), **asdict(looks)},
    )
