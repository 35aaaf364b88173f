"""Where the work of staff begins: what waits for each account, what is held today, and what comes next."""

from __future__ import annotations

from flask import Flask
from flask_babel import lazy_gettext as _l

from config import Settings
from seminar_app.today import staff_routes
from seminar_app.web.navigation import Entry, add_staff_entry


def init_app(app: Flask, settings: Settings) -> None:
    """Register the page and its menu entry."""
    app.register_blueprint(staff_routes.blueprint)
    add_staff_entry(app, Entry(_l("Today"), "today_staff.show", 1))
