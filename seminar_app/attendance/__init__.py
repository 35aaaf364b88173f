"""Marks, completion and the attendance export."""

from __future__ import annotations

from flask import Flask

from config import Settings
from seminar_app.attendance import models as models


def init_app(app: Flask, settings: Settings) -> None:
    """Add this room's pages and commands to the app."""
