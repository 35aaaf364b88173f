"""Pages for setting up a second factor: at the first sign-in where one is required, or from the account page."""

from __future__ import annotations

import base64
import binascii
from collections.abc import Callable
from typing import Any

from flask import current_app, redirect, render_template, request, url_for
from flask import session as flask_session
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from sqlalchemy.orm import Session

from config import Settings
from seminar_app.accounts.models import UserAccount
from seminar_app.accounts.services.common import record_own_change
from seminar_app.core.errors import Refusal
from seminar_app.core.qr import qr_data_uri
from seminar_app.core.sealing import seal, unseal
from seminar_app.sign_in import app_codes, passkeys, queries, services, sessions
from seminar_app.sign_in.errors import AccountJustChanged
from seminar_app.sign_in.factor_forms import AppForm, PasskeyForm
from seminar_app.sign_in.models import SecondFactor
from seminar_app.sign_in.proving import PASSKEY_KEY
from seminar_app.sign_in.sessions import browser_session
from seminar_app.web.access import STAFF_HOME
from seminar_app.web.change import change_context
from seminar_app.web.database import session, unit_of_work

APP_KEY = "app_secret"
CODES_KEY = "recovery_codes"
"""Session key for new recovery codes, sealed, until their owner confirms that they are on paper."""
REPLACED_KEY = "recovery_codes_replaced"
"""Session key that says whether they replace codes that still worked."""

PUBLIC_LAYOUT, STAFF_LAYOUT = "_layout/public.html", "_layout/staff.html"


def the_account() -> UserAccount:
    """Return the account of this session, fully signed in or not; the access check makes sure that there is one."""
    stored = browser_session().stored
    if stored is None or stored.account is None:
        raise AccountJustChanged
    return stored.account


def app_page(*, entering: bool) -> ResponseReturnValue:
    """Show a QR code to scan, and take a code of the app as proof that it worked."""
    account, form = the_account(), AppForm()
    secret = _secret_of(account)
    if form.accepts():

        def add(database: Session) -> SecondFactor:
            return services.add_app(
                database,
                change_context(account.audit_name),
                account_id=account.id,
                name=form.name.data or _("Authenticator app"),
                secret=secret,
                code=str(form.code.data),
                keys=_keys(),
                first=entering,
            )

        try:
            return _take_on(account, add, entering=entering)
        except Refusal as refusal:
            form.show(refusal)
    page = render_template(
        "sign_in/set_up_app.html",
        layout=PUBLIC_LAYOUT if entering else STAFF_LAYOUT,
        form=form,
        picture=qr_data_uri(app_codes.address_for_app(secret, account=account.email)),
        key=app_codes.key_for_typing(secret),
        back=_back(entering),
    )
    return page, 422 if form.has_errors else 200


def passkey_page(*, entering: bool) -> ResponseReturnValue:
    """Show a button with which the browser makes a passkey."""
    if passkeys.origin() is None:
        return redirect(_back(entering), code=303)
    account, form = the_account(), PasskeyForm()
    challenges = flask_session.get(PASSKEY_KEY)  # kept until answered: what could not be saved may be sent again
    if form.accepts():

        def add(database: Session) -> SecondFactor:
            credential_id, credential, uses = passkeys.made(challenges, str(form.passkey.data))
            return services.add_passkey(
                database,
                change_context(account.audit_name),
                account_id=account.id,
                name=form.name.data or _("Passkey"),
                credential_id=credential_id,
                credential=credential,
                uses=uses,
                first=entering,
            )

        try:
            return _take_on(account, add, entering=entering)
        except Refusal as refusal:
            form.show(refusal)
    form.passkey.data = None  # an answer that was checked is not sent again
    options, state = passkeys.options_to_make(account, queries.factors_of(session(), account.id))
    flask_session[PASSKEY_KEY] = passkeys.one_more(challenges, state)
    page = render_template(
        "sign_in/set_up_passkey.html",
        layout=PUBLIC_LAYOUT if entering else STAFF_LAYOUT,
        form=form,
        options=options,
        back=_back(entering),
    )
    return page, 422 if form.has_errors else 200


def keep_codes(account: UserAccount, codes: list[str], *, replaced: bool) -> dict[str, Any]:
    """Return the session values that hold new recovery codes, sealed, and whether they replace others that still worked."""
    sealed = seal(_keys(), "\n".join(codes).encode(), about=_about_codes(account))
    return {CODES_KEY: base64.b64encode(sealed).decode("ascii"), REPLACED_KEY: replaced}


def kept_codes(account: UserAccount) -> list[str]:
    """Return the new recovery codes that are not yet confirmed as written down, or an empty list."""
    plain = _unsealed(flask_session.get(CODES_KEY), _about_codes(account))
    return plain.decode().split("\n") if plain else []


def _take_on(account: UserAccount, add: Callable[[Session], SecondFactor], *, entering: bool) -> ResponseReturnValue:
    """Add the factor. This session continues under a fresh id; all other sessions must prove the factor."""
    context = change_context(account.audit_name)
    with unit_of_work() as database:
        factor = add(database)
        keep: dict[str, Any] = {}
        if queries.recovery_codes_left(database, account.id) == 0:
            keep = keep_codes(account, services.make_recovery_codes(database, context, account_id=account.id), replaced=False)
        if not sessions.move_on(database, with_factor=True, keep=keep):
            raise AccountJustChanged
        if entering:
            record_own_change(database, context, "account.signed_in", account, factor=factor.kind.value)
    if not keep:
        return redirect(url_for("sign_in.own"), code=303)
    return redirect(url_for("sign_in.recovery_codes", next=request.args.get("next") or (STAFF_HOME if entering else None)), code=303)


def _secret_of(account: UserAccount) -> bytes:
    """Return the secret shown until the app is added; it stays the same after a wrong code or a reload."""
    about = f"setting-up:{account.public_id.hex}"
    secret = _unsealed(flask_session.get(APP_KEY), about)
    if secret is None:
        secret = app_codes.new_secret()
        flask_session[APP_KEY] = base64.b64encode(seal(_keys(), secret, about=about)).decode("ascii")
    return secret


def _unsealed(text: object, about: str) -> bytes | None:
    if not isinstance(text, str):
        return None
    try:
        return unseal(_keys(), base64.b64decode(text, validate=True), about=about)
    except (binascii.Error, ValueError):
        return None


def _about_codes(account: UserAccount) -> str:
    return f"recovery-codes:{account.public_id.hex}"


def _back(entering: bool) -> str:
    return url_for("sign_in.set_up", next=request.args.get("next")) if entering else url_for("sign_in.own")


def _keys() -> tuple[str, ...]:
    settings: Settings = current_app.extensions["settings"]
    return settings.secret_keys
