"""Commands for the shell."""

from __future__ import annotations

from flask import Flask

from seminar_app.cli import database


def init_app(app: Flask) -> None:
    """Add the commands."""
    app.cli.add_command(database.group)
