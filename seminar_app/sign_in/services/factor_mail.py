"""Mail to an account's owner about changes to the second factor, so that the owner learns of a change by another person."""

from __future__ import annotations

from typing import Any

from sqlalchemy.orm import Session

from seminar_app.accounts.models import UserAccount
from seminar_app.core.change_context import ChangeContext
from seminar_app.messages.services import enqueue


def tell_owner(session: Session, context: ChangeContext, account: UserAccount, what: str, **facts: Any) -> None:
    """Enqueue the mail. `what`: added, removed, reset, codes_made or recovery_code_used."""
    enqueue(
        session,
        context,
        kind="second_factor",
        language=account.language,
        to_address=account.email,
        to_name=account.name,
        facts={"what": what} | facts,
    )
