"""Alert the administrators when an account accesses more personal data than a working day needs."""

from __future__ import annotations

from datetime import date
from uuid import UUID

from msgspec.structs import asdict
from sqlalchemy import select
from sqlalchemy.orm import Session

from seminar_app.accounts import services as accounts
from seminar_app.accounts.models import UserAccount
from seminar_app.audit import services as audit
from seminar_app.audit.access_log import DailyAccess
from seminar_app.core.actor import RULE
from seminar_app.core.change_context import ChangeContext

MAIL = "access_alert"


def tell_admins(session: Session, context: ChangeContext, day: date, looks: DailyAccess) -> None:
    """Send a mail to each administrator and write an audit row, in the transaction of the access that exceeded a limit.

    Args:
        context: of the access; its actor is the account that exceeded the limit.
    """
    public_id = UUID(hex=context.actor.partition(":")[2])
    name = session.scalar(select(UserAccount.name).where(UserAccount.public_id == public_id)) or public_id.hex[:8].upper()
    facts = {"day": day.isoformat(), **asdict(looks)}
    accounts.tell_admins(session, context, kind=MAIL, facts={"name": name, **facts}, dedupe_key=f"{MAIL}:{public_id.hex}:{day.isoformat()}")
    audit.record(
        session,
        context.by(RULE),
        action="access.alerted",
        subject=f"user_account:{public_id.hex}",
        details=facts,
    )
