"""Offices, staff accounts, roles and sign-in."""

from __future__ import annotations

from flask import Flask

from config import Settings
from seminar_app.accounts import models as models
from seminar_app.web import access


def init_app(app: Flask, settings: Settings) -> None:
    """Add sign-in, and say who is signed in to whoever guards a door."""
    access.init_app(app, load_actor=lambda: None)
