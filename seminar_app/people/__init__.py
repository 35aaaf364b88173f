"""People: one record for each person."""

from __future__ import annotations

from flask import Flask
from flask_babel import lazy_gettext as _l

from config import Settings
from seminar_app.core.phones import shown_phone
from seminar_app.people import audit_words, labels
from seminar_app.people import identity_models as identity_models
from seminar_app.people import models as models
from seminar_app.web import navigation
from seminar_app.web.navigation import Entry


def init_app(app: Flask, settings: Settings) -> None:
    """Register the feature's pages, labels, template filters and menu entry."""
    audit_words.init_app()
    from seminar_app.people import staff_routes  # noqa: PLC0415  the pages read registrations, whose models need this package first

    labels.init_app()
    app.jinja_env.filters.update(phone=shown_phone)
    app.register_blueprint(staff_routes.blueprint)
    navigation.add_staff_entry(app, Entry(_l("People"), "people_staff.index", 20, "people_staff."))
