"""The trail of who did and who saw what."""

from __future__ import annotations

from flask import Flask

from config import Settings
from seminar_app.audit import models as models
from seminar_app.audit import services


def init_app(app: Flask, settings: Settings) -> None:
    """Give the trail its key."""
    services.use_key(settings.secret_keys[-1])
