"""Signing in: password, second factor, sessions."""

from __future__ import annotations

from flask import Flask, flash, make_response, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_login import LoginManager
from flask_wtf.csrf import CSRFError
from werkzeug.exceptions import HTTPException
from werkzeug.wrappers import Response

from config import Settings
from seminar_app.accounts.models import UserAccount
from seminar_app.accounts.services import choose_language, when_disabled
from seminar_app.sign_in import audit_words, hashing, second_step_routes, session_store, staff_routes
from seminar_app.sign_in import factor_routes as factor_routes
from seminar_app.sign_in import models as models
from seminar_app.sign_in import password_routes as password_routes
from seminar_app.sign_in import routes as routes
from seminar_app.sign_in.blueprints import own_blueprint
from seminar_app.sign_in.proving import ask_again
from seminar_app.sign_in.rules import FactorKind
from seminar_app.sign_in.sessions import WebSessions, browser_session, load_actor
from seminar_app.sign_in.words import FACTOR_KINDS
from seminar_app.web import access, labels
from seminar_app.web.body_reading import was_refused
from seminar_app.web.change import change_context
from seminar_app.web.database import in_unit_of_work
from seminar_app.web.errors import error_page, form_from_elsewhere
from seminar_app.web.languages import local_path, when_chosen
from seminar_app.web.page_cache import tell_visitors
from seminar_app.web.sending_site import may_be_anothers
from seminar_app.web.unavailable import kept_form


def init_app(app: Flask, settings: Settings) -> None:
    """Register the feature's pages and audit words, and tell the access check how to find the signed-in account."""
    audit_words.init_app()
    labels.register(FactorKind, FACTOR_KINDS)
    hashing.init_app(app, settings)
    app.session_interface = sessions = WebSessions()
    tell_visitors(app, lambda request: sessions.visitor(app, request))
    login_manager = LoginManager(app, add_context_processor=False)  # templates use `current_actor` instead
    login_manager.session_protection = None  # the session is a database row with a random id, so Flask-Login need not protect it
    login_manager.user_loader(_account)
    access.init_app(
        app, load_actor=load_actor, owed_step=second_step_routes.owed_step, ask_again=ask_again, keep_form=_kept_until_signed_in
    )
    when_disabled(session_store.end_all_of)
    when_chosen(_keep_in_account)
    app.register_blueprint(own_blueprint)
    app.register_blueprint(staff_routes.blueprint)
    app.register_error_handler(CSRFError, _form_too_old)


def _account(uniquifier: str) -> UserAccount | None:
    """Return the account of this browser's session, for Flask-Login."""
    stored = browser_session().stored
    return stored.account if stored and stored.account and stored.account.fs_uniquifier == uniquifier else None


def _keep_in_account(language: str) -> None:
    """Keep the language that somebody signed in has chosen: it follows the person to other browsers and into mail."""
    actor = load_actor()
    if actor is not None and actor.language != language:
        in_unit_of_work(lambda work: choose_language(work, change_context(), account_id=actor.user_id, language=language))


def _kept_until_signed_in() -> Response | None:
    """Return the form that somebody sent who is signed in no more, to be sent again after signing in; None if nothing was typed.

    No page repeats a file: signing in leads back to the form, to choose it again.
    """
    kept = kept_form()
    if kept is None and _has_file():
        flash(_("Your session had ended, so the file was not kept. Sign in, then choose it again."), "warning")
        back = request.path if request.url_rule is not None and "GET" in (request.url_rule.methods or ()) else None
        return make_response(redirect(url_for(access.owed_step() or "sign_in.login", next=back), code=303))
    if kept is None or all(name == "csrf_token" for name, _value in kept.fields):
        return None
    return make_response(error_page(401, sign_in_first=True))


def _has_file() -> bool:
    try:
        return not was_refused() and not may_be_anothers() and any(upload.filename for upload in request.files.values())
    except HTTPException:  # too large, or no form
        return False


def _form_too_old(_error: CSRFError) -> ResponseReturnValue:
    """Handle a failed CSRF check: lead staff whose session has ended back to sign-in, and explain the failure to anyone else."""
    policy = access.policy_of_request()
    if policy is None or policy.audience is not access.Audience.STAFF or load_actor() is not None:
        return form_from_elsewhere()
    if (kept := _kept_until_signed_in()) is not None:
        return kept
    flash(_("You were signed out because the page had rested for 30 minutes, so it was not saved. Please sign in again."), "warning")
    came_from = request.referrer if request.referrer and request.referrer.startswith(request.host_url) else ""
    back = local_path("/" + came_from.removeprefix(request.host_url)) if came_from else access.STAFF_HOME
    return redirect(url_for("sign_in.login", next=back), code=303)
