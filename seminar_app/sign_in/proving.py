"""Ask for proof of identity: the second factor at sign-in, and again before exports and account changes.

A correct proof gives the session a fresh id, so the old cookie is void from then on.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from flask import current_app, make_response, redirect, render_template, request, url_for
from flask import session as flask_session
from flask_babel import gettext as _
from msgspec import Struct, field
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from seminar_app.accounts.models import UserAccount
from seminar_app.accounts.services.common import record_own_change
from seminar_app.core import clock
from seminar_app.core.change_context import ChangeContext
from seminar_app.sign_in import passkeys, queries, services, sessions
from seminar_app.sign_in.errors import AccountJustChanged
from seminar_app.sign_in.factor_forms import PROOF, ProofForm
from seminar_app.sign_in.hashing import verify_password
from seminar_app.sign_in.models import SecondFactor
from seminar_app.sign_in.rules import FactorKind, Proof, is_fresh
from seminar_app.sign_in.session_store import StoredSession
from seminar_app.sign_in.sessions import browser_session
from seminar_app.web.access import STAFF_HOME
from seminar_app.web.change import change_context
from seminar_app.web.database import session, unit_of_work
from seminar_app.web.languages import local_path

PASSKEY_KEY = "passkeys"
"""Session key for the challenges that a passkey must sign, one for each page that asks."""
OWN_QUESTION = frozenset({"sign_in.change_password"})
"""Endpoints that ask for the present password themselves; that is enough for accounts without a second factor."""


class Question(Struct):
    """The kinds of proof that the page offers."""

    password: bool = False
    code: bool = False
    app: bool = False
    """Whether an app code is accepted; else only a recovery code is."""
    passkey: dict[str, Any] | None = None
    """Options for the browser's `navigator.credentials.get`."""
    kept: list[tuple[str, str]] = field(default_factory=list)
    """Fields of the original form, which is sent on once the proof is correct."""


def second_factor_required() -> bool:
    """Whether every account here must have a second factor."""
    required: bool = current_app.extensions["settings"].second_factor
    return required


def question(stored: StoredSession) -> Question:
    """Return the proofs this account can give. A new challenge for its passkeys is stored in the session."""
    if stored.account is None or not stored.has_factor:
        return Question(password=True)
    factors = queries.factors_of(session(), stored.account.id)
    asked = Question(code=True, app=any(factor.kind is FactorKind.APP for factor in factors))
    known = [factor for factor in factors if factor.kind is FactorKind.PASSKEY]
    if known and passkeys.origin():
        asked.passkey, state = passkeys.options_to_use(known)
        flask_session[PASSKEY_KEY] = passkeys.one_more(flask_session.get(PASSKEY_KEY), state)
    return asked


def prove(form: ProofForm) -> bool:
    """Check the proof and give the session a fresh id, or put an error on the form. Each attempt is committed."""
    stored = browser_session().stored
    if stored is None or stored.account is None:
        return False
    account, challenges = stored.account, flask_session.get(PASSKEY_KEY)
    if not form.accepts():
        return False
    context = change_context(account.audit_name)
    how, check = _check(form, context, account, factor=stored.has_factor, challenges=challenges)
    if check is None:
        return False
    with unit_of_work() as database:
        answer = check(database)
        if answer is Proof.RIGHT:
            if not sessions.move_on(database, with_factor=stored.has_factor):
                raise AccountJustChanged
            if stored.owes_factor:
                record_own_change(database, context, "account.signed_in", account, factor=how)
    if how == "passkey":
        flask_session.pop(PASSKEY_KEY, None)  # only after the commit: a proof that the database could not take may be sent again
    form.proof_passkey.data = None  # an answer that was checked is not sent again
    if answer is not Proof.RIGHT:
        _say(form, how, answer)
    return answer is Proof.RIGHT


def ask_again() -> Response | None:
    """Return None if the last proof is recent enough, else a page that asks for one and carries the submitted form along."""
    stored = browser_session().stored
    if stored is None or stored.account is None:
        return redirect(url_for("sign_in.login"), code=303)
    if is_fresh(stored.proven_at, now=clock.now()) or (request.endpoint in OWN_QUESTION and not stored.has_factor):
        return None
    if request.method != "POST":
        back = _referrer()
        return redirect(url_for("sign_in.confirm", next=request.full_path.rstrip("?"), back=back), code=303)
    form = ProofForm(formdata=request.form if ProofForm.sent() else None)
    if ProofForm.sent() and prove(form):
        return None  # the view continues with the submitted form
    stored = browser_session().stored
    if stored is None:
        return redirect(url_for("sign_in.login"), code=303)
    asked = question(stored)
    asked.kept = [
        (name, value)
        for name, value in request.form.items(multi=True)
        if name != "csrf_token" and not name.startswith(PROOF) and "password" not in name
    ]
    page = render_template("sign_in/confirm.html", form=form, question=asked, back=_referrer() or STAFF_HOME, waiting=True)
    return make_response(page, 422)


def _check(
    form: ProofForm, context: ChangeContext, account: UserAccount, *, factor: bool, challenges: Any
) -> tuple[str, Callable[[Session], Proof] | None]:
    if not factor:
        typed = str(form.proof_password.data or "")
        if not typed:
            form.proof_password.errors = [_("Please write your password.")]
            return "password", None
        right = account.password is not None and verify_password(typed, account.password)
        return "password", lambda database: services.check_password(database, context, account_id=account.id, right=right)
    if form.proof_passkey.data:
        known: list[SecondFactor] = [f for f in queries.factors_of(session(), account.id) if f.kind is FactorKind.PASSKEY]
        credential_id, uses = passkeys.used(challenges, known, str(form.proof_passkey.data))
        return "passkey", lambda database: services.check_passkey(
            database, context, account_id=account.id, credential_id=credential_id, uses=uses
        )
    code = str(form.proof_code.data or "")
    if not code:
        form.proof_code.errors = [_("Please write the code.")]
        return "code", None
    keys = current_app.extensions["settings"].secret_keys
    return "code", lambda database: services.check_code(database, context, account_id=account.id, code=code, keys=keys)


def _say(form: ProofForm, how: str, answer: Proof) -> None:
    target = {"password": form.proof_password, "code": form.proof_code}.get(how)
    match answer, how:
        case Proof.RESTING, _how:
            sentence = _("There were too many wrong attempts. Please wait 15 minutes and try again.")
        case Proof.USED, _how:
            sentence = _("This code was used already. Please wait until your app shows the next one.")
        case _answer, "password":
            sentence = _("This is not your password.")
        case _answer, "passkey":
            sentence = _("The passkey could not be checked. Please try again.")
        case _:
            sentence = _("This code is not right. Check it, and that you look at the newest one.")
    if target is None:
        form.form_errors.append(sentence)
    else:
        target.errors = [sentence]


def _referrer() -> str | None:
    came_from = request.referrer or ""
    if not came_from.startswith(request.host_url):
        return None
    path = local_path("/" + came_from.removeprefix(request.host_url))
    return path if path.startswith(STAFF_HOME) and not path.startswith(url_for("sign_in.confirm")) else None
