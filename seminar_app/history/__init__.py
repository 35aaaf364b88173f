"""History: seminars held before they were entered, headcounts without names, training by others, and reconciliation."""

from __future__ import annotations

from flask import Flask

from config import Settings
from seminar_app.history import models as models


def init_app(app: Flask, settings: Settings) -> None:
    """Register the tables; the pages follow."""
