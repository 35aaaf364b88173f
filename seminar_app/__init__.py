"""Constancia: registration and tracking for training seminars."""

from __future__ import annotations

from flask import Flask

from config import PROJECT_ROOT, Settings
from seminar_app.core.key_ring import KeyRing, use_ring


def create_app(settings: Settings | None = None) -> Flask:
    """The application, assembled. Reads as a table of contents: what it stands on, then its rooms, then its commands."""
    from seminar_app import accounts, agencies, attendance, audit, cli, feedback, messages, people, registration, retention, seminars, web

    settings = settings or Settings.from_environment()
    use_ring(KeyRing(settings.identity_keys))
    app = Flask(__name__, template_folder=str(PROJECT_ROOT / "templates"), static_folder=None, instance_path=str(settings.data_dir))
    app.config["SECRET_KEY"] = settings.secret_keys[0]
    app.config["SECRET_KEY_FALLBACKS"] = list(settings.secret_keys[1:])
    app.extensions["settings"] = settings

    web.init_app(app, settings)
    for room in (audit, messages, agencies, accounts, people, seminars, registration, attendance, feedback, retention):
        room.init_app(app, settings)
    cli.init_app(app, settings)
    return app
