"""Sign browsers out. The caller has checked that the actor may."""

from __future__ import annotations

import uuid

from sqlalchemy import select
from sqlalchemy.orm import Session

from seminar_app.accounts.services.common import locked_account, record_change
from seminar_app.core.change_context import ChangeContext
from seminar_app.core.errors import NotFound
from seminar_app.sign_in import session_store
from seminar_app.sign_in.models import WebSession


def end_all_sessions(session: Session, context: ChangeContext, *, account_id: int) -> int:
    """Sign an account out everywhere; return how many sessions ended."""
    account = locked_account(session, account_id)
    ended = session_store.end_all_of(session, account.id)
    record_change(session, context, "account.sessions_ended", account, sessions_ended=ended)
    return ended


def end_one_session(session: Session, context: ChangeContext, *, account_id: int, session_id: uuid.UUID) -> None:
    """Sign one of the account's browsers out.

    Raises:
        NotFound: the session has ended, or belongs to another account.
    """
    found = session.scalar(select(WebSession).where(WebSession.public_id == session_id, WebSession.user_account_id == account_id))
    if found is None:
        raise NotFound
    session_store.end(session, found.id_hash)
    record_change(session, context, "account.sessions_ended", locked_account(session, account_id), sessions_ended=1)


def end_other_sessions(session: Session, context: ChangeContext, *, account_id: int, this: bytes) -> int:
    """Sign the account's other browsers out; return how many sessions ended.

    Args:
        this: hash of the id of the session that stays.
    """
    account = locked_account(session, account_id)
    ended = session_store.end_others_of(session, account.id, this)
    if ended:
        record_change(session, context, "account.sessions_ended", account, sessions_ended=ended)
    return ended
