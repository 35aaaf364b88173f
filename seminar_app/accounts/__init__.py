"""Offices, staff accounts, roles and sign-in."""

from __future__ import annotations

from flask import Flask

from config import Settings
from seminar_app.accounts import models as models
from seminar_app.accounts.sessions import WebSessions, load_actor
from seminar_app.web import access


def init_app(app: Flask, settings: Settings) -> None:
    """Add sign-in, and say who is signed in to whoever guards a door."""
    app.session_interface = WebSessions()
    access.init_app(app, load_actor=load_actor)
