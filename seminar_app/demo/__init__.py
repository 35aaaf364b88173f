"""The demonstration: four agencies' lists, and the seminars, marks and answers made of them from a fixed seed."""

from __future__ import annotations

from flask import Flask

from config import Settings
from seminar_app.demo import audit_words, command, state


def init_app(app: Flask, settings: Settings) -> None:
    """Add this room's command and words, and say on each page whether this is a demonstration."""
    audit_words.init_app()
    app.cli.add_command(command.group)
    state.init_app(app, settings)
