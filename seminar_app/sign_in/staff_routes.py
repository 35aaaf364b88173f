"""Administrators' actions on an account's sessions and second factor. Each returns to the account's page."""

from __future__ import annotations

import uuid
from collections.abc import Callable

from flask import Blueprint, flash, redirect, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from seminar_app.accounts.queries import get_account
from seminar_app.core.actor import RoleName
from seminar_app.core.errors import Refusal
from seminar_app.sign_in import services
from seminar_app.web.access import staff
from seminar_app.web.change import change_context
from seminar_app.web.database import session, unit_of_work
from seminar_app.web.errors import sentence_of

blueprint = Blueprint("sign_in_staff", __name__)


@blueprint.post("/staff/accounts/<uuid:public_id>/sessions/end")
@staff(RoleName.ADMIN, fresh="POST")
def end_sessions(public_id: uuid.UUID) -> ResponseReturnValue:
    """Sign an account out everywhere."""
    return _change(public_id, services.end_all_sessions, _("The account is signed out everywhere."))


@blueprint.post("/staff/accounts/<uuid:public_id>/second-step/reset")
@staff(RoleName.ADMIN, fresh="POST")
def reset_second_factor(public_id: uuid.UUID) -> ResponseReturnValue:
    """Remove the second factor of an account whose owner has lost it."""
    said = _("The second step is removed, and the account is signed out everywhere. Its owner gets a message.")
    return _change(public_id, services.reset_second_factor, said)


def _change(public_id: uuid.UUID, service: Callable[..., object], said: str) -> ResponseReturnValue:
    account = get_account(session(), public_id)
    try:
        with unit_of_work() as database:
            service(database, change_context(), account_id=account.id)
    except Refusal as refusal:
        flash(sentence_of(refusal), "error")
    else:
        flash(said, "success")
    return redirect(url_for("accounts_staff.account", public_id=public_id), code=303)
