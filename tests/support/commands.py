"""Commands of the program on an app of their own, without the cost of a process."""

from __future__ import annotations

from contextvars import Context

from click.testing import Result

from config import Settings
from seminar_app import create_app
from seminar_app.web.database import db


def run(settings: Settings, *arguments: str) -> Result:
    """What `flask …` does with these settings. In a context of its own: a command would take the app of the test for its own."""
    return Context().run(_run, settings, arguments)


def _run(settings: Settings, arguments: tuple[str, ...]) -> Result:
    app = create_app(settings)
    try:
        return app.test_cli_runner().invoke(args=arguments)
    finally:
        with app.app_context():
            db.session.remove()
            db.engine.dispose()
