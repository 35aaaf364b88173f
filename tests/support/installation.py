"""Other keys or limits for the application of a test."""

from __future__ import annotations

from typing import Any

from flask import Flask

from seminar_app.core.installation import install, installation_of
from seminar_app.core.values import replace
from seminar_app.web.database import db


def reinstall(app: Flask, **changed: Any) -> None:
    """Give the application's engine an installation with these settings changed; keys and write queue are made anew."""
    with app.app_context():
        install(db.engine, replace(installation_of(db.engine).settings, **changed))
