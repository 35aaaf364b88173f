"""PostgreSQL: statements stay prepared, because reading ends with COMMIT; what was written and abandoned is rolled back all the same."""

from __future__ import annotations

from contextlib import suppress

import pytest
from flask import Flask
from sqlalchemy import create_engine, text
from sqlalchemy.exc import DBAPIError, OperationalError
from sqlalchemy.orm import Session

from config import Settings, SettingsError
from seminar_app import create_app
from seminar_app.core.engine import commit_if_read, engine_settings
from seminar_app.core.unit_of_work import unit_of_work
from seminar_app.core.values import replace
from seminar_app.web.database import db
from tests.conftest import PostgresqlDatabase, settings_for
from tests.support.factories import Make
from tests.support.mutations import Mutation

pytestmark = pytest.mark.postgresql_only

PREPARED = text("SELECT count(*) FROM pg_prepared_statements WHERE statement LIKE '%FROM seminar JOIN office%'")
COMMITS_WHAT_IS_WRITTEN = Mutation("a transaction that wrote ends with COMMIT too", commit_if_read, "driver.read_only and ", "")


def abandon_a_change(session: Session) -> None:
    with suppress(RuntimeError), unit_of_work(session):
        session.execute(text("UPDATE audit_head SET sequence = 7"))
        raise RuntimeError


def saved(session: Session) -> bool:
    return bool(session.scalar(text("SELECT sequence FROM audit_head")))


def prepared_after(app: Flask, slug: str, *, requests: int) -> int:
    """Statements about the seminar that are prepared in the one session that serves these requests."""
    with app.app_context():
        db.engine.dispose()
    for _ in range(requests):
        assert app.test_client().get(f"/seminars/{slug}/register").status_code == 200
    with app.app_context():
        found = db.session.scalar(PREPARED) or 0
        db.session.remove()
        db.engine.dispose()
    return found


def test_a_statement_is_prepared_after_five_requests(make: Make, database: PostgresqlDatabase, app: Flask) -> None:
    slug = make.seminar().slug
    assert prepared_after(app, slug, requests=5) == 0
    assert prepared_after(app, slug, requests=6) > 0
    pooled = create_app(replace(settings_for(database.url, database.folder), prepared_statements=False))
    assert prepared_after(pooled, slug, requests=8) == 0


def test_a_change_that_was_abandoned_is_never_committed(session: Session) -> None:
    abandon_a_change(session)
    assert not saved(session)
    with COMMITS_WHAT_IS_WRITTEN.in_place():
        abandon_a_change(session)
    assert saved(session)


def test_a_reading_transaction_in_error_is_rolled_back_and_its_session_goes_on(session: Session) -> None:
    for _ in range(2):
        with pytest.raises(DBAPIError):
            session.execute(text("SELECT 1 / 0"))
        session.rollback()
    assert session.scalar(text("SELECT 1")) == 1


def test_a_reading_transaction_whose_server_has_gone_ends_as_before(session: Session, database: PostgresqlDatabase) -> None:
    own = session.scalar(text("SELECT pg_backend_pid()"))
    url, options = engine_settings(database.url)
    engine = create_engine(url, **options)
    with engine.connect() as other:
        other.execute(text("SELECT pg_terminate_backend(:own)"), {"own": own})
    engine.dispose()
    with pytest.raises(OperationalError):  # SQLAlchemy's, from the rollback
        session.close()
    session.close()
    assert session.scalar(text("SELECT 1")) == 1


def test_the_setting_is_on_or_off() -> None:
    env = {"SECRET_KEY": "k" * 40}
    assert Settings.from_environment(env).prepared_statements
    assert not Settings.from_environment(env | {"PREPARED_STATEMENTS": "off"}).prepared_statements
    with pytest.raises(SettingsError, match="PREPARED_STATEMENTS"):
        Settings.from_environment(env | {"PREPARED_STATEMENTS": "perhaps"})
