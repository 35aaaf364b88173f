"""Registration, seats and the waiting list."""

from __future__ import annotations

from flask import Flask

from config import Settings
from seminar_app.registration import labels, links
from seminar_app.registration import models as models


def init_app(app: Flask, settings: Settings) -> None:
    """Add this room's pages, words and menu entries."""
    links.use_key(settings.secret_keys[0])
    labels.init_app()
