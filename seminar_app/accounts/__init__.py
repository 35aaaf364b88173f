"""Offices, staff accounts, roles and sign-in."""

from __future__ import annotations

from flask import Flask
from flask_babel import lazy_gettext as _l

from config import Settings
from seminar_app.accounts import (
    factor_routes,
    looks_routes,
    office_routes,
    routes,
    second_step_routes,
    security,
    staff_routes,
    trail_routes,
)
from seminar_app.accounts import models as models
from seminar_app.accounts.alerts import tell_admins
from seminar_app.accounts.proving import ask_again
from seminar_app.accounts.rules import FactorKind, RoleName
from seminar_app.accounts.sessions import WebSessions, load_actor
from seminar_app.accounts.words import FACTOR_KINDS, ROLES
from seminar_app.audit.access_log import tell_with
from seminar_app.web import access, labels
from seminar_app.web.navigation import Entry, add_staff_entry


def init_app(app: Flask, settings: Settings) -> None:
    """Add sign-in and the staff's pages, and say who is signed in to whoever guards a door."""
    app.session_interface = WebSessions()
    access.init_app(app, load_actor=load_actor, owed_step=second_step_routes.owed_step, ask_again=ask_again)
    security.init_app(app, settings)
    labels.register(RoleName, ROLES)
    labels.register(FactorKind, FACTOR_KINDS)
    modules = (routes, second_step_routes, factor_routes, staff_routes, office_routes, trail_routes, looks_routes)
    for blueprint in dict.fromkeys(module.blueprint for module in modules):
        app.register_blueprint(blueprint)
    tell_with(tell_admins)
    for entry in (
        Entry(_l("Offices"), "accounts_staff.offices", 40),
        Entry(_l("Accounts"), "accounts_staff.accounts", 50),
        Entry(_l("Trail"), "accounts_staff.trail", 70, "accounts_staff.looks"),
    ):
        add_staff_entry(app, entry)
