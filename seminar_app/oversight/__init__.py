"""Pages of the audit log, of the access log, which counts each account's access to personal data, and of the installation."""

from __future__ import annotations

from flask import Flask
from flask_babel import lazy_gettext as _l

from config import Settings
from seminar_app.audit.access_log import tell_with
from seminar_app.oversight import audit_words, staff_routes
from seminar_app.oversight.alerts import tell_admins
from seminar_app.web.navigation import Entry, add_staff_entry


def init_app(app: Flask, settings: Settings) -> None:
    """Register the feature's pages, words and menu entries, and the alert to administrators about unusual access."""
    audit_words.init_app()
    tell_with(tell_admins)
    app.register_blueprint(staff_routes.blueprint)
    add_staff_entry(app, Entry(_l("Audit log"), "oversight.audit_log", 70, "oversight.audit_log oversight.access_log"))
    add_staff_entry(app, Entry(_l("Installation"), "oversight.installation", 80))
