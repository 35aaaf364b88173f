"""Certificates: who earns one, issuing, replacing and revoking them, and verifying them by anybody."""

from __future__ import annotations

from flask import Flask
from flask_babel import lazy_gettext as _l

from config import Settings
from seminar_app.certificates import (
    agency_certificates,
    audit_words,
    closing_kit_routes,
    concerns,
    labels,
    person_section,
    personal_routes,
    record_routes,
    routes,
    staff_routes,
    zip_routes,
)
from seminar_app.certificates import hooks as hooks
from seminar_app.certificates import models as models
from seminar_app.certificates.closing_kit import section as closing_kit_section
from seminar_app.certificates.closing_kit.kit_job import KIT
from seminar_app.certificates.issue_job import ISSUE
from seminar_app.certificates.record_job import RECORD
from seminar_app.certificates.services.ending import REVOKED_MAIL
from seminar_app.certificates.services.issuing import MAIL
from seminar_app.certificates.zip_job import ZIP
from seminar_app.core.dates import hours_and_minutes
from seminar_app.long_jobs.kinds import add_kind
from seminar_app.registration.first_mail import News, tells
from seminar_app.registration.sections import add_section
from seminar_app.seminars.overview import add_concerns, add_outcome
from seminar_app.web.navigation import Entry, add_seminar_entry


def init_app(app: Flask, settings: Settings) -> None:
    """Register the pages, the words, the kinds of long work, and what the pages of other rooms show."""
    audit_words.init_app()
    labels.init_app()
    for kind in (MAIL, REVOKED_MAIL):
        tells(kind, News.LATER)
    app.register_blueprint(routes.blueprint)
    app.jinja_env.filters["hours_and_minutes"] = hours_and_minutes
    app.register_blueprint(staff_routes.blueprint)
    app.register_blueprint(personal_routes.blueprint)
    app.jinja_env.globals["own_certificate"] = personal_routes.own_certificate  # the personal page asks; its room may not import this one
    add_section(app, person_section.section)
    add_concerns(app, concerns.certificates_to_see_to)
    add_seminar_entry(app, Entry(_l("Certificates"), "certificates_staff.index", 55, "certificates_staff."))
    _init_files(app)
    _init_kit(app)


def _init_files(app: Flask) -> None:
    """Register the long work that makes files, and the training record's pages."""
    for kind in (ISSUE, ZIP, RECORD):
        add_kind(app, kind)
    app.register_blueprint(record_routes.blueprint)
    app.register_blueprint(record_routes.staff_blueprint)
    app.register_blueprint(zip_routes.blueprint)
    app.jinja_env.globals["has_own_record"] = record_routes.has_own_record  # as above


def _init_kit(app: Flask) -> None:
    """Register the closing kit, and what a liaison's page says of her people's certificates."""
    add_kind(app, KIT)
    app.register_blueprint(closing_kit_routes.blueprint)
    add_outcome(app, closing_kit_section.section)
    app.jinja_env.globals["agency_certificates"] = agency_certificates.agency_certificates  # as above
