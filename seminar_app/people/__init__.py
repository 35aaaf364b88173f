"""People: one record for each person."""

from __future__ import annotations

from flask import Flask

from config import Settings
from seminar_app.core.phones import shown_phone
from seminar_app.people import audit_words, labels
from seminar_app.people import identity_models as identity_models
from seminar_app.people import models as models


def init_app(app: Flask, settings: Settings) -> None:
    """Register the feature's labels and template filters."""
    audit_words.init_app()
    labels.init_app()
    app.jinja_env.filters.update(phone=shown_phone)
