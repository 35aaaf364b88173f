"""Invalidate what was issued before a restore: old sessions, links and codes must not become valid again."""

from __future__ import annotations

from sqlalchemy import CursorResult, case, delete, update
from sqlalchemy.orm import Session

from seminar_app.accounts.models import UserAccount
from seminar_app.core.change_context import ChangeContext
from seminar_app.sign_in.app_codes import PERIOD_SECONDS
from seminar_app.sign_in.models import RecoveryCode, SecondFactor, WebSession
from seminar_app.sign_in.rules import FactorKind


def end_everything_issued(session: Session, context: ChangeContext) -> int:
    """End all sessions and all links for choosing a password, and make later links differ from all issued before.

    A link is derived from its version number, so numbers used after the backup must not come again. Numbering continues from the
    minutes since 1970, which no account's own count reaches.

    For second factors: app codes of the time since the backup are refused. All recovery codes end, because it is not known which
    of them were used since; their owners make new ones.

    Returns:
        The number of sessions ended.
    """
    session.execute(delete(RecoveryCode).execution_options(synchronize_session=False))
    session.execute(
        update(SecondFactor)
        .where(SecondFactor.kind == FactorKind.APP)
        .values(counter=int(context.now.timestamp()) // PERIOD_SECONDS + 1)
        .execution_options(synchronize_session=False)
    )
    ended = session.execute(delete(WebSession).execution_options(synchronize_session=False))
    first = int(context.now.timestamp() // 60)
    session.execute(
        update(UserAccount)
        .values(
            reset_hash=None,
            reset_until=None,
            reset_version=case((UserAccount.reset_version < first, first), else_=UserAccount.reset_version + 1),
        )
        .execution_options(synchronize_session=False)
    )
    return ended.rowcount if isinstance(ended, CursorResult) else 0
