"""Signing in, signing out and setting a password: changes to the account, its sessions, the audit log and mail.

All functions run in the caller's open unit of work. The caller has checked the password or the link; the account is read
again here under a lock, because it may have changed meanwhile.
"""

from __future__ import annotations

import logging
import uuid

from flask import request
from flask_login import login_user, logout_user
from sqlalchemy import select
from sqlalchemy.orm import Session

from seminar_app.accounts.models import UserAccount
from seminar_app.accounts.queries import account_by_email
from seminar_app.accounts.services.common import record_own_change
from seminar_app.accounts.services.reset_links import send_reset_link
from seminar_app.audit.services import record
from seminar_app.core import clock
from seminar_app.core.change_context import ChangeContext
from seminar_app.core.links import token_hashes
from seminar_app.messages.services import enqueue
from seminar_app.sign_in import session_store, sessions
from seminar_app.sign_in.errors import AccountJustChanged
from seminar_app.sign_in.known_browsers import remember_browser

log = logging.getLogger(__name__)

BROWSERS = (("Edg", "Edge"), ("OPR", "Opera"), ("SamsungBrowser", "Samsung Internet"), ("Firefox", "Firefox"), ("FxiOS", "Firefox"),
            ("CriOS", "Chrome"), ("Chrome", "Chrome"), ("Safari", "Safari"))  # fmt: skip
SYSTEMS = (("Android", "Android"), ("iPhone", "iPhone"), ("iPad", "iPad"), ("Windows", "Windows"), ("Mac OS X", "macOS"),
           ("CrOS", "ChromeOS"), ("Linux", "Linux"))  # fmt: skip


def sign_in(database: Session, context: ChangeContext, account: UserAccount, *, new_hash: str | None = None) -> None:
    """Give the browser a session of this account under a fresh id.

    Args:
        account: the account as of the password check.
        new_hash: new hash of the same password, where the hashing cost was raised.

    Raises:
        AccountJustChanged: the account was disabled, or its password changed, since then.
    """
    current = _unchanged(database, account)
    if new_hash is not None:
        current.password = new_hash
    _enter(database, current)
    if sessions.half_signed_in() is None:  # else the sign-in is recorded when the second factor is proved
        record_own_change(database, context, "account.signed_in", current)


def sign_out(database: Session, context: ChangeContext) -> None:
    """Delete the browser's session row, so that a copy of its cookie is void."""
    stored = sessions.browser_session().stored
    logout_user()
    sessions.move_out(database)
    if stored is not None and stored.account is not None:
        record_own_change(database, context, "account.signed_out", stored.account)


def refuse(database: Session, context: ChangeContext, account: UserAccount | None) -> None:
    """Record a wrong password, on the account or on an unknown address, which is not named. Both take the same time."""
    whose = account.public_id.hex if account is not None else "unknown"
    log.warning("Sign-in refused for account %s, reference %s", whose, context.request_id)
    record(database, context, action="account.sign_in_refused", subject=f"user_account:{whose}")


def ask_for_reset(database: Session, context: ChangeContext, email: str) -> None:
    """Send a link for choosing a password if an enabled account has this address. An audit row is written in both cases."""
    found = account_by_email(database, email)
    account = found if found is not None and found.active else None
    if account is None:
        record(database, context, action="account.reset_asked", subject="user_account:unknown")
    else:
        record_own_change(database, context, "account.reset_asked", account)
        send_reset_link(database, context, account)


def owner_of_link(database: Session, token: str, *, lock: bool = False) -> UserAccount | None:
    """Return the account that this reset link or invitation belongs to, while the link is valid.

    Args:
        lock: lock the account until the commit, for the transaction that spends the link.
    """
    wanted = select(UserAccount).where(UserAccount.reset_hash.in_(token_hashes(token)))
    account = database.scalar(wanted.with_for_update() if lock else wanted)
    if account is None or not account.active or account.reset_until is None or account.reset_until <= clock.now():
        return None
    return account


def reset_password(database: Session, context: ChangeContext, account: UserAccount, new_hash: str) -> None:
    """Set a new password, void the account's link and end all its sessions."""
    _set_password(account, new_hash)
    ended = session_store.end_all_of(database, account.id)
    record_own_change(database, context, "account.password_reset", account, sessions_ended=ended)
    _tell(database, context, account)


def change_password(database: Session, context: ChangeContext, account: UserAccount, new_hash: str) -> None:
    """Set a new password and end the account's other sessions. This browser continues under a fresh id.

    Raises:
        AccountJustChanged: the account was disabled, or its password changed, since the present one was checked.
    """
    current = _unchanged(database, account)
    _set_password(current, new_hash)
    session_store.end_all_of(database, current.id)
    _enter(database, current)
    record_own_change(database, context, "account.password_changed", current)
    _tell(database, context, current)


def enter_after_invitation(database: Session, account_id: int) -> bool:
    """Sign the owner of a new account in up to the second factor; False where the account was disabled meanwhile."""
    account = database.get(UserAccount, account_id, with_for_update=True)
    if account is None or not account.active:
        return False
    sessions.move_in(database, account, browser=browser_words(request.user_agent.string))
    return True


def browser_words(user_agent: str) -> str | None:
    """Return a description of the browser for its owner, for example «Firefox, Windows»."""
    browser = next((name for sign, name in BROWSERS if sign in user_agent), None)
    system = next((name for sign, name in SYSTEMS if sign in user_agent), None)
    return ", ".join(filter(None, (browser, system))) or None


def _unchanged(database: Session, account: UserAccount) -> UserAccount:
    current = database.get(UserAccount, account.id, with_for_update=True)
    if current is None or not current.active or current.fs_uniquifier != account.fs_uniquifier:
        raise AccountJustChanged
    return current


def _enter(database: Session, account: UserAccount) -> None:
    login_user(account)
    sessions.move_in(database, account, browser=browser_words(request.user_agent.string))
    remember_browser(account.email)


def _set_password(account: UserAccount, new_hash: str) -> None:
    account.password = new_hash
    account.fs_uniquifier = uuid.uuid4().hex  # voids sessions and challenges made under the old password
    account.reset_hash = account.reset_until = None


def _tell(database: Session, context: ChangeContext, account: UserAccount) -> None:
    enqueue(
        database,
        context,
        kind="password_changed",
        language=account.language,
        to_address=account.email,
        to_name=account.name,
        facts={},
    )
