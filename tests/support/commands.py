"""Run commands of the app on an app of their own, without the cost of a process."""

from __future__ import annotations

from contextvars import Context

from click.testing import Result

from config import Settings
from seminar_app import create_app
from seminar_app.web.database import db


def run(settings: Settings, *arguments: str) -> Result:
    """Run `flask …` with these settings, in a new context: a command would otherwise use the app of the test."""
    return Context().run(_run, settings, arguments)


def _run(settings: Settings, arguments: tuple[str, ...]) -> Result:
    app = create_app(settings)
    try:
        return app.test_cli_runner().invoke(args=arguments)
    finally:
        with app.app_context():
            db.session.remove()
            db.engine.dispose()
