"""Pages of a demonstration say that it is one; production does not start on a demonstration's data."""

from __future__ import annotations

import pytest
from flask import Flask
from sqlalchemy import event

from config import Mode, SettingsError
from seminar_app import create_app
from seminar_app.core.values import replace
from seminar_app.web.database import db
from tests.conftest import TestDatabase, settings_for
from tests.support.factories import Make


def app_in(mode: Mode, database: TestDatabase) -> Flask:
    settings = replace(
        settings_for(database.url, database.folder),
        mode=mode,
        public_url="https://seminars.example" if mode is Mode.PRODUCTION else "http://localhost",
    )
    return create_app(settings)


def dispose(app: Flask) -> None:
    with app.app_context():
        db.session.remove()
        db.engine.dispose()


def test_production_does_not_start_over_a_demo_seminar(database: TestDatabase, make: Make) -> None:
    make.seminar(demo=True)
    with pytest.raises(SettingsError, match="production"):
        app_in(Mode.PRODUCTION, database)


def test_production_does_not_start_over_an_account_whose_password_is_public(database: TestDatabase, make: Make) -> None:
    make.account(email="admin@demo.example")
    with pytest.raises(SettingsError, match=r"demo\.example"):
        app_in(Mode.PRODUCTION, database)


def test_production_starts_where_there_is_no_demonstration(database: TestDatabase, make: Make) -> None:
    make.seminar()
    make.account(email="ana@embassy.example")
    dispose(app_in(Mode.PRODUCTION, database))


def test_every_page_says_that_it_is_a_demonstration_and_asks_the_database_once(database: TestDatabase, make: Make) -> None:
    make.seminar(demo=True)
    app = app_in(Mode.DEMO, database)
    asked = []
    with app.app_context():
        event.listen(db.engine, "before_cursor_execute", lambda *args: asked.append(args[2]))
    client = app.test_client()
    pages = [client.get("/no-such-page").text for _ in range(3)]
    dispose(app)
    assert all("demo-banner" in page for page in pages)
    assert len(asked) == 1


def test_without_the_demonstration_no_page_says_so(database: TestDatabase, make: Make) -> None:
    make.seminar()
    app = app_in(Mode.DEMO, database)
    page = app.test_client().get("/no-such-page").text
    dispose(app)
    assert "demo-banner" not in page
