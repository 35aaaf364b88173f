"""Documents on paper: sign-in sheets, roster, programme and badges; and the marks that come back from signed sheets."""

from __future__ import annotations

from flask import Flask

from config import Settings
from seminar_app.paper import keyed_routes, keyed_words
from seminar_app.paper import models as models
from seminar_app.paper import registration_events as registration_events


def init_app(app: Flask, settings: Settings) -> None:
    """Register the room."""
    keyed_words.init_app()
    app.register_blueprint(keyed_routes.blueprint)
