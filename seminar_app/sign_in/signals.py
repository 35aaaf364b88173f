"""What happens to rows, trail and mail when somebody signs in or out, or asks for, resets or changes a password.

Flask-Security decides whether; these follow from its signals and its mail.
"""

from __future__ import annotations

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from flask import current_app, g, request
from flask_security import MailUtil
from sqlalchemy import select
from sqlalchemy.orm import Session

from config import Settings
from seminar_app.accounts.models import UserAccount
from seminar_app.accounts.services.reset_links import send_reset_link
from seminar_app.audit.services import record
from seminar_app.core import clock
from seminar_app.core.folding import canonical_email
from seminar_app.core.links import token_hash
from seminar_app.messages.services import enqueue
from seminar_app.sign_in import session_store, sessions
from seminar_app.sign_in.errors import AccountJustChanged
from seminar_app.sign_in.known_browsers import remember_browser
from seminar_app.web.database import session, unit_of_work

log = logging.getLogger(__name__)


BROWSERS = (("Edg", "Edge"), ("OPR", "Opera"), ("SamsungBrowser", "Samsung Internet"), ("Firefox", "Firefox"), ("FxiOS", "Firefox"),
            ("CriOS", "Chrome"), ("Chrome", "Chrome"), ("Safari", "Safari"))  # fmt: skip
SYSTEMS = (("Android", "Android"), ("iPhone", "iPhone"), ("iPad", "iPad"), ("Windows", "Windows"), ("Mac OS X", "macOS"),
           ("CrOS", "ChromeOS"), ("Linux", "Linux"))  # fmt: skip


@contextmanager
def changing() -> Iterator[Session]:
    """The unit of work that is open, or one of its own."""
    if session().info.get("unit_of_work"):
        yield session()
    else:
        with unit_of_work() as opened:
            yield opened


def browser_words(user_agent: str) -> str | None:
    """«Firefox, Windows»: what the owner of a session knows it by."""
    browser = next((name for sign, name in BROWSERS if sign in user_agent), None)
    system = next((name for sign, name in SYSTEMS if sign in user_agent), None)
    return ", ".join(filter(None, (browser, system))) or None


def note(database: Session, action: str, account: UserAccount | None, **details: Any) -> None:
    """A row in the trail about an account and by it, or by a stranger when there is none."""
    record(
        database,
        now=clock.now(),
        actor=f"account:{account.public_id.hex}" if account else "public",
        action=action,
        subject=f"user_account:{account.public_id.hex}" if account else "user_account:unknown",
        details=details,
        request_id=g.get("request_id"),
    )


def on_authenticated(_app: object, *, user: UserAccount, authn_via: list[str] | None = None, **_rest: object) -> None:
    """Give the browser a session under a fresh id. A change of password ends all the others."""
    changed = "change" in (authn_via or ())
    with changing() as database:
        account = database.get(UserAccount, user.id, with_for_update=True)
        if account is None or not account.active or (account.fs_uniquifier != user.fs_uniquifier):
            raise AccountJustChanged
        if account is not user:
            account.password = user.password  # hashed anew where the cost of hashing was raised
        if changed:
            session_store.end_all_of(database, account.id)
        sessions.move_in(database, account, browser=browser_words(request.user_agent.string))
        remember_browser(account.email)
        if not changed and sessions.half_signed_in() is None:  # else when the second factor is proved
            note(database, "account.signed_in", account)


def on_signed_out(_app: object, *, user: Any, **_rest: object) -> None:
    """Delete the browser's row, so that a copy of its cookie opens nothing."""
    with changing() as database:
        sessions.move_out(database)
        if isinstance(user, UserAccount):
            note(database, "account.signed_out", user)


def on_password_changed(_app: object, *, user: UserAccount, **_rest: object) -> None:
    """The change of password in the trail; a reset link sent before is void."""
    with changing() as database:
        user.reset_hash = user.reset_until = None
        note(database, "account.password_changed", user)


def on_password_reset(_app: object, *, user: UserAccount, **_rest: object) -> None:
    """Spend the link and end every session of the account."""
    with changing() as database:
        user.reset_hash = user.reset_until = None
        note(database, "account.password_reset", user, sessions_ended=session_store.end_all_of(database, user.id))
    remember_browser(user.email)  # whoever is kept out by strangers' tries gets in again by the mail's link
    g.password_reset = True


def owner_of_link(token: str) -> UserAccount | None:
    """Whose reset link or invitation this is, while it is good. Whoever is about to spend it holds the account until then."""
    wanted = select(UserAccount).where(UserAccount.reset_hash == token_hash(token))
    account = session().scalar(wanted.with_for_update() if session().info.get("unit_of_work") else wanted)
    if account is None or not account.active or account.reset_until is None or account.reset_until <= clock.now():
        return None
    return account


def go_on_to_set_up(account_id: int) -> bool:
    """After an invitation's password, on to the second factor, where one is required; else its owner signs in."""
    if not _settings().second_factor:
        return False
    with unit_of_work() as database:
        account = database.get(UserAccount, account_id, with_for_update=True)
        if account is None or not account.active:
            return False
        sessions.move_in(database, account, browser=browser_words(request.user_agent.string))
    return True


def on_failed(_app: object, *, user: UserAccount, **_rest: object) -> None:
    """A row in the trail: on the account, or on an address without one, which is not named. Both take the same time."""
    whose = user.public_id.hex if user.public_id else "unknown"
    log.warning("Sign-in refused for account %s, reference %s", whose, g.get("request_id", "-"))
    with changing() as database:
        record(
            database,
            now=clock.now(),
            actor="public",
            action="account.sign_in_refused",
            subject=f"user_account:{whose}",
            request_id=g.get("request_id"),
        )


class ResetLinks:
    """Stands where Flask-Security keeps its signer of reset links: ours are our secret links, found by the hash of their token."""

    def dumps(self, _data: object) -> str:
        """Nothing: the link is made when its mail is sent."""
        return "in-the-mail"

    def loads(self, token: str, max_age: float | None = None) -> list[str | None]:
        """Whose link it is.

        Raises:
            ValueError: nobody's, used, replaced by a newer one, or too old.
        """
        account = owner_of_link(token)
        if account is None:
            raise ValueError("this link opens nothing")
        return [account.fs_uniquifier, None]


class OutboxMail(MailUtil):  # type: ignore[misc, unused-ignore]
    """Flask-Security's mail, put into our outbox instead of sent."""

    def send_mail(self, template: str, *_rendered: Any, **kwargs: Any) -> None:
        """Enqueue. For an address that is nobody's, do the like without a message: same answer, same time."""
        user: UserAccount = kwargs["user"]
        now = clock.now()
        with changing() as database:
            account = database.get(UserAccount, user.id) if user.id is not None else None
            if template.endswith("reset_instructions"):
                note(database, "account.reset_asked", account)
                if account is not None:
                    send_reset_link(database, account, now=now)
            elif account is not None:
                enqueue(
                    database,
                    now=now,
                    kind="password_changed",
                    language=account.language,
                    to_address=account.email,
                    to_name=account.name,
                    context={},
                )

    def normalize(self, email: str) -> str:
        """The address as it is stored."""
        return canonical_email(super().normalize(email))

    def validate(self, email: str) -> str:
        """The same: whether mail reaches it is not asked of the network."""
        return self.normalize(email)


def _settings() -> Settings:
    settings: Settings = current_app.extensions["settings"]
    return settings
