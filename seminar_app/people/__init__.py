"""People: one record for each human."""

from __future__ import annotations

from flask import Flask

from config import Settings
from seminar_app.people import labels
from seminar_app.people import models as models


def init_app(app: Flask, settings: Settings) -> None:
    """Add this room's pages, words and menu entry."""
    labels.init_app()
