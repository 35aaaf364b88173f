"""Letters: what organizers write once to the people of a seminar, and what became of the mail."""

from __future__ import annotations

from flask import Flask
from flask_babel import lazy_gettext as _l

from config import Settings
from seminar_app.letters import audit_words, labels, mail_contents, staff_routes
from seminar_app.letters import models as models
from seminar_app.letters.concerns import undelivered
from seminar_app.seminars.overview import add_concerns
from seminar_app.web.navigation import Entry, add_seminar_entry


def init_app(app: Flask, settings: Settings) -> None:
    """Register the pages, the menu entry, the kinds of mail and the words of letters."""
    audit_words.init_app()
    labels.init_app()
    mail_contents.init_app()
    add_concerns(app, undelivered)
    app.register_blueprint(staff_routes.blueprint)
    add_seminar_entry(app, Entry(_l("Messages"), "letters_staff.index", 60, "letters_staff."))
