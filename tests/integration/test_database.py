"""The base: transactions, the audit log, seats counted by the database."""

from __future__ import annotations

import threading
from datetime import datetime
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import create_engine, select, text
from sqlalchemy.exc import DBAPIError, IntegrityError, OperationalError
from sqlalchemy.orm import Session

from seminar_app.audit import services as audit
from seminar_app.audit import verifying as trail
from seminar_app.core.engine import engine_settings
from seminar_app.core.unit_of_work import unit_of_work
from seminar_app.registration.rules import RegistrationState
from seminar_app.seminars.models import SeatPool
from seminar_app.web.database import db
from tests.support.context import context
from tests.support.factories import Make


def test_outside_a_unit_of_work_the_database_refuses_to_write(make: Make, session: Session) -> None:
    make.office()
    with pytest.raises(DBAPIError):
        session.execute(text("UPDATE office SET code = 'X'"))
    session.rollback()


def test_a_unit_of_work_that_fails_leaves_nothing(session: Session, now: datetime) -> None:
    def work() -> None:
        with unit_of_work(session):
            audit.record(session, context(now), action="test.done", subject="test:1")
            session.execute(text("UPDATE audit_head SET sequence = 7"))
            raise RuntimeError

    with pytest.raises(RuntimeError):
        work()
    assert session.scalar(text("SELECT sequence FROM audit_head")) == 0
    assert trail.verify(session).intact


def test_a_unit_of_work_inside_another_is_refused(session: Session) -> None:
    with pytest.raises(RuntimeError, match="inside another"), unit_of_work(session), unit_of_work(session):
        pass


def test_the_trail_notices_a_changed_a_removed_and_a_swapped_row(session: Session, now: datetime) -> None:
    for number in range(4):
        with unit_of_work(session):
            audit.record(session, context(now), action="test.done", subject=f"test:{number}", details={"ñ": number})
    assert trail.verify(session).rows == 4
    assert trail.verify(session).intact
    with unit_of_work(session):
        session.execute(text("UPDATE audit SET subject = 'test:9' WHERE sequence = 2"))
    assert trail.verify(session).broken_at == [2]
    with unit_of_work(session):
        session.execute(text("DELETE FROM audit WHERE sequence = 4"))
    assert trail.verify(session).broken_at == [2, 4]


def test_the_database_counts_seats_and_refuses_the_extra_person(make: Make, session: Session) -> None:
    seminar = make.seminar(seats=1)
    pool = session.scalars(select(SeatPool)).one()
    first = make.registration(seminar, pool=pool)
    with pytest.raises(IntegrityError):
        make.registration(seminar, pool=pool)
    with unit_of_work(session):
        registration = session.merge(first, load=False)
        registration.state, registration.seat_pool_id = RegistrationState.WITHDRAWN, None
    assert session.scalars(select(SeatPool.taken)).one() == 0
    make.registration(seminar, pool=pool)
    assert session.scalars(select(SeatPool.taken)).one() == 1


def test_a_seat_of_another_seminar_is_impossible(make: Make, session: Session) -> None:
    make.seminar()
    pool = session.scalars(select(SeatPool)).one()
    with pytest.raises(IntegrityError):
        make.registration(make.seminar(), pool=pool)


def test_a_missing_file_stays_missing(tmp_path: Path) -> None:
    """SQLite would create an empty database for a missing file, and the app would start without its data."""
    missing = tmp_path / "moved.sqlite3"
    url, options = engine_settings(f"sqlite:///{missing}")
    engine = create_engine(url, **options)
    with pytest.raises(OperationalError), engine.connect():
        pass
    engine.dispose()
    assert list(tmp_path.iterdir()) == []


@pytest.mark.postgresql_only
def test_rows_of_several_at_once_are_chained_one_behind_the_other(app: Flask, session: Session, now: datetime) -> None:
    """All transactions have written and none has committed when they reach the end of the chain. SQLite lets only one get so far."""
    together, faults = threading.Barrier(6), []

    def one(number: int) -> None:
        with app.app_context():
            try:
                with unit_of_work(db.session()) as writing:
                    audit.record(writing, context(now), action="test.done", subject=f"test:{number}")
                    together.wait()
            except DBAPIError as error:
                faults.append(type(error.orig).__name__)
            db.session.remove()

    threads = [threading.Thread(target=one, args=(number,)) for number in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert faults == []
    found = trail.verify(session)
    assert (found.rows, found.intact) == (6, True)
