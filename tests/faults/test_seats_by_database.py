"""The database itself guards the seats: many processes without our services fill pools exactly.

Plain drivers, plain SQL: inserts, moves from pool to pool, withdrawals, seats that are kept and given up. The triggers and the CHECK
of migrations 0002 and 0030 refuse the extra person on every path; without them pools are overfilled.
"""

from __future__ import annotations

import random
import uuid
from collections.abc import Callable
from contextlib import suppress
from typing import Any

import psycopg
import pytest
from sqlalchemy import make_url, select, text
from sqlalchemy.orm import Session

from seminar_app.core.sqlite import sqlite_module
from seminar_app.core.unit_of_work import unit_of_work
from seminar_app.seminars.models import SeatPool
from tests.conftest import PostgresqlDatabase, TestDatabase
from tests.faults.serving import miscounted
from tests.support.factories import Make
from tests.support.form_sender import letters
from tests.support.server import FORKS

PROCESSES, STEPS = 4, 40
SIZES = (3, 2)
INSERT = (
    "INSERT INTO registration (public_id, seminar_id, person_id, agency_id, agency_version_id, state, seat_pool_id, source, language,"
    " link_hash, link_version, registered_at, version)"
    " VALUES ({0}, {0}, {0}, {0}, {0}, 'registered', {0}, 'import', 'es', {0}, 1, CURRENT_TIMESTAMP, 1)"
)
MOVE = "UPDATE registration SET seat_pool_id = {0} WHERE person_id = {0} AND state = 'registered'"
LEAVE = "UPDATE registration SET seat_pool_id = NULL, state = 'withdrawn' WHERE person_id = {0}"
BACK = "UPDATE registration SET seat_pool_id = {0}, state = 'registered' WHERE person_id = {0} AND state = 'withdrawn'"

KEEP = (
    "INSERT INTO hold (public_id, seminar_id, seat_pool_id, agency_id, last_day, number, made_at, made_by)"
    " VALUES ({0}, {0}, {0}, {0}, '2026-06-01', 1, CURRENT_TIMESTAMP, 'test')"
)
END = "UPDATE hold SET ended_at = CURRENT_TIMESTAMP, ending = 'given_up' WHERE seat_pool_id = {0} AND made_by = 'test' AND ended_at IS NULL"
REMOVE = "DELETE FROM hold WHERE seat_pool_id = {0} AND made_by = 'test' AND ended_at IS NULL"


def connect(url: str) -> tuple[Any, str, tuple[type[Exception], ...]]:
    """Return a driver's connection, its placeholder for values, and the errors by which the database refuses."""
    if url.startswith("postgresql"):
        # two changes from pool to pool in opposite directions deadlock here; the product locks the seminar first
        refusals = (psycopg.errors.CheckViolation, psycopg.errors.UniqueViolation, psycopg.errors.DeadlockDetected)
        return psycopg.connect(url, autocommit=True), "%s", refusals
    module = sqlite_module()
    connection = module.connect(make_url(url).database, timeout=30, isolation_level=None)
    connection.execute("PRAGMA foreign_keys=ON")
    return connection, "?", (module.IntegrityError,)


def struggle(url: str, start: Any, seed: int, ids: tuple[int, int, int, list[int], list[int]], done: Any) -> None:
    """Take, change, leave and retake seats at random. Report how often that worked and how often it was refused."""
    seminar, agency, version, pools, people = ids
    connection, mark, refusals = connect(url)
    chance = random.Random(seed)
    did = refused = 0
    start.wait()
    for _ in range(STEPS):
        person, pool = chance.choice(people), chance.choice(pools)
        new = (uuid.uuid4().hex, seminar, person, agency, version, pool, uuid.uuid4().bytes * 2)
        statement, values = chance.choice(
            [
                *[(INSERT, new)] * 2,
                (MOVE, (pool, person)),
                (LEAVE, (person,)),
                (BACK, (pool, person)),
                (KEEP, (uuid.uuid4().hex, seminar, pool, agency)),
                *[(END, (pool,)), (REMOVE, (pool,))],
            ]
        )
        try:
            connection.execute(statement.format(mark), values)
            did += 1
        except refusals:
            refused += 1
    for pool in pools:
        with suppress(*refusals):
            connection.execute(END.format(mark), (pool,))
    for person in people:  # then everyone tries for each seat that is left
        for pool in pools:
            try:
                connection.execute(BACK.format(mark), (pool, person))
                connection.execute(INSERT.format(mark), (uuid.uuid4().hex, seminar, person, agency, version, pool, uuid.uuid4().bytes * 2))
            except refusals:
                refused += 1
    connection.close()
    done.put((did, refused))


def struggling(database: TestDatabase, make: Make, session: Session, before: Callable[[], None] = lambda: None) -> tuple[int, list[str]]:
    """Run the processes. Return how often the database refused, and the violations afterwards."""
    agency, seminar = make.agency(), make.seminar(seats=SIZES[0])
    make.pool(seminar, agency, SIZES[1])
    pools = list(session.scalars(select(SeatPool.id).order_by(SeatPool.id)))
    people = [make.person(letters(number)).id for number in range(PROCESSES * 3)]
    ids = (seminar.id, agency.id, make.version_of(agency), pools)
    session.rollback()
    before()
    gate, done = FORKS.Barrier(PROCESSES), FORKS.Queue()
    running = [
        FORKS.Process(target=struggle, args=(database.url, gate, seed, (*ids, people[seed::PROCESSES]), done)) for seed in range(PROCESSES)
    ]
    for process in running:
        process.start()
    told = [done.get(timeout=60) for _ in running]
    for process in running:
        process.join()
    assert sum(did for did, _ in told) > PROCESSES
    return sum(refused for _, refused in told), miscounted(session)


def test_pools_are_filled_exactly_by_writers_who_know_nothing_of_us(database: TestDatabase, make: Make, session: Session) -> None:
    refused, wrong = struggling(database, make, session)
    assert refused > PROCESSES, "nobody came too much"
    assert wrong == []
    full = session.execute(select(SeatPool.taken, SeatPool.size).order_by(SeatPool.id)).all()
    assert [tuple(row) for row in full] == [(size, size) for size in SIZES]


def test_without_the_trigger_they_sit_on_each_other(database: TestDatabase, make: Make, session: Session) -> None:
    def drop() -> None:
        on = " ON registration" if isinstance(database, PostgresqlDatabase) else ""
        with unit_of_work(session):
            for trigger in ("registration_takes_seat", "registration_changes_seat", "registration_leaves_seat"):
                session.execute(text(f"DROP TRIGGER {trigger}{on}"))

    _refused, wrong = struggling(database, make, session, drop)
    assert wrong


@pytest.mark.postgresql_only
def test_without_the_check_they_are_counted_and_sit_all_the_same(database: TestDatabase, make: Make, session: Session) -> None:
    def drop() -> None:
        with unit_of_work(session):
            session.execute(text("ALTER TABLE seat_pool DROP CONSTRAINT ck_seat_pool_room"))

    _refused, wrong = struggling(database, make, session, drop)
    assert wrong


def test_without_the_trigger_of_holds_a_kept_seat_is_given_away(database: TestDatabase, make: Make, session: Session) -> None:
    def drop() -> None:
        on = " ON hold" if isinstance(database, PostgresqlDatabase) else ""
        with unit_of_work(session):
            for trigger in ("hold_takes_seat", "hold_changes_seat", "hold_leaves_seat"):
                session.execute(text(f"DROP TRIGGER {trigger}{on}"))
        with unit_of_work(session):
            pool = session.scalars(select(SeatPool).order_by(SeatPool.id).limit(1)).one()
            kept = {"seminar": pool.seminar_id, "pool": pool.id, "agency": make_agency, "id": uuid.uuid4().hex}
            session.execute(text(KEPT_BY_NAME), kept)

    make_agency = make.agency().id
    _refused, wrong = struggling(database, make, session, drop)
    assert wrong


KEPT_BY_NAME = (
    "INSERT INTO hold (public_id, seminar_id, seat_pool_id, agency_id, last_day, number, made_at, made_by)"
    " VALUES (:id, :seminar, :pool, :agency, '2026-06-01', 1, CURRENT_TIMESTAMP, 'the twin')"
)
