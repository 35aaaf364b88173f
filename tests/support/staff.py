"""A signed-in account, for tests of pages that do not test signing in."""

from __future__ import annotations

import uuid

from flask import Flask
from itsdangerous import URLSafeTimedSerializer

from seminar_app.accounts.models import UserAccount
from seminar_app.core import clock
from seminar_app.core.actor import Actor, Grant, RoleName
from seminar_app.sign_in import session_store
from seminar_app.web.database import db, unit_of_work
from tests.support.form_sender import FormSender

ADMIN = Actor(user_id=1, public_id=uuid.UUID(int=1), name="Ada Admin", language="en", grants=(Grant(RoleName.ADMIN),))


def signed_in_sender(app: Flask, account: UserAccount, port: int) -> FormSender:
    """Return a browser in which this account is signed in, over real connections: session row, cookie and token."""
    raw = "0" * 40
    with app.app_context():
        with unit_of_work() as session:
            values = {"language": account.language, "csrf_token": raw}
            identifier = session_store.start(session, account=account, values=values, now=clock.now())
        db.session.remove()
        token = str(URLSafeTimedSerializer(app.config["SECRET_KEY"], salt="wtf-csrf-token").dumps(raw))
    return FormSender(port, "PGR", cookie=f"{app.config['SESSION_COOKIE_NAME']}={identifier}", token=token)
