"""Staff accounts and roles."""

from __future__ import annotations

from flask import Flask
from flask_babel import lazy_gettext as _l

from config import Settings
from seminar_app.accounts import audit_words, checks, invitation_routes, staff_routes
from seminar_app.accounts import models as models
from seminar_app.accounts.rules import InvitationState
from seminar_app.accounts.words import INVITATION_STATES, ROLES
from seminar_app.core.actor import RoleName
from seminar_app.web import labels
from seminar_app.web.navigation import Entry, add_staff_entry


def init_app(app: Flask, settings: Settings) -> None:
    """Register the feature's pages, words, menu entry and checks."""
    audit_words.init_app()
    labels.register(RoleName, ROLES)
    labels.register(InvitationState, INVITATION_STATES)
    app.register_blueprint(staff_routes.blueprint)
    app.register_blueprint(invitation_routes.blueprint)
    add_staff_entry(app, Entry(_l("Team"), "invitations_staff.team", 45, "invitations_staff."))
    add_staff_entry(app, Entry(_l("Accounts"), "accounts_staff.accounts", 50))
    checks.init_app(app)
