"""PostgreSQL: a reading statement is a read-only transaction of its own, so that statements stay prepared; changes are one transaction."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager, suppress

import pytest
from flask import Flask
from sqlalchemy import column, create_engine, func, select, text
from sqlalchemy.exc import DBAPIError, OperationalError
from sqlalchemy.orm import Session
from sqlalchemy.pool import QueuePool

from config import Settings, SettingsError
from seminar_app import create_app
from seminar_app.core import engine as engine_module
from seminar_app.core import reading
from seminar_app.core.engine import engine_settings
from seminar_app.core.unit_of_work import unit_of_work
from seminar_app.core.values import replace
from seminar_app.web.database import db
from tests.conftest import PostgresqlDatabase, settings_for
from tests.support.factories import Make

pytestmark = pytest.mark.postgresql_only

CHANGE = text("UPDATE audit_head SET sequence = 7")
PREPARED = text("SELECT count(*) FROM pg_prepared_statements WHERE statement LIKE '%FROM seminar JOIN office%'")


def abandon_a_change(session: Session) -> None:
    with suppress(RuntimeError), unit_of_work(session):
        session.execute(CHANGE)
        raise RuntimeError


def saved(session: Session) -> bool:
    return bool(session.scalar(text("SELECT sequence FROM audit_head")))


@contextmanager
def ending_connections() -> Iterator[None]:
    try:
        yield
    finally:
        db.session.remove()
        db.engine.dispose()


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


@pytest.mark.parametrize("prepared", [True, False])
def test_outside_a_unit_of_work_nothing_is_written_and_an_abandoned_one_saves_nothing(database: PostgresqlDatabase, prepared: bool) -> None:
    app = create_app(replace(settings_for(database.url, database.folder), prepared_statements=prepared))
    with app.app_context(), ending_connections():
        for _ in range(2):
            with pytest.raises(DBAPIError, match="read-only transaction"):
                db.session.execute(CHANGE)
            db.session.rollback()
            with reading.transaction(db.session()), pytest.raises(DBAPIError, match="read-only transaction"):
                db.session.execute(CHANGE)
            db.session.remove()
            abandon_a_change(db.session())
        assert not saved(db.session())
        with unit_of_work(db.session()) as writing:
            writing.execute(CHANGE)
        assert saved(db.session())


def test_a_server_that_hands_out_sessions_that_may_write_is_noticed(database: PostgresqlDatabase, monkeypatch: pytest.MonkeyPatch) -> None:
    """The broken twin: a connection begins without our setting."""
    monkeypatch.setattr(engine_module, "READ_ONLY", "SELECT 1")
    with pytest.raises(pytest.fail.Exception, match="DID NOT RAISE"):
        test_outside_a_unit_of_work_nothing_is_written_and_an_abandoned_one_saves_nothing(database, prepared=True)


def test_what_needs_one_transaction_has_one_and_the_next_statement_none(session: Session) -> None:
    assert len(list(reading.in_parts(session, select(column("n")).select_from(func.generate_series(1, 2500).alias("n"))))) == 2500
    with reading.transaction(session):
        session.execute(text("SET LOCAL work_mem = '7MB'"))
        assert session.scalar(text("SHOW work_mem")) == "7MB"
    assert session.scalar(text("SHOW work_mem")) != "7MB"
    with suppress(RuntimeError), reading.transaction(session):
        session.execute(text("SET LOCAL work_mem = '7MB'"))
        raise RuntimeError
    assert session.scalar(text("SHOW work_mem")) != "7MB"


@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")  # psycopg's, of the cursor
def test_rows_that_nobody_reads_to_the_end_keep_no_connection(session: Session) -> None:
    pool = session.connection().engine.pool
    assert isinstance(pool, QueuePool)
    rows = reading.in_parts(session, select(column("n")).select_from(func.generate_series(1, 2500).alias("n")))
    next(rows)
    session.close()
    del rows
    assert pool.checkedout() == 0


def test_a_reading_statement_in_error_leaves_the_session_in_order(session: Session) -> None:
    for _ in range(2):
        with pytest.raises(DBAPIError):
            session.execute(text("SELECT 1 / 0"))
        session.rollback()
    assert session.scalar(text("SELECT 1")) == 1


@pytest.mark.parametrize("rested", [True, False])
def test_a_connection_that_rested_is_asked_whether_its_server_is_there(
    session: Session, database: PostgresqlDatabase, monkeypatch: pytest.MonkeyPatch, rested: bool
) -> None:
    """One that was used just now fails once, and its whole pool connects anew."""
    own = session.scalar(text("SELECT pg_backend_pid()"))
    url, options = engine_settings(database.url)
    engine = create_engine(url, **options)
    with engine.connect() as other:
        other.execute(text("SELECT pg_terminate_backend(:own)"), {"own": own})
    engine.dispose()
    session.close()
    monkeypatch.setattr(engine_module, "ASKED_AFTER_SECONDS", 0 if rested else 60)
    if not rested:
        with pytest.raises(OperationalError):
            session.scalar(text("SELECT 1"))
        session.close()
    assert session.scalar(text("SELECT 1")) == 1


def test_the_setting_is_on_or_off() -> None:
    env = {"SECRET_KEY": "k" * 40}
    assert Settings.from_environment(env).prepared_statements
    assert not Settings.from_environment(env | {"PREPARED_STATEMENTS": "off"}).prepared_statements
    with pytest.raises(SettingsError, match="PREPARED_STATEMENTS"):
        Settings.from_environment(env | {"PREPARED_STATEMENTS": "perhaps"})
