"""Signing in: password, second factor, sessions."""

from __future__ import annotations

from flask import Flask

from config import Settings
from seminar_app.accounts.services import when_disabled
from seminar_app.sign_in import audit_words, second_step_routes, security, session_store, staff_routes
from seminar_app.sign_in import factor_routes as factor_routes
from seminar_app.sign_in import models as models
from seminar_app.sign_in import routes as routes
from seminar_app.sign_in.blueprints import own_blueprint
from seminar_app.sign_in.proving import ask_again
from seminar_app.sign_in.rules import FactorKind
from seminar_app.sign_in.sessions import WebSessions, load_actor
from seminar_app.sign_in.words import FACTOR_KINDS
from seminar_app.web import access, labels


def init_app(app: Flask, settings: Settings) -> None:
    """Add this room's pages and words, and tell the access check who is signed in."""
    audit_words.init_app()
    labels.register(FactorKind, FACTOR_KINDS)
    app.session_interface = WebSessions()
    access.init_app(app, load_actor=load_actor, owed_step=second_step_routes.owed_step, ask_again=ask_again)
    security.init_app(app, settings)
    when_disabled(session_store.end_all_of)
    app.register_blueprint(own_blueprint)
    app.register_blueprint(staff_routes.blueprint)
