"""The demonstration: four agencies' lists, and seminars, marks and answers generated from them with a fixed seed."""

from __future__ import annotations

from flask import Flask

from config import Settings
from seminar_app.demo import audit_words, command, state


def init_app(app: Flask, settings: Settings) -> None:
    """Register the feature's command and words, and the banner that marks a demonstration."""
    audit_words.init_app()
    app.cli.add_command(command.group)
    state.init_app(app, settings)
