"""Certificates: who earns one, issuing, replacing and revoking them, and verifying them by anybody."""

from __future__ import annotations

from flask import Flask

from config import Settings
from seminar_app.certificates import models as models


def init_app(app: Flask, settings: Settings) -> None:
    """Register the room."""
